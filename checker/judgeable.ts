/**
 * What a check is given, looked at before anything is judged: a mistake in it must never be a
 * verdict. Types say most of it already; what is written in JavaScript has none.
 */

import type { CheckOptions } from './check.ts';
import { HistoryError, type HistoryOperation, type Plain } from './history.ts';
import type { Model } from './model.ts';
import { flawIn } from './plain.ts';
import { assertOptions, type OptionTable, shownArgument } from './shown-argument.ts';

/** What each option of a check must be. */
export const CHECK_OPTIONS: OptionTable<CheckOptions> = {
  shouldStop: 'a function',
  maxSteps: 'a number from 0 on',
  maxMemoryBytes: 'a number from 0 on',
  initial: 'a value',
  evidence: 'true or false',
  witness: 'an array of whole numbers',
  names: 'an object',
  onViolation: 'a function',
};

/**
 * Refuses what is no model, no array of operations or no options with `TypeError`, and operations
 * that are none, or that the model does not know, with `HistoryError`. Times are not looked at.
 * O(n) and the length of all values.
 */
export function assertJudgeable<State>(
  model: Model<State>,
  operations: readonly HistoryOperation[],
  options: CheckOptions,
  known: OptionTable<CheckOptions> = CHECK_OPTIONS,
): void {
  assertModel(model);
  if (!Array.isArray(operations)) {
    throw new TypeError(`expected an array of operations, found ${shownArgument(operations)}`);
  }
  assertOptions(options, known, 'a check');
  assertInitial(model, options.initial ?? null);
  for (let index = 0; index < operations.length; index++) {
    assertOperation(model, operations[index]!, index);
  }
}

/** Refuses what is no operation, or none that the model, if there is one, knows. `HistoryError`. */
export function assertOperation<State>(
  model: Model<State> | undefined,
  operation: HistoryOperation,
  index: number,
): void {
  const flaw = flawOf(operation) ?? unexpectedBy(model, operation);
  if (flaw !== undefined) throw new HistoryError(`${placeOf(operation, index)}: ${flaw}`, index);
}

function assertModel<State>(model: Model<State>): void {
  const isModel =
    typeof model === 'object' &&
    model !== null &&
    typeof model.init === 'function' &&
    typeof model.step === 'function';
  if (isModel) return;
  const found = shownArgument(model);
  const hint = typeof model === 'string' ? ': models and modelNamed have those with a name' : '';
  throw new TypeError(`expected a model, with init and step, found ${found}${hint}`);
}

function assertInitial<State>(model: Model<State>, initial: Plain): void {
  const flaw = flawIn(initial);
  if (flaw !== undefined) throw new TypeError(`the initial value holds ${flaw}: ${PLAIN}`);
  const expected = model.expectsInitial?.(initial);
  if (expected === undefined) return;
  throw new TypeError(`expected ${expected}, found ${shownArgument(initial)}`);
}

/** Its members are taken one by one, so that what is no operation is told by what it lacks. */
function flawOf(operation: HistoryOperation): string | undefined {
  if (typeof operation !== 'object' || operation === null) {
    return `expected an operation, found ${shownArgument(operation)}`;
  }
  const { process, f, key, value, call, return: returned, output } = operation;
  let known = MEMBERS_REQUIRED;
  if (key !== undefined) known++;
  if (value !== undefined) known++;
  if (output !== undefined) known++;
  let members = 0;
  for (const _ in operation) members++;
  if (members !== known) {
    const stranger = strangerIn(operation);
    if (stranger !== undefined) return stranger;
  }
  if (typeof f !== 'string') return `expected a string as f, found ${shownArgument(f)}`;
  if (!Number.isSafeInteger(process)) {
    return `expected an integer as process, found ${shownArgument(process)}`;
  }
  if (call === undefined || returned === undefined) {
    return `expected call and return, and found no ${call === undefined ? 'call' : 'return'}`;
  }
  if (key !== undefined && typeof key !== 'string') {
    return `expected a string as key, found ${shownArgument(key)}`;
  }
  if (value !== undefined) {
    const flaw = flawIn(value);
    if (flaw !== undefined) return `the value holds ${flaw}: ${PLAIN}`;
  }
  if (output === undefined) return undefined;
  if (returned === null) return 'it never returned, but has an output';
  const flaw = flawIn(output);
  return flaw === undefined ? undefined : `the output holds ${flaw}: ${PLAIN}`;
}

const MEMBERS = ['process', 'f', 'key', 'value', 'call', 'return', 'output'];
const MEMBERS_REQUIRED = 4;
const PLAIN = 'expected what JSON can say';

/** Of a member that no operation has, most likely misspelt, what should be there instead. */
function strangerIn(operation: HistoryOperation): string | undefined {
  for (const name in operation) {
    if (MEMBERS.includes(name)) continue;
    return `expected one of ${MEMBERS.join(', ')}, found ${shownArgument(name)}`;
  }
  return undefined;
}

function unexpectedBy<State>(
  model: Model<State> | undefined,
  operation: HistoryOperation,
): string | undefined {
  const expected = model?.expects?.(operation);
  return expected === undefined ? undefined : `model ${model?.name} expects ${expected}`;
}

/** `operation 3 (read by process 1)`, or as much of it as can be told. */
function placeOf(operation: HistoryOperation | null | undefined, index: number): string {
  const { f, process } = operation ?? {};
  const isTold = typeof f === 'string' && Number.isSafeInteger(process);
  return `operation ${index}${isTold ? ` (${f} by process ${process})` : ''}`;
}
