/**
 * Evidence that a history is not sequentially consistent: as few of its operations as are not.
 *
 * No answer may lose the operations that make it possible by itself, as for linearizability: a read
 * of what nobody wrote is shown only where the history has one.
 */

import { canTellBaseless } from '../baseless-answer.ts';
import { Budget, type BudgetOptions } from '../budget.ts';
import { valueAbout } from '../counterexample.ts';
import type { Names } from '../explanation.ts';
import type { HistoryOperation } from '../history.ts';
import { leaveOut } from '../leave-out.ts';
import type { Model } from '../model.ts';
import { split } from '../partition.ts';
import { bare, type CutOperation } from '../prefix.ts';
import { Support } from '../support.ts';
import { hasBaselessRead } from '../transactions/judge.ts';
import { sentenceForTransactions } from '../transactions/sentence.ts';
import type { Counterexample } from '../verdict.ts';
import { hasBaselessAnswer } from './baseless-answers.ts';
import { decideSequential, type Reason, type SequentialQuestion } from './decide-sequential.ts';
import { lastToReturn, namer } from './naming.ts';

/** Rechecks together may take this many steps, or a multiple of what the verdict took. */
const STEPS_MIN = 2_000_000;
const STEPS_PER_VERDICT_STEP = 40;
/** No operation is the failing one: any may be left out. */
const NO_OPERATION = -1;

/** Of larger histories no single answer is looked at, see `Support`. */
const OPERATIONS_MAX = 256;

/** A sentence names no more operations than these. */
const NAMED_MAX = 8;

interface Recheck<State> {
  readonly question: SequentialQuestion<State>;
  readonly budget: Budget;
  /** The object of each operation, in the history as a whole. */
  readonly objectOf: ReadonlyMap<number, string | null>;
  /** What the answers of the whole history come from, by object. */
  readonly supports: ReadonlyMap<string | null, Support<State>>;
  /** It has answers that come from nowhere, so that a part may have them. */
  readonly isBaseless: boolean;
  /** Likewise of reads in transactions. */
  readonly hasBaselessRead: boolean;
}

/** Shows why some of the operations, given by index, have no sequential order. */
export function explainSequential<State>(
  question: SequentialQuestion<State>,
  indexes: readonly number[],
  reason: Reason,
  verdictSteps: number,
  options: BudgetOptions & { readonly names?: Names },
): Counterexample {
  const { model, initial, operations } = question;
  const maxSteps = Math.max(STEPS_MIN, verdictSteps * STEPS_PER_VERDICT_STEP);
  const budget = new Budget({ ...options, maxSteps });
  const { closed } = reason;
  const chosen = closed?.indexes.map((place) => indexes[place]!) ?? indexes;
  const all = chosen.map((source) => ({ source, operation: operations[source]! }));
  const objectOf = new Map<number, string | null>();
  const supports = new Map<string | null, Support<State>>();
  for (const { object, indexes: places } of split(model, bare(all))) {
    const part = places.map((place) => all[place]!);
    for (const { source } of part) objectOf.set(source, object);
    supports.set(object, new Support(model, initial, budget, part));
  }
  const isBaseless = hasBaselessAnswer(model, initial, bare(all));
  const recheck = {
    question,
    budget,
    objectOf,
    supports,
    isBaseless,
    hasBaselessRead: hasBaselessRead(model, initial, bare(all)),
  };
  // In the order given: by it a process's operations of one instant are told apart.
  const core = reason.core?.toSorted((a, b) => a - b).map((place) => all[place]!);
  const start = core !== undefined && accepts(recheck, core) ? core : all;
  const { kept: small, isMinimal } =
    closed?.isWhole === true ? { kept: all, isMinimal: true } : minimise(recheck, start);
  const shown = [...small].sort(
    (a, b) => a.operation.call - b.operation.call || a.source - b.source,
  );
  const cut = bare(shown);
  const sourceAt = (place: number) => shown[place]!.source;
  const last = decideSequential({ model, initial, operations: cut }, budget);
  const why: Reason = last.outcome === 'none' ? last.reason : {};
  const objects = [...byObject(recheck, shown).keys()];
  return {
    object: objects.length === 1 ? objects[0]! : null,
    failing: sourceAt(lastToReturn(cut)),
    operations: shown.map((each) => each.source),
    minimal: isMinimal && budget.exhausted === undefined && shown.length <= OPERATIONS_MAX,
    partial: why.part === undefined ? [] : [why.part.map(sourceAt)],
    sentence:
      sentenceForTransactions(model, initial, cut, 'processes', options.names ?? {}) ??
      sentenceFor(model, cut, why, options.names ?? {}),
  };
}

