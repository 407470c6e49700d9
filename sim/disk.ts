/**
 * A node's disk: one FIFO of records with latency. What is still outstanding at a crash survives
 * as a prefix, its last record perhaps torn. Faults make it slow, full, lying, or damage records.
 */
import type { Durable, DurableRecord, Micros, Write } from './contract.ts';
import type { DiskConfig } from './plan.ts';
import type { Stream, Streams } from './streams.ts';

const MILLION = 1_000_000;
const NONE = -1;

/** Where a record would have been: a sequence number shows that one is missing. */
const HOLE: DurableRecord = { intact: false, writes: [] };

/** Undoes what a fault does to a disk. */
export type Mend = () => void;

/** A record that a fault slows down: when it is to be durable, and its share of that time. */
interface SlowRecord {
  due: Micros;
  readonly latency: Micros;
  slowBy: Micros;
}

/** A write to come that lands on another record. */
interface Stray {
  /** Where, in parts per million of the records there are. */
  readonly place: number;
  /** The record that went astray, while that does not show yet; -1 before. */
  index: number;
}

export class Disk {
  /** How much longer each record takes. */
  slowBy: Micros = 0;
  /** Damage spares the last intact record: there, a start would take it for a torn tail. */
  sparesTail = false;

  private readonly config: DiskConfig;
  private readonly streams: Streams;
  private readonly streamName: string;
  private ownStream: Stream | undefined;
  /**
   * Every record issued, oldest first; the first `durable` of them are through. One that could
   * not be written is undefined: it left no trace.
   */
  private records: (DurableRecord | undefined)[] = [];
  private durable = 0;
  private busyUntil: Micros = 0;
  /** Those that were issued since it is slow, oldest first. */
  private slowed: SlowRecord[] = [];
  /** Times, earliest first, at which records were to be durable that are so earlier by now. */
  private stale: Micros[] = [];
  private isCalm = false;
  /** How many faults keep anything from being written. */
  private full = 0;
  /** Faults by each of which one record fails: those to come, oldest first, and those come true. */
  private readonly failing = new Set<object>();
  private readonly failed = new Set<object>();
  private strays: Stray[] = [];
  /** How many faults make it lie, and from which record on it has; -1 when it is honest. */
  private liars = 0;
  private lyingFrom = NONE;
  /** Records that cannot be read now, one entry a fault. */
  private readonly unreadable = new Set<{ readonly index: number }>();
  /** Damaged records that no start has met. */
  private readonly unmet = new Set<number>();

  constructor(config: DiskConfig, streamName: string, streams: Streams) {
    this.config = config;
    this.streamName = streamName;
    this.streams = streams;
  }

  private get stream(): Stream {
    this.ownStream ??= this.streams.get(this.streamName);
    return this.ownStream;
  }

  get issuedCount(): number {
    return this.records.length;
  }

  get durableCount(): number {
    return this.durable;
  }

  get isIdle(): boolean {
    return this.durable === this.records.length;
  }

  /** Whether a start may find damage that none has met. */
  get isDamaged(): boolean {
    return this.unmet.size > 0 || this.unreadable.size > 0 || this.strays.length > 0;
  }

  /** Issues one record; returns the time at which it will be durable. */
  issue(writes: readonly Write[], now: Micros): Micros {
    this.records.push({ intact: true, writes });
    const { latencyMin, latencyMax } = this.config;
    const latency = this.stream.between(latencyMin, latencyMax) + this.drawStall();
    const { slowBy } = this;
    this.busyUntil = Math.max(this.busyUntil, now) + latency + slowBy;
    if (slowBy > 0) this.slowed.push({ due: this.busyUntil, latency, slowBy });
    return this.busyUntil;
  }

  /**
   * It is less slow from now on: a record that it has not begun to write takes as long as one that
   * is issued now. Returns when those will be durable; the times said before are stale.
   */
  quicken(now: Micros): readonly Micros[] {
    const { slowBy } = this;
    const waiting = this.slowed.filter((each) => each.due - each.latency - each.slowBy > now);
    const first = waiting[0];
    let due = first === undefined ? 0 : first.due - first.latency - first.slowBy;
    for (const record of waiting) {
      this.stale.push(record.due);
      due += record.latency + slowBy;
      record.due = due;
      record.slowBy = slowBy;
    }
    if (first !== undefined) this.busyUntil = due;
    this.stale.sort((one, other) => one - other);
    this.slowed = slowBy > 0 ? waiting : [];
    return waiting.map((record) => record.due);
  }

  /** Whether this is a time at which a record was to be durable, and is so earlier: asked once. */
  isStale(time: Micros): boolean {
    if (this.stale[0] !== time) return false;
    this.stale.shift();
    return true;
  }

  /** A disk that stalls holds back all that queues behind the record. */
  private drawStall(): Micros {
    const { stall = 0, stallBy = 0 } = this.config;
    if (stall === 0 || this.isCalm || !this.stream.chance(stall)) return 0;
    return this.stream.between(0, stallBy);
  }

  /** No record that is issued from now on stalls. */
  calm(): void {
    this.isCalm = true;
  }

  /** Whether the record that is through next cannot be written. */
  get failsNow(): boolean {
    return this.failing.size > 0 || this.full > 0;
  }

  /** Whether a fault holds by which a record could not be written. */
  get isBroken(): boolean {
    return this.failed.size > 0 || this.full > 0;
  }

  /** The oldest outstanding record has become durable. */
  complete(): void {
    const index = this.durable;
    this.durable += 1;
    const stray = this.strays[0];
    if (stray === undefined) return;
    if (this.sparesTail && stray.index === NONE) {
      // It shows when the next one is through: a hole at the end would pass for a torn record.
      stray.index = index;
      return;
    }
    this.strays.shift();
    const lost = stray.index === NONE ? index : stray.index;
    const victim = this.recordAt(stray.place, lost);
    if (victim === NONE) return;
    this.damage(victim);
    this.records[lost] = HOLE;
    this.unmet.add(lost);
  }

