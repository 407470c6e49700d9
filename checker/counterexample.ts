/**
 * Evidence for a no: the shortest prefix that fails, and as little of it as fails alike.
 *
 * Leaving operations out may not make a wrong answer out of a late one. Where all answers of the
 * prefix are possible if real time is ignored, this is kept so: else `write 1; write 2; read 1`
 * would shrink to a lone `read 1`, and explain what did not happen. Where they are not, no answer
 * may lose the operations that make it possible by itself.
 */

import { Budget, type BudgetOptions } from './budget.ts';
import { decide } from './decide.ts';
import { type Names, sentenceFor } from './explanation.ts';
import type { HistoryOperation, Plain } from './history.ts';
import { KEPT, leaveOut } from './leave-out.ts';
import type { Model } from './model.ts';
import { longestPartialOrders } from './partial-orders.ts';
import type { Part } from './partition.ts';
import { isPair, type PlainKey, plainKey } from './plain.ts';
import { type CutOperation, inOrderOfReturn, opened, prefixOf, withoutTimes } from './prefix.ts';
import { Support } from './support.ts';
import { firstUnwrittenRead, hasUnwrittenRead } from './unwritten-reads.ts';
import type { Counterexample } from './verdict.ts';

/** Rechecks together may take this many steps, or a multiple of what the verdict took. */
const STEPS_MIN = 2_000_000;
const STEPS_PER_VERDICT_STEP = 40;
/** One question whether times matter: it is asked of small histories, or else given up. */
const TIMELESS_STEPS_MIN = 20_000;
const TIMELESS_STEPS_PER_OPERATION = 16;

interface Recheck<State> {
  readonly model: Model<State>;
  readonly initial: Plain;
  readonly budget: Budget;
}

/** Shows why the operations of a part that has been found illegal are. */
export function explain<State>(
  model: Model<State>,
  initial: Plain,
  operations: readonly HistoryOperation[],
  part: Part,
  verdictSteps: number,
  options: BudgetOptions & { readonly names?: Names },
): Counterexample {
  const maxSteps = Math.max(STEPS_MIN, verdictSteps * STEPS_PER_VERDICT_STEP);
  const budget = new Budget({ ...options, maxSteps });
  const recheck = { model, initial, budget };
  const own = part.indexes.map((index) => operations[index]!);
  const byReturn = inOrderOfReturn(own, Array.from(own.keys()));
  const returnCount = shortestFailing(recheck, own, byReturn);
  const prefix = prefixOf(own, byReturn, returnCount);
  const failing = byReturn[returnCount - 1] ?? 0;
  const small = minimise(recheck, prefix, failing);
  const alone = budget.exhausted === undefined ? undefined : failingAlone(recheck, own);
  const shown = alone ?? [...small].sort((a, b) => a.operation.call - b.operation.call);
  const cut = shown.map((each) => each.operation);
  const sources = shown.map((each) => part.indexes[each.source]!);
  const place = alone === undefined ? shown.findIndex((each) => each.source === failing) : 0;
  return {
    object: part.object,
    failing: sources[place]!,
    operations: sources,
    minimal: budget.exhausted === undefined || alone !== undefined,
    partial: longestPartialOrders(model, initial, cut, budget).map((order) =>
      order.map((index) => sources[index]!),
    ),
    sentence: sentenceFor(model, cut, place, options.names ?? {}),
  };
}

/** An operation that nothing can have led to needs no other to fail, however hard the rest is. */
function failingAlone<State>(
  { model, initial }: Recheck<State>,
  operations: readonly HistoryOperation[],
): readonly CutOperation[] | undefined {
  const indexes = Array.from(operations.keys());
  const source = firstUnwrittenRead(model, initial, operations, indexes);
  return source === undefined ? undefined : [{ source, operation: operations[source]! }];
}

