/**
 * The search for a sequential order: one that keeps the order of each process, and nothing else.
 *
 * A configuration is how far each process has come, and the state of each object; those from which
 * there was no way on are remembered. As in the search for a linearization, which see:
 * - *Observers first.* A process's next operation is taken at once if it is legal and of a kind
 *   that never changes a state: any order stays one when it is moved to the front.
 * - *Operations that never returned are optional*. One of them has none after it in its process, so
 *   it may be taken just before an operation on the same object that could not come without it.
 * And further:
 * - *The saturated order* is kept, where there is one.
 * - *No value is overwritten* that is still to be read and that nobody can write again.
 */

import { exclude, include, includes } from '../bit-set.ts';
import type { Budget } from '../budget.ts';
import { ConfigurationMemo, type Progress } from '../configuration-memo.ts';
import { ILLEGAL, type Transitions } from '../transitions.ts';
import { NONE } from './register-accesses.ts';
import type { SequentialProblem } from './sequential-problem.ts';

export type SequentialOutcome = 'found' | 'none' | 'unfinished';

/** In what order candidates are tried. */
export type SequentialOrder = 'needed-writer-first' | 'call-order';

interface Frame {
  /** Length of the path when the frame was entered. */
  readonly depth: number;
  readonly debt: Debt | undefined;
  readonly choices: readonly number[];
  cursor: number;
}

/** An operation that never returned has been taken, and nothing has used it yet. */
interface Debt {
  readonly object: number;
  /** The state before it. */
  readonly state: number;
}

/** About what a frame takes: its fields and a few choices. */
const FRAME_BYTES = 128;
/** Sixteen candidates looked at count as one step more. */
const CHOICES_PER_STEP_LOG2 = 4;

export class SequentialSearch<State> {
  private readonly problem: SequentialProblem;
  private readonly transitions: Transitions<State>;
  private readonly budget: Budget;
  private readonly order: SequentialOrder;
  private readonly memo: ConfigurationMemo;
  /** For each process, how many of its operations that returned are taken; then each state. */
  private readonly configuration: Int32Array;
  private readonly spent: Int32Array;
  /** Both, for the memo. */
  private readonly progress: Progress;
  /** For each object, the value that it has, where it is a register. */
  private readonly present: Int32Array;
  /** For each value, how many operations that returned have yet to see it. */
  private readonly readersLeft: Int32Array;
  private readonly writersLeft: Int32Array;
  private readonly path: Int32Array;
  private readonly stateBefore: Int32Array;
  private readonly presentBefore: Int32Array;
  private depth = 0;
  private left: number;
  private debt: Debt | undefined;
  private readonly frames: Frame[] = [];
  private entering = true;
  private outcome: SequentialOutcome = 'unfinished';
  private deepest: Int32Array = new Int32Array(0);

  constructor(
    problem: SequentialProblem,
    transitions: Transitions<State>,
    initial: number,
    budget: Budget,
    order: SequentialOrder,
  ) {
    const { processes, accesses } = problem;
    const count = processes.operations.length;
    this.problem = problem;
    this.transitions = transitions;
    this.budget = budget;
    this.order = order;
    this.configuration = new Int32Array(processes.processCount + accesses.objectCount);
    this.configuration.fill(initial, processes.processCount);
    this.spent = new Int32Array((processes.processCount + 31) >>> 5);
    const none = new Int32Array(0);
    this.progress = { set: this.configuration, used: none, discharged: none, spent: this.spent };
    this.memo = new ConfigurationMemo(this.progress, budget);
    this.present = accesses.initialOf.slice();
    this.readersLeft = new Int32Array(accesses.writersOf.length);
    this.writersLeft = Int32Array.from(accesses.writersOf, (writers) => writers.length);
    this.path = new Int32Array(count);
    this.stateBefore = new Int32Array(count);
    this.presentBefore = new Int32Array(count);
    this.left = 0;
    for (let place = 0; place < count; place++) {
      if (problem.isPending[place] === 1) continue;
      this.left++;
      const value = accesses.reads[place]!;
      if (value !== NONE) this.readersLeft[value]!++;
    }
  }

  /** Goes on for about `steps` configurations, or until the verdict or the end of the budget. */
  run(steps: number): SequentialOutcome {
    for (let left = steps; left > 0 && this.outcome === 'unfinished'; left--) {
      if (!this.budget.spend()) break;
      if (this.entering) this.enter();
      else this.advance();
    }
    return this.outcome;
  }

  /** The order, as places; only after `found`. */
  explanation(): Int32Array {
    return this.path.slice(0, this.depth);
  }

