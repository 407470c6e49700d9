/**
 * A node's disk: one FIFO of records with latency. What is still outstanding at a crash survives
 * as a prefix, its last record perhaps torn.
 */
import type { Durable, DurableRecord, Micros, Write } from './contract.ts';
import type { DiskConfig } from './plan.ts';
import type { Stream, Streams } from './streams.ts';

export class Disk {
  private readonly config: DiskConfig;
  private readonly streams: Streams;
  private readonly streamName: string;
  private ownStream: Stream | undefined;
  /** Every record issued, oldest first; the first `durableCount` of them are durable. */
  private records: DurableRecord[] = [];
  private durable = 0;
  private busyUntil: Micros = 0;
  private isCalm = false;

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

  /** Issues one record; returns the time at which it will be durable. */
  issue(writes: readonly Write[], now: Micros): Micros {
    this.records.push({ intact: true, writes });
    const { latencyMin, latencyMax } = this.config;
    const latency = this.stream.between(latencyMin, latencyMax) + this.drawStall();
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

  /** The oldest outstanding record has become durable. */
  complete(): void {
    this.durable += 1;
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
    this.durable = this.records.length;
    this.busyUntil = now;
    return kept;
  }

  /** What a starting node reads: containers of its own, entries shared. */
  read(): Durable {
    return { records: this.records.slice() };
  }

  /** Some of the record's writes reached the disk, the rest did not; nothing says which. */
  private tear(record: DurableRecord): DurableRecord {
    const kept = this.stream.below(record.writes.length + 1);
    return { intact: false, writes: record.writes.slice(0, kept) };
  }
}
