/**
 * A search for queues into which a value may go more than once, or of which some answers are not
 * known.
 *
 * The search over states settles the order of concurrent insertions long before the removals that
 * may contradict it, and must then undo all that lies between. Here (ours) what is chosen is which
 * removal comes next; an insertion of the value that it answered comes next with it. Whatever is
 * taken must have been called before anything left returned, so a wrong choice is found out within
 * a few removals, however long the queue. A configuration is (insertions taken, removals taken,
 * removals taken that found nothing): there is no state.
 *
 * - *Like operations in order of return.* Of insertions of one value that could come next, and of
 *   removals, the one that must end first comes first: in any order the two can change places. But
 *   where a removal may find nothing, all before it must have been called by then: so one that was
 *   called before the other, and ends later, is tried, too.
 * - *Observers first.* A removal that found nothing comes as soon as all that is left can follow
 *   it: no order gets worse by that. It parts all that was taken from all that is left.
 * - *Unknown answers.* Such a removal comes with any value of which there are more insertions than
 *   removals that answered it, or with none, at the places where the queue can be empty.
 * - *Operations that never returned.* Such insertions come where no like one does, and need not
 *   come at all; such removals come in order of call, with a value as above.
 *
 * What is found is whose value each removal took. With the values named after their insertions, the
 * exact test for queues gives the order, which is replayed on what was answered.
 */

import type { Budget } from './budget.ts';
import { ConfigurationMemo, type Progress } from './configuration-memo.ts';
import type { HistoryOperation } from './history.ts';
import { OpenOperations, type TakenSoFar } from './open-operations.ts';
import { isSequence, type PlainKey, plainKey } from './plain.ts';
import { layOut } from './problem.ts';
import type { Decision, Question } from './question.ts';
import { replayOrder } from './replay.ts';
import type { SearchOutcome } from './search.ts';
import { decideUnambiguousQueue } from './unambiguous-queue.ts';

/** Decides a queue's history, or answers undefined where something is in at first. */
export function searchQueue<State>(
  question: Question<State>,
  indexes: readonly number[],
  budget: Budget,
): Decision | undefined {
  const { model, initial } = question;
  if (model.collection?.discipline !== 'queue') return undefined;
  if (isSequence(initial) && initial.length > 0) return undefined;
  const operations = indexes.map((index) => question.operations[index]!);
  const sides = sidesOf(question, operations);
  if (sides === undefined) return undefined;
  const search = new QueueSearch(sides, budget);
  const outcome = search.run();
  search.release();
  if (outcome !== 'found') return { outcome };
  const named = withNames(operations, search.matches());
  const places = Array.from(operations.keys());
  const decision = decideUnambiguousQueue({ ...question, operations: named }, places, budget);
  if (decision?.outcome !== 'found') return undefined;
  const order = decision.orders.flat();
  const replayed = replayOrder({ ...question, operations }, order, budget);
  return replayed && { outcome: 'found', orders: [replayed.map((place) => indexes[place]!)] };
}

/** The operations with every value called after the place of its insertion. */
function withNames(
  operations: readonly HistoryOperation[],
  matches: readonly Match[],
): readonly HistoryOperation[] {
  const named = operations.map((operation, place) => {
    return operation.value === undefined ? operation : { ...operation, value: place };
  });
  for (const { insertion, removal } of matches) {
    if (removal === TAKER) continue;
    const output = insertion === NOTHING ? null : insertion;
    named[removal] = { ...named[removal]!, output };
  }
  return named;
}

/** An insertion, and the removal of its value. */
interface Match {
  /** `NOTHING` where a removal of unknown answer found nothing. */
  readonly insertion: number;
  /** `TAKER` for the next of the removals that never returned. */
  readonly removal: number;
}

const TAKER = -1;
const NOTHING = -2;
/** In place of a value: the number of the removals whose answers are not known. */
const UNKNOWN = 0;

interface Sides {
  readonly insertions: OpenOperations;
  readonly removals: OpenOperations;
  readonly empties: OpenOperations;
  /** When the removals that never returned were called, in order. */
  readonly takerCalls: readonly number[];
  /** Some answers are not known. */
  readonly hasUnknown: boolean;
  /** By number of a value: how many insertions there are beyond the removals that answered it. */
  readonly surplus: Int32Array;
}

