/**
 * The contract between a protocol and the world it runs in.
 *
 * A replica is a class with one plain `state` object, synchronous handlers named after the paper's
 * messages, and one injected `env`. Every handler runs to completion; what it sends leaves when the
 * step has returned and everything that the node has persisted so far is durable.
 */
import type { Level, Staleness, WeakerLevel } from './level.ts';
import type { NumberNames } from './number-names.ts';
import type { Plain } from './plain.ts';

/** Replicas are 0 … n-1 (joiners included), clients follow. */
export type NodeId = number;

/** Virtual time: an integer number of microseconds. */
export type Micros = number;

/** Unions of readonly interfaces, told apart by `type`: JSON values, `undefined`, maps, sets. */
export interface Message {
  readonly type: string;
}

/** What arrives instead of a message that was corrupted on the way: drop it, count it, go on. */
export interface Unreadable {
  readonly type: 'Unreadable';
}

/**
 * One change to a disk. Logs are addressed by position, counted from 0; `trim` drops the entries
 * before `first` and leaves the positions of the others as they are. A `truncate` keeps the entries
 * at positions below `end`. Values and entries are plain immutable data, shared and never cloned.
 */
export type Write =
  | { readonly kind: 'set'; readonly key: string; readonly value: unknown }
  | { readonly kind: 'append'; readonly log: string; readonly entry: unknown }
  | { readonly kind: 'truncate'; readonly log: string; readonly end: number }
  | { readonly kind: 'trim'; readonly log: string; readonly first: number };

/**
 * One `persist` call as the disk has it. Of a torn or rotten record (`intact: false`), trust
 * nothing.
 */
export interface DurableRecord {
  readonly intact: boolean;
  readonly writes: readonly Write[];
}

/**
 * What a node finds on its disk when it starts, oldest record first; fresh containers every time.
 */
export interface Durable {
  readonly records: readonly DurableRecord[];
}

/** All that a protocol may know of, and do to, the world. What it may not do ends the run. */
export interface Env<M extends Message = Message, Timer extends string = string> {
  readonly id: NodeId;
  /** This node's own clock: skewed and drifting, but monotonic. */
  readonly now: Micros;
  /** To any node, itself too; leaves when the step is over and all writes so far are durable. */
  send(to: NodeId, message: M): void;
  /** Leaves when the step has returned: for content that promises nothing durable. */
  sendUnsynced(to: NodeId, message: M): void;
  /** One timer a name; arming re-arms. `delay`, in its local time, is whole and not negative. */
  setTimer(timer: Timer, delay: Micros): void;
  cancelTimer(timer: Timer): void;
  /**
   * One call is one record: all of it survives a crash, or none, or it is torn (`intact: false`).
   */
  persist(...writes: readonly Write[]): void;
  /** A draw in 0 … bound-1 (at most 2^32) from a stream that goes on when the node restarts. */
  random(bound: number): number;
  /**
   * Names a reached situation, one of the protocol's `marks`: coverage for the fuzzer, a trigger
   * for faults, a label in the report.
   */
  mark(name: string): void;
}

/** What a client's half of a protocol may do besides. */
export interface ClientEnv<M extends Message = Message, Timer extends string = string>
  extends Env<M, Timer> {
  /** The open operation has returned `output`, which is plain data. */
  complete(output: Plain): void;
  /** Gives the open operation up: its outcome is unknown for ever. */
  abandon(): void;
  /** The open operation has certainly not happened and never will: it leaves the history. */
  refuse(): void;
}

/** A replica, or the common part of a client. Handlers are synchronous and return nothing. */
export interface Process<
  M extends Message = Message,
  Timer extends string = string,
  State = object,
> {
  /** All mutable data and nothing else: no functions, no class instances, no cycles. */
  readonly state: State;
  /** Boot and recovery are the same door: a first start finds no records. */
  start(durable: Durable): void;
  receive(from: NodeId, message: M | Unreadable): void;
  expire(timer: Timer): void;
  /**
   * A record could not be written and is lost, and so is all that waited for it to be sent; records
   * issued after it may still be written. A process without this handler ends instead, as a failed
   * fsync demands; it is restarted by whoever mends the disk.
   */
  writeFailed?(writes: readonly Write[]): void;
  /** An operator asks the group to go on with these members; a protocol that cannot has none. */
  reconfigure?(members: readonly NodeId[]): void;
}

