/**
 * Evidence for a no: the shortest prefix that fails, and as little of it as fails alike.
 *
 * Leaving operations out may not make a wrong answer out of a late one. Where all answers of the
 * prefix are possible if real time is ignored, this is kept so: else `write 1; write 2; read 1`
 * would shrink to a lone `read 1`, and explain what did not happen. Where they are not, no answer
 * may lose the operations that make it possible by itself.
 */

import { Budget, type BudgetOptions } from './budget.ts';
import { type Names, sentenceFor, sentenceForUnknown } from './explanation.ts';
import { type FailingPrefix, shortestFailingPrefix } from './failing-prefix.ts';
import type { HistoryOperation } from './history.ts';
import { hasBaselessRead } from './judge-transactions.ts';
import { KEPT, leaveOut } from './leave-out.ts';
import { cutByOrder } from './order-cuts.ts';
import { longestPartialOrders } from './partial-orders.ts';
import type { Part } from './partition.ts';
import { isPair, type PlainKey, plainKey } from './plain.ts';
import { bare, type CutOperation } from './prefix.ts';
import type { Decision, Question } from './question.ts';
import { Recheck } from './recheck.ts';
import { sentenceForTransactions } from './transaction-sentence.ts';
import { firstUnwrittenRead } from './unwritten-reads.ts';
import type { Counterexample } from './verdict.ts';

/** Where the caller sets no limit of time, rechecks together may take so many steps... */
const STEPS_MIN = 2_000_000;
/** ... or this multiple of what the verdict took. */
const STEPS_PER_VERDICT_STEP = 40;
/** Smaller histories are left to those who try every operation. */
const LARGE = 64;
/** A large cut that is harder to judge than this is given up; or harder by far than the whole. */
const CUT_STEPS_MIN = 100_000;
const CUT_STEPS_PER_VERDICT_STEP = 2;

/** A verdict that the operations are illegal. */
type Illegal = Extract<Decision, { readonly outcome: 'none' }>;

/** What evidence may spend, and how it names what the history only numbers. */
export type EvidenceOptions = BudgetOptions & { readonly names?: Names };

/**
 * Shows why the operations of a part that has been found illegal are. `verdictSteps`: all that the
 * verdict took.
 */
export function explain<State>(
  { model, initial, operations }: Question<State>,
  part: Part,
  { core, reached = 0 }: Illegal,
  verdictSteps: number,
  options: EvidenceOptions,
): Counterexample {
  const budget = evidenceBudget(options, verdictSteps);
  const indexes = core?.indexes ?? part.indexes;
  const own = indexes.map((index) => operations[index]!);
  const question = { model, initial, operations: own, places: undefined };
  const prefix = shortestFailingPrefix(question, reached, budget);
  const { failing } = prefix;
  const { kept: small, isMinimal } =
    prefix.isShortest && core?.isWhole !== true
      ? minimise(question, budget, prefix, verdictSteps)
      : { kept: prefix.operations, isMinimal: prefix.isShortest };
  const alone = budget.exhausted === undefined ? undefined : failingAlone(question);
  const shown = alone ?? [...small].sort((a, b) => a.operation.call - b.operation.call);
  const cut = shown.map((each) => each.operation);
  const sources = shown.map((each) => indexes[each.source]!);
  const place = alone === undefined ? shown.findIndex((each) => each.source === failing) : 0;
  const names = options.names ?? {};
  const isTold = prefix.isLikely || alone !== undefined;
  const open = sources.filter(
    (source, at) => cut[at]!.return === null && operations[source]!.return !== null,
  );
  return {
    object: part.object,
    failing: sources[place]!,
    operations: sources,
    ...(open.length === 0 ? {} : { open }),
    minimal: isMinimal || alone !== undefined,
    partial: longestPartialOrders(model, initial, cut, budget).map((order) =>
      order.map((index) => sources[index]!),
    ),
    sentence:
      sentenceForTransactions(model, initial, cut, 'real-time', names) ??
      (isTold ? sentenceFor : sentenceForUnknown)(model, cut, place, names),
  };
}

/** The caller's limits, of which the verdict has had its share. */
function evidenceBudget(options: BudgetOptions, verdictSteps: number): Budget {
  const { maxSteps = Number.POSITIVE_INFINITY, shouldStop } = options;
  const left = Math.max(0, maxSteps - verdictSteps);
  const most =
    shouldStop === undefined
      ? Math.max(STEPS_MIN, verdictSteps * STEPS_PER_VERDICT_STEP)
      : Number.POSITIVE_INFINITY;
  return new Budget({ ...options, maxSteps: Math.min(left, most) });
}

/** An operation that nothing can have led to needs no other to fail, however hard the rest is. */
function failingAlone<State>({
  model,
  initial,
  operations,
}: Question<State>): readonly CutOperation[] | undefined {
  const indexes = Array.from(operations.keys());
  const source = firstUnwrittenRead(model, initial, operations, indexes);
  return source === undefined ? undefined : [{ source, operation: operations[source]! }];
}

/**
 * Leaves out what it can: of much, large pieces first; then all that has to do with some value, so
 * that no read is left without its write; then observers; then anything, until nothing more can go.
 */
function minimise<State>(
  question: Question<State>,
  budget: Budget,
  prefix: FailingPrefix,
  verdictSteps: number,
): { readonly kept: readonly CutOperation[]; readonly isMinimal: boolean } {
  const { failing } = prefix;
  const recheck = new Recheck(question, budget, prefix.operations, failing);
  // Of transactions no read may lose its write, even where it is impossible with that, too.
  const { model, initial } = question;
  const isBaseless =
    model.transactions === undefined || hasBaselessRead(model, initial, bare(prefix.operations));
  const keepsBase = (history: readonly CutOperation[]) =>
    isBaseless || !hasBaselessRead(model, initial, bare(history));
  const accepts = (history: readonly CutOperation[]) =>
    keepsBase(history) && recheck.accepts(history);
  const isSpent = () => recheck.isSpent;
  const isObserver = ({ operation }: CutOperation) => model.observes?.(operation) ?? false;
  let kept = prefix.operations;
  if (kept.length > LARGE && recheck.isExplainedBefore(kept)) {
    const stepsMax = Math.max(CUT_STEPS_MIN, verdictSteps * CUT_STEPS_PER_VERDICT_STEP);
    const acceptsSoon = (history: readonly CutOperation[]) =>
      keepsBase(history) && recheck.acceptsSoon(history, stepsMax);
    const cuts = { question, failing, accepts: acceptsSoon, budget };
    kept = cutByOrder(cuts, kept, recheck.orderBefore ?? []);
  }
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
    recheck.hasGivenUp = false;
    kept = leaveOut(kept, failing, (each) => each.source, accepts, isSpent);
  }
  return { kept, isMinimal: !isSpent() && !recheck.hasGivenUp };
}

/** The value that the operation is about: what it saw, or what it wrote. */
export function valueAbout({ f, value, output }: HistoryOperation): PlainKey {
  if (output !== undefined && output !== null && typeof output !== 'boolean') {
    return plainKey(output);
  }
  if (f === 'cas' && isPair(value)) return plainKey(value[1]);
  return plainKey(value ?? output);
}
