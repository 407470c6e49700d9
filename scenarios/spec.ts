/** What goes into a run and what comes out of it: plain JSON both. */
import type { Options } from '../sim/contract.ts';
import type { FaultKind } from '../sim/fault.ts';
import type { Landmark } from '../sim/landmark.ts';
import type { Level, WeakerLevel } from '../sim/level.ts';
import type { Plain } from '../sim/plain.ts';
import type {
  Bounds,
  ClockConfig,
  DiskConfig,
  Ending,
  FateOverride,
  NetworkConfig,
  Plan,
  UnmetOverride,
} from '../sim/plan.ts';
import type { EventRecord } from '../sim/record.ts';
import type { Rekey } from '../sim/simulation-config.ts';
import type { Unstruck } from '../sim/unstruck.ts';
import type { Course } from './measure/course.ts';
import type { NodeState } from './node-state.ts';

export const SPEC_FORMAT = 'quorumlab-spec/1';
export const RUN_FORMAT = 'quorumlab-run/1';

/** A whole world: `run(spec)` is a pure function of this. */
export interface RunSpec {
  readonly format: typeof SPEC_FORMAT;
  /** Id of the scenario it was drawn from, such as `vr/chaos`. */
  readonly scenario: string;
  readonly protocol: string;
  /** Id of a planted bug, such as `VR-3`. */
  readonly mutant?: string;
  /** Normalised: `0x` and up to 16 hex digits, or 1–64 printable characters. */
  readonly seed: string;
  /** Version of the random streams' scheme; another version is refused. */
  readonly streams: number;
  readonly replicas: number;
  readonly clients: number;
  readonly options: Options;
  /** Id of the replicated state machine, such as `kv`. */
  readonly machine: string;
  readonly network: NetworkConfig;
  readonly disk: DiskConfig;
  readonly clock: ClockConfig;
  /**
   * How long each message from another node keeps a replica busy (Micros): what arrives meanwhile
   * waits its turn, timers and records too. Until the run turns quiet; absent means no time.
   */
  readonly serviceTime?: number;
  readonly ending: Ending;
  readonly bounds: Bounds;
  /** What to draw a plan from; not used when `plan` is given. */
  readonly workload: WorkloadConfig;
  readonly faults: FaultConfig;
  readonly plan?: Plan;
  /** The scenario's own claim about its outcome. */
  readonly expect?: Expectation;
  /** What was set so that the scenario's claim is not judged; absent if it is, or has none. */
  readonly unjudged?: readonly Alteration[];
  /** Ids of the oracles to judge with; absent means all that apply. */
  readonly oracles?: readonly string[];
  /** Whether ties in time are broken by a seeded priority instead of insertion order. */
  readonly shuffleTies: boolean;
  /** Whether faults beyond what the protocol claims to survive are held back. */
  readonly withinClaims: boolean;
  /** Freeze deeply whatever is sent or persisted. */
  readonly paranoid: boolean;
  /**
   * After so many events all that is drawn comes from another seed, and from another network if it
   * names one; else overrides stay. The plan stays in any case.
   */
  readonly rekey?: Rekey;
}

/** Settings that may make another world of a scenario's. */
export const alteringSettings = [
  'replicas',
  'clients',
  'operations',
  'duration',
  'maxEvents',
  'serviceTime',
  'option',
  'faults',
  'mutant',
] as const;

/** A setting that has made another world of a scenario's. Durations are Micros. */
export interface Alteration {
  readonly setting: (typeof alteringSettings)[number];
  /** As text; of an option, `name=value`. */
  readonly value: string;
}

export interface Expectation {
  /** Marks that must be reached. */
  readonly marks?: readonly string[];
  /** No operation may return after this time (Micros). */
  readonly noReturnsAfter?: number;
  /** How many operations have to return, or may at most, within certain times. */
  readonly windows?: readonly ReturnWindow[];
}

