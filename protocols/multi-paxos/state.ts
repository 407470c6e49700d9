/**
 * What a node remembers, by the paper's three roles: plain data. The roles share a node (§4.4), so
 * what one tells another costs no message.
 */

import type { Micros, NodeId } from '../../sim/contract.ts';
import type { Plain } from '../../sim/plain.ts';
import type { ReadRecords } from '../read-watch.ts';
import { type Ballot, NO_BALLOT } from './ballot.ts';
import type {
  ClientTable,
  Command,
  Configuration,
  Phase1b,
  PValue,
  Reconfiguration,
  Request,
  Snapshot,
} from './messages.ts';
import { FIRST_SLOT, noSlots, type Slots } from './slots.ts';

export interface PaxosState {
  readonly id: NodeId;
  readonly replica: ReplicaRole;
  readonly acceptor: AcceptorRole;
  readonly leader: LeaderRole;
}

/** A read that waits until the slots below `slotOut` are performed. */
export interface WaitingRead {
  readonly clientId: NodeId;
  readonly requestNumber: number;
  readonly operation: Plain;
  readonly slotOut: number;
  /** Ballot in which the node has to lead still; `NO_BALLOT` for reads that need no leader. */
  readonly ballot: Ballot;
}

/** A read that asks acceptors how far they are. */
export interface QuorumRead {
  /** A nonce: answers to what this node asked before a crash may still arrive. */
  readonly query: number;
  readonly request: Request;
  /** Those that were asked. */
  asked: readonly NodeId[];
  /** By node: the highest slot it has accepted, or -1 before its answer. */
  readonly answers: number[];
}

export interface ReplicaRole {
  /** The next slot to propose for, and the next to perform. */
  slotIn: number;
  slotOut: number;
  /** What clients and operators have asked for and no slot has been proposed for yet. */
  requests: (Request | Reconfiguration)[];
  readonly proposals: Slots<Command>;
  readonly decisions: Slots<Command>;
  /** In the order of their first slots: those in force from the first slot kept on. */
  configurations: readonly Configuration[];
  app: unknown;
  clientTable: ClientTable;
  /** By client: the latest request that it asked this node for, which then answers it. */
  readonly asked: { [clientId: number]: number };
  /** Operations in the order of execution, and how many before them are in the snapshot only. */
  executed: Plain[];
  executedBefore: number;
  /** Every slot below is known to be decided by somebody. */
  decidedBelow: number;
  snapshot: Snapshot | null;
  isProposeArmed: boolean;
  /** Slot to perform when the resend timer was armed: no progress since then means resend. */
  slotOutAtPropose: number;
  fruitlessProposes: number;
  isCatchUpArmed: boolean;
  slotOutAtCatchUp: number;
  catchUpAttempts: number;
  waitingReads: WaitingRead[];
  quorumReads: QuorumRead[];
  /** By client: its latest read without a slot that may not be old. */
  readonly readRecords: ReadRecords;
  /** How often one of these has arrived here or was answered. */
  readChanges: number;
}

export interface AcceptorRole {
  /** ballot_num: never takes part in a lower one again. */
  ballot: Ballot;
  /** Of each slot the pvalue of the highest ballot: the others are of no use (§4.1). */
  readonly accepted: Slots<PValue>;
  /** Number of pvalues accepted since the start, and the slot of the last one. */
  acceptedCount: number;
  lastSlot: number;
  /** Until then, by the own clock, only this leader's scouts are answered. */
  leaseHolder: NodeId;
  leaseUntil: Micros;
  /** It found its disk damaged: what it has promised it does not know, so it promises no more. */
  isRetired: boolean;
}

/** Waits for a quorum to follow the leader's ballot (§2.4). */
export interface Scout {
  readonly firstSlot: number;
  /** By node. */
  readonly promises: (Phase1b | null)[];
}

