/**
 * Most steps change nobody's ballot and nobody's part: steady, for claims about leaders and
 * members. Of those, many neither accept, decide nor read anything: idle, for claims about logs.
 */
import type { Steadiness } from '../../sim/contract.ts';
import { type Glance, steadinessBy } from '../glances.ts';
import { type Ballot, NO_BALLOT } from './ballot.ts';
import type { CompleteSnapshot, Configuration } from './messages.ts';
import type { OmniState, Phase } from './state.ts';

/** What a server was like at the last look. */
class ServerGlance implements Glance<OmniState> {
  private state: OmniState | undefined;
  private promised: Ballot = NO_BALLOT;
  private acceptedRound: Ballot = NO_BALLOT;
  private elected: Ballot = NO_BALLOT;
  private own: Ballot = NO_BALLOT;
  private leads: Ballot = NO_BALLOT;
  private phase: Phase = 'none';
  private configuration: Configuration | null = null;
  private decidedLength = 0;
  private acceptedCount = 0;
  private first = 0;
  private snapshot: CompleteSnapshot | null = null;
  private readChanges = 0;

  /** A state is one object from start to crash; a configuration is never changed in place. */
  isSteady(state: OmniState): boolean {
    const { paxos, election, leader, replica } = state;
    return (
      this.state === state &&
      this.promised === paxos.promised &&
      this.acceptedRound === paxos.acceptedRound &&
      this.elected === election.leader &&
      this.own === election.ballot &&
      this.leads === leader.ballot &&
      this.phase === paxos.phase &&
      this.configuration === replica.configuration
    );
  }

  isIdle({ paxos, replica, reads }: OmniState): boolean {
    return (
      this.decidedLength === paxos.decidedLength &&
      this.acceptedCount === paxos.acceptedCount &&
      this.first === paxos.log.first &&
      this.snapshot === replica.snapshot &&
      this.readChanges === reads.changes
    );
  }

  take(state: OmniState): void {
    const { paxos, election, leader, replica, reads } = state;
    this.state = state;
    this.promised = paxos.promised;
    this.acceptedRound = paxos.acceptedRound;
    this.elected = election.leader;
    this.own = election.ballot;
    this.leads = leader.ballot;
    this.phase = paxos.phase;
    this.configuration = replica.configuration;
    this.decidedLength = paxos.decidedLength;
    this.acceptedCount = paxos.acceptedCount;
    this.first = paxos.log.first;
    this.snapshot = replica.snapshot;
    this.readChanges = reads.changes;
  }
}

export function steadiness(): Steadiness<OmniState> {
  return steadinessBy(() => new ServerGlance());
}
