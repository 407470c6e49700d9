/**
 * Who wrote what the transactions of a history saw, where only one of them can have; and answers
 * that nobody can have made possible.
 *
 * The mistakes are those of Adya, "Weak consistency" (1999): reads of what was never committed
 * (G1a) and of what its writer replaced itself (G1b). That lists reveal the order of the appends is
 * Elle's (Kingsbury & Alvaro, VLDB 2020, section 4).
 */

import type { Budget } from '../budget.ts';
import type { Plain } from '../history.ts';
import { plainKey } from '../plain.ts';
import { INITIAL, type Precedence, type Sight } from '../saturation.ts';
import type { Contradiction, RegisterHistory, RegisterUse, TransactionHistory } from './history.ts';
import { type ListHistory, type ListOrder, placeOthers, readList } from './list-versions.ts';

/** A read that nothing explains, with what it saw. */
export type Flaw =
  | Contradiction
  /** Nobody wrote it. */
  | FlawedRead<'unwritten'>
  /** The `other` wrote it, and then something else. */
  | FlawedRead<'overwritten'>
  /** Of what the `other` appended at once, it saw a part, or something in between. */
  | FlawedRead<'split'>
  /** What the `other` saw cannot have become it, nor it that. */
  | FlawedRead<'forked'>;

interface FlawedRead<Kind> {
  readonly kind: Kind;
  readonly reader: number;
  readonly register: number;
  readonly seen: Plain;
  /** Another transaction; `INITIAL` where there is none. */
  readonly other: number;
}

/** All are numbers of transactions. */
export interface Sources {
  readonly sights: readonly Sight[];
  readonly precedences: readonly Precedence[];
  /** 1 for those that took effect: they returned, or were seen. */
  readonly isNeeded: Uint8Array;
}

/** Something is wrong with the reads themselves; of several, the one that returned first. */
export function firstFlaw(history: TransactionHistory, flaws: readonly Flaw[]): Flaw | undefined {
  let first: Flaw | undefined;
  const endOf = ({ reader }: Flaw) =>
    history.operations[reader]!.return ?? Number.POSITIVE_INFINITY;
  for (const flaw of flaws) if (first === undefined || endOf(flaw) < endOf(first)) first = flaw;
  return first;
}

/** Finds the sources, and adds to the flaws what cannot have any. O(n) and all answers' length. */
export function findSources(history: TransactionHistory, flaws: Flaw[], budget: Budget): Sources {
  const { operations, uses, registers } = history;
  const sights: Sight[] = [];
  const precedences: Precedence[] = [];
  const isNeeded = new Uint8Array(operations.length);
  const lists = new Map<number, ListHistory>();
  for (let number = 0; number < operations.length; number++) {
    budget.goOn(number);
    if (operations[number]!.return !== null) isNeeded[number] = 1;
    for (const use of uses[number]!) {
      const register = registers[use.register]!;
      if (register.isAppended) {
        const known = lists.get(use.register);
        if (known === undefined) lists.set(use.register, { uses: [use], numbers: [number] });
        else {
          known.uses.push(use);
          known.numbers.push(number);
        }
      } else if (use.found !== undefined) {
        findWriter(register, use, number, sights, flaws);
      }
    }
  }
  const found = { sights, precedences, flaws, isNeeded, budget };
  const orders: ListOrder[] = [];
  for (const [register, list] of lists) {
    if (registers[register]!.isWritten) continue;
    const order = readList(registers[register]!, list, found);
    if (order !== undefined) orders.push(order);
  }
  for (const { writer } of sights) if (writer !== INITIAL) isNeeded[writer] = 1;
  for (const order of orders) placeOthers(order, found);
  return { sights, precedences, isNeeded };
}

/** The only one that can have written what was found, if there is only one. */
function findWriter(
  { initial, writers, overwriters }: RegisterHistory,
  { register, found }: RegisterUse,
  reader: number,
  sights: Sight[],
  flaws: Flaw[],
): void {
  const key = plainKey(found);
  const isInitial = key === plainKey(initial);
  const isOther = (writer: number) => writer !== reader;
  const first = writers.get(key)?.find(isOther);
  const last = writers.get(key)?.findLast(isOther);
  if (first !== last || (isInitial && first !== undefined)) return;
  if (isInitial || first !== undefined) {
    sights.push({ reader, writer: first ?? INITIAL, register });
    return;
  }
  const other = overwriters.get(key)?.find(isOther);
  const kind = other === undefined ? 'unwritten' : 'overwritten';
  flaws.push({ kind, reader, register, seen: found ?? null, other: other ?? INITIAL });
}