function sidesOf<State>(
  { model }: Question<State>,
  operations: readonly HistoryOperation[],
): Sides | undefined {
  const insertions: number[] = [];
  const removals: number[] = [];
  const empties: number[] = [];
  const takerCalls: number[] = [];
  for (let place = 0; place < operations.length; place++) {
    const operation = operations[place]!;
    const access = model.collection?.access(operation);
    if (access === undefined) return undefined;
    const isPending = operation.return === null;
    if (access.kind === 'insert') insertions.push(place);
    else if (isPending && access.kind !== 'unknown') return undefined;
    else if (isPending) takerCalls.push(operation.call);
    else (access.kind === 'empty' ? empties : removals).push(place);
  }
  const known = new Map<PlainKey, number>([[plainKey(undefined), UNKNOWN]]);
  const openOf = (places: readonly number[], member: 'value' | 'output') => {
    const problem = layOut(model, operations, places);
    const numbers = Int32Array.from(problem.operations, (operation) => {
      const key = plainKey(operation[member]);
      const number = known.get(key) ?? known.size;
      known.set(key, number);
      return number;
    });
    return new OpenOperations(problem, numbers);
  };
  takerCalls.sort((a, b) => a - b);
  const sides = {
    insertions: openOf(insertions, 'value'),
    removals: openOf(removals, 'output'),
    empties: openOf(empties, 'output'),
  };
  const surplus = new Int32Array(known.size);
  for (let each = 0; each < insertions.length; each++) surplus[sides.insertions.numberOf(each)]!++;
  for (let each = 0; each < removals.length; each++) surplus[sides.removals.numberOf(each)]!--;
  const hasUnknown = surplus[UNKNOWN]! < 0;
  return Object.assign(sides, { takerCalls, surplus, hasUnknown });
}

interface Frame {
  readonly insertions: TakenSoFar;
  readonly removals: TakenSoFar;
  readonly empties: TakenSoFar;
  readonly matchCount: number;
  readonly calledBy: number;
  readonly choices: readonly Match[];
  cursor: number;
}

/** About what a frame takes: its fields, six small sets and a few choices. */
const FRAME_BYTES = 768;

class QueueSearch {
  private readonly sides: Sides;
  /** Whether a removal may find nothing: then it matters when all before it was called. */
  private readonly canBeEmpty: boolean;
  private readonly budget: Budget;
  private readonly memo: ConfigurationMemo;
  private readonly progress: Progress;
  private readonly set: Int32Array;
  private readonly path: Match[] = [];
  private readonly frames: Frame[] = [];
  private takersUsed = 0;
  /** How many removals of unknown answer found nothing. */
  private nothingFound = 0;
  /** The latest call of what has been taken: all that is left takes effect after it. */
  private latestCall = Number.NEGATIVE_INFINITY;

  constructor(sides: Sides, budget: Budget) {
    const { insertions, removals, empties } = sides;
    this.sides = sides;
    this.budget = budget;
    this.canBeEmpty = sides.hasUnknown || !empties.isDone();
    const length = insertions.set.length + removals.set.length + empties.set.length;
    this.set = new Int32Array(length + (sides.hasUnknown ? 2 : 1));
    const none = new Int32Array(0);
    this.progress = { set: this.set, used: none, discharged: none, spent: insertions.spent };
    this.memo = new ConfigurationMemo(this.progress, budget);
  }

  run(): SearchOutcome {
    const { surplus } = this.sides;
    // A value was removed more often than it was inserted.
    if (surplus.some((count, number) => count < 0 && number !== UNKNOWN)) return 'none';
    for (let entering = true; ; ) {
      if (!this.budget.spend()) return 'unfinished';
      if (entering && this.enter()) return 'found';
      const frame = this.frames[this.frames.length - 1];
      if (frame === undefined) return this.budget.exhausted === undefined ? 'none' : 'unfinished';
      this.undoTo(frame);
      const choice = frame.choices[frame.cursor++];
      entering = choice !== undefined;
      if (choice !== undefined) this.take(choice);
      else {
        this.frames.pop();
        this.budget.give(FRAME_BYTES);
      }
    }
  }

  /** Whose value each removal took, as places among the operations; only after `found`. */
  matches(): readonly Match[] {
    const { insertions, removals } = this.sides;
    return this.path.map(({ insertion, removal }) => ({
      insertion: insertion === NOTHING ? NOTHING : insertions.problem.sources[insertion]!,
      removal: removal === TAKER ? TAKER : removals.problem.sources[removal]!,
    }));
  }

  release(): void {
    this.budget.give(this.frames.length * FRAME_BYTES);
    this.memo.release();
  }