/** Counts the operations that return from `from` on and before `until` (Micros). */
export interface ReturnWindow {
  /** What this time is, or whose, for people: `the minority side`. */
  readonly about?: string;
  readonly from: number;
  readonly until: number;
  /** Indices of the clients that asked, from 0; absent means all. */
  readonly clients?: readonly number[];
  /** Absent means both. */
  readonly kind?: 'reads' | 'writes';
  /** What was asked for; absent means either. */
  readonly level?: Level;
  /** At least one of the two is there. */
  readonly atLeast?: number;
  readonly atMost?: number;
}

export interface WorkloadConfig {
  readonly operations: number;
  readonly keys: number;
  /** Mean pause of a client between operations; 0 is a closed loop. */
  readonly thinkTime: number;
  /** Parts per hundred by operation name; what the machine understands. */
  readonly mix: { readonly [operation: string]: number };
  /** Parts per hundred of the reads that may be stale, by level; absent means none. */
  readonly sequential?: number;
  readonly eventual?: number;
  readonly bounded?: number;
}

/** How many faults of each kind are drawn, and for how long each lasts (Micros). */
export interface FaultConfig {
  readonly kinds: { readonly [kind in FaultKind]?: number };
  readonly lastsMin: number;
  readonly lastsMax: number;
  /** Parts per hundred of the faults that wait for a mark instead of a time. */
  readonly targeted: number;
}

export type Verdict = 'passed' | 'failed' | 'inconclusive';

/** Progress that did not come. */
export interface Overdue {
  /** When faults had stopped (Micros): it has been owed since then. */
  readonly since: number;
  /** Nodes that it was owed to: clients an answer, replicas agreement. */
  readonly clients: readonly number[];
  readonly replicas: readonly number[];
  /** How often marks were reached since, of those that were. */
  readonly marks: { readonly [mark: string]: number };
}

export interface RunResult {
  readonly format: typeof RUN_FORMAT;
  /** With the plan that ran. */
  readonly spec: RunSpec & { readonly plan: Plan };
  readonly verdict: Verdict;
  /** In the order found; the first decides the signature. */
  readonly failures: readonly Failure[];
  /** Why no verdict could be given; empty unless inconclusive. */
  readonly inconclusive: readonly string[];
  /** 16 hex digits. */
  readonly traceHash: string;
  readonly ended: {
    readonly how: 'quiet' | 'cut' | 'violation' | 'bound';
    readonly at: number;
    readonly bound?: string;
    /** The run turned quiet, and no progress was owed then: a pass says nothing of liveness. */
    readonly isOwedNothing?: true;
    /** Why, in words that go on from a colon, where the protocol says. */
    readonly whyOwedNothing?: string;
    /** Where progress was waited for in vain: what there was to wait for, and what happened. */
    readonly overdue?: Overdue;
  };
  readonly counts: RunCounts;
  /** The protocol's words for a round and for who leads it, where it has its own. */
  readonly roundName?: string;
  readonly leaderName?: string;
  /** Every mark the protocol declares, with how often it was reached. */
  readonly marks: { readonly [mark: string]: number };
  /** One entry for each fault of the plan, in its order. */
  readonly faults: readonly FaultOutcome[];
  /** Overrides of the network that named no message that was sent; absent if all did. */
  readonly unmetOverrides?: readonly UnmetOverride[];
  readonly history: readonly HistoryEntry[];
  /** One entry for each window of `spec.expect`, in its order; absent if there is none. */
  readonly windows?: readonly WindowOutcome[];
  /** One summary line a node at the end, replicas first; `down` for a crashed one. */
  readonly finalSummaries: readonly string[];
  /** Of each replica everything that it knows at the end, when it was asked for. */
  readonly finalStates?: readonly NodeState[];
  /** Of a run that fails: the latest that its protocol calls landmarks, the oldest first. */
  readonly landmarks?: readonly Landmark[];
  /** The event log, when it was asked for. */
  readonly events?: readonly EventRecord[];
  /**
   * When it was asked for: pairs of marks as two bit sets in 32-bit words. Of marks counted as the
   * protocol declares them, bit a * count + b of the first says that b was reached after a, bit
   * a * count + a that a was reached; and in the second, that b was reached while another node was
   * last at a.
   */
  readonly coverage?: readonly number[];
  /**
   * When it was asked for: what became of each message, in the order of sending, that was sent
   * before the network turned quiet, and not over a cut link.
   */
  readonly fates?: readonly FateOverride[];
  /** When it was asked for: what the run is measured by. */
  readonly course?: Course;
}

