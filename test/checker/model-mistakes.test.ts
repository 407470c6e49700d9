/** What an author of a model gets wrong: an error that names the model, and never a verdict. */

import { describe, expect, test } from 'vitest';
import {
  checkBoundedStaleness,
  checkLinearizable,
  checkSequential,
  determinised,
  type HistoryOperation,
  type Plain,
  statesAlong,
} from '../../checker/index.ts';

/** As JavaScript sees the checker: a model may be anything. */
type Untyped = (...given: readonly unknown[]) => unknown;

const linearizable: Untyped = (...given) => Reflect.apply(checkLinearizable, undefined, given);
const sequential: Untyped = (...given) => Reflect.apply(checkSequential, undefined, given);
const stale: Untyped = (...given) => Reflect.apply(checkBoundedStaleness, undefined, given);
const shown: Untyped = (...given) => Reflect.apply(statesAlong, undefined, given);
const deterministic: Untyped = (...given) => Reflect.apply(determinised, undefined, given);

const TOSS = { process: 0, f: 'toss', call: 0, return: 10 };
const LOOK = { process: 1, f: 'look', call: 20, return: 30, output: 1 };
const BOUND = { by: 'versions', most: 1 };

const NO_STEPS = [
  ['true', true, 'true'],
  ['false', false, 'false'],
  ['nothing', undefined, 'undefined'],
  ['null', null, 'null'],
  ['a state alone', 7, '7'],
  ['a state that is an object', { side: 1 }, 'an object with side'],
  ['a state by another name', { ok: true, state: 1 }, 'an object with ok, state'],
  ['no state', { ok: true }, 'an object with ok'],
  ['what is nearly true', { ok: 1, next: 1 }, 'an object with ok, next'],
] as const;

describe('a step of a model', () => {
  test.each(NO_STEPS)('that returns %s is an error', (_what, answer, found) => {
    const coin = { name: 'coin', init: () => 0, step: () => answer, isRead: () => false };
    const complaint =
      'model coin: expected step of toss to return { ok: true, next: state } or { ok: false }, ' +
      `found ${found}`;

    expect(() => linearizable(coin, [TOSS])).toThrow(new TypeError(complaint));
    expect(() => linearizable(coin, [TOSS], { witness: [0] })).toThrow(new TypeError(complaint));
    expect(() => sequential(coin, [TOSS])).toThrow(new TypeError(complaint));
    expect(() => stale(coin, [TOSS], BOUND)).toThrow(new TypeError(complaint));
    expect(() => shown(coin, null, [TOSS], [0])).toThrow(new TypeError(complaint));
  });

  test('may leave a state that is undefined, if the model has a key for it', () => {
    const coin = {
      name: 'coin',
      init: () => undefined,
      step: () => ({ ok: true, next: undefined }),
      key: String,
    };

    expect(linearizable(coin, [TOSS, LOOK])).toMatchObject({ verdict: 'linearizable' });
  });
});

describe('of an object with a choice', () => {
  test.each([
    ['true', true, 'true'],
    ['one state', 1, '1'],
    ['nothing', undefined, 'undefined'],
    ['the step of a model', { ok: true, next: 1 }, 'an object with ok, next'],
  ])('a step that returns %s is an error', (_what, answer, found) => {
    const coin = deterministic({ name: 'coin', init: () => [0], step: () => answer });
    const expected = 'expected step of toss to return an array of states';
    const complaint = `model coin: ${expected}, found ${found}`;

    expect(() => linearizable(coin, [TOSS])).toThrow(new TypeError(complaint));
    expect(() => sequential(coin, [TOSS])).toThrow(new TypeError(complaint));
  });

  test.each([
    ['one state', 0, 'an array of states, found 0'],
    ['a text', 'ab', 'an array of states, found "ab"'],
    ['nothing', undefined, 'an array of states, found undefined'],
    ['no state', [], 'a state at least'],
  ])('an init that returns %s is an error', (_what, states, found) => {
    const coin = deterministic({ name: 'coin', init: () => states, step: () => [0] });

    expect(() => linearizable(coin, [TOSS])).toThrow(
      new TypeError(`model coin: expected init to return ${found}`),
    );
  });

  test('a toss whose answer nobody knows may have left either side', () => {
    const coin = determinised<Plain>({
      name: 'coin',
      init: () => [0],
      step: (side, { f, output }) => {
        if (f === 'toss') return output === undefined ? [0, 1] : [output];
        return output === undefined || output === side ? [side] : [];
      },
    });
    const looks = (output: Plain): HistoryOperation => ({ ...LOOK, output });

    expect(checkLinearizable(coin, [TOSS, looks(0)]).verdict).toBe('linearizable');
    expect(checkLinearizable(coin, [TOSS, looks(1)]).verdict).toBe('linearizable');
    expect(checkLinearizable(coin, [TOSS, looks(2)]).verdict).toBe('not-linearizable');
    expect(checkLinearizable(coin, [{ ...TOSS, output: 0 }, looks(1)]).verdict).toBe(
      'not-linearizable',
    );
  });
});
