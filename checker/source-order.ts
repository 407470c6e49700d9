/**
 * The order of a register's operations when it is known whose write each read saw.
 *
 * With every value called after its writer, none is written twice, so the exact test for such
 * registers decides; its order is replayed against the model on what was answered.
 */

import type { Budget } from './budget.ts';
import type { HistoryOperation } from './history.ts';
import { casRegister } from './models/register.ts';
import type { Decision, Question } from './question.ts';
import { INITIAL, NO_WRITER, type RegisterReads } from './read-sources.ts';
import { orderToReplace } from './replacing-order.ts';
import { replayAround, replayOrder } from './replay.ts';
import { decideUnambiguousRegister } from './unambiguous-register.ts';

/**
 * Decides a history by these sources, by read. `isCertain`: they are the only ones there can be.
 * Undefined if they lead nowhere, and others may.
 */
export function orderedBySources<State>(
  question: Question<State>,
  history: RegisterReads,
  sourceOf: Int32Array,
  isCertain: boolean,
  budget: Budget,
): Decision | undefined {
  const { indexes, operations, isGuess } = named(question.operations, history, sourceOf);
  const renamed = { model: casRegister, initial: INITIAL, operations, places: undefined };
  const decision = decideUnambiguousRegister(renamed, Array.from(operations.keys()), budget);
  if (decision === undefined) return undefined;
  if (decision.outcome === 'unfinished') return undefined;
  if (decision.outcome === 'none') {
    if (!isCertain || isGuess) return undefined;
    const { suspect } = decision;
    return { outcome: 'none', ...(suspect === undefined ? {} : { suspect: indexes[suspect]! }) };
  }
  const order = decision.orders.flat().map((place) => indexes[place]!);
  const { refused, free, isAsking } = history;
  const replayed = (suggested: readonly number[]) =>
    refused.length === 0
      ? replayOrder(question, suggested, budget)
      : replayAround(question, suggested, [...refused], budget);
  const another = () => {
    const found = isAsking ? orderToReplace(question, order, budget) : undefined;
    return found && replayed(found);
  };
  const whole = replayed(order) ?? another();
  if (whole === undefined) return undefined;
  return { outcome: 'found', orders: [whole, ...free.map((index) => [index])] };
}

/** The operations with values called after their writers, and their indexes. */
function named(
  all: readonly HistoryOperation[],
  { writers, reads, swaps, openSwaps }: RegisterReads,
  sourceOf: Int32Array,
) {
  const indexes: number[] = [];
  const operations: HistoryOperation[] = [];
  const isSwap = new Set(swaps);
  let isGuess = false;
  for (let writer = INITIAL + 1; writer < writers.length; writer++) {
    if (isSwap.has(writer)) continue;
    const { process, call, return: returned } = all[writers[writer]!]!;
    indexes.push(writers[writer]!);
    const wanted = openSwaps.get(writer);
    if (wanted === undefined) {
      operations.push({ process, f: 'write', value: writer, call, return: returned });
      continue;
    }
    // It is not known whose value it replaced, if it did: the last one called before is likely.
    const others = wanted.filter((each) => each !== writer);
    if (others.length > 1) isGuess = true;
    const isEarlier = (each: number) => each === INITIAL || all[writers[each]!]!.call <= call;
    const from = others.findLast(isEarlier) ?? others[0] ?? NO_WRITER;
    operations.push({ process, f: 'cas', value: [from, writer], call, return: returned });
  }
  for (let read = 0; read < reads.length; read++) {
    const { process, call, return: returned } = all[reads[read]!]!;
    const [from, to] = [sourceOf[read]!, swaps[read]!];
    indexes.push(reads[read]!);
    operations.push(
      to === NO_WRITER
        ? { process, f: 'read', call, return: returned, output: from }
        : { process, f: 'cas', value: [from, to], call, return: returned, output: true },
    );
  }
  return { indexes, operations, isGuess };
}
