/**
 * Answers that nothing can have led to: the value that they show was put there by no operation that
 * was called by then, whatever that one answered, or not so often. Each of them fails by itself.
 */

import type { Budget } from './budget.ts';
import { firstExcess } from './excess.ts';
import type { HistoryOperation, Plain } from './history.ts';
import type { Model } from './model.ts';
import { isSequence, type PlainKey, plainKey } from './plain.ts';
import { opened } from './prefix.ts';
import type { Question } from './question.ts';
import { firstUnwrittenRead } from './unwritten-reads.ts';

/** What the operation would put there, and what its answer shows to have been there. */
interface Told {
  readonly puts?: Plain;
  readonly shows?: readonly Plain[];
}

type Tell = (operation: HistoryOperation) => Told | undefined;

const NOTHING: Told = {};

/**
 * The index of the operation that returned first among those with such an answer; undefined if
 * there is none, or where the model cannot say. O(n) and the length of all answers.
 */
export function firstBaselessAnswer<State>(
  { model, initial, operations }: Question<State>,
  budget: Budget,
): number | undefined {
  const known = model.versions?.newest ?? model;
  if (known.growingCollection !== undefined) {
    const question = { model: known, initial, operations, places: undefined };
    return firstExcess(question, Array.from(operations.keys()), budget);
  }
  if (known.registerAccess !== undefined) {
    // Where all that was seen was written, it was so by whoever may have tried.
    const all = Array.from(operations.keys());
    const first = firstUnwrittenRead(known, initial, operations, all);
    if (first === undefined) return undefined;
  }
  const tell = tellOf(known);
  if (tell === undefined) return undefined;
  const isRegister = known.registerAccess !== undefined;
  const before = isRegister ? [initial] : isSequence(initial) ? initial : [];
  const putFrom = new Map<PlainKey, number>();
  for (const value of before) putFrom.set(plainKey(value), Number.NEGATIVE_INFINITY);
  const seen: { readonly index: number; readonly items: readonly Plain[] }[] = [];
  for (let index = 0; index < operations.length; index++) {
    const operation = operations[index]!;
    const asked = tell(opened(operation));
    if (asked === undefined) return undefined;
    const said = operation.return === null ? NOTHING : (tell(operation) ?? NOTHING);
    if (asked.puts !== undefined) {
      const value = plainKey(asked.puts);
      putFrom.set(value, Math.min(operation.call, putFrom.get(value) ?? operation.call));
    }
    if (operation.return !== null && said.shows !== undefined) {
      seen.push({ index, items: said.shows });
    }
  }
  const endOf = (index: number) => operations[index]!.return ?? Number.POSITIVE_INFINITY;
  seen.sort((a, b) => endOf(a.index) - endOf(b.index) || a.index - b.index);
  return seen.find(({ index, items }) => {
    const isBaseless = (item: Plain) =>
      (putFrom.get(plainKey(item)) ?? Number.POSITIVE_INFINITY) > endOf(index);
    return items.some(isBaseless);
  })?.index;
}

/** Says it of each operation; undefined of one that may do anything else. */
function tellOf(model: Model<unknown>): Tell | undefined {
  if (model.registerAccess !== undefined) return (operation) => toldOfRegister(model, operation);
  if (model.collection !== undefined) return (operation) => toldOfCollection(model, operation);
  return undefined;
}

function toldOfRegister(model: Model<unknown>, operation: HistoryOperation): Told | undefined {
  const access = model.registerAccess?.(operation);
  if (access === undefined) return undefined;
  if (access.kind === 'write' || access.kind === 'replace') return { puts: access.value };
  if (access.kind === 'read') return { shows: [access.value] };
  return access.kind === 'swap' ? { puts: access.to, shows: [access.from] } : NOTHING;
}

function toldOfCollection(model: Model<unknown>, operation: HistoryOperation): Told | undefined {
  const access = model.collection?.access(operation);
  if (access === undefined) return undefined;
  if (access.kind === 'insert') return { puts: access.value };
  return access.kind === 'remove' ? { shows: [access.value] } : NOTHING;
}
