/** What clients ask of lists, sets, queues and stacks, and are told, in random histories. */

import type { Plain } from '../../checker/index.ts';
import type { Vocabulary } from './random-histories.ts';

const listVocabulary: Vocabulary = {
  initial: (dice) => dice.pick([null, [], [0], [4, 0]]),
  request: (dice, serial) =>
    dice.once(2) ? { f: 'read' } : { f: 'append', value: dice.once(3) ? 0 : serial },
  answers: (f, dice) => {
    if (f !== 'read') return [undefined];
    const answers: Plain[] = [[]];
    for (let count = 0; count < 40; count++) {
      answers.push(Array.from({ length: 1 + dice.below(3) }, () => dice.below(5)));
    }
    return answers;
  },
};

/** Values are added once each, and never removed: reads tell what came first. */
const uniqueListVocabulary: Vocabulary = {
  initial: (dice) => dice.pick([null, [], ['i', 'j']]),
  request: (dice, serial) => (dice.once(2) ? { f: 'read' } : { f: 'append', value: serial }),
  answers: (f, dice) =>
    f === 'read' ? [[], ['i'], [0, 1], [1], [dice.below(5), dice.below(5)]] : [undefined],
  reveals: 'read',
  shown: (state) => JSON.parse(`[${String(state).slice(0, -1)}]`) as Plain,
};

const uniqueSetVocabulary: Vocabulary = {
  initial: (dice) => dice.pick([null, [7]]),
  request: (dice, serial) => {
    const f = dice.pick(['add', 'add', 'read', 'read', 'contains']);
    if (f === 'read') return { f };
    return { f, value: f === 'add' ? serial : dice.below(8) };
  },
  answers: (f, dice) =>
    f === 'read'
      ? [
          [7, 1],
          [dice.below(5), dice.below(5)],
        ]
      : [true, false],
  reveals: 'read',
  shown: (state) => (state as readonly string[]).map((item) => JSON.parse(item) as Plain),
};

/** Most removals find that there is nothing to remove, as sets that grow may answer. */
const refusingSetVocabulary: Vocabulary = {
  ...uniqueSetVocabulary,
  request: (dice, serial) =>
    dice.once(4)
      ? { f: 'remove', value: dice.below(8) }
      : uniqueSetVocabulary.request(dice, serial),
  answers: (f, dice) => (f === 'remove' ? [false] : uniqueSetVocabulary.answers(f, dice)),
};

/** Values go in once each; the answers of removals are right, wrong, repeated, or of no value. */
function uniqueCollection(adds: string, takes: string): Vocabulary {
  return {
    initial: (dice) => dice.pick([null, null, [], ['a'], ['a', 'b']]),
    request: (dice, serial) => (dice.once(2) ? { f: takes } : { f: adds, value: serial }),
    answers: (f) => (f === takes ? [null, 'a', 'b', 0, 1, 2, 3, 4, 5, 6] : [undefined]),
  };
}

export const collectionVocabularies: Readonly<Record<string, Vocabulary>> = {
  list: listVocabulary,
  'unique list': uniqueListVocabulary,
  'unique set': uniqueSetVocabulary,
  'unique set with refusals': refusingSetVocabulary,
  set: {
    initial: (dice) => dice.pick([null, [1]]),
    request: (dice) => {
      const f = dice.pick(['add', 'remove', 'contains', 'contains', 'read']);
      return f === 'read' ? { f } : { f, value: dice.below(2) };
    },
    answers: (f) => (f === 'read' ? [[], [0], [1], [0, 1]] : [true, false]),
  },
  'set without reads': {
    initial: (dice) => dice.pick([null, [0]]),
    request: (dice) => ({ f: dice.pick(['add', 'remove', 'contains']), value: dice.below(2) }),
    answers: () => [true, false],
  },
  queue: {
    initial: (dice) => dice.pick([null, [1], [1, 1]]),
    request: (dice, serial) =>
      dice.once(2) ? { f: 'dequeue' } : { f: 'enqueue', value: dice.once(3) ? 1 : serial },
    answers: (f) => (f === 'dequeue' ? [null, 0, 1, 2, 3, 4, 5, 6, 7] : [undefined]),
  },
  stack: {
    initial: (dice) => dice.pick([null, [1], [1, 1]]),
    request: (dice, serial) =>
      dice.once(2) ? { f: 'pop' } : { f: 'push', value: dice.once(3) ? 1 : serial },
    answers: (f) => (f === 'pop' ? [null, 0, 1, 2, 3, 4, 5, 6, 7] : [undefined]),
  },
  'unique queue': uniqueCollection('enqueue', 'dequeue'),
  'unique stack': uniqueCollection('push', 'pop'),
};