function minimise<State>(
  recheck: Recheck<State>,
  history: readonly CutOperation[],
): { readonly kept: readonly CutOperation[]; readonly isMinimal: boolean } {
  const isFine = (part: readonly CutOperation[]) => accepts(recheck, part);
  const supports = [...recheck.supports.values()];
  const isSpent = () => recheck.budget.exhausted !== undefined;
  const less = (kept: readonly CutOperation[], groupOf: (each: CutOperation) => unknown) =>
    leaveOut(kept, NO_OPERATION, groupOf, isFine, isSpent);
  // What has to do with a value goes together, so that few answers lose what they came from.
  let kept = less(history, (each) => valueAbout(each.operation));
  if (kept.length > OPERATIONS_MAX && !canTellBaseless(recheck.question.model)) {
    return { kept, isMinimal: false };
  }
  kept = less(kept, (each) => each.operation.process);
  for (let before = kept.length + 1; kept.length < before && !isSpent(); ) {
    before = kept.length;
    for (const support of supports) support.hasGivenUp = false;
    kept = less(kept, (each) => each.source);
  }
  return { kept, isMinimal: !supports.some((support) => support.hasGivenUp) };
}

/** Whether a part fails too, and no answer in it has lost what it came from. */
function accepts<State>(recheck: Recheck<State>, part: readonly CutOperation[]): boolean {
  const { question, budget, supports, isBaseless } = recheck;
  const { model, initial } = question;
  const operations = bare(part);
  // Of a small part it is known better below: what seems to have had a base may have had none.
  const isLarge = part.length > OPERATIONS_MAX;
  if (isLarge && !isBaseless && hasBaselessAnswer(model, initial, operations)) return false;
  if (!recheck.hasBaselessRead && hasBaselessRead(model, initial, operations)) return false;
  const { outcome } = decideSequential({ model, initial, operations }, budget);
  if (outcome !== 'none') return false;
  return [...byObject(recheck, part)].every(
    ([object, own]) => supports.get(object)?.isKept(own, NO_OPERATION) ?? true,
  );
}

function byObject<State>(
  { objectOf }: Recheck<State>,
  history: readonly CutOperation[],
): ReadonlyMap<string | null, readonly CutOperation[]> {
  const parts = new Map<string | null, CutOperation[]>();
  for (const each of history) {
    const object = objectOf.get(each.source) ?? null;
    const known = parts.get(object);
    if (known === undefined) parts.set(object, [each]);
    else known.push(each);
  }
  return parts;
}

function sentenceFor<State>(
  model: Model<State>,
  operations: readonly HistoryOperation[],
  { circle, core }: Reason,
  names: Names,
): string {
  const { asked, answered } = namer(model, names);
  if (circle !== undefined) {
    const steps = circle.map((place) => asked(operations[place]!));
    const rule = 'each of these must come before the next, and the last before the first';
    return `${rule}: ${steps.join(', ')}`;
  }
  const only = operations[core?.[0] ?? 0];
  if (only === undefined) return 'no order of the operations explains their answers';
  if (core?.length === 1 || operations.length === 1) {
    return `${answered(only)}, but nothing can have led to that`;
  }
  const named = operations.slice(0, NAMED_MAX).map(asked).join(', ');
  const others = operations.length - NAMED_MAX;
  const all = others > 0 ? `${named} and ${others} more` : named;
  return `no order that keeps that of each process explains the answers of ${all}`;
}
