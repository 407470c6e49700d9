/** The properties that guard the weaker levels: each agrees with its definition. */

import {
  checkBoundedStaleness,
  checkLinearizable,
  checkSequential,
  checkSessions,
  determinised,
  GUARANTEES,
  type Guarantee,
  modelNamed,
  type Staleness,
} from '../../checker/index.ts';
import { isSequentialByDefinition, isSequentialWitness } from './level-definitions.ts';
import { levelHistory } from './level-histories.ts';
import {
  bag,
  choiceHistory,
  hasChoicesByDefinition,
  lossyRegister,
} from './nondeterministic-definition.ts';
import type { RandomHistory } from './random-histories.ts';
import { isArbitration, keepsByDefinition } from './session-definitions.ts';
import { isStaleByDefinition } from './staleness-definition.ts';

/** What was found on a number of histories, until the first that was judged wrongly. */
export interface Tally {
  readonly consistent: number;
  readonly inconsistent: number;
  readonly wrong: string | undefined;
}

/** The verdict by definition, and what is wrong with the check's answer, if anything is. */
interface Judgement {
  readonly definition: boolean;
  readonly flaw?: string;
}

/** Judges histories of a kind; undefined passes one over. */
function tally(
  count: number,
  firstSeed: number,
  judge: (seed: number) => Judgement | undefined,
): Tally {
  let consistent = 0;
  let inconsistent = 0;
  for (let seed = firstSeed; seed < firstSeed + count; seed++) {
    const judgement = judge(seed);
    if (judgement === undefined) continue;
    if (judgement.definition) consistent++;
    else inconsistent++;
    if (judgement.flaw === undefined) continue;
    return { consistent, inconsistent, wrong: `seed ${seed}: ${judgement.flaw}` };
  }
  return { consistent, inconsistent, wrong: undefined };
}

/** The flaw of a verdict that is not that of the definition. */
function verdictFlaw(verdict: string, definition: boolean): Pick<Judgement, 'flaw'> {
  return verdict === (definition ? 'consistent' : 'inconsistent') ? {} : { flaw: verdict };
}

/** Sequential consistency: verdict, witness and counterexample. */
export function tallySequential(kind: string, count: number, firstSeed = 0): Tally {
  return tally(count, firstSeed, (seed) => {
    const { model: name, initial, operations } = levelHistory(kind, seed);
    const model = modelNamed(name);
    const definition = isSequentialByDefinition(model, initial, operations);
    const plain = checkSequential(model, operations, { initial });
    const result = checkSequential(model, operations, { initial, evidence: true });
    const { verdict, witness = [], counterexample } = result;
    if (plain.verdict !== verdict) return { definition, flaw: 'evidence changes the verdict' };
    if (verdict === 'consistent' && !isSequentialWitness(model, initial, operations, witness)) {
      return { definition, flaw: 'a wrong witness' };
    }
    if (verdict === 'inconsistent') {
      const small = (counterexample?.operations ?? []).map((index) => operations[index]!);
      if (isSequentialByDefinition(model, initial, small)) {
        return { definition, flaw: 'a consistent counterexample' };
      }
    }
    return { definition, ...verdictFlaw(verdict, definition) };
  });
}

/** More writes than these make more arbitrations than can be tried. */
const WRITES_MAX = 4;

/** Session guarantees, all or one: verdict, arbitration and counterexample. */
export function tallySessions(
  kind: string,
  guarantees: GuaranteesOf,
  count: number,
  firstSeed = 0,
): Tally {
  return tally(count, firstSeed, (seed) => {
    const history = levelHistory(kind, seed);
    return isSmallRegister(history) ? judgeSessions(history, guarantees(seed)) : undefined;
  });
}

function isSmallRegister({ model: name, operations }: RandomHistory): boolean {
  const accesses = operations.map((operation) => modelNamed(name).registerAccess?.(operation));
  if (accesses.includes(undefined)) return false;
  const writes = accesses.filter((access) => access?.kind === 'write' || access?.kind === 'swap');
  return writes.length <= WRITES_MAX;
}

function judgeSessions(
  { model: name, initial, operations }: RandomHistory,
  guarantees: readonly Guarantee[],
): Judgement {
  const model = modelNamed(name);
  const definition = keepsByDefinition(model, initial, operations, guarantees);
  const result = checkSessions(model, operations, { initial, evidence: true, guarantees });
  const { verdict, witness = [], counterexample } = result;
  if (verdict === 'consistent' && !isArbitration(model, initial, operations, guarantees, witness)) {
    return { definition, flaw: 'a wrong arbitration' };
  }
  if (verdict === 'inconsistent') {
    const small = (counterexample?.operations ?? []).map((index) => operations[index]!);
    // What breaks one of the guarantees breaks them together.
    if (keepsByDefinition(model, initial, small, guarantees)) {
      return { definition, flaw: 'a consistent counterexample' };
    }
  }
  return { definition, ...verdictFlaw(verdict, definition) };
}

/** Bounded staleness: the verdict alone, as its evidence is that of linearizability. */
export function tallyStaleness(
  kind: string,
  staleness: Staleness,
  count: number,
  firstSeed = 0,
): Tally {
  return tally(count, firstSeed, (seed) => {
    const { model, initial, operations } = levelHistory(kind, seed);
    const definition = isStaleByDefinition(model, initial, operations, staleness);
    const { verdict } = checkBoundedStaleness(modelNamed(model), operations, staleness, {
      initial,
    });
    return { definition, ...verdictFlaw(verdict, definition) };
  });
}

/** Staleness of at most nothing is linearizability. */
export function tallyFreshness(kind: string, by: Staleness['by'], count: number): Tally {
  return tally(count, 0, (seed) => {
    const { model: name, initial, operations } = levelHistory(kind, seed);
    const model = modelNamed(name);
    const definition = checkLinearizable(model, operations, { initial }).verdict === 'linearizable';
    const { verdict } = checkBoundedStaleness(model, operations, { by, most: 0 }, { initial });
    return { definition, ...verdictFlaw(verdict, definition) };
  });
}

/** Linearizability of objects with a choice. */
export function tallyChoices(name: 'lossy-register' | 'bag', count: number, firstSeed = 0): Tally {
  return tally(count, firstSeed, (seed) => {
    const { initial, operations } = choiceHistory(name, seed);
    const { definition, verdict } =
      name === 'bag'
        ? {
            definition: hasChoicesByDefinition(bag, initial, operations),
            verdict: checkLinearizable(determinised(bag), operations, { initial }).verdict,
          }
        : {
            definition: hasChoicesByDefinition(lossyRegister, initial, operations),
            verdict: checkLinearizable(determinised(lossyRegister), operations, { initial })
              .verdict,
          };
    if (verdict === (definition ? 'linearizable' : 'not-linearizable')) return { definition };
    return { definition, flaw: verdict };
  });
}

/** The guarantees that are asked of the history of a seed. */
type GuaranteesOf = (seed: number) => readonly Guarantee[];

/** Each guarantee alone, all of them, and every choice in turn, with a name for a test. */
export const guaranteeSets: readonly (readonly [string, GuaranteesOf])[] = [
  ...GUARANTEES.map((each): readonly [string, GuaranteesOf] => [each, () => [each]]),
  ['all four guarantees', () => GUARANTEES],
  ['some of the guarantees', chosenBy],
];

function chosenBy(seed: number): readonly Guarantee[] {
  const choice = 1 + (seed % (2 ** GUARANTEES.length - 1));
  return GUARANTEES.filter((_, place) => (choice & (1 << place)) !== 0);
}
