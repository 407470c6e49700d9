/**
 * Making a large failing history small soon, by an order that explains it up to the failing return.
 *
 * Whatever is cut out of such an order, if the rest is a run of the model still, then the rest is
 * explained by it: that needs no search, and most cuts that are no good are seen by it at once.
 * What remains to be asked of the others is whether they fail. What never returned and is not in
 * the order goes first, as an illegal history without it is as illegal.
 */

import type { Budget } from './budget.ts';
import type { HistoryOperation } from './history.ts';
import { leaveOut } from './leave-out.ts';
import { type CutOperation, opened } from './prefix.ts';
import type { Question } from './question.ts';
import { stepOf } from './step-of.ts';

/** The shortest end of an order that is tried. */
const END_FIRST = 16;
/** Smaller pieces are left to those who try every operation. */
const PIECE_MIN = 4;
/** So many places are tried for a cut that leaves a run of the model. */
const PLACES_TRIED = 64;

interface OrderCuts<State> {
  readonly question: Question<State>;
  readonly failing: number;
  /** Whether a part, which the order explains, fails alike. */
  readonly accepts: (part: readonly CutOperation[]) => boolean;
  readonly budget: Budget;
}

/** As little as is left after large cuts. `order`: by source, of what explains the history. */
export function cutByOrder<State>(
  cuts: OrderCuts<State>,
  history: readonly CutOperation[],
  order: readonly number[],
): readonly CutOperation[] {
  const bySource = new Map(history.map((each) => [each.source, each]));
  const failing = bySource.get(cuts.failing);
  if (failing === undefined) return history;
  const run = order.flatMap((source) => bySource.get(source) ?? []);
  const end = shortestEnd(cuts, run, failing);
  if (end === undefined) return history;
  const pairs = pairsOf(cuts, end);
  if (pairs === undefined) return withFailing(withoutPieces(cuts, end, failing), failing);
  const groupOf = ({ source }: CutOperation) => pairs.get(source) ?? source;
  const whole = withFailing(end, failing);
  return leaveOut(whole, cuts.failing, groupOf, cuts.accepts, () => isSpent(cuts));
}

function withFailing(run: readonly CutOperation[], failing: CutOperation): readonly CutOperation[] {
  return run.includes(failing) ? run : [...run, failing];
}

function isSpent<State>({ budget }: OrderCuts<State>): boolean {
  return budget.exhausted !== undefined;
}

/** The shortest end of the order that fails, of those whose lengths double; undefined if none. */
function shortestEnd<State>(
  cuts: OrderCuts<State>,
  run: readonly CutOperation[],
  failing: CutOperation,
): readonly CutOperation[] | undefined {
  const { model, initial } = cuts.question;
  const start = model.init(initial);
  for (let length = END_FIRST; length < run.length && !isSpent(cuts); length *= 2) {
    const at = cutFrom(cuts, run, start, run.length - length, 0);
    if (at === undefined) continue;
    const end = run.slice(at);
    if (cuts.accepts(withFailing(end, failing))) return end;
  }
  return cuts.accepts(withFailing(run, failing)) ? run : undefined;
}

/** Leaves out pieces of the order, from the last to the first, and ever smaller ones. */
function withoutPieces<State>(
  cuts: OrderCuts<State>,
  whole: readonly CutOperation[],
  failing: CutOperation,
): readonly CutOperation[] {
  let run = whole;
  for (let size = run.length >>> 1; size >= PIECE_MIN; size = Math.min(size, run.length) >>> 1) {
    let states = statesOf(cuts, run);
    for (let to = run.length; to > 0 && !isSpent(cuts); to -= size) {
      const from = Math.max(0, to - size);
      const at = cutFrom(cuts, run, states[from]!, to, from + 1);
      if (at === undefined || run.slice(from, at).includes(failing)) continue;
      const rest = [...run.slice(0, from), ...run.slice(at)];
      if (!cuts.accepts(withFailing(rest, failing))) continue;
      run = rest;
      states = statesOf(cuts, run);
    }
  }
  return run;
}

/** The last place up to `latest`, of a few, from which the order can go on at this state. */
function cutFrom<State>(
  cuts: OrderCuts<State>,
  run: readonly CutOperation[],
  state: State,
  latest: number,
  earliest: number,
): number | undefined {
  const last = Math.max(earliest, latest - PLACES_TRIED);
  for (let at = latest; at >= last; at--) if (goesOn(cuts, run, state, at)) return at;
  return undefined;
}

function goesOn<State>(
  cuts: OrderCuts<State>,
  run: readonly CutOperation[],
  from: State,
  start: number,
): boolean {
  let state = from;
  for (let place = start; place < run.length; place++) {
    if (!cuts.budget.mayGoOn(place - start)) return false;
    const operation = asKnown(cuts, run[place]!);
    const step = stepOf(cuts.question.model, state, operation);
    if (step.ok) state = step.next;
    else if (operation.return !== null) return false;
  }
  return true;
}

/** The states before each operation of an order, and after the last. */
function statesOf<State>(cuts: OrderCuts<State>, run: readonly CutOperation[]): readonly State[] {
  const { model, initial } = cuts.question;
  const states = [model.init(initial)];
  for (const each of run) {
    const state = states[states.length - 1]!;
    const step = stepOf(model, state, asKnown(cuts, each));
    states.push(step.ok ? step.next : state);
  }
  return states;
}

/** The failing operation as it was known before it returned. */
function asKnown<State>({ failing }: OrderCuts<State>, each: CutOperation): HistoryOperation {
  return each.source === failing ? opened(each.operation) : each.operation;
}

/**
 * For each removal in an order of a queue or stack, the source of the insertion whose value it
 * takes: without both, the rest is a run. Undefined for what is neither.
 */
function pairsOf<State>(
  cuts: OrderCuts<State>,
  run: readonly CutOperation[],
): ReadonlyMap<number, number> | undefined {
  const { collection } = cuts.question.model;
  if (collection === undefined) return undefined;
  const isQueue = collection.discipline === 'queue';
  const pairs = new Map<number, number>();
  const inside: number[] = [];
  let first = 0;
  for (const each of run) {
    const access = collection.access(asKnown(cuts, each));
    if (access?.kind === 'insert') inside.push(each.source);
    if (access?.kind !== 'remove' && access?.kind !== 'unknown') continue;
    const taken = isQueue ? inside[first++] : inside.pop();
    if (taken !== undefined) pairs.set(each.source, taken);
  }
  return pairs;
}