  /** The longest order at which the search could not go on. */
  longestPart(): Int32Array {
    return this.deepest;
  }

  release(): void {
    this.budget.give(this.frames.length * FRAME_BYTES);
    this.memo.release();
  }

  private enter(): void {
    this.entering = false;
    this.absorbObservers();
    if (this.left === 0) {
      this.outcome = 'found';
      return;
    }
    if (this.memo.has(0, 0, this.progress)) return;
    const choices = this.candidates();
    if (choices.length === 0 && this.depth > this.deepest.length) {
      this.deepest = this.explanation();
    }
    this.budget.take(FRAME_BYTES);
    this.frames.push({ depth: this.depth, debt: this.debt, choices, cursor: 0 });
  }

  /** Takes the next choice of the newest frame that has one. */
  private advance(): void {
    const frame = this.frames[this.frames.length - 1];
    if (frame === undefined) {
      this.outcome = 'none';
      return;
    }
    while (this.depth > frame.depth) this.undo();
    this.debt = frame.debt;
    const choice = frame.choices[frame.cursor++];
    if (choice === undefined) {
      this.memo.enter(0, 0, this.progress);
      this.frames.pop();
      this.budget.give(FRAME_BYTES);
      return;
    }
    const object = this.problem.accesses.objectOf[choice]!;
    const before = this.stateOf(object);
    this.take(choice, this.nextOf(choice));
    this.debt = this.problem.isPending[choice] === 1 ? { object, state: before } : undefined;
    this.entering = true;
  }

  private absorbObservers(): void {
    const { processes, kindOf, observes, accesses } = this.problem;
    for (let process = 0; process < processes.processCount; process++) {
      let place = this.headOf(process);
      while (place !== NONE && observes[kindOf[place]!] === 1) {
        const state = this.stateOf(accesses.objectOf[place]!);
        if (this.nextOf(place) !== state) break;
        this.take(place, state);
        // The state before an operation that never returned was asked for this one, and refused.
        this.debt = undefined;
        place = this.headOf(process);
      }
    }
  }

  /** The next operation of a process that returned, or `NONE`. */
  private headOf(process: number): number {
    const { processes, isPending } = this.problem;
    const place = processes.firsts[process]! + this.configuration[process]!;
    return place < processes.firsts[process + 1]! && isPending[place] === 0 ? place : NONE;
  }

  /** The operation of a process that never returned, if it is next and has not been taken. */
  private pendingOf(process: number): number {
    const { processes, isPending } = this.problem;
    const place = processes.firsts[process]! + this.configuration[process]!;
    if (place >= processes.firsts[process + 1]! || isPending[place] === 0) return NONE;
    return includes(this.spent, process) ? NONE : place;
  }

  private stateOf(object: number): number {
    return this.configuration[this.problem.processes.processCount + object]!;
  }

  private nextOf(place: number): number {
    const { accesses, kindOf } = this.problem;
    return this.transitions.next(this.stateOf(accesses.objectOf[place]!), kindOf[place]!);
  }

  private take(place: number, next: number): void {
    const { processes, accesses, isPending } = this.problem;
    const process = processes.processOf[place]!;
    const object = accesses.objectOf[place]!;
    const { configuration } = this;
    this.path[this.depth] = place;
    this.stateBefore[this.depth] = configuration[processes.processCount + object]!;
    this.presentBefore[this.depth] = this.present[object]!;
    this.depth++;
    configuration[processes.processCount + object] = next;
    if (accesses.writes[place] !== NONE) {
      this.present[object] = accesses.writes[place]!;
      this.writersLeft[accesses.writes[place]!]!--;
    }
    if (isPending[place] === 1) {
      include(this.spent, process);
      return;
    }
    configuration[process]!++;
    this.left--;
    if (accesses.reads[place] !== NONE) this.readersLeft[accesses.reads[place]!]!--;
  }

  private undo(): void {
    const { processes, accesses, isPending } = this.problem;
    const place = this.path[--this.depth]!;
    const process = processes.processOf[place]!;
    const object = accesses.objectOf[place]!;
    this.configuration[processes.processCount + object] = this.stateBefore[this.depth]!;
    this.present[object] = this.presentBefore[this.depth]!;
    if (accesses.writes[place] !== NONE) this.writersLeft[accesses.writes[place]!]!++;
    if (isPending[place] === 1) {
      exclude(this.spent, process);
      return;
    }
    this.configuration[process]!--;
    this.left++;
    if (accesses.reads[place] !== NONE) this.readersLeft[accesses.reads[place]!]!++;
  }