  /** The oldest outstanding record could not be written; returns what it would have changed. */
  fail(): readonly Write[] {
    const lost = this.records[this.durable]?.writes ?? [];
    this.records[this.durable] = undefined;
    this.durable += 1;
    const [oldest] = this.failing;
    if (oldest !== undefined) {
      this.failing.delete(oldest);
      this.failed.add(oldest);
    }
    return lost;
  }

  /** The process has ended: nothing that was outstanding reaches the disk. */
  loseOutstanding(): void {
    this.records.length = this.durable;
  }

  /** Takes back what was issued after the first `count` records: the step that did is undone. */
  unissueAfter(count: number): void {
    this.records.length = Math.max(count, this.durable);
  }

  /**
   * Power is lost: a drawn prefix of the outstanding records survives, the next one perhaps torn.
   * Returns how many records are durable by that; a torn one never is.
   */
  crash(now: Micros): number {
    const outstanding = this.records.length - this.durable;
    let kept = this.durable;
    if (outstanding > 0) {
      kept += this.stream.below(outstanding + 1);
      const next = this.records[kept];
      this.records.length = kept;
      if (next !== undefined && this.stream.chance(this.config.torn)) {
        this.records.push(this.tear(next));
      }
    }
    if (this.lyingFrom !== NONE) this.cutAt(this.lyingFrom);
    this.durable = this.records.length;
    for (const stray of this.strays) stray.index = NONE;
    this.busyUntil = now;
    this.slowed = [];
    this.stale = [];
    return kept;
  }

  /** Of what was said to be durable, this and all after it is not. */
  private cutAt(end: number): void {
    this.records.length = Math.min(this.records.length, end);
    for (const index of this.unmet) if (index >= end) this.unmet.delete(index);
    for (const error of this.unreadable) if (error.index >= end) this.unreadable.delete(error);
  }

  /** What is on it, oldest record first, and how many are on the way: changes nothing. */
  look(): Durable & { readonly outstanding: number } {
    const records = this.records.slice(0, this.durable).filter((record) => record !== undefined);
    return { records, outstanding: this.records.length - this.durable };
  }

  /** What a starting node reads: containers of its own, entries shared. */
  read(): Durable {
    this.unmet.clear();
    const refused = new Set([...this.unreadable].map(({ index }) => index));
    const readable = (record: DurableRecord, index: number): DurableRecord =>
      refused.has(index) ? HOLE : record;
    const records = this.records.flatMap((record, index) =>
      record === undefined ? [] : [readable(record, index)],
    );
    return { records };
  }

  // What faults do to it. Each holds until it is mended, whatever others do meanwhile.

  /** Everything on it is gone. */
  wipe(): void {
    this.cutAt(0);
    this.durable = 0;
    if (this.liars > 0) this.lyingFrom = 0;
  }

  /** Nothing can be written. */
  fillUp(): Mend {
    this.full += 1;
    return () => {
      this.full -= 1;
    };
  }

  /** The next record to complete cannot be written. */
  failOnce(): Mend {
    const fault = {};
    this.failing.add(fault);
    return () => {
      this.failing.delete(fault);
      this.failed.delete(fault);
    };
  }

  /** The next record to complete lands on the one at `place`. */
  leadAstray(place: number): Mend {
    const stray: Stray = { place, index: NONE };
    this.strays.push(stray);
    return () => {
      this.strays = this.strays.filter((each) => each !== stray);
    };
  }

  /** Records are only said to be durable; when it is mended, all that were said to be are. */
  lie(): Mend {
    if (this.liars === 0) this.lyingFrom = this.durable;
    this.liars += 1;
    return () => {
      this.liars -= 1;
      if (this.liars === 0) this.lyingFrom = NONE;
    };
  }

  /** Whether there is a record at `place` that can be damaged. */
  hasRecordAt(place: number): boolean {
    return this.recordAt(place, this.durable) !== NONE;
  }

  /** Damages the record at `place` for good. */
  rot(place: number): void {
    const index = this.recordAt(place, this.durable);
    if (index !== NONE) this.damage(index);
  }

  /** The record at `place` cannot be read. */
  refuseToRead(place: number): Mend {
    const error = { index: this.recordAt(place, this.durable) };
    if (error.index !== NONE) this.unreadable.add(error);
    return () => {
      this.unreadable.delete(error);
    };
  }

  /**
   * Index of the record at `place` parts per million among the first `count`; if that is not an
   * intact one, of the next before it that is; -1 if there is none.
   */
  private recordAt(place: number, count: number): number {
    let last = this.intactBefore(count);
    if (this.sparesTail) last = this.intactBefore(last);
    return this.intactBefore(Math.min(last, Math.floor((place * count) / MILLION)) + 1);
  }

  /** The last intact record before `end`, or -1. */
  private intactBefore(end: number): number {
    let index = end - 1;
    while (index >= 0 && this.records[index]?.intact !== true) index -= 1;
    return Math.max(index, NONE);
  }

  private damage(index: number): void {
    const writes = this.records[index]?.writes ?? [];
    const kept = writes.slice(0, Math.floor(writes.length / 2));
    this.records[index] = { intact: false, writes: kept };
    this.unmet.add(index);
  }

  /** Some of the record's writes reached the disk, the rest did not; nothing says which. */
  private tear(record: DurableRecord): DurableRecord {
    const kept = this.stream.below(record.writes.length + 1);
    return { intact: false, writes: record.writes.slice(0, kept) };
  }
}
