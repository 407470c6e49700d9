/** The property that guards the whole checker: it agrees with the definition of linearizability. */

import {
  checkLinearizable,
  type HistoryOperation,
  type Model,
  modelNamed,
  type Plain,
} from '../../checker/index.ts';
import { isLinearizableByDefinition, isWitness, longestPartByDefinition } from './brute-force.ts';
import { isLinearizableByPlainSearch } from './plain-search.ts';
import { Dice, type RandomHistory, randomHistory } from './random-histories.ts';

export interface Disagreement {
  readonly seed: number;
  readonly history: RandomHistory;
  readonly verdict: string;
  readonly definition: boolean;
}

export interface Agreement {
  readonly linearizable: number;
  readonly illegal: number;
  readonly disagreement: Disagreement | undefined;
}

/** Judges a history; `linearizable`, `not-linearizable`, or anything else, which is wrong. */
export type Judge = (history: RandomHistory) => string;

/** What a judge is compared with. */
type Reference = typeof isLinearizableByDefinition;

/** Compares a judge with the definition on `count` histories, until they disagree. */
export function compare(kind: string, count: number, judge: Judge, firstSeed = 0): Agreement {
  const historyOf = (seed: number) => randomHistory(kind, seed);
  return compareWith(isLinearizableByDefinition, historyOf, count, judge, firstSeed);
}

/** Compares the plain verdict with that of the plainest search, on histories twice as large. */
export function compareLarge(kind: string, count: number, firstSeed = 0): Agreement {
  const historyOf = (seed: number) => randomHistory(kind, seed, true);
  return compareWith(isLinearizableByPlainSearch, historyOf, count, judgePlainly, firstSeed);
}

function compareWith(
  reference: Reference,
  historyOf: (seed: number) => RandomHistory,
  count: number,
  judge: Judge,
  firstSeed: number,
): Agreement {
  let linearizable = 0;
  for (let seed = firstSeed; seed < firstSeed + count; seed++) {
    const history = historyOf(seed);
    const { model, initial, operations } = history;
    const definition = reference(modelNamed(model), initial, operations);
    const verdict = judge(history);
    if (verdict !== (definition ? 'linearizable' : 'not-linearizable')) {
      const disagreement = { seed, history, verdict, definition };
      return { linearizable, illegal: seed - firstSeed - linearizable, disagreement };
    }
    if (definition) linearizable++;
  }
  return { linearizable, illegal: count - linearizable, disagreement: undefined };
}

/** The plain verdict. */
export function judgePlainly({ model, initial, operations }: RandomHistory): string {
  return checkLinearizable(modelNamed(model), operations, { initial }).verdict;
}

/** The verdict with evidence; it names what is wrong with the evidence in place of a verdict. */
export function judgeWithEvidence({ model: name, initial, operations }: RandomHistory): string {
  const model = modelNamed(name);
  const result = checkLinearizable(model, operations, { initial, evidence: true });
  const { verdict, witness, counterexample } = result;
  if (verdict === 'linearizable') {
    if (witness === undefined) return 'no witness';
    return isWitness(model, initial, operations, witness) ? verdict : 'a wrong witness';
  }
  if (counterexample === undefined) return 'no counterexample';
  const { failing, operations: shown, minimal, partial } = counterexample;
  const small = shown.map((index) => cutAt(operations, index, failing));
  if (isLinearizableByDefinition(model, initial, small)) return 'a legal counterexample';
  const length = longestPartByDefinition(model, initial, small);
  if (partial.some((order) => order.length !== length)) return 'not the longest partial order';
  if (!minimal) return 'a counterexample that may not be minimal';
  const whole = operations.flatMap((operation, index) => {
    const { object } = counterexample;
    const isOfObject =
      model.partition?.(operation) === object || model.wholeObject?.(operation) === object;
    const isKnown = operation.call <= operations[failing]!.return!;
    const isSplit = object !== null;
    return isKnown && (isOfObject || !isSplit) ? [cutAt(operations, index, failing)] : [];
  });
  const place = shown.indexOf(failing);
  return isMinimal(model, initial, whole, small, place) ? verdict : 'more than is needed';
}

/**
 * Whether nothing can be left out: what is left would be legal, or fail by something else; or it
 * would fail even if real time is ignored, where the whole does not.
 */
function isMinimal(
  model: Model<unknown>,
  initial: Plain,
  whole: readonly HistoryOperation[],
  small: readonly HistoryOperation[],
  failing: number,
): boolean {
  const isLegal = (history: readonly HistoryOperation[]) =>
    isLinearizableByDefinition(model, initial, history);
  // Where the whole fails without times, other operations are kept for what they explain.
  if (!isLegal(timeless(whole))) return true;
  return small.every((left, place) => {
    if (place === failing) return true;
    const rest = small.filter((each) => each !== left);
    const before = rest.map((each) => (each === small[failing] ? opened(each) : each));
    return isLegal(rest) || !isLegal(before) || !isLegal(timeless(rest));
  });
}

function timeless(history: readonly HistoryOperation[]): readonly HistoryOperation[] {
  return history.map((each) => ({
    ...each,
    call: 0,
    return: each.return === null ? null : 0,
  }));
}

/** The verdict when any order at all is suggested: sometimes right, mostly wrong, with gaps. */
export function judgeWithSuggestion(history: RandomHistory): string {
  const { model: name, initial, operations } = history;
  const model = modelNamed(name);
  const found = checkLinearizable(model, operations, { initial, evidence: true }).witness ?? [];
  const dice = new Dice(operations.length * 31 + found.length);
  const right = operations.map((_, index) => found.indexOf(index));
  const gappy = right.map((place) => (dice.once(3) ? -1 : place));
  const random = operations.map(() => dice.below(4) - 1);
  const verdicts = [right, gappy, random, []].map(
    (witness) => checkLinearizable(model, operations, { initial, witness }).verdict,
  );
  const [first = 'no verdict'] = verdicts;
  return verdicts.every((verdict) => verdict === first) ? first : verdicts.join();
}

/** The operation as it was known when the failing one had returned, and none after that. */
function cutAt(
  operations: readonly HistoryOperation[],
  index: number,
  failing: number,
): HistoryOperation {
  const operation = operations[index]!;
  const end = operations[failing]!.return!;
  const isKnown = operation.return !== null && operation.return <= end;
  const isLater = operation.return === end && index > failing;
  return isKnown && !isLater ? operation : opened(operation);
}

function opened(operation: HistoryOperation): HistoryOperation {
  const { output: _, ...asked } = operation;
  return { ...asked, return: null };
}
