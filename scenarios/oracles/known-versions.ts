/**
 * All states that some replica knew of in a run: those of the decided log, and those after
 * operations that were never decided. They form a tree, for two replicas may go on differently from
 * the same state until one of them takes it back. Kept up at a cost of what has changed.
 */
import type { Micros, NodeId, StateMachine } from '../../sim/contract.ts';
import { digest, type Plain } from '../../sim/plain.ts';
import type { Court } from './oracle.ts';
import { nameOfRead } from './read-answers.ts';

/** The state after an operation, and after all before it. */
export interface KnownState {
  /** Absent for the state at first. */
  readonly parent?: KnownState;
  readonly operation: Plain | undefined;
  /** Operations up to this one. */
  readonly length: number;
  /** When a replica knew it first, and when the latest one that did not have it got it. */
  readonly knownAt: Micros;
  gotAt: Micros;
  readonly children: KnownState[];
  /** Whether this, and all before it, is what was decided; found out in the end. */
  isDecided: boolean;
}

export class KnownVersions {
  private static readonly all = new WeakMap<Court, KnownVersions>();
  private readonly court: Court;
  private readonly root: KnownState;
  /** By replica: what it knew when it was looked at last. */
  private readonly latest: (KnownState | undefined)[] = [];
  /** By position of the decided log: when it was decided. */
  private readonly decidedAt: Micros[] = [];

  /** One for all oracles of a run. */
  static of(court: Court): KnownVersions {
    const known = KnownVersions.all.get(court);
    if (known !== undefined) return known;
    const versions = new KnownVersions(court);
    KnownVersions.all.set(court, versions);
    return versions;
  }

  private constructor(court: Court) {
    this.court = court;
    const none = { operation: undefined, length: 0, knownAt: 0, gotAt: 0 };
    this.root = { ...none, children: [], isDecided: true };
  }

  crashed(replica: NodeId): void {
    this.latest[replica] = undefined;
  }

  stepped(replica: NodeId, state: object): void {
    const { protocol } = this.court.build;
    while (this.decidedAt.length < this.court.decided.length) {
      this.decidedAt.push(this.court.view.now);
    }
    const count = protocol.knownCount?.(state) ?? 0;
    const before = this.latest[replica] ?? this.root;
    const isSame = before.length === count && this.has(state, before);
    if (isSame) return;
    let known = before;
    while (known.length > count || !this.has(state, known)) known = known.parent ?? this.root;
    for (let position = known.length; position < count; position++) {
      known = this.follow(known, this.operationOf(state, position));
    }
    this.latest[replica] = known;
  }

  /** Whether the replica's last operation of that length is this one, and so all before it are. */
  private has(state: object, { length, operation }: KnownState): boolean {
    return length === 0 || this.operationOf(state, length - 1) === operation;
  }

  /** What a replica has trimmed was decided. */
  private operationOf(state: object, position: number): Plain | undefined {
    const known = this.court.build.protocol.knownOperation?.(state, position);
    return known ?? this.court.decided.operations[position];
  }

  private follow(parent: KnownState, operation: Plain | undefined): KnownState {
    const { now } = this.court.view;
    const known = parent.children.find((child) => child.operation === operation);
    if (known !== undefined) {
      known.gotAt = now;
      return known;
    }
    const times = { knownAt: now, gotAt: now };
    const length = parent.length + 1;
    const child = { parent, operation, length, ...times, children: [], isDecided: false };
    parent.children.push(child);
    return child;
  }

  /** How many positions were decided at that time. */
  decidedBy(time: Micros): number {
    const first = this.decidedAt.findIndex((at) => at > time);
    return first < 0 ? this.decidedAt.length : first;
  }

  /** What each state makes of each of these reads. */
  answersTo(reads: ReadonlyMap<string, Plain>): readonly StateAnswers[] {
    const { specification: machine, decided } = this.court;
    const found: StateAnswers[] = [];
    const open: Visit[] = [{ known: this.root, app: machine.initial(), before: undefined }];
    for (let visit = open.pop(); visit !== undefined; visit = open.pop()) {
      const { known, app, before } = visit;
      const position = known.length - 1;
      const isNext = position < decided.length && known.operation === decided.operations[position];
      known.isDecided = position < 0 || (known.parent?.isDecided === true && isNext);
      if (changes(machine, known.operation)) machine.apply(app, known.operation);
      const answers = new StateAnswers(known, machine, app, reads, before);
      found.push(answers);
      for (const [index, child] of known.children.entries()) {
        // One of them, the first to be visited, may go on with the state itself.
        const isLast = index === known.children.length - 1;
        open.push({ known: child, app: isLast ? app : machine.clone(app), before: answers });
      }
    }
    return found;
  }
}

/** A state to go to, from the one before it. */
interface Visit {
  readonly known: KnownState;
  /** The one before it, which nobody else has. */
  readonly app: unknown;
  readonly before: StateAnswers | undefined;
}

function changes(machine: StateMachine, operation: Plain | undefined): operation is Plain {
  return operation !== undefined && !machine.isReadOnly(operation);
}

/** One version of the object that a read is about, in some state. */
export interface KnownVersion {
  /** Digest of the answer. */
  readonly answer: number;
  /** Versions of the object up to this one, without what it was at first. */
  readonly number: number;
  /** The state after the write that has made it; absent for what it was at first. */
  readonly made: KnownState | undefined;
  /** How much of the decided log that state has, before it goes another way. */
  readonly decidedLength: number;
}

/** What one state makes of a set of reads. */
export class StateAnswers {
  readonly known: KnownState;
  private readonly decidedLength: number;
  private readonly versions = new Map<string, KnownVersion>();

  constructor(
    known: KnownState,
    machine: StateMachine,
    app: unknown,
    reads: ReadonlyMap<string, Plain>,
    before: StateAnswers | undefined,
  ) {
    this.known = known;
    const { operation, isDecided, length } = known;
    this.decidedLength = isDecided ? length : (before?.decidedLength ?? 0);
    for (const [name, read] of reads) {
      const isWrite = changes(machine, operation) && isOfSameObject(machine, operation, read);
      const earlier = before?.versions.get(name);
      this.versions.set(name, {
        answer: digest(machine.apply(app, read) ?? null),
        number: (earlier?.number ?? 0) + (isWrite ? 1 : 0),
        made: isWrite ? known : earlier?.made,
        decidedLength: this.decidedLength,
      });
    }
  }

  versionFor(read: Plain): KnownVersion {
    const version = this.versions.get(nameOfRead(read));
    if (version === undefined) throw new Error(`nobody asked for ${nameOfRead(read)}`);
    return version;
  }
}

export function isOfSameObject(machine: StateMachine, one: Plain, other: Plain): boolean {
  return machine.objectOf?.(one) === machine.objectOf?.(other);
}
