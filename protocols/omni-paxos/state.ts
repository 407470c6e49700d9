/** What a server remembers, by the paper's three components: plain data. */
import type { Micros, NodeId } from '../../sim/contract.ts';
import type { Plain } from '../../sim/plain.ts';
import type { ReadRecords } from '../read-watch.ts';
import { type Ballot, NO_BALLOT, noBallotOf } from './ballot.ts';
import { type Log, restartAt } from './log.ts';
import type {
  AcceptDecide,
  ClientTable,
  CompleteSnapshot,
  Configuration,
  Decide,
  Entry,
  HeartbeatReply,
  PromiseMessage,
  Request,
  StopSign,
} from './messages.ts';

/** Before any time that a clock can show. */
export const NEVER: Micros = -1;

/**
 * Where Sequence Paxos stands at this server (§4). `recover`: it has restarted, or has missed
 * something of its leader, and waits for a Prepare.
 */
export type Phase = 'none' | 'prepare' | 'accept' | 'recover';

export interface OmniState {
  readonly id: NodeId;
  readonly election: Election;
  readonly paxos: SequencePaxos;
  readonly leader: Leadership;
  readonly session: Session;
  readonly replica: Replica;
  readonly migration: Migration;
  readonly reads: Reads;
}

/** Ballot Leader Election (§5). */
export interface Election {
  /** The own one, in which this server leads if it is elected. */
  ballot: Ballot;
  /** The highest that it has heard of anybody's: whom it takes for the leader. */
  leader: Ballot;
  isHappy: boolean;
  round: number;
  /** To this round's request, by server. */
  replies: { [server: NodeId]: HeartbeatReply };
  /** For who watches: the round at whose end it last took over, and the replies that were in. */
  takenOverIn: number;
  previousReplies: { readonly [server: NodeId]: HeartbeatReply };
}

/** What acceptors remember (§4). */
export interface SequencePaxos {
  /** promisedRnd: takes part in no lower ballot any more. */
  promised: Ballot;
  /** acceptedRnd: the ballot in which the log was adopted last. */
  acceptedRound: Ballot;
  readonly log: Log;
  /** decidedIdx: so many entries are decided, and executed. */
  decidedLength: number;
  phase: Phase;
  /** It has lost promises that it has made: it makes no more. */
  isRetired: boolean;
  /** Entries adopted or appended since the start, for who watches. */
  acceptedCount: number;
}

/** What a leader remembers of its ballot (§4). */
export interface Leadership {
  /** currentRnd, or `NO_BALLOT` while this server does not lead. */
  ballot: Ballot;
  /** By server: the latest promise in this ballot. */
  promises: (PromiseMessage | null)[];
  /** By server: how often it was asked for one; a promise begins a session of that number. */
  attempts: number[];
  /** By server: the occasion on which it last asked to begin anew. */
  occasions: number[];
  /** The round and the length of the log that it has adopted. */
  adoptedRound: Ballot;
  adoptedLength: number;
  /** By server: how much it has accepted in this ballot. */
  acceptedLengths: number[];
  /** By server: the number of what was sent last in its session. */
  numbers: number[];
  /** By client: the latest request that it has in its log. */
  proposed: { [clientId: number]: number };
  /** Entries that followers have been sent: those after are in a batch that is not full. */
  sentLength: number;
  isFlushArmed: boolean;
  /** All have accepted so much, and have been told. */
  trimmedLength: number;
}

/** What a follower has received of its leader, in order. */
export interface Session {
  /**
   * The leader's attempt that this server has promised: it names the session to come, or present.
   */
  attempt: number;
  /** Of what was taken last; 0 is AcceptSync. */
  number: number;
  /** While the phase is `recover`: names the wait for a Prepare. */
  occasion: number;
  /** What came before its turn. */
  early: (AcceptDecide | Decide)[];
  isGapArmed: boolean;
}

/** The replicated state machine, and who waits for it. */
export interface Replica {
  app: unknown;
  clientTable: ClientTable;
  configuration: Configuration;
  decidedWishes: { readonly [server: NodeId]: number };
  snapshot: CompleteSnapshot | null;
  /** Operations in the order of execution, and how many before them are in the snapshot only. */
  executed: Plain[];
  executedBefore: number;
  /** Requests that wait for a leader, or for room in its window. */
  waiting: Entry[];
  /** By client: the latest request that it asked this server for. */
  readonly asked: { [clientId: number]: number };
  /** What an operator has asked this server for, until it is decided; or null. */
  wish: StopSign | null;
}

/** Decided entries of a server that has promised this ballot. */
export interface Segment {
  readonly from: number;
  readonly entries: readonly Entry[];
  readonly ballot: Ballot;
}

