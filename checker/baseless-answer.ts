/**
 * Answers that nothing can have led to: what they show was put there, appended or added by no
 * operation that was called by then. Each of them fails by itself, at every level of consistency
 * but for those that let real time go: there it fails once all is said to have been at one time.
 *
 * Where reads may be late, every version that they answer was the newest once, and so it was put
 * there by then, too.
 */

import { type Budget, BudgetEnded } from './budget.ts';
import { firstExcess } from './excess.ts';
import type { HistoryOperation, Plain } from './history.ts';
import { firstTotalOutOfReach } from './impossible-totals.ts';
import type { Model } from './model.ts';
import { firstOverdraft } from './overdrafts.ts';
import { type PlainKey, plainKey } from './plain.ts';
import { opened } from './prefix.ts';
import type { Decision, Question } from './question.ts';
import { type Tell, tellOf, toldAtFirst } from './told.ts';
import { firstUnspelledRead } from './unspelled-reads.ts';

/**
 * Decides what no order can explain: an answer without a base, or more answers than bases. Texts
 * that nobody can have spelled are left to the search, which looks at them itself, unless reads may
 * be late.
 */
export function findBaselessAnswer<State>(
  question: Question<State>,
  indexes: readonly number[],
  budget: Budget,
): Decision | undefined {
  const core = baselessCore(question, indexes, budget, question.model.versions !== undefined);
  return core === undefined ? undefined : { outcome: 'none' };
}

/**
 * The operation with such an answer, of several the one that returned first; or those that took a
 * value away more often than it was put there, and all that put it there. Undefined if there are
 * none, or where the model cannot say. O(n log n) and the length of all answers.
 */
export function baselessCore<State>(
  question: Question<State>,
  indexes: readonly number[],
  budget: Budget,
  looksAtTexts = true,
): readonly number[] | undefined {
  const known = newestOf(question);
  const tell = tellOf(known.model);
  const first = firstBaseless(known, indexes, tell, budget, looksAtTexts);
  if (first !== undefined) return [first];
  const { model, initial, operations } = known;
  return tell && firstOverdraft(operations, indexes, tell, toldAtFirst(model, initial), budget);
}

/**
 * The index of the operation that returned first among those with such an answer, whatever the
 * others answered; undefined if there is none, or where the model cannot say, or not in time. The
 * question is about one object. O(n log n) and the length of all answers.
 */
export function firstBaselessAnswer<State>(
  question: Question<State>,
  budget: Budget,
): number | undefined {
  const known = newestOf(question);
  const tell = tellOf(known.model);
  const indexes = Array.from(question.operations.keys());
  const tellBefore = tell && ((operation: HistoryOperation) => tell(opened(operation)));
  try {
    const isRegister = known.model.registerAccess !== undefined;
    // Where all that was seen was written, it was so by whoever may have tried.
    if (isRegister && firstFromNobody(known, indexes, tell, budget) === undefined) return undefined;
    return firstBaseless(known, indexes, tellBefore, budget);
  } catch (error) {
    if (error instanceof BudgetEnded) return undefined;
    throw error;
  }
}

/** Whether the model says of some operations what must have led to their answers. */
export function canTellBaseless<State>(model: Model<State>): boolean {
  const isOfTexts = model.growth !== undefined || model.sumAccess !== undefined;
  return isOfTexts || model.growingCollection !== undefined || tellOf(model) !== undefined;
}

/** What is asked of the object whose reads are not late. */
function newestOf<State>({ model, initial, operations }: Question<State>): Question<unknown> {
  return { model: model.versions?.newest ?? model, initial, operations, places: undefined };
}

function firstBaseless(
  question: Question<unknown>,
  indexes: readonly number[],
  tellBefore: Tell | undefined,
  budget: Budget,
  looksAtTexts = true,
): number | undefined {
  const { model, initial, operations } = question;
  if (model.growingCollection !== undefined) return firstExcess(question, indexes, budget);
  const fromNobody = firstFromNobody(question, indexes, tellBefore, budget);
  if (fromNobody !== undefined) return fromNobody;
  const unspelled = looksAtTexts
    ? firstUnspelledRead(model, initial, operations, indexes, budget)
    : undefined;
  return unspelled ?? firstTotalOutOfReach(model, initial, operations, indexes, budget);
}

/**
 * Of those that show a value that nobody had been asked by then to put there: the index of the one
 * that returned first. `tellBefore` says what each operation puts there.
 */
export function firstFromNobody<State>(
  { model, initial, operations }: Question<State>,
  indexes: readonly number[],
  tellBefore: Tell | undefined,
  budget: Budget,
): number | undefined {
  const tell = tellOf(model);
  if (tell === undefined || tellBefore === undefined) return undefined;
  const putFrom = new Map<PlainKey, number>();
  for (const value of toldAtFirst(model, initial)) {
    putFrom.set(plainKey(value), Number.NEGATIVE_INFINITY);
  }
  const seen: { readonly index: number; readonly value: Plain }[] = [];
  for (let place = 0; place < indexes.length; place++) {
    budget.goOn(place);
    const index = indexes[place]!;
    const operation = operations[index]!;
    const before = tellBefore(operation);
    if (before === undefined) return undefined;
    if (before.puts !== undefined) {
      const value = plainKey(before.puts);
      putFrom.set(value, Math.min(operation.call, putFrom.get(value) ?? operation.call));
    }
    const shows = operation.return === null ? undefined : tell(operation)?.shows;
    if (shows !== undefined) seen.push({ index, value: shows });
  }
  const endOf = (index: number) => operations[index]!.return ?? Number.POSITIVE_INFINITY;
  let first: number | undefined;
  for (const { index, value } of seen) {
    const by = endOf(index);
    if (first !== undefined && endOf(first) <= by) continue;
    if ((putFrom.get(plainKey(value)) ?? Number.POSITIVE_INFINITY) > by) first = index;
  }
  return first;
}