/** A client issues one operation at a time; the next `invoke` comes after the last one's end. */
export interface Client<M extends Message = Message, Timer extends string = string, State = object>
  extends Process<M, Timer, State> {
  /**
   * A client is never asked for a level that its protocol does not offer. With `via`, which
   * only protocols that offer it are asked for, this replica is the first to hear of the operation;
   * what follows when it does not answer, or knows who does, is up to the protocol.
   */
  invoke(operation: Plain, level: Level, via?: NodeId): void;
}

/** A deterministic state machine that a protocol replicates. `apply` returns the reply. */
export interface StateMachine<App = unknown> {
  readonly name: string;
  /** The checker's model that judges its histories; without it, the machine is its own model. */
  readonly model?: string;
  /** A fresh state, owned and mutated by the one replica that asked for it. */
  initial(): App;
  /** Applies `operation` to `app` in place and returns the reply. */
  apply(app: App, operation: Plain): Plain;
  /** A deep copy, for snapshots and state transfer. */
  clone(app: App): App;
  /** Whether `operation` can never change the state, so that a read path may serve it. */
  isReadOnly(operation: Plain): boolean;
  /**
   * Of a machine with several objects: the one that the operation is about. Its reply, and what it
   * changes, follow from the earlier operations on that object alone. Absent: there is one object.
   */
  objectOf?(operation: Plain): string;
  /** Whether the operation changes its object only if that is as the operation expects. */
  isTestAndSet?(operation: Plain): boolean;
  /**
   * What of `app` these operations may have changed, as it is now; absent: the machine cannot tell.
   */
  difference?(app: App, operations: readonly Plain[]): Plain;
  /** Makes `app`, in place, what it was before those operations, into what it was after them. */
  merge?(app: App, difference: Plain): void;
}

/** The members of a run, as every process is told at its start. */
export interface Cluster {
  readonly replicas: readonly NodeId[];
  readonly clients: readonly NodeId[];
  /** The protocol's options, complete and valid: defaults filled in, checked against the schema. */
  readonly options: Options;
}

export type OptionValue = boolean | number | string;
export type Options = { readonly [name: string]: OptionValue };

/** One entry of a protocol's option schema. Times are Micros. */
export type OptionSchema = {
  readonly name: string;
  readonly about: string;
  /** Whether nodes of one cluster may run with different values, as during a rolling upgrade. */
  readonly mayDiffer?: boolean;
  /** Values that are worth trying besides the default, for the fuzzer to draw from. */
  readonly trials?: readonly OptionValue[];
} & (
  | { readonly type: 'boolean'; readonly default: boolean }
  | {
      readonly type: 'integer';
      /** A time; absent for a plain number. */
      readonly unit?: 'micros';
      readonly default: number;
      readonly min: number;
      readonly max: number;
    }
  | { readonly type: 'choice'; readonly default: string; readonly choices: readonly string[] }
);

/** What an option may be at most, or at least, besides what the schema says, and why. */
export interface OptionLimit {
  readonly option: string;
  readonly most?: number;
  readonly least?: number;
  /** In words that go on from a colon: `there are 3 replicas`. */
  readonly because: string;
  /** A cluster can have it otherwise, to little use: only who asks for it is refused. */
  readonly isAdvice?: true;
}

/** What invariants, claims and oracles may see of a running cluster. Read only. */
export interface ClusterView<State = object> {
  readonly cluster: Cluster;
  readonly now: Micros;
  /** The replica's state, or undefined while it is down. */
  stateOf(replica: NodeId): State | undefined;
  /** How often this replica has crashed so far. */
  crashesOf(replica: NodeId): number;
  isUp(node: NodeId): boolean;
  isPaused(node: NodeId): boolean;
  /** Whether messages sent now may get from one node to the other: no cut, no clog. */
  isConnected(from: NodeId, to: NodeId): boolean;
  /** Whether they do so whole and in time: nothing troubles the link, nor either of the nodes. */
  isSound(from: NodeId, to: NodeId): boolean;
  /** What the node's own clock shows now. */
  clockOf(node: NodeId): Micros;
  /** Members that operators have asked for so far, oldest first: what a group may yet come to. */
  readonly requestedMembers: readonly (readonly NodeId[])[];
  /** Whether the next start of the replica may meet damage that none has met yet. */
  isDamaged(replica: NodeId): boolean;
  /** What was sent and may yet be received: it is on its way, or waits for a node; in no order. */
  messagesInFlight(): readonly Message[];
}

