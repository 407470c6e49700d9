/**
 * The search for a linearization.
 *
 * Wing & Gong, "Testing and verifying concurrent objects" (1993): take any operation that no other
 * must precede, and try. With Lowe's two improvements ("Testing for linearizability", 2017):
 * configurations are remembered, and nothing is linearized before the next return calls for it.
 *
 * Ours:
 * - *Observers first.* An open operation that is legal now, and of a kind that never changes the
 *   state, is linearized at once: any linearization stays one when it is moved to the front.
 * - *Operations that never returned are optional*, and one that is linearized must be of use: the
 *   next operation may not be one that could have come without it, to the same state.
 * - *Like operations in order of return.* Of open operations with one request and one effect, the
 *   one that must end first goes first: the two can change places in any linearization.
 * - *Growing states.* While nothing can reset it, a state must begin what the next read observed.
 */

import type { Budget } from './budget.ts';
import { ConfigurationMemo } from './configuration-memo.ts';
import { GrowthBound } from './growth-bound.ts';
import { OpenList } from './open-list.ts';
import type { Problem } from './problem.ts';
import { ILLEGAL, type Transitions } from './transitions.ts';

export type SearchOutcome = 'found' | 'none' | 'unfinished';

/** In what order candidates are tried. Each order wins on histories where the other explodes. */
export type CandidateOrder = 'call-order' | 'needed-writer-first';

/** Hears of every dead end: the operations linearized, in order, and the return not reached. */
export type DeadEndListener = (path: Int32Array, length: number, frontier: number) => void;

interface Frame {
  /** Length of the path when the frame was entered. */
  readonly depth: number;
  readonly frontier: number;
  readonly state: number;
  /** The state before a pending operation that nothing has used yet; -1 if there is none. */
  readonly debt: number;
  readonly set: Int32Array;
  readonly spent: Int32Array;
  readonly choices: readonly number[];
  cursor: number;
}

const NO_DEBT = -1;
/** Sixteen candidates looked at count as one step more. */
const CHOICES_PER_STEP_LOG2 = 4;
/** About what a frame takes: its fields, two small sets and a few choices. */
const FRAME_BYTES = 256;

export class Search<State> {
  private readonly problem: Problem;
  private readonly transitions: Transitions<State>;
  private readonly budget: Budget;
  private readonly order: CandidateOrder;
  private readonly onDeadEnd: DeadEndListener | undefined;
  private readonly memo: ConfigurationMemo;
  private readonly completed: OpenList;
  private readonly pending: OpenList;
  private readonly growth: GrowthBound | undefined;
  private readonly path: Int32Array;
  private depth = 0;
  private frontier = 0;
  private state: number;
  private debt = NO_DEBT;
  private set: Int32Array;
  private spent: Int32Array;
  private readonly frames: Frame[] = [];
  private entering = true;
  private outcome: SearchOutcome = 'unfinished';

  constructor(
    problem: Problem,
    transitions: Transitions<State>,
    initial: number,
    budget: Budget,
    order: CandidateOrder,
    onDeadEnd?: DeadEndListener,
  ) {
    this.problem = problem;
    this.transitions = transitions;
    this.budget = budget;
    this.order = order;
    this.onDeadEnd = onDeadEnd;
    this.state = initial;
    this.set = new Int32Array((problem.slotCount + 31) >>> 5);
    this.spent = new Int32Array((problem.pendingCount + 31) >>> 5);
    this.memo = new ConfigurationMemo(this.set.length, this.spent.length, budget);
    this.path = new Int32Array(problem.operations.length);
    this.completed = new OpenList(problem.pendingOf, false);
    this.pending = new OpenList(problem.pendingOf, true);
    this.growth =
      problem.growth && new GrowthBound(problem, problem.growth, transitions.stateAt(initial));
  }

  /** Goes on for about `steps` configurations, or until the verdict or the end of the budget. */
  run(steps: number): SearchOutcome {
    for (let left = steps; left > 0 && this.outcome === 'unfinished'; left--) {
      if (!this.budget.spend()) break;
      if (this.entering) this.enter();
      else this.advance();
    }
    return this.outcome;
  }

  /** The linearization, as places in the problem's order; only after `found`. */
  linearization(): Int32Array {
    return this.path.slice(0, this.depth);
  }

  release(): void {
    this.budget.give(this.frames.length * FRAME_BYTES);
    this.memo.release();
  }

  private enter(): void {
    this.entering = false;
    this.absorbObservers();
    if (this.frontier === this.problem.byReturn.length) {
      this.outcome = 'found';
      return;
    }
    if (!this.memo.enter(this.frontier, this.state, this.set, this.spent)) return;
    const choices = this.isDoomed() ? [] : this.candidates();
    if (choices.length === 0) this.onDeadEnd?.(this.path, this.depth, this.frontier);
    this.budget.take(FRAME_BYTES);
    this.frames.push({
      depth: this.depth,
      frontier: this.frontier,
      state: this.state,
      debt: this.debt,
      set: this.set.slice(),
      spent: this.spent.slice(),
      choices,
      cursor: 0,
    });
  }

