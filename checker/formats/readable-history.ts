/** What a history must be for a reader to take it back from what a writer wrote. */

import { type History, HistoryError, type Plain, validateOperations } from '../history.ts';
import { assertOperation } from '../judgeable.ts';
import { findModel } from '../models/catalogue.ts';
import { flawIn, isSequence } from '../plain.ts';
import { JSON_DEPTH_MAX } from './json.ts';

/** Throws `HistoryError`. The model may be a user's own: then it is not asked. */
export function assertReadable({ model: name, initial, operations }: History): void {
  const model = findModel(name);
  assertWritable(initial, 'initial', 0);
  const flaw = flawIn(initial);
  if (flaw !== undefined) throw new HistoryError(`initial holds ${flaw}`, 0);
  const initialExpected = model?.expectsInitial?.(initial);
  if (initialExpected !== undefined) throw new HistoryError(`expected ${initialExpected}`, 0);
  operations.forEach((operation, index) => {
    assertOperation(model, operation, index);
    const { f, value, output } = operation;
    if (value !== undefined) assertWritable(value, `the value of ${f}`, index);
    if (output !== undefined) assertWritable(output, `the output of ${f}`, index);
  });
  validateOperations(operations);
}

/** Refuses what JSON cannot say, or says inexactly. */
function assertWritable(value: Plain, name: string, index: number, depth = 2): void {
  if (depth > JSON_DEPTH_MAX) {
    throw new HistoryError(`${name} is nested more than ${JSON_DEPTH_MAX} deep`, index);
  }
  if (typeof value === 'number') {
    if (Number.isSafeInteger(value) || (Number.isFinite(value) && !Number.isInteger(value))) return;
    const range = 'a finite number, and an integer between -2^53 and 2^53';
    throw new HistoryError(`${name} holds ${value}: expected ${range}`, index);
  }
  if (value === null || typeof value !== 'object') return;
  const items = isSequence(value) ? value : Object.values(value);
  for (const item of items) assertWritable(item, name, index, depth + 1);
}
