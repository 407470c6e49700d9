/**
 * Many steps of a chain are heartbeats and their answers, or acknowledgements of what is known:
 * they change nothing that a claim is about. After such a step all invariants rest. After one that
 * is about queries, those rest that are about updates and configurations; after one that is about
 * updates, those that are about configurations and leases.
 */
import type { NodeId, Quietness, Steadiness } from '../../sim/contract.ts';
import { type Glance, steadinessBy } from '../glances.ts';
import { steadiness as steadinessOfPaxos } from '../multi-paxos/steadiness.ts';
import type { Configuration } from './configuration.ts';
import type { ChainState } from './index.ts';
import { executedBy, type MasterState } from './master-state.ts';
import type { ServerState } from './state.ts';

/** What a server was like at the last look. */
class ServerGlance implements Glance<ServerState> {
  private state: ServerState | undefined;
  private configuration: Configuration | undefined;
  private hist: readonly unknown[] | undefined;
  private length = 0;
  private acknowledged = 0;
  private committed = 0;
  private hasCaughtUp = false;
  private leaseUntil = 0;
  private queryChanges = 0;
  private round = 0;
  private confirmedRound = 0;

  /** It may have got updates, or executed some. */
  isRegular(state: ServerState): boolean {
    return (
      this.state === state &&
      this.configuration === state.configuration &&
      this.hasCaughtUp === state.hasCaughtUp &&
      this.leaseUntil === state.leaseUntil
    );
  }

  /** It may have got queries, answered them, or asked whether it may. */
  isSteady(state: ServerState): boolean {
    return (
      this.isRegular(state) &&
      this.length === state.length &&
      this.committed === state.committed &&
      this.acknowledged === state.acknowledged &&
      this.hist === state.hist
    );
  }

  isIdle(state: ServerState): boolean {
    return (
      this.queryChanges === state.queryChanges &&
      this.round === state.round &&
      this.confirmedRound === state.confirmedRound
    );
  }

  take(state: ServerState): void {
    this.state = state;
    this.configuration = state.configuration;
    this.queryChanges = state.queryChanges;
    this.length = state.length;
    this.acknowledged = state.acknowledged;
    this.committed = state.committed;
    this.hist = state.hist;
    this.hasCaughtUp = state.hasCaughtUp;
    this.leaseUntil = state.leaseUntil;
    this.round = state.round;
    this.confirmedRound = state.confirmedRound;
  }
}

/** What a master was like at the last look, but for its part in Paxos. */
class MasterGlance implements Glance<MasterState> {
  private state: MasterState | undefined;
  private configuration: Configuration | undefined;
  /** Leases that it has granted. */
  private grants = 0;
  private executed = 0;
  private actingSince = 0;
  private confirmingBy = 0;
  private confirmedBy = 0;

  isSteady(state: MasterState): boolean {
    return this.state === state && this.configuration === state.configuration;
  }

  isIdle(state: MasterState): boolean {
    return (
      this.grants === state.grants &&
      this.executed === executedBy(state) &&
      this.actingSince === state.actingSince &&
      this.confirmingBy === state.confirmingBy &&
      this.confirmedBy === state.confirmedBy
    );
  }

  take(state: MasterState): void {
    this.state = state;
    this.configuration = state.configuration;
    this.grants = state.grants;
    this.executed = executedBy(state);
    this.actingSince = state.actingSince;
    this.confirmingBy = state.confirmingBy;
    this.confirmedBy = state.confirmedBy;
  }
}

/** A master's step is as little as what it does in Paxos, and beside it, and not less than both. */
export function steadiness(): Steadiness<ChainState> {
  const ofServers = steadinessBy(() => new ServerGlance());
  const ofMasters = steadinessBy(() => new MasterGlance());
  const ofPaxos = steadinessOfPaxos();
  return {
    quietness(replica: NodeId, state): Quietness | undefined {
      if (state.kind === 'server') return ofServers.quietness(replica, state);
      const inPaxos = ofPaxos.quietness(replica, state.paxos);
      const beside = ofMasters.quietness(replica, state);
      if (inPaxos === undefined || beside === undefined) return undefined;
      return inPaxos === 'idle' ? beside : inPaxos;
    },
  };
}
