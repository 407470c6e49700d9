/**
 * Many steps of a chain are heartbeats and their answers, or acknowledgements of what is known:
 * they change nothing that a claim is about. After such a step all invariants rest.
 */
import type { NodeId, Quietness, Steadiness } from '../../sim/contract.ts';
import { steadiness as steadinessOfPaxos } from '../multi-paxos/steadiness.ts';
import type { Configuration } from './configuration.ts';
import type { ChainState } from './index.ts';
import { executedBy, type MasterState } from './master-state.ts';
import type { ServerState } from './state.ts';

/** What a node was like at the last look. */
class Glance {
  private state: ChainState | undefined;
  private configuration: Configuration | undefined;
  private hist: readonly unknown[] | undefined;
  private length = 0;
  private acknowledged = 0;
  private committed = 0;
  private hasCaughtUp = false;
  private leaseUntil = 0;
  /** Queries that a server has got and answered, leases that a master has granted. */
  private count = 0;
  private round = 0;
  private confirmedRound = 0;
  private executed = 0;
  private actingSince = 0;
  private confirmingBy = 0;
  private confirmedBy = 0;

  /** Whether it is as it was; if not, it is remembered as it is. */
  isIdle(state: ChainState): boolean {
    const isSame =
      this.state === state &&
      this.configuration === state.configuration &&
      (state.kind === 'master'
        ? this.isSameMaster(state) && this.count === state.grants
        : this.isSameServer(state) && this.count === state.queryChanges);
    if (!isSame) this.take(state);
    return isSame;
  }

  private isSameMaster(state: MasterState): boolean {
    return (
      this.executed === executedBy(state) &&
      this.actingSince === state.actingSince &&
      this.confirmingBy === state.confirmingBy &&
      this.confirmedBy === state.confirmedBy
    );
  }

  private isSameServer(state: ServerState): boolean {
    return (
      this.length === state.length &&
      this.committed === state.committed &&
      this.acknowledged === state.acknowledged &&
      this.hist === state.hist &&
      this.hasCaughtUp === state.hasCaughtUp &&
      this.leaseUntil === state.leaseUntil &&
      this.round === state.round &&
      this.confirmedRound === state.confirmedRound
    );
  }

  private take(state: ChainState): void {
    this.state = state;
    this.configuration = state.configuration;
    if (state.kind === 'master') {
      this.count = state.grants;
      this.executed = executedBy(state);
      this.actingSince = state.actingSince;
      this.confirmingBy = state.confirmingBy;
      this.confirmedBy = state.confirmedBy;
      return;
    }
    this.count = state.queryChanges;
    this.length = state.length;
    this.committed = state.committed;
    this.acknowledged = state.acknowledged;
    this.hist = state.hist;
    this.hasCaughtUp = state.hasCaughtUp;
    this.leaseUntil = state.leaseUntil;
    this.round = state.round;
    this.confirmedRound = state.confirmedRound;
  }
}

export function steadiness(): Steadiness<ChainState> {
  const glances: Glance[] = [];
  const ofMasters = steadinessOfPaxos();
  return {
    quietness(replica: NodeId, state): Quietness | undefined {
      const glance = (glances[replica] ??= new Glance());
      const isIdle = glance.isIdle(state);
      // What rests after a steady step is about masters only.
      const least = state.kind === 'server' ? 'idle' : ofMasters.quietness(replica, state.paxos);
      return isIdle || least === undefined ? least : 'steady';
    },
  };
}