/** Waits for a quorum to accept one pvalue (§2.3). */
export interface Commander {
  readonly pvalue: PValue;
  /** Those that have accepted it, each once. */
  readonly voters: NodeId[];
  /** The replica that has proposed the command, which waits for the decision. */
  readonly proposer: NodeId;
}

/** A read that waits for a quorum to confirm the leader in a round of heartbeats. */
export interface ReadIndexRead {
  readonly request: Request;
  readonly round: number;
  readonly slotOut: number;
}

export interface LeaderRole {
  ballot: Ballot;
  isActive: boolean;
  /** What is below its first slot is decided, as this node or one of the quorum knows. */
  proposals: Slots<Command>;
  /** The highest ballot that has preempted one of its own. */
  preemptedBy: Ballot;
  scout: Scout | null;
  commanders: Slots<Commander>;
  /** While passive: ballot of the leader that is believed to be active (§3). */
  followed: Ballot;
  hasHeard: boolean;
  /** While it leads: the slot to perform when patience last ran out. */
  slotOutAtPatience: number;
  /** Elections in a row that led nowhere; each doubles the patience, up to a limit. */
  fruitlessElections: number;
  /** Whatever clients were told under earlier ballots comes from the slots below this one. */
  readsFrom: number;
  /** Every slot up to here gets a commander, for no-ops if need be: adopted slots, and gaps. */
  completeUpTo: number;
  /** The next slot up to `completeUpTo` that has no commander yet. */
  nextAdopted: number;
  /** Rounds of heartbeats begun, and by node the latest one answered and when that was sent. */
  round: number;
  readonly confirmedRounds: number[];
  readonly confirmedAt: Micros[];
  /** By the own clock: until then nobody else can become leader. */
  leaseUntil: Micros;
  readIndexReads: ReadIndexRead[];
  isPhase2Armed: boolean;
  slotOutAtPhase2: number;
  fruitlessPhase2: number;
}

export const NEVER: Micros = -1;

export function initialState(id: NodeId, nodes: number, members: readonly NodeId[]): PaxosState {
  return {
    id,
    replica: initialReplica(members),
    acceptor: {
      ballot: NO_BALLOT,
      accepted: noSlots(),
      acceptedCount: 0,
      lastSlot: 0,
      leaseHolder: 0,
      leaseUntil: NEVER,
      isRetired: false,
    },
    leader: {
      ballot: NO_BALLOT,
      isActive: false,
      proposals: noSlots(),
      preemptedBy: NO_BALLOT,
      scout: null,
      commanders: noSlots(),
      followed: NO_BALLOT,
      hasHeard: false,
      slotOutAtPatience: 0,
      fruitlessElections: 0,
      readsFrom: 0,
      completeUpTo: 0,
      nextAdopted: FIRST_SLOT,
      round: 0,
      confirmedRounds: filled(nodes, NEVER),
      confirmedAt: filled(nodes, NEVER),
      leaseUntil: NEVER,
      readIndexReads: [],
      isPhase2Armed: false,
      slotOutAtPhase2: 0,
      fruitlessPhase2: 0,
    },
  };
}

function initialReplica(members: readonly NodeId[]): ReplicaRole {
  return {
    slotIn: FIRST_SLOT,
    slotOut: FIRST_SLOT,
    requests: [],
    proposals: noSlots(),
    decisions: noSlots(),
    configurations: [{ first: FIRST_SLOT, members }],
    app: null,
    clientTable: {},
    asked: {},
    executed: [],
    executedBefore: 0,
    decidedBelow: FIRST_SLOT,
    snapshot: null,
    isProposeArmed: false,
    slotOutAtPropose: 0,
    fruitlessProposes: 0,
    isCatchUpArmed: false,
    slotOutAtCatchUp: 0,
    catchUpAttempts: 0,
    waitingReads: [],
    quorumReads: [],
    readRecords: {},
    readChanges: 0,
  };
}

export function filled<T>(length: number, value: T): T[] {
  return Array.from({ length }, () => value);
}
