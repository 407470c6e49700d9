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

export class Disk {
  /** How much longer each record takes. */
  slowBy: Micros = 0;
  /** How many faults keep anything from being written. */
  full = 0;
  /** The next record to complete cannot be written. */
  failsNext = false;
  /** The next record to complete lands on the one at this place, in parts per million. */
  misdirectTo = NONE;
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
  private isCalm = false;
  /** From this record on the disk has only said that they are durable; -1 when it is honest. */
  private lyingFrom = NONE;
  /** The record that a misdirected write has taken elsewhere, while it is still the last. */
  private strayed = NONE;
  private readonly unreadable = new Set<number>();
  private hasUnmetDamage = false;

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

  /** Whether a start would find damage that no start has met. */
  get isDamaged(): boolean {
    return this.hasUnmetDamage || this.unreadable.size > 0;
  }

  /** Issues one record; returns the time at which it will be durable. */
  issue(writes: readonly Write[], now: Micros): Micros {
    this.records.push({ intact: true, writes });
    const { latencyMin, latencyMax } = this.config;
    const latency = this.stream.between(latencyMin, latencyMax) + this.drawStall() + this.slowBy;
    this.busyUntil = Math.max(this.busyUntil, now) + latency;
    return this.busyUntil;
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
    return this.failsNext || this.full > 0;
  }

  /**
   * The oldest outstanding record has become durable. If it went astray and the tail is to be
   * spared, that shows when the next one is through: a hole at the end would pass for torn.
   */
  complete(): void {
    const index = this.durable;
    this.durable += 1;
    if (this.misdirectTo === NONE) return;
    if (this.sparesTail && this.strayed === NONE) {
      this.strayed = index;
      return;
    }
    const lost = this.sparesTail ? this.strayed : index;
    const victim = this.recordAt(this.misdirectTo, lost);
    this.endMisdirection();
    if (victim === NONE) return;
    this.damage(victim);
    this.records[lost] = HOLE;
  }

  /** Writes land where they should again. */
  endMisdirection(): void {
    this.misdirectTo = NONE;
    this.strayed = NONE;
  }

  /** The oldest outstanding record could not be written; returns what it would have changed. */
  fail(): readonly Write[] {
    const lost = this.records[this.durable]?.writes ?? [];
    this.records[this.durable] = undefined;
    this.durable += 1;
    this.failsNext = false;
    return lost;
  }

  /** The process ended on a failed write: nothing that was outstanding reaches the disk. */
  loseOutstanding(): void {
    this.records.length = this.durable;
    this.failsNext = false;
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
    if (this.lyingFrom !== NONE)
      this.records.length = Math.min(this.records.length, this.lyingFrom);
    this.durable = this.records.length;
    this.strayed = NONE;
    this.busyUntil = now;
    return kept;
  }

  /** What a starting node reads: containers of its own, entries shared. */
  read(): Durable {
    this.hasUnmetDamage = false;
    const readable = (record: DurableRecord, index: number): DurableRecord =>
      this.unreadable.has(index) ? HOLE : record;
    const records = this.records.flatMap((record, index) =>
      record === undefined ? [] : [readable(record, index)],
    );
    return { records };
  }

  // What faults do to it.

  /** Everything on it is gone. */
  wipe(): void {
    this.records = [];
    this.durable = 0;
    this.lyingFrom = NONE;
    this.unreadable.clear();
    this.hasUnmetDamage = false;
  }

  /** From now on records are only said to be durable. */
  lie(): void {
    if (this.lyingFrom === NONE) this.lyingFrom = this.durable;
  }

  /** All that was said to be durable is. */
  becomeHonest(): void {
    this.lyingFrom = NONE;
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

  /** The record at `place` cannot be read until `readAgain` is told its index. */
  refuseToRead(place: number): number {
    const index = this.recordAt(place, this.durable);
    if (index !== NONE) this.unreadable.add(index);
    return index;
  }

  readAgain(index: number): void {
    this.unreadable.delete(index);
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
    this.hasUnmetDamage = true;
  }

  /** Some of the record's writes reached the disk, the rest did not; nothing says which. */
  private tear(record: DurableRecord): DurableRecord {
    const kept = this.stream.below(record.writes.length + 1);
    return { intact: false, writes: record.writes.slice(0, kept) };
  }
}
