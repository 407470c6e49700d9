/** When the operations of small random histories are called, and when they return. */

import type { Dice } from './random-histories.ts';

const OPERATIONS_MAX = 7;
/** Of a history that is large for its kind. */
const OPERATIONS_LARGE = 12;
const PROCESSES = 4;
const PROCESSES_LARGE = 7;

interface Interval {
  readonly process: number;
  readonly call: number;
  /** Null: it never does. */
  readonly return: number | null;
}

/** Intervals of a few sequential processes, over so few instants that many are equal. */
export function intervals(dice: Dice, isLarge: boolean): readonly Interval[] {
  const count = 1 + dice.below(isLarge ? OPERATIONS_LARGE : OPERATIONS_MAX);
  const processes = isLarge ? PROCESSES_LARGE : PROCESSES;
  const span = dice.pick([4, 8, 16]);
  const found: Interval[] = [];
  let nextProcess = processes;
  const clocks = Array.from({ length: processes }, (_, process) => ({ process, now: 0 }));
  for (let index = 0; index < count; index++) {
    const clock = dice.pick(clocks);
    const call = clock.now + dice.below(span / 2);
    const returned = dice.once(5) ? null : call + dice.below(span);
    found.push({ process: clock.process, call, return: returned });
    clock.now = returned ?? call;
    if (returned === null) clock.process = nextProcess++;
  }
  return found;
}

/** All but the last are called at about one time, each by a process of its own. */
export function crowd(dice: Dice, isLarge: boolean): readonly Interval[] {
  const count = 3 + dice.below((isLarge ? OPERATIONS_LARGE : OPERATIONS_MAX) - 3);
  return Array.from({ length: count }, (_, process) => {
    const isLast = process === count - 1;
    const call = isLast ? 10 : dice.below(3);
    const returned = !isLast && dice.once(3) ? null : call + 2 + dice.below(8);
    return { process, call, return: returned };
  });
}
