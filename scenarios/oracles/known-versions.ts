/**
 * All states that some replica knew of in a run: those of the decided log, and those after
 * operations that were never decided. They form a tree, for two replicas may go on differently from
 * the same state until one of them takes it back. Kept up at a cost of what has changed.
 */
import type { Micros, NodeId, StateMachine } from '../../sim/contract.ts';
import { digest, type Plain } from '../../sim/plain.ts';
import { countBelow } from '../sorted.ts';
import { DistinctReads } from './distinct-reads.ts';
import type { Court, Watch } from './oracle.ts';

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
  private isWatching = false;
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

  /** What has to be told of the run, by the first of the oracles that asks for it. */
  watch(): Watch {
    if (this.isWatching) return {};
    this.isWatching = true;
    return {
      stepped: (replica, state) => this.stepped(replica, state),
      crashed: (replica) => {
        this.latest[replica] = undefined;
      },
    };
  }

  private stepped(replica: NodeId, state: object): void {
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
    return countBelow(this.decidedAt, time + 1);
  }

  /** All versions of what these reads are about. */
  versionsFor(reads: readonly Plain[]): VersionsRead {
    const { specification: machine, decided } = this.court;
    const found = new VersionsRead(machine, reads);
    const app = machine.initial();
    const open: Visit[] = [{ known: this.root, app, latest: found.atFirst(app), decidedLength: 0 }];
    for (let visit = open.pop(); visit !== undefined; visit = open.pop()) {
      const { known, app } = visit;
      const { operation, length } = known;
      const isNext = length <= decided.length && operation === decided.operations[length - 1];
      known.isDecided = length === 0 || (known.parent?.isDecided === true && isNext);
      const decidedLength = known.isDecided ? length : visit.decidedLength;
      const latest = found.after(known, visit.latest, decidedLength, app);
      for (const [index, child] of known.children.entries()) {
        // One of them, the first to be visited, may go on with the state itself.
        const isLast = index === known.children.length - 1;
        open.push({ known: child, app: isLast ? app : machine.clone(app), latest, decidedLength });
      }
    }
    return found;
  }
}

/** A state to go to, with what there was before it. */
interface Visit {
  readonly known: KnownState;
  /** The state machine's, which nobody else has. */
  readonly app: unknown;
  readonly latest: readonly KnownVersion[];
  readonly decidedLength: number;
}

/** One version of the object that a read is about. */
export interface KnownVersion {
  /** Versions of the object up to this one, without what it was at first. */
  readonly number: number;
  /** The state after the write that has made it; absent for what it was at first. */
  readonly made: KnownState | undefined;
  /** How much of the decided log that state has, before it goes another way. */
  readonly decidedLength: number;
}

/**
 * The versions that reads may be told, by what they answer. A version is the same in all states
 * that follow until its object is written again; what came before in the decided log, and of other
 * objects, makes no difference to it.
 */
export class VersionsRead {
  private readonly machine: StateMachine;
  private readonly reads: DistinctReads;
  /** By number of the read, and digest of the answer. */
  private readonly byAnswer: readonly Map<number, KnownVersion[]>[];

  constructor(machine: StateMachine, reads: readonly Plain[]) {
    this.machine = machine;
    this.reads = new DistinctReads(machine, reads);
    this.byAnswer = this.reads.all.map(() => new Map());
  }

  /** By number of the read: what each object is at first. */
  atFirst(app: unknown): readonly KnownVersion[] {
    const version = { number: 0, made: undefined, decidedLength: 0 };
    for (const read of this.reads.all.keys()) this.note(read, version, app);
    return this.reads.all.map(() => version);
  }

  /** The latest versions after this state's operation, which is applied. */
  after(
    made: KnownState,
    before: readonly KnownVersion[],
    decidedLength: number,
    app: unknown,
  ): readonly KnownVersion[] {
    const { operation } = made;
    if (operation === undefined || this.machine.isReadOnly(operation)) return before;
    this.machine.apply(app, operation);
    const changed = this.reads.of(operation);
    if (changed.length === 0) return before;
    const latest = [...before];
    for (const read of changed) {
      const version = { number: before[read]!.number + 1, made, decidedLength };
      latest[read] = version;
      this.note(read, version, app);
    }
    return latest;
  }

  private note(read: number, version: KnownVersion, app: unknown): void {
    const answer = digest(this.machine.apply(app, this.reads.all[read]!) ?? null);
    const alike = this.byAnswer[read]!.get(answer);
    if (alike === undefined) this.byAnswer[read]!.set(answer, [version]);
    else alike.push(version);
  }

  /** Those that answer the read so. */
  answering(read: Plain, output: Plain): readonly KnownVersion[] {
    return this.byAnswer[this.reads.numberOf(read)]!.get(digest(output)) ?? [];
  }
}
