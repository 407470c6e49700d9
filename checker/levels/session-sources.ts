/** Which writes a read can have seen. */

import type { Budget } from '../budget.ts';
import { compareCalls, type Processes } from './processes.ts';
import { INITIAL, NONE, type RegisterAccesses } from './register-accesses.ts';

/** For each place the sources that its answer allows, by call; undefined where it saw nothing. */
export type Candidates = readonly (readonly number[] | undefined)[];

const BYTES_PER_CANDIDATE = 8;

/**
 * Nobody is told a value before its write was called: a source was called by the time at which the
 * read returned. A refused swap may have seen any other value than the one that it wanted.
 *
 * Undefined if there is no memory for them; what they take is the caller's to give back.
 */
export function candidatesOf(
  processes: Processes,
  accesses: RegisterAccesses,
  budget: Budget,
): { readonly candidates: Candidates; readonly bytes: number } | undefined {
  const { reads, refuses, writes, writersOf, initialOf, objectOf } = accesses;
  const { operations } = processes;
  const writesTo: number[][] = Array.from({ length: accesses.objectCount }, () => []);
  writes.forEach((value, place) => {
    if (value !== NONE) writesTo[objectOf[place]!]!.push(place);
  });
  const candidates: (readonly number[] | undefined)[] = [];
  let bytes = 0;
  for (let place = 0; place < operations.length; place++) {
    const seen = reads[place]!;
    const refused = refuses[place]!;
    if (seen === NONE && refused === NONE) {
      candidates.push(undefined);
      continue;
    }
    const object = objectOf[place]!;
    const by = operations[place]!.return ?? Number.POSITIVE_INFINITY;
    const writers = seen === NONE ? writesTo[object]! : writersOf[seen]!;
    const own = writers.filter(
      (writer) => writer !== place && operations[writer]!.call <= by && writes[writer] !== refused,
    );
    const isInitial = seen === NONE ? initialOf[object] !== refused : initialOf[object] === seen;
    own.sort((a, b) => compareCalls(processes, a, b));
    if (isInitial) own.unshift(INITIAL);
    const taken = own.length * BYTES_PER_CANDIDATE;
    if (!budget.spendSteps(1 + (writers.length >>> 6)) || !budget.take(taken)) {
      budget.give(bytes);
      return undefined;
    }
    bytes += taken;
    candidates.push(own);
  }
  return { candidates, bytes };
}
