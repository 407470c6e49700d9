/**
 * A counterexample of a collection that only grows, built from the facts that contradict a read:
 * the read, the additions of what it shows, and what it should have shown, or who saw otherwise.
 *
 * None of it can go: without the contrary all is explained, which is asked, and without an addition
 * whoever showed its value has lost what it came from. The reads in it are possible by themselves,
 * as all they show is there. So nothing has to be tried, however much a read shows.
 */

import type { Budget } from './budget.ts';
import { firstContradictedRead } from './contradicting-reads.ts';
import { decide } from './decide.ts';
import type { HistoryOperation } from './history.ts';
import { mergeOrders } from './merge.ts';
import { bare, type CutOperation, inOrderOfReturn, opened, prefixOf } from './prefix.ts';
import type { Question } from './question.ts';

interface BuiltCounterexample {
  readonly operations: readonly CutOperation[];
  readonly failing: number;
  /** All but the failing operation, in an order that explains them. By source. */
  readonly order: readonly number[];
}

/** Undefined where there is no such read, or it is not the first thing to fail. */
export function buildCollectionCounterexample<State>(
  question: Question<State>,
  budget: Budget,
): BuiltCounterexample | undefined {
  const found = firstContradictedRead(question, budget);
  if (found === undefined) return undefined;
  const { operations } = question;
  const byReturn = inOrderOfReturn(operations, Array.from(operations.keys()));
  const place = byReturn.indexOf(found.read);
  const outcomeOf = (part: readonly CutOperation[]) => orderOf(question, part, budget).outcome;
  if (outcomeOf(prefixOf(operations, byReturn, place)) !== 'found') return undefined;
  const prefix = prefixOf(operations, byReturn, place + 1);
  const partOf = (sources: readonly number[]) => {
    const chosen = new Set([found.read, ...sources]);
    return prefix.filter(({ source }) => chosen.has(source));
  };
  const small = partOf([...found.additions, ...found.contrary]);
  if (outcomeOf(small) !== 'none') return undefined;
  const contrary = found.contrary[0];
  const rest = small.filter(({ source }) => source !== contrary);
  if (contrary !== undefined && outcomeOf(rest) !== 'found') return undefined;
  const before = small.map(({ source, operation }) =>
    source === found.read ? { source, operation: opened(operation) } : { source, operation },
  );
  const { outcome, order } = orderOf(question, before, budget);
  if (outcome !== 'found') return undefined;
  // What was added by then, and nobody has seen, may always come last.
  const placed = new Set([...order, found.read]);
  const unseen = small.flatMap(({ source }) => (placed.has(source) ? [] : [source]));
  const others = order.filter((source) => source !== found.read);
  return { operations: small, failing: found.read, order: [...others, ...unseen] };
}

function orderOf<State>(
  { model, initial }: Question<State>,
  part: readonly CutOperation[],
  budget: Budget,
): { readonly outcome: 'found' | 'none' | 'unfinished'; readonly order: readonly number[] } {
  const operations: readonly HistoryOperation[] = bare(part);
  const question = { model, initial, operations, places: undefined };
  const decision = decide(question, Array.from(operations.keys()), budget);
  if (decision.outcome !== 'found') return { outcome: decision.outcome, order: [] };
  const order = mergeOrders(operations, decision.orders).map((index) => part[index]!.source);
  return { outcome: 'found', order };
}
