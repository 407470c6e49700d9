/** Damages JSON values: one change, which may or may not keep what the value means. */

import type { Plain } from '../../checker/index.ts';
import type { Dice } from './random-histories.ts';

const STRANGERS: readonly (readonly [Plain])[] = [
  [null],
  [true],
  [false],
  [0],
  [-1],
  [1.5],
  [1e15],
  [2 ** 53],
  [-(2 ** 60)],
  [''],
  ['0:1'],
  ['2:1'],
  ['read'],
  ['\u0000\ud800'],
  [[]],
  [[1, 2]],
  [[1, 2, 3]],
  [[['r', 'x']]],
  [{}],
  [{ revision: 1 }],
  [{ error: 'compacted' }],
];
const NAMES = ['process', 'f', 'key', 'value', 'call', 'return', 'output', 'retrun', '__proto__'];

/** The value with one thing in it changed, added or left out. */
export function mutatedPlain(value: Plain, dice: Dice): Plain {
  if (Array.isArray(value)) return mutatedArray(value, dice);
  if (value !== null && typeof value === 'object') {
    return mutatedObject(Object.entries(value), dice);
  }
  return dice.pick(STRANGERS)[0];
}

function mutatedArray(items: readonly Plain[], dice: Dice): Plain {
  const at = dice.below(items.length + 1);
  if (at === items.length) return [...items, dice.pick(STRANGERS)[0]];
  if (dice.once(4)) return items.filter((_, index) => index !== at);
  return items.map((item, index) => (index === at ? mutatedPlain(item, dice) : item));
}

function mutatedObject(members: readonly (readonly [string, Plain])[], dice: Dice): Plain {
  const at = dice.below(members.length + 1);
  if (at === members.length) {
    const name = dice.pick(NAMES);
    const others = members.filter(([each]) => each !== name);
    return Object.fromEntries([...others, [name, dice.pick(STRANGERS)[0]]]);
  }
  const [name] = members[at]!;
  if (dice.once(4)) return Object.fromEntries(members.filter(([each]) => each !== name));
  return Object.fromEntries(
    members.map(([each, value]) => [each, each === name ? mutatedPlain(value, dice) : value]),
  );
}