/** A named safety claim over all replicas' states; `source` cites the paper or spec. */
export interface Invariant<State = object> {
  readonly name: string;
  readonly source: string;
  /** After such a step it has nothing to say and nothing to learn; without it, it never rests. */
  readonly restsAfter?: Quietness;
  /** A fresh watcher for one run, with whatever ghost memory it needs. */
  watch(view: ClusterView<State>): InvariantWatcher<State>;
}

export interface InvariantWatcher<State = object> {
  /** It has nothing to say, and nothing to learn, of the steps of others; absent: it is of all. */
  readonly only?: readonly NodeId[];
  /**
   * Called after every event at a replica. Returns what is violated, in one sentence, or undefined.
   */
  after(changed: NodeId, state: State): string | undefined;
  /** Called when a replica has crashed: what it held in memory is gone. */
  crashed?(replica: NodeId): void;
}

/** How little a step may change: what rests after one of these rests after the next ones too. */
export type Quietness = 'regular' | 'steady' | 'idle';

/** Tells, after each step of a replica, how little it was; undefined if all have to look. */
export interface Steadiness<State = object> {
  quietness(replica: NodeId, state: State): Quietness | undefined;
}

/** What a replica may lose to a fault, or do under one. */
export type Loss =
  /** A crash: what is in memory. */
  | 'memory'
  /** Everything on its disk. */
  | 'disk'
  /** A record that was durable; a start finds it damaged (`intact: false`). */
  | 'record'
  /** Records that were said to be durable, without a trace. */
  | 'unnoticed'
  /** Its clock leaps, stands still, or runs faster or slower for a while. */
  | 'clock'
  /** An adversary withholds, delays, repeats or reorders what the replica sends. */
  | 'omission'
  /** An adversary alters what the replica sends. */
  | 'lies';

/** To whom progress is owed: clients to be answered, replicas that have to agree in the end. */
export interface Owed {
  readonly clients: readonly NodeId[];
  readonly replicas: readonly NodeId[];
  /** Why it is owed to no replica, in words that go on from a colon. */
  readonly whyNone?: string;
}

/** What a protocol claims under given options; the swarm and the oracles hold it to that. */
export interface Claims<State = object> {
  /** Whether a crash loses nothing that was durable (false: memory is all there is). */
  readonly durable: boolean;
  /** Whether the protocol promises to stay safe if this replica suffers the loss now. */
  survives(loss: Loss, replica: NodeId, view: ClusterView<State>): boolean;
  /** To whom progress is owed, given who is up and which links work, if that stays so. */
  owes(view: ClusterView<State>): Owed;
  /** Clocks that gain or lose more parts per million break its promises; absent if none does. */
  readonly driftMax?: number;
  /** How long after the healing every pending operation must have ended and replicas agree. */
  readonly progressWithin: Micros;
}

/** What a message acknowledges: entries up to `length`, adopted in `round` (view, ballot, term). */
export interface Acknowledgement {
  readonly round: number;
  readonly length: number;
}

/** A replication protocol: everything the testbed needs to run, judge and explain it. */
export interface Protocol<
  M extends Message = Message,
  Timer extends string = string,
  State = object,
  ClientState = object,
