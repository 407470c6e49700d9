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
 *   next operation may not be one that could have come without it, to the same state, unless it has
 *   overwritten something unseen.
 * - *Like operations in order of return.* Of open operations with one request and one effect, the
 *   one that must end first goes first: the two can change places in any linearization.
 * - *Overwritten unseen.* An operation that overwrites may take effect right before another such
 *   one, and nobody can tell. So whatever overwrites is discharged by the next one that is
 *   linearized while it is open: from then on it may be used still, or be forgotten when its return
 *   is the next. And none is linearized right before another one: it could as well be forgotten.
 * - *Growing states.* While nothing can reset it, a state must begin what the next read observed.
 *   A sum that only grows must have what it lacks of the next total in adds that are open.
 */

import { exclude, include } from './bit-set.ts';
import type { Budget } from './budget.ts';
import { ConfigurationMemo, type Progress } from './configuration-memo.ts';
import { GrowthBound } from './growth-bound.ts';
import { OpenList } from './open-list.ts';
import { Overwritten } from './overwritten.ts';
import type { Problem } from './problem.ts';
import { SumBound } from './sum-bound.ts';
import { ILLEGAL, type Transitions } from './transitions.ts';

export type SearchOutcome = 'found' | 'none' | 'unfinished';

/** In what order candidates are tried. Each order wins on histories where the other explodes. */
export type CandidateOrder = 'call-order' | 'needed-writer-first';

/** Hears of every dead end: how many operations were linearized, and on demand their order. */
export type DeadEndListener = (length: number, order: () => Int32Array) => void;

interface Frame {
  /** Length of the path when the frame was entered. */
  readonly depth: number;
  readonly frontier: number;
  readonly state: number;
  /** The state before a pending operation that nothing has used yet; -1 if there is none. */
  readonly debt: number;
  /** The sets of its progress, one after the other. */
  readonly sets: Int32Array;
  readonly choices: readonly number[];
  cursor: number;
}

