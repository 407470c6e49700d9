/**
 * A search for queues into which a value may go more than once.
 *
 * The search over states settles the order of concurrent insertions long before the removals that
 * may contradict it, and must then undo all that lies between. Here (ours) what is chosen is which
 * removal comes next; an insertion of the value that it answered comes next with it. Whatever is
 * taken must have been called before anything left returned, so a wrong choice is found out within
 * a few removals, however long the queue. A configuration is (insertions taken, removals taken,
 * removals taken that found nothing): there is no state.
 *
 * - *Like operations in order of return.* Of insertions of one value that could come next, and of
 *   removals, the one that must end first comes first: in any order the two can change places.
 * - *Observers first.* A removal that found nothing comes as soon as all that is left can follow
 *   it: no order gets worse by that. It parts all that was taken from all that is left.
 * - *Operations that never returned.* Such insertions come where no like one does, and need not
 *   come at all; such removals come in order of call, with any value.
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

/** Decides a queue's history, or answers undefined where an answer is not known. */
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
    if (removal !== TAKER) named[removal] = { ...named[removal]!, output: insertion };
  }
  return named;
}

/** An insertion, and the removal of its value. */
interface Match {
  readonly insertion: number;
  /** `TAKER` for the next of the removals that never returned. */
  readonly removal: number;
}

const TAKER = -1;

interface Sides {
  readonly insertions: OpenOperations;
  readonly removals: OpenOperations;
  readonly empties: OpenOperations;
  /** When the removals that never returned were called, in order. */
  readonly takerCalls: readonly number[];
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
    else if (isPending !== (access.kind === 'unknown')) return undefined;
    else if (isPending) takerCalls.push(operation.call);
    else (access.kind === 'remove' ? removals : empties).push(place);
  }
  const known = new Map<PlainKey, number>();
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
  return {
    insertions: openOf(insertions, 'value'),
    removals: openOf(removals, 'output'),
    empties: openOf(empties, 'output'),
    takerCalls,
  };
}

interface Frame {
  readonly insertions: TakenSoFar;
  readonly removals: TakenSoFar;
  readonly empties: TakenSoFar;
  readonly matchCount: number;
  readonly takersUsed: number;
  readonly calledBy: number;
  readonly choices: readonly Match[];
  cursor: number;
}

/** About what a frame takes: its fields, six small sets and a few choices. */
const FRAME_BYTES = 768;

class QueueSearch {
  private readonly sides: Sides;
  private readonly budget: Budget;
  private readonly memo: ConfigurationMemo;
  private readonly progress: Progress;
  private readonly set: Int32Array;
  private readonly path: Match[] = [];
  private readonly frames: Frame[] = [];
  private takersUsed = 0;
  /** The latest call of what has been taken: all that is left takes effect after it. */
  private latestCall = Number.NEGATIVE_INFINITY;

  constructor(sides: Sides, budget: Budget) {
    const { insertions, removals, empties } = sides;
    this.sides = sides;
    this.budget = budget;
    this.set = new Int32Array(insertions.set.length + removals.set.length + empties.set.length + 1);
    const none = new Int32Array(0);
    this.progress = { set: this.set, used: none, discharged: none, spent: insertions.spent };
    this.memo = new ConfigurationMemo(this.progress, budget);
  }

  run(): SearchOutcome {
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
      insertion: insertions.problem.sources[insertion]!,
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
      takersUsed: this.takersUsed,
      calledBy: this.latestCall,
      choices: this.choices(),
      cursor: 0,
    });
    return false;
  }

  /** Takes what found nothing and can come now, when all that was inserted has been removed. */
  private takeEmpties(): void {
    const { insertions, removals, empties } = this.sides;
    while (!empties.isDone()) {
      const first = Math.min(
        insertions.firstReturn(),
        removals.firstReturn(),
        empties.firstReturn(),
      );
      const next = this.latestCall <= first ? empties.firstCalledBy(first) : -1;
      if (next === -1) return;
      empties.take(next);
      this.latestCall = Math.max(this.latestCall, empties.callOf(next));
    }
  }

  private choices(): readonly Match[] {
    const { insertions, removals, empties, takerCalls } = this.sides;
    const last = Math.min(removals.firstReturn(), empties.firstReturn());
    const into = insertions.calledBy(Math.min(last, insertions.firstReturn()));
    const choices: Match[] = [];
    for (const removal of removals.calledBy(last)) {
      const number = removals.numberOf(removal);
      const insertion = into.find((each) => insertions.numberOf(each) === number);
      if (insertion !== undefined) choices.push({ insertion, removal });
    }
    if ((takerCalls[this.takersUsed] ?? Number.POSITIVE_INFINITY) <= last) {
      for (const insertion of into) choices.push({ insertion, removal: TAKER });
    }
    return choices;
  }

  private take(choice: Match): void {
    const { insertions, removals, takerCalls } = this.sides;
    const { insertion, removal } = choice;
    const removedFrom =
      removal === TAKER ? takerCalls[this.takersUsed++]! : removals.callOf(removal);
    insertions.take(insertion);
    if (removal !== TAKER) removals.take(removal);
    this.latestCall = Math.max(this.latestCall, insertions.callOf(insertion), removedFrom);
    this.path.push(choice);
  }

  private undoTo(frame: Frame): void {
    const { insertions, removals, empties } = this.sides;
    insertions.undoTo(frame.insertions);
    removals.undoTo(frame.removals);
    empties.undoTo(frame.empties);
    this.path.length = frame.matchCount;
    this.takersUsed = frame.takersUsed;
    this.latestCall = frame.calledBy;
  }

  /** Remembers the configuration; false if it, or a better one, was there before. */
  private isNew(): boolean {
    const { insertions, removals, empties } = this.sides;
    const { set } = this;
    set.set(insertions.set);
    set.set(removals.set, insertions.set.length);
    set.set(empties.set, insertions.set.length + removals.set.length);
    set[set.length - 1] = empties.frontier;
    // How many removals that never returned are used, the numbers of all others tell.
    return this.memo.enter(insertions.frontier, removals.frontier, this.progress);
  }
}
