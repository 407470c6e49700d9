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
  const all = { object: null, indexes: Array.from(operations, (_, index) => index) };
  const { wholeObject } = model;
  const parts =
    wholeObject === undefined
      ? splitPart(model.partition?.bind(model), operations, all)
      : splitPart(wholeObject.bind(model), operations, all).flatMap((part) =>
          splitPart(model.partition?.bind(model), operations, part),
        );
  return [...parts].sort((a, b) => a.indexes.length - b.indexes.length);
}

/** By the object of each operation; as it is, if one of them touches all of it. */
function splitPart(
  objectOf: ((operation: HistoryOperation) => string | null) | undefined,
  operations: readonly HistoryOperation[],
  part: Part,
): readonly Part[] {
  if (objectOf === undefined) return [part];
  const parts = new Map<string, Part>();
  for (const index of part.indexes) {
    const object = objectOf(operations[index]!);
    if (object === null) return [part];
    const known = parts.get(object);
    if (known === undefined) parts.set(object, { object, indexes: [index] });
    else known.indexes.push(index);
  }
  return [...parts.values()];
}