/** How many returns the shortest prefix that fails has; all of them if the budget ends. */
function shortestFailing<State>(
  recheck: Recheck<State>,
  operations: readonly HistoryOperation[],
  byReturn: readonly number[],
): number {
  let legal = 0;
  let failing = byReturn.length;
  while (failing - legal > 1) {
    const middle = (legal + failing) >>> 1;
    const prefix = prefixOf(operations, byReturn, middle);
    const outcome = outcomeOf(recheck, prefix);
    if (outcome === 'unfinished') return failing;
    if (outcome === 'none') failing = middle;
    else legal = middle;
  }
  return failing;
}

/**
 * Leaves out what it can: first all that has to do with some value, so that no read is left without
 * its write; then observers; then anything, until nothing more can go.
 */
function minimise<State>(
  recheck: Recheck<State>,
  prefix: readonly CutOperation[],
  failing: number,
): readonly CutOperation[] {
  const possible = outcomeWithoutTimes(recheck, prefix);
  const support = new Support(recheck.model, recheck.initial, recheck.budget, prefix);
  const accepts = (history: readonly CutOperation[]) => {
    if (!failsAlike(recheck, history, failing)) return false;
    if (possible === 'found') return outcomeWithoutTimes(recheck, history) === 'found';
    // Where the question is too hard for the whole, at least no read may lose its write.
    if (possible === 'unfinished' && readsUnwritten(recheck, history)) return false;
    return support.isKept(history, failing);
  };
  const isSpent = () => recheck.budget.exhausted !== undefined;
  const isObserver = ({ operation }: CutOperation) => recheck.model.observes?.(operation) ?? false;
  let kept = prefix;
  kept = leaveOut(kept, failing, (each) => valueAbout(each.operation), accepts, isSpent);
  kept = leaveOut(
    kept,
    failing,
    (each) => (isObserver(each) ? each.source : KEPT),
    accepts,
    isSpent,
  );
  for (let before = kept.length + 1; kept.length < before && !isSpent(); ) {
    before = kept.length;
    kept = leaveOut(kept, failing, (each) => each.source, accepts, isSpent);
  }
  return kept;
}

/** Whether the history fails, and by the return of the failing operation alone. */
function failsAlike<State>(
  recheck: Recheck<State>,
  history: readonly CutOperation[],
  failing: number,
): boolean {
  if (outcomeOf(recheck, history) !== 'none') return false;
  const before = history.map(({ source, operation }) =>
    source === failing ? { source, operation: opened(operation) } : { source, operation },
  );
  return outcomeOf(recheck, before) === 'found';
}

function outcomeOf<State>(recheck: Recheck<State>, history: readonly CutOperation[]) {
  const operations = history.map((each) => each.operation);
  return decideAll(recheck.model, recheck.initial, operations, recheck.budget);
}

/** Whether the answers are possible if real time is ignored: `found` if so, `none` if not. */
function outcomeWithoutTimes<State>(
  { model, initial, budget }: Recheck<State>,
  history: readonly CutOperation[],
) {
  const operations = withoutTimes(history.map((each) => each.operation));
  const own = new Budget({
    maxSteps: TIMELESS_STEPS_MIN + operations.length * TIMELESS_STEPS_PER_OPERATION,
    shouldStop: () => !budget.ask(),
  });
  const outcome = decideAll(model, initial, operations, own);
  budget.spendSteps(own.steps);
  return outcome;
}

function readsUnwritten<State>(
  { model, initial }: Recheck<State>,
  history: readonly CutOperation[],
): boolean {
  const operations = history.map((each) => each.operation);
  return hasUnwrittenRead(model, initial, operations, Array.from(operations.keys()));
}

function decideAll<State>(
  model: Model<State>,
  initial: Plain,
  operations: readonly HistoryOperation[],
  budget: Budget,
) {
  const indexes = Array.from(operations.keys());
  return decide({ model, initial, operations, places: undefined }, indexes, budget).outcome;
}

/** The value that the operation is about: what it saw, or what it wrote. */
export function valueAbout({ f, value, output }: HistoryOperation): PlainKey {
  if (output !== undefined && output !== null && typeof output !== 'boolean') {
    return plainKey(output);
  }
  if (f === 'cas' && isPair(value)) return plainKey(value[1]);
  return plainKey(value ?? output);
}
