/**
 * Transactions laid out in chains, for `saturate`: by real time, or process by process.
 *
 * By real time, those that follow each other are put on as few chains as there were open at a time,
 * and the clock is a chain of its own: what returned comes before its next tick, and what is called
 * later after that. So all of real time takes two edges an operation.
 */

import type { Budget } from '../budget.ts';
import type { HistoryOperation } from '../history.ts';
import { compareInProcess } from '../levels/processes.ts';
import { INITIAL, NONE, type Precedence, type Sightings } from '../saturation.ts';
import type { TransactionHistory } from './history.ts';
import type { Sources } from './sources.ts';

/** Which order must be kept beside what was seen. */
export type KeptOrder = 'real-time' | 'processes';

export interface TransactionLayout {
  readonly sightings: Sightings;
  /** The number of the transaction at each place; `NONE` for the clock's ticks. */
  readonly numberAt: Int32Array;
  readonly placeOf: Int32Array;
  /** Of those that never returned and were seen, the reader that returned first; else `NONE`. */
  readonly witnessOf: Int32Array;
}

/** Lays out the transactions that took effect. O(n log n). */
export function layOutTransactions(
  history: TransactionHistory,
  sources: Sources,
  kept: KeptOrder,
  budget: Budget,
): TransactionLayout {
  const { operations } = history;
  const witnessOf = witnessesOf(operations, sources);
  const needed: number[] = [];
  sources.isNeeded.forEach((isNeeded, number) => {
    if (isNeeded === 1) needed.push(number);
  });
  const endOf = (number: number) => {
    const { call, return: returned } = operations[number]!;
    if (returned !== null) return returned;
    const seenBy = operations[witnessOf[number]!]?.return ?? Number.POSITIVE_INFINITY;
    // It may have been seen before it was called, which no order explains.
    return Math.max(call, seenBy);
  };
  const chains =
    kept === 'processes'
      ? chainsOfProcesses(operations, needed)
      : chainsInTime(operations, needed, endOf, budget);
  const numberAt = Int32Array.from(chains.flat());
  const placeOf = new Int32Array(operations.length).fill(NONE);
  numberAt.forEach((number, place) => {
    if (number !== NONE) placeOf[number] = place;
  });
  const precedences: Precedence[] = [];
  if (kept === 'real-time') addClock(operations, needed, endOf, { chains, placeOf, precedences });
  for (const { from, to, shownBy } of sources.precedences) {
    precedences.push({ from: placeOf[from]!, to: placeOf[to]!, shownBy: placeOf[shownBy]! });
  }
  return withPlaces(history, sources, chains, { placeOf, precedences, witnessOf });
}

/** Who was seen by then must have taken effect by then, as if it had returned. */
function witnessesOf(operations: readonly HistoryOperation[], { sights }: Sources): Int32Array {
  const witnessOf = new Int32Array(operations.length).fill(NONE);
  for (const { reader, writer } of sights) {
    if (writer === INITIAL || operations[writer]!.return !== null) continue;
    const known = operations[witnessOf[writer]!]?.return ?? Number.POSITIVE_INFINITY;
    if ((operations[reader]!.return ?? Number.POSITIVE_INFINITY) < known) {
      witnessOf[writer] = reader;
    }
  }
  return witnessOf;
}

/** Each process's transactions, in its order. */
function chainsOfProcesses(
  operations: readonly HistoryOperation[],
  needed: readonly number[],
): number[][] {
  const chains = new Map<number, number[]>();
  for (const number of needed) {
    const { process } = operations[number]!;
    const chain = chains.get(process);
    if (chain === undefined) chains.set(process, [number]);
    else chain.push(number);
  }
  for (const chain of chains.values()) {
    chain.sort((a, b) => compareInProcess(operations[a]!, operations[b]!) || a - b);
  }
  return [...chains.values()];
}

