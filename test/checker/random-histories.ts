/**
 * Small random histories for every model: most of them runs of the model, some of them spoiled.
 *
 * Everything that has fooled a checker is in them: operations that never returned, failed cas,
 * equal times, values written twice, answers that are not known.
 */

import { type HistoryOperation, type Model, models, type Plain } from '../../checker/index.ts';
import { collectionVocabularies } from './collection-vocabularies.ts';
import { etcdVocabulary } from './etcd-vocabulary.ts';
import { crowd, intervals } from './random-intervals.ts';
import { transactionsOf } from './transaction-vocabulary.ts';

/** A stream of numbers below 2^32 that depends on its seed alone (xorshift32, Marsaglia 2003). */
export class Dice {
  private state: number;

  constructor(seed: number) {
    this.state = (Math.imul(seed + 1, 0x9e3779b1) ^ 0x5bd1e995) | 1;
    for (let round = 0; round < 4; round++) this.next();
  }

  below(bound: number): number {
    return this.next() % bound;
  }

  /** True once in `times`. */
  once(times: number): boolean {
    return this.below(times) === 0;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }

  private next(): number {
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    return this.state >>> 0;
  }
}

type ModelName = keyof typeof models;

export interface RandomHistory {
  readonly model: ModelName;
  readonly initial: Plain;
  readonly operations: readonly HistoryOperation[];
}

/** What a client may ask of each model, and what it may be told, right or wrong. */
export interface Vocabulary {
  readonly initial: (dice: Dice) => Plain;
  readonly request: (dice: Dice, serial: number) => Pick<HistoryOperation, 'f' | 'value' | 'key'>;
  /** Answers to try until the model takes one; the last resort is no answer at all. */
  readonly answers: (f: string, dice: Dice, value?: Plain) => readonly (Plain | undefined)[];
  /** The answers of this function are states, present or past. */
  readonly reveals?: string;
  /** All but the last operation are called at about one time, each by a process of its own. */
  readonly isCrowded?: true;
  /** Answers by the states that there were, the present one last. The first is right. */
  readonly answersAt?: (states: readonly unknown[], dice: Dice, value?: Plain) => readonly Plain[];
  /** How such an answer shows a state; absent: states are answers. */
  readonly shown?: (state: unknown) => Plain;
}

const SMALL: readonly Plain[] = [0, 1, 2];

function smallValue(dice: Dice): Plain {
  return dice.pick(SMALL);
}

const registerVocabulary: Vocabulary = {
  initial: (dice) => dice.pick([null, 0]),
  request: (dice) => (dice.once(2) ? { f: 'read' } : { f: 'write', value: smallValue(dice) }),
  answers: (f) => (f === 'read' ? [null, ...SMALL] : [undefined]),
};

const casVocabulary: Vocabulary = {
  initial: registerVocabulary.initial,
  request: (dice, serial) =>
    dice.once(2)
      ? { f: 'cas', value: [smallValue(dice), smallValue(dice)] }
      : registerVocabulary.request(dice, serial),
  answers: (f) => (f === 'cas' ? [true, false] : registerVocabulary.answers(f, new Dice(0))),
};

/** Values are written once each, so that the fast test for unambiguous histories is taken. */
const uniqueVocabulary: Vocabulary = {
  initial: () => 0,
  request: (dice, serial) => {
    if (dice.once(3)) return { f: 'write', value: serial + 1 };
    if (dice.once(2)) return { f: 'cas', value: [dice.below(serial + 1), serial + 1] };
    return { f: 'read' };
  },
  answers: (f) => (f === 'cas' ? [true] : f === 'read' ? [0, 1, 2, 3, 4, 5, 6, 7] : [undefined]),
};

/** Some swaps find another value than they want, and answer so. */
const refusingVocabulary: Vocabulary = {
  ...uniqueVocabulary,
  answers: (f, dice) => (f === 'cas' ? [true, false] : uniqueVocabulary.answers(f, dice)),
};

/** Writes of the present value, among them: useless, but for what they overwrite unseen. */
const overwritingVocabulary: Vocabulary = {
  initial: () => 0,
  request: (dice) => {
    if (dice.once(2)) return { f: 'write', value: dice.below(2) };
    return dice.once(2) ? { f: 'cas', value: [0, 2] } : { f: 'read' };
  },
  answers: casVocabulary.answers,
  isCrowded: true,
};

