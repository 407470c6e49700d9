/** One sentence that says why a history is not linearizable. */

import type { HistoryOperation, Plain } from './history.ts';
import type { Model } from './model.ts';
import { isPair, isSequence, plainEqual, plainKey } from './plain.ts';
import type { AgainstTotal } from './total-words.ts';

/** How the sentence names what the history only numbers. */
export interface Names {
  /** `c2` for process 2 if absent. */
  readonly process?: (process: number) => string;
  /** The number itself if absent. */
  readonly time?: (time: number) => string;
}

/**
 * Says what the failing operation saw, and what speaks against it. Where that is known, `excess`:
 * which part of what it saw nothing can have led to (see `excessInWords`); and `total`: what speaks
 * against the total that it read.
 */
export function sentenceFor<State>(
  model: Model<State>,
  operations: readonly HistoryOperation[],
  failingPlace: number,
  names: Names,
  excess?: string,
  total?: AgainstTotal,
): string {
  const failing = operations[failingPlace];
  if (failing === undefined) return NO_ORDER;
  const who = (operation: HistoryOperation) =>
    names.process?.(operation.process) ?? `c${operation.process}`;
  const when = (time: number | null) =>
    time === null ? 'no time' : (names.time?.(time) ?? String(time));
  const what = (operation: HistoryOperation) => shortened(describeOperation(model, operation));
  const claim = `${who(failing)} ${what(failing)} at ${when(failing.return)}`;
  if (excess !== undefined) return `${claim}, which ${excess}`;
  if (total?.kind === 'least') {
    return `${claim}, but it was ${total.total} at least when that was called`;
  }
  if (total?.kind === 'most') return `${claim}, but it was ${total.total} at most by then`;
  const fork = forkedFrom(model, operations, failing);
  if (fork !== undefined) {
    const order = `${what(fork)} by ${who(fork)} had completed at ${when(fork.return)}`;
    return `${claim}, but ${order}, and neither can grow into the other`;
  }
  const lost = lostBy(model, operations, failing);
  if (lost !== undefined) {
    const { value = null } = lost;
    const by = `${who(lost)} had added at ${when(lost.return)}`;
    return `${claim} lacks ${shortened(JSON.stringify(value))}, which ${by}`;
  }
  const refused = refusedWriter(operations, failing);
  const denied =
    refused === undefined
      ? undefined
      : `${what({ ...refused, output: true })} by ${who(refused)}, ` +
        'which would have written it, had answered false';
  const contrary =
    total === undefined
      ? strongestAgainst(operations, failing, refused)
      : total.kind === 'read'
        ? total.read
        : undefined;
  if (contrary !== undefined) {
    const by = `${what(contrary)} by ${who(contrary)}`;
    const also = denied === undefined ? '' : `, and ${denied}`;
    return `${claim}, but ${by} had completed at ${when(contrary.return)}${also}`;
  }
  if (denied !== undefined) return `${claim}, but ${denied}`;
  if (operations.length === 1) return `${claim}, but nothing called by then can have led to that`;
  return `${claim}, but no order of it with ${besideIt(operations, failing, what)} explains that`;
}

/** Says no more than that these fail, where it is not known which of them is wrong first. */
export function sentenceForUnknown<State>(
  _model: Model<State>,
  operations: readonly HistoryOperation[],
  lastPlace: number,
  names: Names,
): string {
  const returned = operations[lastPlace]?.return ?? null;
  if (returned === null) return NO_ORDER;
  const time = names.time?.(returned) ?? String(returned);
  return `no order of the operations explains what was answered by ${time}`;
}

const NO_ORDER = 'No order of the operations explains their answers.';

/** So many operations are named beside the failing one; of more, their number is told. */
const NAMED_MAX = 8;
/** So long may an operation be in a sentence, whatever it wrote or saw. */
const CHARACTERS_MAX = 100;
const CHARACTERS_AT_THE_END = 20;

function besideIt(
  operations: readonly HistoryOperation[],
  failing: HistoryOperation,
  what: (operation: HistoryOperation) => string,
): string {
  const others = operations.filter((other) => other !== failing);
  const named = others.slice(0, NAMED_MAX).map(what).join(', ');
  const rest = others.length - NAMED_MAX;
  return rest > 0 ? `${named} and ${rest} more` : named;
}