> {
  /** Short id, as in `quorumlab fuzz vr`. */
  readonly name: string;
  readonly title: string;
  readonly paper: string;
  /** Its own word for what `leadership` numbers, such as `view` or `ballot`; absent: `round`. */
  readonly roundName?: string;
  /** Its own word for who leads, such as `primary` or `head`; absent: `leader`. */
  readonly leaderName?: string;
  /** How people read its packed numbers; absent: it has none. */
  readonly numberNames?: NumberNames;
  readonly optionSchema: readonly OptionSchema[];
  /** Fewer replicas than this are no cluster; absent means that one is enough. */
  readonly replicasMin?: number;
  /** Limits of options that depend on how many replicas there are, or on each other. */
  limits?(options: Options, replicas: number): readonly OptionLimit[];
  /** Whether operators may ask for this replica as a member; absent means any. */
  canBeMember?(replica: NodeId, options: Options): boolean;
  /** What those are that cannot be members, in words that go on from "is". */
  readonly nonMember?: string;
  /** Every mark that replicas and clients may reach, with what it means. */
  readonly marks: { readonly [mark: string]: string };
  /** Those at which it changes who leads, or who is a member: told beside a failure. */
  readonly landmarks?: readonly string[];
  /**
   * Levels that clients ask for where no more is wanted. Those that are not among them give more
   * than was asked for: such an operation is invoked, recorded and judged as linearizable.
   */
  readonly weakerLevels?: readonly WeakerLevel[];
  /** What `bounded` reads keep to; for protocols that offer them. */
  staleness?(options: Options): Staleness;
  /**
   * Operations that the replica knows of, decided or not, those trimmed included: what eventual
   * reads may be answered from. For protocols that offer them, with `knownOperation`.
   */
  knownCount?(state: State): number;
  /** That at `position` (from 0), as the very object; undefined where it keeps a snapshot only. */
  knownOperation?(state: State, position: number): Plain | undefined;
  /** Whether clients first ask the replica that an operation is planned for. */
  readonly offersVia?: boolean;
  /** Option that says how many of those that can be members are so at first; absent: always all. */
  readonly membersOption?: string;
  replica(env: Env<M, Timer>, cluster: Cluster, machine: StateMachine): Process<M, Timer, State>;
  /** The machine is there to tell which operations only read. */
  client(
    env: ClientEnv<M, Timer>,
    cluster: Cluster,
    machine: StateMachine,
  ): Client<M, Timer, ClientState>;
  claims(options: Options, replicas: number): Claims<State>;
  readonly invariants: readonly Invariant<State>[];
  /** For one run; without it, no invariant rests. */
  steadiness?(): Steadiness<State>;
  /** Number of log positions this replica knows to be decided. */
  decidedCount(state: State): number;
  /**
   * Decided positions before this one it keeps as a snapshot only, and does not tell one by one;
   * absent if it keeps all.
   */
  decidedFrom?(state: State): number;
  /** The operation decided at `position` (from 0), as the very object that the client was given. */
  decidedOperation(state: State, position: number): Plain | undefined;
  /** Number of decided positions applied to `app`. */
  appliedCount(state: State): number;
  /** The replicated application's state. */
  app(state: State): unknown;
  /**
   * What sending `message` promises, for the oracle that no promise shrinks; undefined for most.
   */
  acknowledges(message: M): Acknowledgement | undefined;
  /**
   * The round in which the replica last adopted a log and that log's length: never less than what
   * it has acknowledged, not even after a restart. Undefined while it claims nothing (recovering).
   */
  holds(state: State): Acknowledgement | undefined;
  /** One trace line: role, view, log, commit. */
  summary(state: State): string;
  /**
   * The round (view, ballot, term) a replica is in and whether it leads, for the report's colours.
   */
  leadership(state: State): { readonly round: number; readonly leads: boolean };
}

/** A protocol on a state machine: what a run is made of, and what a mutant changes. */
export interface Build {
  readonly protocol: Protocol;
  readonly machine: StateMachine;
}

/** A bug planted on purpose; lives beside what it breaks. */
export interface Mutant {
  /** The row of the zoo, such as `VR-3`. */
  readonly id: string;
  readonly summary: string;
  /** The protocol that it breaks; without it, one that breaks what every protocol may run on. */
  readonly protocol?: string;
  readonly difficulty: 'easy' | 'medium' | 'hard';
  /** Options that the bug needs to show, such as the durable mode. */
  readonly options?: Options;
  apply(build: Build): Build;
}
