/**
 * A node's own clock: it starts at an offset, gains or loses, can leap forward and stand still, and
 * never goes back.
 */
import type { Micros } from './contract.ts';

const MILLION = 1_000_000;
/** However faults add up, a clock goes on, and is not a hundred times too slow or too fast. */
const RATE_MIN = MILLION / 100;
const RATE_MAX = MILLION * 100;

export class Clock {
  /** Virtual time of the last change, and what the clock showed then. */
  private changedAt: Micros = 0;
  private shown: Micros;
  /** Local microseconds in a million virtual ones; what drift and faults add up to, in bounds. */
  private rate: number;
  private sum: number;
  /** How many faults hold it still. */
  private freezes = 0;

  /** `drift` in parts per million, positive for a fast clock. */
  constructor(offset: Micros, drift: number) {
    this.shown = offset;
    this.sum = MILLION + drift;
    this.rate = inBounds(this.sum);
  }

  get isFrozen(): boolean {
    return this.freezes > 0;
  }

  /** What this clock shows at virtual time `time`, which never decreases. */
  local(time: Micros): Micros {
    if (this.freezes > 0) return this.shown;
    const passed = time - this.changedAt;
    if (this.rate === MILLION) return this.shown + passed;
    return this.shown + Math.floor((passed * this.rate) / MILLION);
  }

  /** How long `delay` of local time lasts in virtual time, at the present rate. */
  virtual(delay: Micros): Micros {
    if (this.rate === MILLION) return delay;
    return Math.ceil((delay * MILLION) / this.rate);
  }

  jump(now: Micros, by: Micros): void {
    this.settle(now);
    this.shown += by;
  }

  /** Gains `change` parts per million more. */
  drift(now: Micros, change: number): void {
    this.settle(now);
    this.sum += change;
    this.rate = inBounds(this.sum);
  }

  freeze(now: Micros): void {
    this.settle(now);
    this.freezes += 1;
  }

  thaw(now: Micros): void {
    this.settle(now);
    this.freezes -= 1;
  }

  private settle(now: Micros): void {
    this.shown = this.local(now);
    this.changedAt = now;
  }
}

function inBounds(rate: number): number {
  return Math.min(RATE_MAX, Math.max(RATE_MIN, rate));
}