const NO_DEBT = -1;
/** In place of a candidate: the operation that returns next is forgotten. */
const FORGET = -1;
/** Sixteen candidates count as one step more, and so do 128 operations that were looked at. */
const CHOICES_PER_STEP_LOG2 = 4;
const LOOKS_PER_STEP_LOG2 = 7;
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
  private readonly overwritten: Overwritten;
  private readonly growth: GrowthBound | undefined;
  private readonly sum: SumBound | undefined;
  /** In order; the complement of one that was overwritten unseen, where it was forgotten. */
  private readonly path: Int32Array;
  private depth = 0;
  private frontier = 0;
  private state: number;
  private debt = NO_DEBT;
  /** Whether what was linearized last overwrites, and nothing has made use of it. */
  private isUnseen = false;
  /**
   * Whether what returns next may be forgotten now. What is linearized before, and was not what has
   * discharged it, could as well be linearized after it was forgotten.
   */
  private mayForget = true;
  private readonly progress: Progress;
  /** The words of all its sets, which a frame keeps a copy of. */
  private readonly sets: Int32Array;
  private readonly frames: Frame[] = [];
  private entering = true;
  private outcome: SearchOutcome = 'unfinished';
  /** The most returns that were passed in any order. */
  reached = 0;

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
    const setWords = (problem.slotCount + 31) >>> 5;
    const usedWords = problem.overwrites.includes(1) ? setWords : 0;
    const spentFrom = setWords + 2 * usedWords;
    const sets = new Int32Array(spentFrom + ((problem.pendingCount + 31) >>> 5));
    this.sets = sets;
    this.progress = {
      set: sets.subarray(0, setWords),
      used: sets.subarray(setWords, setWords + usedWords),
      discharged: sets.subarray(setWords + usedWords, spentFrom),
      spent: sets.subarray(spentFrom),
    };
    this.memo = new ConfigurationMemo(this.progress, budget);
    this.path = new Int32Array(problem.operations.length);
    this.completed = new OpenList(problem.pendingOf, false);
    this.pending = new OpenList(problem.pendingOf, true);
    this.overwritten = new Overwritten(problem, this.completed, this.progress.discharged);
    this.growth =
      problem.growth && new GrowthBound(problem, problem.growth, transitions.stateAt(initial));
    this.sum = problem.sums && new SumBound(problem, problem.sums);
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

  /** What is linearized by now, as places in the problem's order: all of it after `found`. */
  linearization(): Int32Array {
    const { kindOf, overwrites } = this.problem;
    const order: number[] = [];
    /** What was forgotten comes before the last that overwrites: it was open then, too. */
    let unseen: number[] = [];
    for (let place = this.depth - 1; place >= 0; place--) {
      const operation = this.path[place]!;
      if (operation < 0) {
        unseen.push(~operation);
        continue;
      }
      order.push(operation);
      if (overwrites[kindOf[operation]!] === 0) continue;
      for (const each of unseen) order.push(each);
      unseen = [];
    }
    return Int32Array.from(order.reverse());
  }

  release(): void {
    this.budget.give(this.frames.length * FRAME_BYTES);
    this.memo.release();
  }

  private enter(): void {
    this.entering = false;
    this.absorbObservers();
    if (this.frontier > this.reached) this.reached = this.frontier;
    if (this.frontier === this.problem.byReturn.length) {
      this.outcome = 'found';
      return;
    }
    if (!this.memo.enter(this.frontier, this.state, this.progress)) return;
    const choices = this.isDoomed() ? [] : this.candidates();
    if (choices.length > 0 && this.mayForget && this.isNextDischarged()) choices.unshift(FORGET);
    if (choices.length === 0) this.onDeadEnd?.(this.depth, () => this.linearization());
    this.budget.take(FRAME_BYTES);
    this.frames.push({
      depth: this.depth,
      frontier: this.frontier,
      state: this.state,
      debt: this.debt,
      sets: this.sets.slice(),
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
    if (choice === FORGET) {
      this.forgetNext();
    } else {
      const kind = this.problem.kindOf[choice]!;
      const wasDischarged = this.isNextDischarged();
      this.state = this.transitions.next(frame.state, kind);
      this.mayForget = false;
      const hasDischarged = this.linearize(choice);
      const isPending = this.problem.pendingOf[choice]! >= 0;
      this.debt = isPending && !hasDischarged ? frame.state : NO_DEBT;
      this.isUnseen = this.problem.overwrites[kind] === 1 && this.frontier === frame.frontier;
      if (!wasDischarged) this.mayForget = true;
    }
    this.entering = true;
  }

  private absorbObservers(): void {
    const { kindOf, calledBy, observes } = this.problem;
    const { completed, transitions, state } = this;
    let operation = completed.first();
    let looks = 0;
    while (this.frontier < calledBy.length && operation < calledBy[this.frontier]!) {
      looks++;
      const following = completed.after(operation);
      const kind = kindOf[operation]!;
      if (observes[kind] === 1 && transitions.next(state, kind) === state) {
        this.linearize(operation);
        // The state before a pending operation was asked for it too, and refused it.
        this.debt = NO_DEBT;
        this.isUnseen = false;
      }
      operation = following;
    }
    this.budget.spendSteps(looks >>> LOOKS_PER_STEP_LOG2);
  }

  /** Whether it has discharged what nothing had before. */
  private linearize(operation: number): boolean {
    const { problem, progress } = this;
    this.path[this.depth++] = operation;
    const overwrites = problem.overwrites[problem.kindOf[operation]!] === 1;
    const pending = problem.pendingOf[operation]!;
    if (pending >= 0) {
      this.pending.remove(operation);
      include(progress.spent, pending);
    } else {
      this.completed.remove(operation);
      include(overwrites ? progress.used : progress.set, problem.slotOf[operation]!);
      if (overwrites) include(progress.discharged, problem.slotOf[operation]!);
    }
    const hasDischarged = overwrites && this.overwritten.grow(this.frontier);
    if (problem.frontierOf[operation] === this.frontier) this.passReturns();
    return hasDischarged;
  }

  /** Whether what returns next is not linearized, and could have been overwritten unseen. */
  private isNextDischarged(): boolean {
    const returning = this.problem.byReturn[this.frontier];
    return returning !== undefined && this.overwritten.has(returning);
  }

  private forgetNext(): void {
    const returning = this.problem.byReturn[this.frontier]!;
    this.completed.remove(returning);
    this.path[this.depth++] = ~returning;
    this.debt = NO_DEBT;
    this.isUnseen = false;
    this.passReturns();
  }

  /** Moves the frontier to the next return that is still open, freeing the slots on the way. */
  private passReturns(): void {
    const { byReturn, slotOf } = this.problem;
    const { set, used, discharged } = this.progress;
    while (this.frontier < byReturn.length) {
      const returning = byReturn[this.frontier]!;
      if (this.completed.has(returning)) return;
      const slot = slotOf[returning]!;
      exclude(set, slot);
      exclude(used, slot);
      exclude(discharged, slot);
      this.frontier++;
      this.mayForget = true;
    }
  }

  private undoTo(frame: Frame): void {
    while (this.depth > frame.depth) {
      const entry = this.path[--this.depth]!;
      const operation = entry < 0 ? ~entry : entry;
      if (this.problem.pendingOf[operation]! >= 0) this.pending.restore(operation);
      else this.completed.restore(operation);
    }
    this.frontier = frame.frontier;
    this.state = frame.state;
    this.debt = frame.debt;
    this.sets.set(frame.sets);
  }

  /** The operations worth trying next, best first. */
  private candidates(): number[] {
    const called = this.problem.calledBy[this.frontier]!;
    const choices: number[] = [];
    let looks = 0;
    let operation = this.completed.first();
    for (; operation < called; operation = this.completed.after(operation)) {
      looks++;
      this.addCompleted(choices, operation);
    }
    const completedCount = choices.length;
    operation = this.pending.first();
    for (; operation < called; operation = this.pending.after(operation)) {
      looks++;
      this.addPending(choices, operation, completedCount);
    }
    // Looking at very many open operations is work too.
    this.budget.spendSteps(
      (choices.length >>> CHOICES_PER_STEP_LOG2) + (looks >>> LOOKS_PER_STEP_LOG2),
    );
    return this.order === 'call-order' ? choices : this.neededFirst(choices);
  }

  private addCompleted(choices: number[], operation: number): void {
    const { kindOf, frontierOf, overwrites } = this.problem;
    const kind = kindOf[operation]!;
    if (this.isUnseen && overwrites[kind] === 1) return;
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
    const { kindOf, requestOf, overwrites } = this.problem;
    const kind = kindOf[operation]!;
    if (this.isUnseen && overwrites[kind] === 1) return;
    const next = this.transitions.next(this.state, kind);
    if (next === ILLEGAL || this.isUselessDebt(kind, next)) return;
    const mayDischarge = overwrites[kind] === 1;
    if (next === this.state && !(mayDischarge && this.overwritten.couldGrow(this.frontier))) return;
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
    const { growth, sum, completed, pending } = this;
    if (growth === undefined && sum === undefined) return false;
    const state = this.transitions.stateAt(this.state);
    if (sum !== undefined && !sum.allows(state, completed, pending)) return true;
    return growth !== undefined && !growth.allows(state, this.frontier, completed, pending);
  }
}