/** Decided entries that others have, and this server does not (§6). */
export interface Migration {
  /** How many there are to be had; 0 if nothing is known to be missing. */
  wanted: number;
  /** Those that may have them. */
  sources: readonly NodeId[];
  /** Segments that have arrived, and wait for the ones before them. */
  segments: Segment[];
  isArmed: boolean;
  attempts: number;
  /** How often this server has looked for decisions without knowing of any. */
  asked: number;
  /** The latest configuration that anybody has told of. */
  latest: Configuration;
  /** Members of the latest configuration that have shown that they know it. */
  informed: { [server: NodeId]: boolean };
}

/** A read that waits until so much is decided. */
export interface WaitingRead {
  readonly clientId: NodeId;
  readonly requestNumber: number;
  readonly operation: Plain;
  readonly decidedLength: number;
  /** Ballot in which this server has to lead still; `NO_BALLOT` for reads that need no leader. */
  readonly ballot: Ballot;
}

/** A read that waits for a quorum to confirm the leader. */
export interface UnconfirmedRead {
  readonly request: Request;
  readonly round: number;
  readonly decidedLength: number;
}

export interface Reads {
  /** Rounds of ConfirmLeader so far, over all ballots. */
  round: number;
  /** By server: the latest round it has confirmed in the present ballot, and when that began. */
  confirmedRounds: number[];
  confirmedAt: Micros[];
  unconfirmed: UnconfirmedRead[];
  waiting: WaitingRead[];
  /** Until then, by the own clock, only this server's Prepare is answered. */
  leaseHolder: NodeId;
  leaseUntil: Micros;
  /** As a leader: until then it counts on others to refuse everybody else. */
  ownLeaseUntil: Micros;
  readonly records: ReadRecords;
  /** How often a read has arrived here or was answered. */
  changes: number;
}

export function filled<Value>(count: number, value: Value): Value[] {
  return Array.from({ length: count }, () => value);
}

export function initialState(
  id: NodeId,
  nodes: number,
  members: readonly NodeId[],
  app: unknown,
): OmniState {
  const configuration: Configuration = { id: 0, from: 0, members };
  return {
    id,
    election: {
      ballot: NO_BALLOT,
      leader: NO_BALLOT,
      isHappy: false,
      round: 0,
      replies: {},
      takenOverIn: 0,
      previousReplies: {},
    },
    paxos: {
      promised: NO_BALLOT,
      acceptedRound: NO_BALLOT,
      log: { first: 0, entries: [] },
      decidedLength: 0,
      phase: 'none',
      isRetired: false,
      acceptedCount: 0,
    },
    leader: noLeadership(nodes),
    session: { attempt: 0, number: 0, occasion: 0, early: [], isGapArmed: false },
    replica: {
      app,
      clientTable: {},
      configuration,
      decidedWishes: {},
      snapshot: null,
      executed: [],
      executedBefore: 0,
      waiting: [],
      asked: {},
      wish: null,
    },
    migration: {
      wanted: 0,
      sources: [],
      segments: [],
      isArmed: false,
      attempts: 0,
      asked: 0,
      latest: configuration,
      informed: {},
    },
    reads: {
      round: 0,
      confirmedRounds: filled(nodes, 0),
      confirmedAt: filled(nodes, NEVER),
      unconfirmed: [],
      waiting: [],
      leaseHolder: id,
      leaseUntil: NEVER,
      ownLeaseUntil: NEVER,
      records: {},
      changes: 0,
    },
  };
}

function noLeadership(nodes: number): Leadership {
  return {
    ballot: NO_BALLOT,
    promises: filled(nodes, null),
    attempts: filled(nodes, 0),
    adoptedRound: NO_BALLOT,
    adoptedLength: 0,
    acceptedLengths: filled(nodes, 0),
    occasions: filled(nodes, 0),
    numbers: filled(nodes, 0),
    proposed: {},
    sentLength: 0,
    isFlushArmed: false,
    trimmedLength: 0,
  };
}

/** The next ballot of this server begins with nothing. */
export function clearLeadership({ leader }: OmniState, ballot: Ballot, nodes: number): void {
  const { isFlushArmed } = leader;
  Object.assign(leader, noLeadership(nodes), { ballot, isFlushArmed });
}

/** A configuration begins: nobody has promised or accepted anything in it. */
export function enterConfiguration(state: OmniState, configuration: Configuration): void {
  const { paxos, replica } = state;
  replica.configuration = configuration;
  const none = noBallotOf(configuration.id);
  if (none > paxos.promised) paxos.promised = none;
  if (none > paxos.acceptedRound) paxos.acceptedRound = none;
  if (configuration.from > paxos.log.first + paxos.log.entries.length) {
    restartAt(paxos.log, configuration.from);
  }
}
