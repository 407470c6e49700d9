/**
 * Splitting a history by object: it is linearizable exactly when each object's part is (Herlihy &
 * Wing 1990, locality; used for checking by Horn & Kroening 2015).
 */

import type { HistoryOperation } from './history.ts';
import type { Model } from './model.ts';

export interface Part {
  /** The object's name; `null` where the model does not split. */
  readonly object: string | null;
  readonly indexes: number[];
}

/** The parts, smallest first, so that a small one's verdict is known before a large one's cost. */
export function split<State>(
  model: Model<State>,
  operations: readonly HistoryOperation[],
): readonly Part[] {
  const parts = new Map<string, Part>();
  if (model.partition === undefined) return [whole(operations)];
  for (let index = 0; index < operations.length; index++) {
    const object = model.partition(operations[index]!);
    if (object === null) return [whole(operations)];
    const part = parts.get(object);
    if (part === undefined) parts.set(object, { object, indexes: [index] });
    else part.indexes.push(index);
  }
  return [...parts.values()].sort((a, b) => a.indexes.length - b.indexes.length);
}

function whole(operations: readonly HistoryOperation[]): Part {
  return { object: null, indexes: Array.from(operations, (_, index) => index) };
}
