/** What a read of a growing state tells about the operations before it. */

import { type Budget, BudgetEnded } from './budget.ts';
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
interface Origin {
  /** The operation that reset the state to that beginning; -1 for the initial state. */
  readonly reset: number;
  /** The length of the beginning. */
  readonly from: number;
  readonly pieces: readonly Piece[];
  /** More than one append fits somewhere; the pieces say nothing then. */
  readonly ambiguous: boolean;
}

interface Piece {
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
/** So many looks at appends count as one step. */
const LOOKS_PER_STEP = 64;

/**
 * For each frontier, what its operation observed, if it did. A `budget` is asked on the way, and
 * `BudgetEnded` thrown once it is spent.
 */
export function observationsOf(
  problem: Problem,
  growth: readonly (Growth | undefined)[],
  initial: unknown,
  budget?: Budget,
): readonly (Observation | undefined)[] {
  const { kindOf, byReturn, calledBy } = problem;
  const roles = Array.from(kindOf, (kind) => growth[kind]);
  const resets: number[] = [];
  const appends: Append[] = [];
  roles.forEach((role, operation) => {
    if (role?.role === 'resets') resets.push(operation);
    if (role?.role === 'extends') appends.push({ operation, by: role.by });
  });
  const speller = new Speller(appends, problem.operations.length, budget);
  return Array.from(byReturn, (operation, frontier) => {
    const observed = roles[operation];
    if (observed?.role !== 'observes') return undefined;
    const { target } = observed;
    const called = calledBy[frontier]!;
    const spell = (from: number) => speller.spell(target, from, called);
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

class Speller {
  private readonly index: AppendIndex;
  /** Of the texts by which appends are found. */
  private readonly lengths: readonly number[];
  /** For each operation, the last spelling that it was a piece of. */
  private readonly spelledAt: Int32Array;
  private spellings = 0;
  private looks = 0;
  private readonly budget: Budget | undefined;

  constructor(appends: readonly Append[], operationCount: number, budget: Budget | undefined) {
    const index = new Map<string, Append[]>();
    const lengths = new Set<number>();
    for (const append of appends) {
      const prefix = append.by.slice(0, PREFIX_CHARACTERS);
      lengths.add(prefix.length);
      const alike = index.get(prefix);
      if (alike === undefined) index.set(prefix, [append]);
      else alike.push(append);
    }
    this.index = index;
    this.lengths = [...lengths];
    this.spelledAt = new Int32Array(operationCount);
    this.budget = budget;
  }

  /** The appends that spell the target from an offset on, where each step has only one. */
  spell(
    target: string,
    from: number,
    called: number,
  ): readonly Piece[] | 'ambiguous' | 'impossible' {
    const spelling = ++this.spellings;
    const pieces: Piece[] = [];
    for (let end = from; end < target.length; ) {
      const found = this.next(target, end, called);
      if (found === 'ambiguous') return found;
      // An append has happened once.
      if (found === undefined || this.spelledAt[found.operation] === spelling) return 'impossible';
      this.spelledAt[found.operation] = spelling;
      end += found.by.length;
      pieces.push({ operation: found.operation, end });
    }
    return pieces;
  }

  private next(target: string, end: number, called: number): Append | 'ambiguous' | undefined {
    let found: Append | undefined;
    for (const length of this.lengths) {
      // What is longer than the rest would be looked for under the name of what is shorter.
      if (end + length > target.length) continue;
      for (const append of this.index.get(target.slice(end, end + length)) ?? []) {
        this.looks++;
        if (append.operation >= called || !target.startsWith(append.by, end)) continue;
        // An append of nothing fits anywhere, any number of times.
        if (found !== undefined || append.by === '') return 'ambiguous';
        found = append;
      }
    }
    if (this.looks >= LOOKS_PER_STEP) {
      if (this.budget?.spendSteps(Math.floor(this.looks / LOOKS_PER_STEP)) === false) {
        throw new BudgetEnded();
      }
      this.looks %= LOOKS_PER_STEP;
    }
    return found;
  }
}