  /** The operations worth trying next, best first. */
  private candidates(): number[] {
    const { processCount } = this.problem.processes;
    const { callRank } = this.problem;
    const completed: number[] = [];
    const pending: number[] = [];
    for (let process = 0; process < processCount; process++) {
      const head = this.headOf(process);
      if (head !== NONE && this.isCandidate(head)) completed.push(head);
      const open = this.pendingOf(process);
      if (open !== NONE && this.isUsefulPending(open, pending)) pending.push(open);
    }
    this.budget.spendSteps(processCount >>> CHOICES_PER_STEP_LOG2);
    const byCall = (a: number, b: number) => callRank[a]! - callRank[b]!;
    const choices = [...completed.sort(byCall), ...pending.sort(byCall)];
    return this.order === 'call-order' ? choices : this.neededFirst(choices);
  }

  private isCandidate(place: number): boolean {
    const next = this.nextOf(place);
    if (next === ILLEGAL) return false;
    const object = this.problem.accesses.objectOf[place]!;
    if (this.debt !== undefined) {
      if (this.debt.object !== object) return false;
      // It could as well come without the operation that never returned.
      if (this.transitions.next(this.debt.state, this.problem.kindOf[place]!) === next)
        return false;
    }
    return this.keepsOrder(place) && !this.losesValue(place) && this.allows(object, next);
  }

  private isUsefulPending(place: number, others: readonly number[]): boolean {
    const { accesses, kindOf, requestOf } = this.problem;
    const object = accesses.objectOf[place]!;
    if (!this.isWanted(place)) return false;
    if (!this.isCandidate(place) || this.nextOf(place) === this.stateOf(object)) return false;
    const request = requestOf[kindOf[place]!];
    return !others.some(
      (other) => requestOf[kindOf[other]!] === request && accesses.objectOf[other] === object,
    );
  }

  /** Whether somebody is left who can have seen what an operation on a register writes. */
  private isWanted(place: number): boolean {
    const { accesses, isUnchecked } = this.problem;
    const value = accesses.writes[place]!;
    if (value === NONE || isUnchecked[accesses.objectOf[place]!] === 1) return true;
    return this.readersLeft[value]! > 0 || this.problem.isSwapped[value] === 1;
  }

  /** Whether all has been taken that must come before, by the saturated order. */
  private keepsOrder(place: number): boolean {
    const { clocks, processes } = this.problem;
    if (clocks === undefined) return true;
    const { processCount } = processes;
    const row = place * processCount;
    for (let process = 0; process < processCount; process++) {
      const before = clocks[row + process]! - (processes.processOf[place] === process ? 1 : 0);
      if (before <= this.configuration[process]!) continue;
      // Only the last of a process may be missing, if it never returned and has been taken.
      if (before > this.configuration[process]! + 1) return false;
      if (!includes(this.spent, process)) return false;
    }
    return true;
  }

  /** Whether a value would be overwritten that must be read, and that nobody can write again. */
  private losesValue(place: number): boolean {
    const { accesses } = this.problem;
    const object = accesses.objectOf[place]!;
    const written = accesses.writes[place]!;
    const lost = this.present[object]!;
    if (!accesses.isRegister[object] || written === NONE || written === lost) return false;
    const own = accesses.reads[place] === lost && this.problem.isPending[place] === 0 ? 1 : 0;
    return this.readersLeft[lost]! > own && this.writersLeft[lost] === 0;
  }

  /** Whether a list can still become what was read of it. */
  private allows(object: number, next: number): boolean {
    const target = this.problem.targets[object];
    if (target === undefined) return true;
    const state = this.transitions.stateAt(next);
    return typeof state !== 'string' || target.startsWith(state) || state.startsWith(target);
  }

  /** Puts first what lets a process go on that cannot now. */
  private neededFirst(choices: number[]): number[] {
    if (choices.length < 2) return choices;
    const { accesses, kindOf, processes } = this.problem;
    const blocked = new Map<number, number[]>();
    for (let process = 0; process < processes.processCount; process++) {
      const head = this.headOf(process);
      if (head === NONE || this.nextOf(head) !== ILLEGAL) continue;
      const object = accesses.objectOf[head]!;
      const others = blocked.get(object);
      if (others === undefined) blocked.set(object, [kindOf[head]!]);
      else others.push(kindOf[head]!);
    }
    const needed: number[] = [];
    const others: number[] = [];
    for (const choice of choices) {
      const next = this.nextOf(choice);
      const waiting = blocked.get(accesses.objectOf[choice]!) ?? [];
      const helps = waiting.some((kind) => this.transitions.next(next, kind) !== ILLEGAL);
      (helps ? needed : others).push(choice);
    }
    return needed.concat(others);
  }
}
