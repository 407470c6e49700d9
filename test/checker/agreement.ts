/** The property that guards the whole checker: it agrees with the definition of linearizability. */

import { checkLinearizable, modelNamed } from '../../checker/index.ts';
import { isLinearizableByDefinition } from './brute-force.ts';
import { type RandomHistory, randomHistory } from './random-histories.ts';

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