const storeVocabulary: Vocabulary = {
  initial: (dice) => dice.pick([null, '']),
  request: (dice, serial) => {
    const key = dice.pick(['x', 'x', 'y']);
    const f = dice.pick(['get', 'get', 'put', 'append', 'append', 'delete', 'cas', 'slice']);
    if (f === 'get' || f === 'delete') return { f, key };
    if (f === 'slice') return { f, key, value: dice.pick(['0:1', '1:2', '0:0']) };
    if (f === 'cas') return { f, key, value: [dice.pick([null, 'a', 'b']), 'c'] };
    return { f, key, value: dice.once(2) ? 'a' : String(serial) };
  },
  answers: (f, dice) => {
    if (f === 'cas' || f === 'slice') return [true, false];
    if (f !== 'get') return f === 'delete' && dice.once(2) ? [true, false] : [undefined];
    const texts = ['0', '1', '2', '3', '4', '5'].map((serial) => `a${serial}`);
    return [null, '', 'a', 'c', 'b', '0', '1', '2', '3', '4', ...texts, '01', '12', '0a', 'aa'];
  },
};

/** A register, with swaps that were refused, deletes that tell, and writes of three values. */
const unappendedVocabulary: Vocabulary = {
  initial: () => null,
  request: (dice) => {
    const f = dice.pick(['get', 'get', 'get', 'put', 'put', 'put', 'delete', 'cas']);
    if (f === 'get' || f === 'delete') return { f, key: 'x' };
    return { f, key: 'x', value: f === 'cas' ? [dice.below(4), 3] : smallValue(dice) };
  },
  answers: (f, dice) => {
    if (f === 'get') return [null, ...SMALL];
    if (f === 'delete') return dice.once(3) ? [undefined] : [true, false];
    return f === 'cas' ? [false] : [undefined];
  },
};

/** Appends of texts that differ, so that each answer reveals the order of those before it. */
const growingVocabulary: Vocabulary = {
  initial: () => '',
  request: (dice, serial) => {
    const f = dice.pick(['get', 'get', 'get', 'append', 'append', 'append', 'put', 'delete']);
    if (f === 'get') return { f };
    if (f === 'delete') return dice.once(3) ? { f } : { f: 'append', value: `a${serial}` };
    return { f, value: dice.once(8) ? 'b' : `${dice.pick(['a', 'b'])}${serial}` };
  },
  answers: () => [undefined],
  reveals: 'get',
};

/** Of two objects at once. */
function keyed(vocabulary: Vocabulary): Vocabulary {
  return {
    ...vocabulary,
    request: (dice, serial) => ({
      ...vocabulary.request(dice, serial),
      key: dice.pick(['x', 'y']),
    }),
  };
}

const unkeyed: Readonly<Record<string, Vocabulary>> = {
  register: registerVocabulary,
  'cas-register': casVocabulary,
  'unique cas-register': uniqueVocabulary,
  'unique cas-register with refusals': refusingVocabulary,
  'overwriting cas-register': overwritingVocabulary,
  kv: storeVocabulary,
  'growing kv': growingVocabulary,
  'unappended kv': unappendedVocabulary,
  dictionary: storeVocabulary,
  counter: {
    initial: (dice) => dice.pick([null, 2]),
    request: (dice) =>
      dice.once(2) ? { f: 'read' } : { f: 'add', value: dice.pick([1, 1, 2, -1]) },
    answers: (f) => (f === 'read' ? [0, 1, 2, 3, -1, 4, 5] : [undefined]),
  },
  'growing counter': {
    initial: (dice) => dice.pick([null, 2]),
    request: (dice) =>
      dice.once(2) ? { f: 'read' } : { f: 'add', value: dice.pick([0, 1, 2, 2, 3]) },
    answers: (f) => (f === 'read' ? [0, 1, 2, 3, 4, 5, 6, 7, 8] : [undefined]),
  },
  ...collectionVocabularies,
  mutex: {
    initial: (dice) => dice.once(4),
    request: (dice) => ({ f: dice.pick(['acquire', 'release']) }),
    answers: () => [true, false],
  },
  etcd: etcdVocabulary,
  'unique txn': transactionsOf(['w'], false),
  'nearly unique txn': transactionsOf(['w'], true),
  'appending txn': transactionsOf(['append'], false),
  'nearly unique appending txn': transactionsOf(['append'], true),
  'mixed txn': transactionsOf(['w', 'append', 'append'], false),
  txn: {
    initial: (dice) => dice.pick([null, { x: 1 }, 0]),
    request: (dice) => {
      const access = () =>
        dice.once(2)
          ? ['r', dice.pick(['x', 'y']), null]
          : ['w', dice.pick(['x', 'y']), dice.pick(SEEN)];
      return { f: 'txn', value: Array.from({ length: 1 + dice.below(2) }, access) };
    },
    answers: (_f, _dice, value) =>
      SEEN.flatMap((first) => SEEN.map((second) => filledIn(value, [first, second]))),
  },
};