  /** Takes the next choice of the newest frame that has one. */
  private advance(): void {
    const frame = this.frames[this.frames.length - 1];
    if (frame === undefined) {
      this.outcome = 'none';
      return;
    }
    this.undoTo(frame);
    const choice = frame.choices[frame.cursor++];
    if (choice === undefined) {
      this.frames.pop();
      this.budget.give(FRAME_BYTES);
      return;
    }
    const before = this.state;
    this.state = this.transitions.next(before, this.problem.kindOf[choice]!);
    this.linearize(choice);
    this.debt = this.problem.pendingOf[choice]! >= 0 ? before : NO_DEBT;
    this.entering = true;
  }

  private absorbObservers(): void {
    const { kindOf, calledBy, observes } = this.problem;
    const { completed, transitions, state } = this;
    let operation = completed.first();
    while (this.frontier < calledBy.length && operation < calledBy[this.frontier]!) {
      const following = completed.after(operation);
      const kind = kindOf[operation]!;
      if (observes[kind] === 1 && transitions.next(state, kind) === state) {
        this.linearize(operation);
        // The state before a pending operation was asked for it too, and refused it.
        this.debt = NO_DEBT;
      }
      operation = following;
    }
  }

  private linearize(operation: number): void {
    const { problem } = this;
    this.path[this.depth++] = operation;
    const pending = problem.pendingOf[operation]!;
    if (pending >= 0) {
      this.pending.remove(operation);
      this.spent[pending >>> 5]! |= 1 << (pending & 31);
      return;
    }
    this.completed.remove(operation);
    const slot = problem.slotOf[operation]!;
    this.set[slot >>> 5]! |= 1 << (slot & 31);
    if (problem.frontierOf[operation] === this.frontier) this.passReturns();
  }

  /** Moves the frontier to the next return that is still open, freeing the slots on the way. */
  private passReturns(): void {
    const { byReturn, slotOf } = this.problem;
    while (this.frontier < byReturn.length) {
      const returning = byReturn[this.frontier]!;
      if (this.completed.has(returning)) return;
      const slot = slotOf[returning]!;
      this.set[slot >>> 5]! &= ~(1 << (slot & 31));
      this.frontier++;
    }
  }

  private undoTo(frame: Frame): void {
    while (this.depth > frame.depth) {
      const operation = this.path[--this.depth]!;
      if (this.problem.pendingOf[operation]! >= 0) this.pending.restore(operation);
      else this.completed.restore(operation);
    }
    this.frontier = frame.frontier;
    this.state = frame.state;
    this.debt = frame.debt;
    this.set.set(frame.set);
    this.spent.set(frame.spent);
  }

  /** The operations worth trying next, best first. */
  private candidates(): number[] {
    const called = this.problem.calledBy[this.frontier]!;
    const choices: number[] = [];
    let operation = this.completed.first();
    for (; operation < called; operation = this.completed.after(operation)) {
      this.addCompleted(choices, operation);
    }
    const completedCount = choices.length;
    operation = this.pending.first();
    for (; operation < called; operation = this.pending.after(operation)) {
      this.addPending(choices, operation, completedCount);
    }
    // Looking at very many open operations is work too.
    this.budget.spendSteps(choices.length >>> CHOICES_PER_STEP_LOG2);
    return this.order === 'call-order' ? choices : this.neededFirst(choices);
  }

  private addCompleted(choices: number[], operation: number): void {
    const { kindOf, frontierOf } = this.problem;
    const kind = kindOf[operation]!;
    const next = this.transitions.next(this.state, kind);
    if (next === ILLEGAL || this.isUselessDebt(kind, next)) return;
    for (let place = 0; place < choices.length; place++) {
      const other = choices[place]!;
      if (kindOf[other] !== kind) continue;
      if (frontierOf[operation]! < frontierOf[other]!) choices[place] = operation;
      return;
    }
    choices.push(operation);
  }

  private addPending(choices: number[], operation: number, completedCount: number): void {
    const { kindOf, requestOf } = this.problem;
    const kind = kindOf[operation]!;
    const next = this.transitions.next(this.state, kind);
    if (next === ILLEGAL || next === this.state || this.isUselessDebt(kind, next)) return;
    for (let place = 0; place < choices.length; place++) {
      const other = kindOf[choices[place]!]!;
      if (requestOf[other] !== requestOf[kind]) continue;
      if (place >= completedCount || this.transitions.next(this.state, other) === next) return;
    }
    choices.push(operation);
  }

  /** Whether the operation could as well come without the pending one before it. */
  private isUselessDebt(kind: number, next: number): boolean {
    return this.debt !== NO_DEBT && this.transitions.next(this.debt, kind) === next;
  }

  /** Puts first what lets the operation linearize that must return next. */
  private neededFirst(choices: number[]): number[] {
    if (choices.length < 2) return choices;
    const { kindOf, byReturn } = this.problem;
    const returning = byReturn[this.frontier]!;
    const needed: number[] = [];
    const others: number[] = [];
    for (const choice of choices) {
      const next = this.transitions.next(this.state, kindOf[choice]!);
      const helps =
        choice === returning || this.transitions.next(next, kindOf[returning]!) !== ILLEGAL;
      (helps ? needed : others).push(choice);
    }
    return needed.concat(others);
  }

  private isDoomed(): boolean {
    if (this.growth === undefined) return false;
    const state = this.transitions.stateAt(this.state);
    return !this.growth.allows(state, this.frontier, this.completed, this.pending);
  }
}
