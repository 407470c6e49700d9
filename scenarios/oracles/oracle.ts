/**
 * An oracle is told what happens in a run, as it happens, and asked at the end. Each is a small
 * named object and has a planted bug that proves it can fail.
 */

import type { HistoryRecord } from '../../sim/clients.ts';
import type {
  Build,
  ClusterView,
  Message,
  NodeId,
  Owed,
  StateMachine,
} from '../../sim/contract.ts';
import type { End } from '../../sim/simulation-config.ts';
import type { LinearizabilityEvidence, RunSpec, Thrown } from '../spec.ts';
import type { DecidedLog } from './decided-log.ts';

export interface Oracle {
  readonly id: string;
  /** First letter of its signatures. */
  readonly letter: string;
  readonly about: string;
  watch(court: Court): Watch;
}

/** What an oracle listens to; each hook is called only if it is there. */
export interface Watch {
  /** A replica has handled an event; its sends have not left yet. */
  stepped?(replica: NodeId, state: object): void;
  /** A message has passed its sender's write barrier. */
  released?(from: NodeId, to: NodeId, message: Message): void;
  returned?(operation: number): void;
  crashed?(node: NodeId): void;
  restarted?(node: NodeId): void;
  /** The run is over. */
  ended?(end: End): void;
}

/** What oracles may look at, and how they speak. */
export interface Court {
  /** What runs, mutant included. */
  readonly build: Build;
  /** The state machine without any mutant: what clients were promised. */
  readonly specification: StateMachine;
  readonly spec: RunSpec;
  readonly view: ClusterView;
  /** To whom progress has been owed since faults stopped. */
  readonly owed: Owed;
  readonly history: readonly HistoryRecord[];
  /** What replicas have decided so far, and what the state machine should answer to it. */
  readonly decided: DecidedLog;
  /** How often any node has reached the mark. */
  countOf(mark: string): number;
  violation(oracle: Oracle, message: string, detail?: ViolationDetail): void;
  /** No verdict can be given. */
  undecided(reason: string): void;
}

export interface ViolationDetail {
  readonly invariant?: string;
  readonly node?: NodeId;
  /** Indices into the history. */
  readonly operations?: readonly number[];
  readonly evidence?: LinearizabilityEvidence;
  readonly thrown?: Thrown;
}