/** What a read in a transaction may have seen. */
const SEEN: readonly Plain[] = [null, 0, 1];

function filledIn(transaction: Plain | undefined, seen: readonly Plain[]): Plain {
  if (!Array.isArray(transaction)) return null;
  return transaction.map((access, place) =>
    access[0] === 'r' ? ['r', access[1], seen[place]] : access,
  );
}

const vocabularies: Readonly<Record<string, Vocabulary>> = {
  ...unkeyed,
  'keyed cas-register': keyed(casVocabulary),
  'keyed list': keyed(unkeyed.list!),
  'keyed set': keyed(unkeyed.set!),
  'keyed unique set': keyed(unkeyed['unique set']!),
  'keyed unique queue': keyed(unkeyed['unique queue']!),
  'keyed unique txn': keyed(unkeyed['unique txn']!),
};

/** The names of the kinds of history there are. */
export const historyKinds: readonly string[] = Object.keys(vocabularies);

/** What a kind's name says beside that of its model. */
const BEFORE_MODEL = /^((keyed|nearly|unique|growing|overwriting|unappended|appending|mixed) )+/;
const AFTER_MODEL = / (without reads|with refusals)$/;

/** A history of up to 7 operations, or up to 12; the same one for the same kind and seed. */
export function randomHistory(kind: string, seed: number, isLarge = false): RandomHistory {
  const vocabulary = vocabularies[kind];
  if (vocabulary === undefined) throw new Error(`no histories of kind ${kind}`);
  const name = kind.replace(BEFORE_MODEL, '').replace(AFTER_MODEL, '');
  const model = (Object.keys(models) as ModelName[]).find((each) => each === name);
  if (model === undefined) throw new Error(`no model ${name}`);
  const dice = new Dice(seed);
  const initial = vocabulary.initial(dice);
  const drawn = vocabulary.isCrowded === true ? crowd(dice, isLarge) : intervals(dice, isLarge);
  const asked = drawn.map((interval, serial) => ({
    ...interval,
    ...vocabulary.request(dice, serial),
  }));
  const operations = answer(model, initial, asked, vocabulary, dice);
  return { model, initial, operations };
}

/** Runs the requests at random instants, answers as the model does, and spoils some answers. */
function answer(
  name: ModelName,
  initial: Plain,
  asked: readonly HistoryOperation[],
  vocabulary: Vocabulary,
  dice: Dice,
): readonly HistoryOperation[] {
  const model: Model<unknown> = models[name];
  const operations = [...asked];
  const order = asked
    .map(({ call, return: returned }, index) => ({
      index,
      at: call + dice.below((returned ?? call + 8) - call + 1),
    }))
    .sort((a, b) => a.at - b.at || a.index - b.index);
  const { run, present, whole } = runOf(model, initial, vocabulary.shown);
  const past: Plain[] = [initial];
  const states: unknown[] = [];
  for (const { index } of order) {
    const operation = asked[index]!;
    const seen = vocabulary.reveals === operation.f ? [...past] : [];
    if (vocabulary.reveals !== undefined) past.push(present(operation));
    const state = seen.length > 0 ? [present(operation)] : [];
    const usual = vocabulary.answers(operation.f, dice, operation.value);
    states.push(whole(operation));
    const fitting = vocabulary.answersAt?.(states, dice, operation.value) ?? [];
    const answers = [...state, ...seen, ...fitting, ...usual, undefined];
    const spoil = dice.once(
      vocabulary.reveals === undefined && vocabulary.answersAt === undefined ? 6 : 3,
    );
    const told = answers.find((output) => run(withOutput(operation, output)));
    const output = spoil ? answers[dice.below(answers.length)] : told;
    const unknown = operation.return === null || dice.once(12);
    operations[index] = unknown ? operation : withOutput(operation, output);
  }
  return operations;
}

/** A run of the model: says whether the operation can come next, and takes it if so. */
function runOf(
  model: Model<unknown>,
  initial: Plain,
  shown = (state: unknown): Plain => (typeof state === 'string' ? state : null),
) {
  const states = new Map<string | undefined, unknown>();
  const stateOf = (key: string | undefined) =>
    states.has(key) ? states.get(key) : model.init(initial);
  return {
    run: (operation: HistoryOperation): boolean => {
      const result = model.step(stateOf(operation.key), operation);
      if (result.ok) states.set(operation.key, result.next);
      return result.ok;
    },
    whole: (operation: HistoryOperation): unknown => stateOf(operation.key),
    present: (operation: HistoryOperation): Plain => {
      return shown(stateOf(operation.key));
    },
  };
}

function withOutput(operation: HistoryOperation, output: Plain | undefined): HistoryOperation {
  return output === undefined ? operation : { ...operation, output };
}
