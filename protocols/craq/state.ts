/** What a server of CRAQ remembers besides what a server of a chain does: plain data. */
import type { Micros, NodeId } from '../../sim/contract.ts';
import type { Configuration } from '../chain-replication/configuration.ts';
import type { Forward, Request } from '../chain-replication/messages.ts';
import { initialServerState, NEVER, type ServerState } from '../chain-replication/state.ts';

export interface CraqServerState extends ServerState {
  /**
   * §2.3: by object, its versions, oldest first: the latest clean one, and all after it, which are
   * dirty. An object that is not there has one version, clean: what it was at first.
   */
  readonly objects: Map<string, Version[]>;

  // Reads.
  /** By client: what the tail is asked for the sake of its read. */
  readonly questions: Map<NodeId, Question>;
  questionCount: number;
  isAskArmed: boolean;
  /** As the tail: questions that wait until this server knows that it still is the tail. */
  waitingQuestions: WaitingQuestion[];
  /** By the own clock: a time at which this server was certainly a member of the chain. */
  memberAt: Micros;
  /** When the latest question whether the epoch is current was asked first. */
  roundAskedAt: Micros;

  // Mini-transactions.
  /** As the head: updates of objects that wait to be clean, in the order in which they came. */
  waitingUpdates: Request[];

  // Multicast.
  /** By name: writes that came from the head, and are not in Hist. */
  readonly payloads: Map<string, Request>;
  /** What the predecessor has named before its payload came. */
  named: Forward[];
  isFetchArmed: boolean;
}

/** An object after one of its writes, or as it was at first. */
export interface Version {
  /** The sequence number of that write, which grows along the versions of an object; 0 for none. */
  readonly number: number;
  /** The state machine's state, as the writes of this object alone make it. Never changed. */
  readonly app: unknown;
  /** When it came here, by the own clock. */
  readonly since: Micros;
  /** Whether it is known here to be committed. */
  isClean: boolean;
}

/** A read whose object is dirty here: the tail has the word. */
export interface Question {
  readonly requestNumber: number;
  readonly object: string;
  /** Its number among those of this server. */
  readonly number: number;
  /** What the tail has named, or null. */
  named: number | null;
}

export interface WaitingQuestion {
  readonly server: NodeId;
  readonly object: string;
  readonly question: number;
  readonly nonce: number;
  /** The answer has to come after the answer to this question of the tail's own, or a later one. */
  readonly round: number;
}

export function initialCraqState(id: NodeId, configuration: Configuration): CraqServerState {
  // Not spread into a literal: an engine gives every such object a hidden class of its own.
  return Object.assign(initialServerState(id, configuration), {
    objects: new Map(),
    questions: new Map(),
    questionCount: 0,
    isAskArmed: false,
    waitingQuestions: [],
    memberAt: NEVER,
    roundAskedAt: NEVER,
    waitingUpdates: [],
    payloads: new Map(),
    named: [],
    isFetchArmed: false,
  });
}
