/**
 * A likely order of all operations, to be tried before any search.
 *
 * It keeps the saturated order. For the rest, writes come in order of call, and reads as soon as
 * what they saw has been written and their process has come so far.
 */

import type { Budget } from '../budget.ts';
import type { PartialOrder } from '../chains.ts';
import { Earliest } from '../earliest.ts';
import type { Model } from '../model.ts';
import { stepOf } from '../step-of.ts';
import { INITIAL, NONE } from './register-accesses.ts';
import type { SequentialProblem } from './sequential-problem.ts';

/** The order, if it explains the history; else nothing is known. O(n log n). */
export function tryLikelyOrder<State>(
  model: Model<State>,
  initial: State,
  problem: SequentialProblem,
  sources: Int32Array,
  order: PartialOrder,
  budget: Budget,
): readonly number[] | undefined {
  const states: State[] = Array.from({ length: problem.accesses.objectCount }, () => initial);
  const { objectOf } = problem.accesses;
  const seen = new Set(sources);
  const found: number[] = [];
  for (const place of likelyOrder(problem, sources, order)) {
    if (problem.isPending[place] === 1 && !seen.has(place)) continue;
    const step = stepOf(model, states[objectOf[place]!]!, problem.processes.operations[place]!);
    if (!step.ok || !budget.spend()) return undefined;
    states[objectOf[place]!] = step.next;
    found.push(place);
  }
  return found;
}

function likelyOrder(
  problem: SequentialProblem,
  sources: Int32Array,
  order: PartialOrder,
): readonly number[] {
  const { operations, processOf } = problem.processes;
  const incoming = new Int32Array(operations.length);
  const isNext = (place: number) => processOf[place + 1] === processOf[place];
  for (let place = 0; place < operations.length; place++) {
    if (isNext(place)) incoming[place + 1]!++;
    for (const later of order.successorsOf(place)) incoming[later]!++;
  }
  const instants = new Float64Array(operations.length);
  const open = new Earliest((a, b) => {
    const isRead = (place: number) => (problem.accesses.writes[place] === NONE ? 0 : 1);
    return (
      instants[a]! - instants[b]! ||
      isRead(a) - isRead(b) ||
      problem.callRank[a]! - problem.callRank[b]!
    );
  });
  const ready = (place: number) => {
    instants[place] = instantOf(problem, sources, instants, place);
    open.add(place);
  };
  for (let place = 0; place < operations.length; place++) if (incoming[place] === 0) ready(place);
  const found: number[] = [];
  for (let place = open.take(); place !== undefined; place = open.take()) {
    found.push(place);
    if (isNext(place) && --incoming[place + 1]! === 0) ready(place + 1);
    for (const later of order.successorsOf(place)) if (--incoming[later]! === 0) ready(later);
  }
  return found;
}

/** When an operation is likely to have taken effect; those that it follows are placed already. */
function instantOf(
  { processes, accesses }: SequentialProblem,
  sources: Int32Array,
  instants: Float64Array,
  place: number,
): number {
  const { operations, processOf } = processes;
  const isFirst = place === 0 || processOf[place - 1] !== processOf[place];
  const before = isFirst ? Number.NEGATIVE_INFINITY : instants[place - 1]!;
  const source = sources[place]!;
  if (source === NONE || accesses.writes[place] !== NONE) {
    return Math.max(before, operations[place]!.call);
  }
  return source === INITIAL ? before : Math.max(before, instants[source]!);
}