export interface RunCounts {
  readonly events: number;
  readonly sent: number;
  readonly delivered: number;
  readonly dropped: number;
  readonly duplicated: number;
  readonly corrupted: number;
  readonly persisted: number;
  readonly invoked: number;
  readonly completed: number;
  /** Given up by their client, which goes on. */
  readonly abandoned: number;
  readonly refused: number;
  readonly crashes: number;
  readonly restarts: number;
}

export interface FaultOutcome {
  readonly status: 'fired' | 'never-triggered' | 'held-back';
  /** Time and event number at which it fired. */
  readonly at?: number;
  readonly event?: number;
  /** When it healed; absent while it held to the end. */
  readonly until?: number;
  /** The node that `'it'` or `'leader'` stood for. */
  readonly node?: number;
  /** Why it did not strike. */
  readonly why?: Unstruck;
  /** How many nodes it passed over of those that it strikes in turn; absent for none. */
  readonly passedOver?: number;
  /** How often its mark was reached, where that was not often enough. */
  readonly seen?: number;
}

/** What a window of the expected outcome has counted. */
export interface WindowOutcome {
  /** Which operations and when, in words. */
  readonly what: string;
  /** How many were expected, in words: `at least 1`, `none`. */
  readonly expected: string;
  readonly returned: number;
  readonly isMet: boolean;
}

/** One operation as a client saw it. */
export interface HistoryEntry {
  /** History process: a client's incarnations are different processes. */
  readonly process: number;
  /** The client's node id. */
  readonly node: number;
  readonly operation: Plain;
  /** A read that was allowed to be stale; absent means linearizable. */
  readonly level?: WeakerLevel;
  readonly call: number;
  /** Null: never returned, outcome unknown. */
  readonly return: number | null;
  readonly output?: Plain;
  /** Place in the decided log, where known. */
  readonly decidedAt?: number;
}

export interface Failure {
  readonly oracle: string;
  /** The named invariant, where the oracle is `invariants`; the claim, where `expectation`. */
  readonly invariant?: string;
  /** Provisional signature: oracle and invariant, as `L-7f3a`. */
  readonly signature: string;
  /** One sentence a person understands. */
  readonly message: string;
  readonly at: number;
  readonly event: number;
  readonly node?: number;
  /** Indices into `history` of the operations that show it. */
  readonly operations?: readonly number[];
  readonly evidence?: LinearizabilityEvidence;
  /** Of an exception. It is for people, and not the same in every engine and on every machine. */
  readonly thrown?: Thrown;
}

/** An exception in the engine's words. */
export interface Thrown {
  /** Its class, or the type of what is no error. */
  readonly name: string;
  readonly message: string;
  /** Frames outside quorumlab's own engine, innermost first, as the engine writes them. */
  readonly stack: readonly string[];
}

/** What the checker says of a history that is not linearizable, by indices into `history`. */
export interface LinearizabilityEvidence {
  readonly key?: string;
  /** The minimised counterexample. */
  readonly operations: readonly number[];
  /** Longest partial linearizations, each an order of operations with the state after each step. */
  readonly partial: readonly {
    readonly order: readonly number[];
    readonly states: readonly string[];
  }[];
  /** The operation that cannot be linearized next. */
  readonly stuckAt?: number;
}