/** The beginning and the end of what would make a sentence unreadable. */
export function shortened(words: string): string {
  if (words.length <= CHARACTERS_MAX) return words;
  const start = words.slice(0, CHARACTERS_MAX - CHARACTERS_AT_THE_END);
  return `${start} … ${words.slice(-CHARACTERS_AT_THE_END)}`;
}

/** The last to complete, before the failing one was called, of those that do not support it. */
function strongestAgainst(
  operations: readonly HistoryOperation[],
  failing: HistoryOperation,
  refused: HistoryOperation | undefined,
): HistoryOperation | undefined {
  let strongest: HistoryOperation | undefined;
  for (const operation of operations) {
    const { return: returned } = operation;
    if (returned === null || returned >= failing.call || operation === refused) continue;
    if (supports(operation, failing)) continue;
    if (strongest === undefined || returned > strongest.return!) strongest = operation;
  }
  return strongest;
}

/** A read that returned earlier and saw what can neither come before nor after the failing one. */
function forkedFrom<State>(
  model: Model<State>,
  operations: readonly HistoryOperation[],
  failing: HistoryOperation,
): HistoryOperation | undefined {
  const growth = operations.map((operation) => model.growth?.(operation));
  // What was reset may well have begun anew, and a state that nothing extends is no sequence.
  if (growth.some((each) => each?.role === 'resets')) return undefined;
  if (!growth.some((each) => each?.role === 'extends')) return undefined;
  const own = model.growth?.(failing);
  if (own?.role !== 'observes') return undefined;
  return operations.find((operation, place) => {
    const other = growth[place];
    if (operation.return === null || other?.role !== 'observes') return false;
    return !own.target.startsWith(other.target) && !other.target.startsWith(own.target);
  });
}

/** The first to complete of what was added before the failing read was called, which lacks it. */
function lostBy<State>(
  model: Model<State>,
  operations: readonly HistoryOperation[],
  failing: HistoryOperation,
): HistoryOperation | undefined {
  const { growingCollection } = model;
  const read = growingCollection?.access(failing);
  if (growingCollection === undefined || read?.kind !== 'reads') return undefined;
  const shown = new Set(read.items.map((item) => plainKey(item)));
  let lost: HistoryOperation | undefined;
  for (const operation of operations) {
    const { return: returned } = operation;
    const said = growingCollection.access(operation);
    // What is taken out again may be missed rightly.
    if (said === undefined || said.kind === 'removes') return undefined;
    if (said.kind !== 'adds' || shown.has(plainKey(said.value))) continue;
    if (returned === null || returned >= failing.call) continue;
    if (lost === undefined || returned < lost.return!) lost = operation;
  }
  return lost;
}

/** A swap that would have written what the failing operation saw, but answered that it did not. */
function refusedWriter(
  operations: readonly HistoryOperation[],
  failing: HistoryOperation,
): HistoryOperation | undefined {
  const seen = seenBy(failing);
  if (seen === undefined) return undefined;
  const proposers = operations.filter((operation) => {
    if (operation === failing) return false;
    return plainEqual(isPair(operation.value) ? operation.value[1] : operation.value, seen);
  });
  const isRefused = ({ f, output }: HistoryOperation) => f === 'cas' && output === false;
  return proposers.every(isRefused) ? proposers[0] : undefined;
}

/** The value that the operation found, where its answer tells. */
function seenBy({ f, value, output }: HistoryOperation): Plain | undefined {
  if (f === 'cas') return output === true && isPair(value) ? value[0] : undefined;
  return output;
}

/** Whether the operation wrote or saw what the failing one saw, or a part of it. */
function supports(operation: HistoryOperation, failing: HistoryOperation): boolean {
  const seen = seenBy(failing);
  if (seen === undefined) return false;
  const { value, output } = operation;
  if (plainEqual(output ?? value, seen)) return true;
  if (value === undefined) return false;
  if (operation.f === 'append' && typeof seen === 'string' && typeof value === 'string') {
    return seen.includes(value);
  }
  return isSequence(seen) && seen.some((item) => plainEqual(item, value));
}

/** An operation, with its answer where that says something, in the words of its model. */
export function describeOperation<State>(model: Model<State>, operation: HistoryOperation): string {
  return model.describe?.(operation) ?? describe(operation);
}

function describe({ f, key, value, output }: HistoryOperation): string {
  const asked = [f, key, value === undefined ? undefined : JSON.stringify(value)];
  const words = asked.filter((word) => word !== undefined).join(' ');
  return output === undefined ? words : `${words} = ${JSON.stringify(output)}`;
}
