/** Long histories of queues and stacks: right ones, and ones with mistakes of all kinds. */

import { queueWorkload, record, stackWorkload } from '../../bench/check-histories.ts';
import type { HistoryOperation } from '../../checker/index.ts';
import type { Dice } from './random-histories.ts';

export type CollectionName = 'queue' | 'stack';

/** A run of the collection; every value goes in once. */
export function recordedRun(
  name: CollectionName,
  shape: { operations: number; clients: number; pending: number; seed: number },
): readonly HistoryOperation[] {
  return record(name === 'queue' ? queueWorkload() : stackWorkload(), shape).operations;
}

/** The history with up to three mistakes of any kind. */
export function spoiled(
  operations: readonly HistoryOperation[],
  dice: Dice,
): readonly HistoryOperation[] {
  let spoilt = operations;
  for (let left = dice.below(4); left > 0; left--) spoilt = dice.pick(MISTAKES)(spoilt, dice);
  return spoilt;
}

type Mistake = (operations: readonly HistoryOperation[], dice: Dice) => readonly HistoryOperation[];

const MISTAKES: readonly Mistake[] = [
  swapAnswers,
  repeatAnswer,
  (operations, dice) => withAnswer(operations, dice, null),
  (operations, dice) => withAnswer(operations, dice, 'never inserted'),
  shiftTimes,
  shiftTimes,
];

/** The indexes of removals that returned with an answer. */
function answered(operations: readonly HistoryOperation[]): readonly number[] {
  return [...operations.keys()].filter((index) => operations[index]!.output !== undefined);
}

/** Two removals close to each other are told each other's answers. */
function swapAnswers(operations: readonly HistoryOperation[], dice: Dice) {
  const removals = answered(operations);
  if (removals.length < 2) return operations;
  const place = dice.below(removals.length - 1);
  const first = removals[place]!;
  const second = removals[Math.min(removals.length - 1, place + 1 + dice.below(3))]!;
  const changed = operations.slice();
  changed[first] = { ...operations[first]!, output: operations[second]!.output ?? null };
  changed[second] = { ...operations[second]!, output: operations[first]!.output ?? null };
  return changed;
}

/** One removal is told what another was told. */
function repeatAnswer(operations: readonly HistoryOperation[], dice: Dice) {
  const removals = answered(operations);
  if (removals.length === 0) return operations;
  return withAnswer(operations, dice, operations[dice.pick(removals)]!.output ?? null);
}

function withAnswer(
  operations: readonly HistoryOperation[],
  dice: Dice,
  output: string | HistoryOperation['output'] | null,
) {
  const removals = answered(operations);
  if (removals.length === 0 || output === undefined) return operations;
  const chosen = dice.pick(removals);
  return operations.map((each, index) => (index === chosen ? { ...each, output } : each));
}

/** One operation took place somewhat earlier or later than it did, or took less time. */
function shiftTimes(operations: readonly HistoryOperation[], dice: Dice) {
  const chosen = dice.below(operations.length);
  const by = dice.below(400) - 200;
  const isShorter = dice.once(3);
  return operations.map((each, index) => {
    if (index !== chosen) return each;
    const returned = each.return === null ? null : Math.max(0, each.return + by);
    if (!isShorter || returned === null) {
      return { ...each, call: Math.max(0, each.call + by), return: returned };
    }
    return { ...each, call: dice.once(2) ? each.return! : each.call, return: each.return };
  });
}
