/**
 * Evidence for a no: the shortest prefix that fails, and as little of it as fails alike.
 *
 * Leaving operations out may not make a wrong answer out of a late one. Where all answers of the
 * prefix are possible if real time is ignored, this is kept so: else `write 1; write 2; read 1`
 * would shrink to a lone `read 1`, and explain what did not happen. Where they are not, no answer
 * may lose the operations that make it possible by itself.
 */

import { firstBaselessAnswer } from './baseless-answer.ts';
import { Budget, type BudgetOptions } from './budget.ts';
import { buildCollectionCounterexample } from './collection-counterexample.ts';
import { decide } from './decide.ts';
import { excessInWords } from './excess-words.ts';
import { type Names, sentenceFor, sentenceForUnknown, shortened } from './explanation.ts';
import { type FailingHints, type FailingPrefix, shortestFailingPrefix } from './failing-prefix.ts';
import type { HistoryOperation } from './history.ts';
import { KEPT, leaveOut } from './leave-out.ts';
import { cutByOrder } from './order-cuts.ts';
import { longestPartialOrders } from './partial-orders.ts';
import type { Part } from './partition.ts';
import { isPair, type PlainKey, plainKey } from './plain.ts';
import { bare, type CutOperation } from './prefix.ts';
import type { Illegal, Question } from './question.ts';
import { Recheck } from './recheck.ts';
import { againstTotal } from './total-words.ts';
import { hasBaselessRead } from './transactions/judge.ts';
import { sentenceForTransactions } from './transactions/sentence.ts';
import type { Counterexample } from './verdict.ts';

/** Where the caller sets no limit of time, rechecks together may take so many steps... */
const STEPS_MIN = 2_000_000;
/** ... or this multiple of what the verdict took. */
const STEPS_PER_VERDICT_STEP = 40;
/** Where one longest order is known, only so few are looked through for more of them. */
const SMALL = 10;
/** Smaller histories are left to those who try every operation. */
const LARGE = 64;
/** A large cut that is harder to judge than this is given up; or harder by far than the whole. */
const CUT_STEPS_MIN = 100_000;
const CUT_STEPS_PER_VERDICT_STEP = 2;
/** What fails alone is shown, unless so many tell that something fails before it. */
const EARLIER_STEPS_MAX = 50_000;

/** What evidence may spend, and how it names what the history only numbers. */
type EvidenceOptions = BudgetOptions & { readonly names?: Names };

/**
 * Shows why the operations of a part that has been found illegal are. `verdictSteps`: all that the
 * verdict took.
 */
export function explain<State>(
  { model, initial, operations }: Question<State>,
  part: Part,
  illegal: Illegal,
  verdictSteps: number,
  options: EvidenceOptions,
): Counterexample {
  const budget = evidenceBudget(options, verdictSteps);
  const { core, reached, suspect } = illegal;
  const indexes = core?.indexes ?? part.indexes;
  const own = indexes.map((index) => operations[index]!);
  const question = { model, initial, operations: own, places: undefined };
  const place = suspect === undefined ? -1 : indexes.indexOf(suspect);
  const hints = { reached, suspect: place < 0 ? undefined : place };
  const found =
    build(question, budget) ??
    findSmall(question, hints, verdictSteps, budget, core?.isWhole === true);
  const shown = [...found.operations].sort((a, b) => a.operation.call - b.operation.call);
  const cut = shown.map((each) => each.operation);
  const sources = shown.map((each) => indexes[each.source]!);
  const failing = shown.findIndex((each) => each.source === found.failing);
  const names = options.names ?? {};
  const open = sources.filter(
    (source, at) => cut[at]!.return === null && operations[source]!.return !== null,
  );
  const named = (order: readonly number[]) => order.map((index) => sources[index]!);
  const known = found.order?.map((source) => indexes[source]!);
  const isLooked = known === undefined || shown.length <= SMALL;
  const longest = isLooked ? longestPartialOrders(model, initial, cut, budget).map(named) : [];
  const excess = shown.length === 1 ? excessInWords(question, found.failing, shortened) : undefined;
  const total = againstTotal(model, initial, own, own[found.failing]!);
  const isLonger = (known?.length ?? 0) > (longest[0]?.length ?? 0);
  return {
    object: part.object,
    failing: sources[failing]!,
    operations: sources,
    ...(open.length === 0 ? {} : { open }),
    minimal: found.isMinimal,
    partial: known !== undefined && isLonger ? [known] : longest,
    sentence:
      sentenceForTransactions(model, initial, cut, 'real-time', names) ??
      (found.isLikely ? sentenceFor : sentenceForUnknown)(
        model,
        cut,
        failing,
        names,
        excess,
        total,
      ),
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

/** What is shown of a failing history. */
interface Small {
  readonly operations: readonly CutOperation[];
  readonly failing: number;
  readonly isMinimal: boolean;
  /** It is known why the failing operation is likely to be the one. */
  readonly isLikely: boolean;
  /** A longest order that explains a part, where it is known: all but the failing one. */
  readonly order?: readonly number[];
}

/** What needs no search: the facts that contradict a read of a growing collection. */
function build<State>(question: Question<State>, budget: Budget): Small | undefined {
  const built = buildCollectionCounterexample(question, budget);
  if (built === undefined) return undefined;
  const { operations, failing, order } = built;
  return { operations, failing, order, isMinimal: true, isLikely: true };
}

/** The shortest failing prefix made small; or what fails alone, if no more is known soon. */
function findSmall<State>(
  question: Question<State>,
  hints: FailingHints,
  verdictSteps: number,
  budget: Budget,
  isWhole: boolean,
): Small {
  const alone = failingAlone(question, budget);
  const own = alone === undefined ? budget : budget.part(EARLIER_STEPS_MAX);
  const prefix = shortestFailingPrefix(question, hints, own);
  if (own !== budget) budget.absorb(own);
  if (alone !== undefined && (!prefix.isShortest || prefix.failing === alone.failing)) return alone;
  const { failing, isLikely } = prefix;
  if (!prefix.isShortest || isWhole) {
    return { operations: prefix.operations, failing, isMinimal: prefix.isShortest, isLikely };
  }
  const { kept, isMinimal } = minimise(question, budget, prefix, verdictSteps);
  if (alone !== undefined && budget.exhausted !== undefined) return alone;
  return { operations: kept, failing, isMinimal, isLikely };
}

/** An answer that nothing can have led to needs no other to fail, however hard the rest is. */
function failingAlone<State>(question: Question<State>, budget: Budget): Small | undefined {
  const source = firstBaselessAnswer(question, budget);
  if (source === undefined) return undefined;
  if (decide(question, [source], new Budget({})).outcome !== 'none') return undefined;
  const operations = [{ source, operation: question.operations[source]! }];
  return { operations, failing: source, isMinimal: true, isLikely: true };
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
