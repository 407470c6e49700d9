/** What a read of a growing state tells about the operations before it. */

import type { Growth } from './model.ts';
import type { Problem } from './problem.ts';

/** The ways in which a read's string can have come about. */
export interface Observation {
  readonly target: string;
  readonly origins: readonly Origin[];
  /** Operations called before the read returned that may have reset the state to anything. */
  readonly resetsUnknown: readonly number[];
}

/** A beginning of the string, and the appends that make the rest of it. */
export interface Origin {
  /** The operation that reset the state to that beginning; -1 for the initial state. */
  readonly reset: number;
  /** The length of the beginning. */
  readonly from: number;
  readonly pieces: readonly Piece[];
  /** More than one append fits somewhere; the pieces say nothing then. */
  readonly ambiguous: boolean;
}

export interface Piece {
  readonly operation: number;
  /** The length of the string up to the end of this piece. */
  readonly end: number;
}

interface Append {
  readonly operation: number;
  readonly by: string;
}

/** The appends by the first characters of what they add: most texts differ there or not at all. */
type AppendIndex = ReadonlyMap<string, readonly Append[]>;

const PREFIX_CHARACTERS = 6;

/** For each frontier, what its operation observed, if it did. */
export function observationsOf(
  problem: Problem,
  growth: readonly (Growth | undefined)[],
  initial: unknown,
): readonly (Observation | undefined)[] {
  const { kindOf, byReturn, calledBy } = problem;
  const roles = Array.from(kindOf, (kind) => growth[kind]);
  const resets: number[] = [];
  const appends: Append[] = [];
  roles.forEach((role, operation) => {
    if (role?.role === 'resets') resets.push(operation);
    if (role?.role === 'extends') appends.push({ operation, by: role.by });
  });
  const { lengths, index } = indexed(appends);
  return Array.from(byReturn, (operation, frontier) => {
    const observed = roles[operation];
    if (observed?.role !== 'observes') return undefined;
    const { target } = observed;
    const called = calledBy[frontier]!;
    const spell = (from: number) => spelling(target, from, called, index, lengths);
    const origins: Origin[] = [];
    const start = typeof initial === 'string' ? initial : '';
    if (target.startsWith(start)) add(origins, -1, start.length, spell(start.length));
    const resetsUnknown: number[] = [];
    for (const reset of resets) {
      if (reset >= called) break;
      const role = roles[reset];
      const to = role?.role === 'resets' ? role.to : undefined;
      if (to === undefined) resetsUnknown.push(reset);
      else if (target.startsWith(to)) add(origins, reset, to.length, spell(to.length));
    }
    return { target, origins, resetsUnknown };
  });
}

function add(
  origins: Origin[],
  reset: number,
  from: number,
  pieces: readonly Piece[] | 'ambiguous' | 'impossible',
): void {
  if (pieces === 'impossible') return;
  if (pieces === 'ambiguous') origins.push({ reset, from, pieces: [], ambiguous: true });
  else origins.push({ reset, from, pieces, ambiguous: false });
}

function indexed(appends: readonly Append[]) {
  const index = new Map<string, Append[]>();
  const lengths = new Set<number>();
  for (const append of appends) {
    const prefix = append.by.slice(0, PREFIX_CHARACTERS);
    lengths.add(prefix.length);
    const alike = index.get(prefix);
    if (alike === undefined) index.set(prefix, [append]);
    else alike.push(append);
  }
  return { index, lengths: [...lengths] };
}

/** The appends that spell the target from an offset on, where each step has only one. */
function spelling(
  target: string,
  from: number,
  called: number,
  index: AppendIndex,
  lengths: readonly number[],
): readonly Piece[] | 'ambiguous' | 'impossible' {
  const pieces: Piece[] = [];
  for (let end = from; end < target.length; ) {
    let found: Append | undefined;
    for (const length of lengths) {
      for (const append of index.get(target.slice(end, end + length)) ?? []) {
        if (append.operation >= called || !target.startsWith(append.by, end)) continue;
        // An append of nothing fits anywhere, any number of times.
        if (found !== undefined || append.by === '') return 'ambiguous';
        found = append;
      }
    }
    if (found === undefined) return 'impossible';
    end += found.by.length;
    pieces.push({ operation: found.operation, end });
  }
  return pieces;
}