  /** Looks at a new configuration; true if nothing is left that must be taken. */
  private enter(): boolean {
    const { insertions, removals, empties } = this.sides;
    this.takeEmpties();
    if (removals.isDone() && empties.isDone()) return true;
    if (!this.isNew()) return false;
    if (!this.budget.take(FRAME_BYTES)) return false;
    this.frames.push({
      insertions: insertions.takenSoFar(),
      removals: removals.takenSoFar(),
      empties: empties.takenSoFar(),
      matchCount: this.path.length,
      calledBy: this.latestCall,
      choices: this.choices(),
      cursor: 0,
    });
    return false;
  }

  /** Takes what found nothing and can come now, when all that was inserted has been removed. */
  private takeEmpties(): void {
    const { empties } = this.sides;
    while (!empties.isDone()) {
      const first = this.firstReturn();
      const next = this.latestCall <= first ? empties.firstCalledBy(first) : -1;
      if (next === -1) return;
      empties.take(next);
      this.latestCall = Math.max(this.latestCall, empties.callOf(next));
    }
  }

  /** The first return of what is left. The queue can be empty if all taken were called by it. */
  private firstReturn(): number {
    const { insertions, removals, empties } = this.sides;
    return Math.min(insertions.firstReturn(), removals.firstReturn(), empties.firstReturn());
  }

  private choices(): readonly Match[] {
    const { insertions, removals, empties, takerCalls, surplus } = this.sides;
    const last = Math.min(removals.firstReturn(), empties.firstReturn());
    const first = this.firstReturn();
    // Whenever the queue is empty next, all that is taken must have been called: by then it was.
    const harmless = this.canBeEmpty ? first : Number.POSITIVE_INFINITY;
    const into = insertions.calledBy(Math.min(last, insertions.firstReturn()), harmless);
    const spare = into.filter((insertion) => surplus[insertions.numberOf(insertion)]! > 0);
    const choices: Match[] = [];
    for (const removal of removals.calledBy(last, harmless)) {
      const number = removals.numberOf(removal);
      if (number === UNKNOWN) {
        for (const insertion of spare) choices.push({ insertion, removal });
        if (this.latestCall > first || removals.callOf(removal) > first) continue;
        choices.push({ insertion: NOTHING, removal });
        continue;
      }
      for (const insertion of into) {
        if (insertions.numberOf(insertion) === number) choices.push({ insertion, removal });
      }
    }
    if ((takerCalls[this.takersUsed] ?? Number.POSITIVE_INFINITY) <= last) {
      for (const insertion of spare) choices.push({ insertion, removal: TAKER });
    }
    return choices;
  }

  private take(choice: Match): void {
    const { insertions, removals, takerCalls } = this.sides;
    const { insertion, removal } = choice;
    this.spend(choice, 1);
    const removedFrom =
      removal === TAKER ? takerCalls[this.takersUsed - 1]! : removals.callOf(removal);
    if (removal !== TAKER) removals.take(removal);
    this.latestCall = Math.max(this.latestCall, removedFrom);
    if (insertion !== NOTHING) {
      insertions.take(insertion);
      this.latestCall = Math.max(this.latestCall, insertions.callOf(insertion));
    }
    this.path.push(choice);
  }

  /** Counts what a choice uses, once more or once less. */
  private spend({ insertion, removal }: Match, times: 1 | -1): void {
    const { insertions, removals, surplus } = this.sides;
    if (removal === TAKER) this.takersUsed += times;
    else if (removals.numberOf(removal) !== UNKNOWN) return;
    if (insertion === NOTHING) this.nothingFound += times;
    else surplus[insertions.numberOf(insertion)]! -= times;
  }

  private undoTo(frame: Frame): void {
    const { insertions, removals, empties } = this.sides;
    insertions.undoTo(frame.insertions);
    removals.undoTo(frame.removals);
    empties.undoTo(frame.empties);
    while (this.path.length > frame.matchCount) this.spend(this.path.pop()!, -1);
    this.latestCall = frame.calledBy;
  }

  /** Remembers the configuration; false if it, or a better one, was there before. */
  private isNew(): boolean {
    const { insertions, removals, empties, hasUnknown } = this.sides;
    const { set } = this;
    set.set(insertions.set);
    set.set(removals.set, insertions.set.length);
    set.set(empties.set, insertions.set.length + removals.set.length);
    set[set.length - 1] = empties.frontier;
    if (hasUnknown) set[set.length - 2] = this.nothingFound;
    // How many removals that never returned are used, the numbers of all others tell.
    return this.memo.enter(insertions.frontier, removals.frontier, this.progress);
  }
}
