/** The property that guards the whole checker: it agrees with the definition of linearizability. */

import { checkLinearizable, type HistoryOperation, modelNamed } from '../../checker/index.ts';
import { isLinearizableByDefinition, isWitness } from './brute-force.ts';
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

/** Compares a judge with the definition on `count` histories, until they disagree. */
export function compare(kind: string, count: number, judge: Judge, firstSeed = 0): Agreement {
  let linearizable = 0;
  for (let seed = firstSeed; seed < firstSeed + count; seed++) {
    const history = randomHistory(kind, seed);
    const { model, initial, operations } = history;
    const definition = isLinearizableByDefinition(modelNamed(model), initial, operations);
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
  // What returned after the failing operation is open in the counterexample.
  const end = operations[counterexample.failing]?.return ?? 0;
  const small = counterexample.operations.map((index) => cutAt(operations[index]!, end));
  return isLinearizableByDefinition(model, initial, small) ? 'a legal counterexample' : verdict;
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

function cutAt(operation: HistoryOperation, end: number): HistoryOperation {
  if (operation.return === null || operation.return <= end) return operation;
  const { output: _, ...asked } = operation;
  return { ...asked, return: null };
}
