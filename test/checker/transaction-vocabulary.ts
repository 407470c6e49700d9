/** Transactions whose values differ: right, stale, or put together from different times. */

import type { models, Plain } from '../../checker/index.ts';
import type { Dice, Vocabulary } from './random-histories.ts';

type Kind = 'w' | 'append';
type Access = readonly [string, string, Plain];

/** What a register has, by its name. */
type Store = (register: string) => Plain;

/** Writes, appends, or both; now and then a value that was written before. */
export function transactionsOf(kinds: readonly Kind[], repeats: boolean): Vocabulary {
  return {
    initial: (dice) => dice.pick([null, null, { x: 'i' }, kinds.includes('append') ? ['i'] : 0]),
    request: (dice, serial) => ({
      f: 'txn',
      value: Array.from({ length: 1 + dice.below(3) }, (_, place): Access => {
        const register = dice.pick(['x', 'y']);
        const value = repeats && dice.once(4) ? 1 : serial * 10 + place;
        return dice.once(2) ? ['r', register, null] : [dice.pick(kinds), register, value];
      }),
    }),
    answers: () => [],
    answersAt: (states, dice, value) => {
      const stores = states.map(storeOf);
      const now = stores.at(-1) ?? (() => null);
      const mixed = (): Store => {
        const [x, y] = [dice.pick(stores), dice.pick(stores)];
        return (register) => (register === 'x' ? x(register) : y(register));
      };
      const wrong: Store = (register) => (dice.once(2) ? 999 : now(register));
      const broken = [filledIn(value, wrong, dice), filledIn(value, now, dice)];
      const right = [now, mixed(), mixed(), mixed()].map((store) => filledIn(value, store));
      return [...right, ...right, ...broken];
    },
  };
}

function storeOf(state: unknown): Store {
  const { fallback, settled, recent } = state as ReturnType<typeof models.txn.init>;
  return (register) => {
    const value = recent.has(register) ? recent.get(register) : settled.get(register);
    return value === undefined ? fallback : value;
  };
}

/** The transaction as it would be answered; with dice, it may miss what it did itself. */
function filledIn(value: Plain | undefined, store: Store, dice?: Dice): Plain {
  const own = new Map<string, Plain>();
  const here = (register: string) => own.get(register) ?? store(register);
  return ((value ?? []) as readonly Access[]).map(([kind, register, argument]) => {
    if (kind === 'r') {
      const seen = here(register);
      const isCut = dice !== undefined && Array.isArray(seen) && dice.once(2);
      return [kind, register, isCut ? seen.slice(0, -1) : seen];
    }
    if (dice?.once(3)) return [kind, register, argument];
    const present = here(register);
    if (kind === 'w') own.set(register, argument);
    else own.set(register, Array.isArray(present) ? [...present, argument] : [argument]);
    return [kind, register, argument];
  });
}