/** As few chains as can be of transactions that each end before the next is called. */
function chainsInTime(
  operations: readonly HistoryOperation[],
  needed: readonly number[],
  endOf: (number: number) => number,
  budget: Budget,
): number[][] {
  const byCall = needed.toSorted((a, b) => operations[a]!.call - operations[b]!.call || a - b);
  const byEnd = inOrderOfEnd(needed, endOf);
  const chains: number[][] = [];
  const chainOf = new Map<number, number[]>();
  const free: number[][] = [];
  let ended = 0;
  for (const [place, number] of byCall.entries()) {
    budget.goOn(place);
    for (; endOf(byEnd[ended]!) < operations[number]!.call; ended++) {
      free.push(chainOf.get(byEnd[ended]!)!);
    }
    let chain = free.pop();
    if (chain === undefined) {
      chain = [];
      chains.push(chain);
    }
    chain.push(number);
    chainOf.set(number, chain);
  }
  return chains;
}

function inOrderOfEnd(
  numbers: readonly number[],
  endOf: (number: number) => number,
): readonly number[] {
  return numbers.toSorted((a, b) => {
    const [one, other] = [endOf(a), endOf(b)];
    // Infinite ends are alike, and have no difference.
    return one < other ? -1 : one > other ? 1 : a - b;
  });
}

interface Growing {
  readonly chains: number[][];
  readonly placeOf: Int32Array;
  readonly precedences: Precedence[];
}

/** Adds the clock as the last chain, with a tick wherever something is called after an end. */
function addClock(
  operations: readonly HistoryOperation[],
  needed: readonly number[],
  endOf: (number: number) => number,
  { chains, placeOf, precedences }: Growing,
): void {
  const byCall = needed.toSorted((a, b) => operations[a]!.call - operations[b]!.call || a - b);
  const byEnd = inOrderOfEnd(needed, endOf);
  const first = needed.length;
  const ticks: number[] = [];
  let ended = 0;
  for (const number of byCall) {
    const { call } = operations[number]!;
    if (endOf(byEnd[ended]!) < call) ticks.push(NONE);
    const tick = first + ticks.length - 1;
    for (; endOf(byEnd[ended]!) < call; ended++) {
      precedences.push({ from: placeOf[byEnd[ended]!]!, to: tick, shownBy: NONE });
    }
    if (ticks.length > 0) precedences.push({ from: tick, to: placeOf[number]!, shownBy: NONE });
  }
  if (ticks.length > 0) chains.push(ticks);
}

function withPlaces(
  { uses, registers }: TransactionHistory,
  sources: Sources,
  chains: readonly (readonly number[])[],
  laid: Pick<TransactionLayout, 'placeOf' | 'witnessOf'> & Pick<Sightings, 'precedences'>,
): TransactionLayout {
  const { placeOf, witnessOf, precedences } = laid;
  const numberAt = Int32Array.from(chains.flat());
  const chainOf = new Int32Array(numberAt.length);
  const firsts = new Int32Array(chains.length + 1);
  const writesOf = registers.map(() => new Map<number, number[]>());
  let place = 0;
  for (const [chain, numbers] of chains.entries()) {
    firsts[chain] = place;
    for (const number of numbers) {
      chainOf[place] = chain;
      for (const { register, writes, appends } of uses[number] ?? []) {
        if (writes.length + appends.length === 0) continue;
        const own = writesOf[register]!.get(chain);
        if (own === undefined) writesOf[register]!.set(chain, [place]);
        else own.push(place);
      }
      place++;
    }
  }
  firsts[chains.length] = place;
  const sights = sources.sights.map(({ reader, writer, register }) => ({
    reader: placeOf[reader]!,
    writer: writer === INITIAL ? INITIAL : placeOf[writer]!,
    register,
  }));
  const sightings = {
    chains: { chainOf, firsts, chainCount: chains.length },
    precedences,
    sights,
    writesOf,
  };
  return { sightings, numberAt, placeOf, witnessOf };
}
