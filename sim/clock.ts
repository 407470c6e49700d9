/** A node's own clock: an offset from virtual time and a drift, monotonic because time is. */
import type { Micros } from './contract.ts';

const MILLION = 1_000_000;

export class Clock {
  private readonly offset: Micros;
  private readonly rate: number;

  /** `drift` in parts per million, positive for a fast clock. */
  constructor(offset: Micros, drift: number) {
    this.offset = offset;
    this.rate = MILLION + drift;
  }

  /** What this clock shows at virtual time `time`. */
  local(time: Micros): Micros {
    if (this.rate === MILLION) return time + this.offset;
    return this.offset + Math.floor((time * this.rate) / MILLION);
  }

  /** How long `delay` of local time lasts in virtual time. */
  virtual(delay: Micros): Micros {
    if (this.rate === MILLION) return delay;
    return Math.ceil((delay * MILLION) / this.rate);
  }
}
