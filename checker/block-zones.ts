/**
 * The zones of blocks that operations join one after the other, and which two are in conflict:
 * block A must precede B if A's first return comes before B's last call, and so must B precede A.
 */

import type { Budget } from './budget.ts';
import { RangeMinimum } from './range-trees.ts';

/** No block. */
export const NONE = -1;
/** The level of what was not chosen. */
export const CERTAIN = -1;

/** In the tree: no block has its first return here. */
const NOWHERE = 2 ** 30;

/** What a block was before an operation joined it. */
interface Before {
  readonly block: number;
  readonly firstReturn: number;
  readonly lastCall: number;
  readonly returnLevel: number;
  readonly callLevel: number;
}

export class BlockZones {
  private readonly firstReturn: Int32Array;
  private readonly lastCall: Int32Array;
  /** The choice that made the block's first return what it is, and its last call. */
  private readonly returnLevel: Int32Array;
  private readonly callLevel: Int32Array;
  /** At the instant of each block's first return: its last call, negated. */
  private readonly ends: RangeMinimum;
  /** At the instant of each block's first return: the block. */
  private readonly blockAt: Int32Array;
  private readonly joined: Before[] = [];

  /** The blocks by their first returns and last calls; no two have the same first return. */
  constructor(firstReturn: Int32Array, lastCall: Int32Array, end: number) {
    this.firstReturn = firstReturn;
    this.lastCall = lastCall;
    this.returnLevel = new Int32Array(firstReturn.length).fill(CERTAIN);
    this.callLevel = new Int32Array(firstReturn.length).fill(CERTAIN);
    this.blockAt = new Int32Array(end + 1).fill(NONE);
    const ends = new Int32Array(end + 1).fill(NOWHERE);
    for (let block = 0; block < firstReturn.length; block++) {
      const returned = firstReturn[block]!;
      // What has not returned need not come before anything.
      if (returned > end) continue;
      this.blockAt[returned] = block;
      ends[returned] = -lastCall[block]!;
    }
    this.ends = new RangeMinimum(ends);
  }

  get joinedCount(): number {
    return this.joined.length;
  }

  /** Whether some two blocks are in conflict. One of the two has its last call after a return. */
  hasConflict(budget: Budget): boolean {
    const { firstReturn, lastCall } = this;
    for (let block = 0; block < firstReturn.length; block++) {
      budget.goOn(block);
      const [called, returned] = [lastCall[block]!, firstReturn[block]!];
      if (returned < called && this.rivalOf(block, called, returned) !== NONE) return true;
    }
    return false;
  }

  /** From the block's first return to its last call, with an operation; negative if in reverse. */
  lengthWith(block: number, call: number, returned: number): number {
    return Math.max(this.lastCall[block]!, call) - Math.min(this.firstReturn[block]!, returned);
  }

  /** A block that would be in conflict with this one if the operation joined it, or `NONE`. */
  rivalOf(block: number, call: number, returned: number): number {
    const { ends } = this;
    const own = this.firstReturn[block]!;
    const first = Math.min(own, returned);
    const last = Math.max(this.lastCall[block]!, call);
    // It is no rival of its own.
    const isThere = own < this.blockAt.length && this.blockAt[own] === block && own < last;
    if (isThere) ends.set(own, NOWHERE);
    const place = ends.leastIn(0, last);
    const isRival = ends.valueAt(place) !== NOWHERE && -ends.valueAt(place) > first;
    if (isThere) ends.set(own, -this.lastCall[block]!);
    return isRival ? this.blockAt[place]! : NONE;
  }

  /** The choices, beside that of the operation itself, that a conflict of two blocks rests on. */
  levelsOf(block: number, rival: number, call: number, returned: number): readonly number[] {
    const levels = [this.returnLevel[rival]!, this.callLevel[rival]!];
    if (this.firstReturn[block]! < returned) levels.push(this.returnLevel[block]!);
    if (this.lastCall[block]! > call) levels.push(this.callLevel[block]!);
    return levels.filter((level) => level !== CERTAIN);
  }

  /** Lets an operation join a block, by the choice of `level`. */
  join(block: number, call: number, returned: number, level: number): void {
    const { firstReturn, lastCall, returnLevel, callLevel } = this;
    this.joined.push({
      block,
      firstReturn: firstReturn[block]!,
      lastCall: lastCall[block]!,
      returnLevel: returnLevel[block]!,
      callLevel: callLevel[block]!,
    });
    if (call > lastCall[block]!) {
      lastCall[block] = call;
      callLevel[block] = level;
    }
    if (returned < firstReturn[block]!) {
      this.move(block, returned);
      returnLevel[block] = level;
    } else this.move(block, firstReturn[block]!);
  }

  /** Undoes what has joined since there were so many. */
  undoTo(count: number): void {
    while (this.joined.length > count) {
      const { block, firstReturn, lastCall, returnLevel, callLevel } = this.joined.pop()!;
      this.lastCall[block] = lastCall;
      this.returnLevel[block] = returnLevel;
      this.callLevel[block] = callLevel;
      this.move(block, firstReturn);
    }
  }

  /** Gives the block its first return, and the tree its last call there. */
  private move(block: number, firstReturn: number): void {
    const { blockAt, ends } = this;
    const before = this.firstReturn[block]!;
    if (before !== firstReturn && before < blockAt.length) {
      blockAt[before] = NONE;
      ends.set(before, NOWHERE);
    }
    this.firstReturn[block] = firstReturn;
    if (firstReturn >= blockAt.length) return;
    blockAt[firstReturn] = block;
    ends.set(firstReturn, -this.lastCall[block]!);
  }
}
