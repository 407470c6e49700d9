/**
 * Most steps change nobody's ballot and nobody's part: steady, for claims about leaders and
 * members. Of those, many neither accept, perform nor read anything: idle, for claims about slots.
 */
import type { Steadiness } from '../../sim/contract.ts';
import { type Glance, steadinessBy } from '../glances.ts';
import type { Ballot } from './ballot.ts';
import type { Configuration } from './messages.ts';
import { endOf } from './slots.ts';
import type { PaxosState, Scout } from './state.ts';

/** What a node was like at the last look. */
class NodeGlance implements Glance<PaxosState> {
  private state: PaxosState | undefined;
  private ballot: Ballot = 0;
  private leaderBallot: Ballot = 0;
  private isActive = false;
  private scout: Scout | null = null;
  private configurations: readonly Configuration[] = [];
  private slotOut = 0;
  private acceptedCount = 0;
  private proposalsEnd = 0;
  private readChanges = 0;

  /** A state is one object from start to crash; configurations are never changed in place. */
  isSteady(state: PaxosState): boolean {
    const { acceptor, leader, replica } = state;
    return (
      this.state === state &&
      this.ballot === acceptor.ballot &&
      this.leaderBallot === leader.ballot &&
      this.isActive === leader.isActive &&
      this.scout === leader.scout &&
      this.configurations === replica.configurations
    );
  }

  isIdle({ acceptor, replica }: PaxosState): boolean {
    return (
      this.slotOut === replica.slotOut &&
      this.acceptedCount === acceptor.acceptedCount &&
      this.readChanges === replica.readChanges &&
      this.proposalsEnd === endOf(replica.proposals)
    );
  }

  take(state: PaxosState): void {
    const { acceptor, leader, replica } = state;
    this.state = state;
    this.ballot = acceptor.ballot;
    this.leaderBallot = leader.ballot;
    this.isActive = leader.isActive;
    this.scout = leader.scout;
    this.configurations = replica.configurations;
    this.slotOut = replica.slotOut;
    this.acceptedCount = acceptor.acceptedCount;
    this.proposalsEnd = endOf(replica.proposals);
    this.readChanges = replica.readChanges;
  }
}

export function steadiness(): Steadiness<PaxosState> {
  return steadinessBy(() => new NodeGlance());
}
