/**
 * Transactions as Jepsen writes them: in Knossos' words `[[:read :x nil] [:write :y 2]]`, in Elle's
 * `[[:r :x nil] [:w :y 2] [:append :z 3]]`.
 *
 * To Knossos a read of nil is always legal (https://github.com/jepsen-io/knossos, multi-register);
 * to Elle it has seen what every key has at first (https://github.com/jepsen-io/elle, rw-register).
 */

import type { Plain } from '../history.ts';
import { canonicalText, isSequence } from '../plain.ts';
import type { EdnNode } from './edn.ts';
import type { EdnEvent } from './edn-events.ts';
import { itemsOf, nameOf, plainOf, unexpected } from './edn-values.ts';

const ACCESSES: ReadonlyMap<string, string> = new Map([
  ['read', 'r'],
  ['r', 'r'],
  ['write', 'w'],
  ['w', 'w'],
  ['append', 'append'],
]);

/** Whether the value is a transaction of at least one access. */
export function isTransaction(node: EdnNode): boolean {
  const items = itemsOf(node);
  return items !== undefined && items.length > 0 && items.every((item) => accessName(item) !== '');
}

/** The transaction in our words: `[["r","x",null],["w","y",2]]`. */
export function transactionOf(node: EdnNode): readonly Plain[] {
  const items = itemsOf(node);
  if (items === undefined) throw unexpected(node, 'a transaction');
  return items.map((item) => {
    const [, key, value] = itemsOf(item) ?? [];
    const access = accessName(item);
    if (access === '' || key === undefined || value === undefined) {
      throw unexpected(item, '[:read key nil], [:write key value] or [:append key value]');
    }
    return [access, nameOf(key), plainOf(value)];
  });
}

/**
 * What an `:ok` event says. `:read` of nil is left without a value, which is then unknown. Where
 * lists are appended to, `:r` of an empty one has seen what was there at first, as `:r` of nil has.
 */
export function transactionAnswer(
  node: EdnNode,
  request: Plain | undefined,
  event: EdnEvent,
  areLists: boolean,
) {
  if (node.type === 'nil') return {};
  const answer = transactionOf(node);
  if (shapeOf(answer) !== shapeOf(request)) {
    throw unexpected(event.value, 'the accesses of the invocation, with the reads filled in');
  }
  const words = (itemsOf(node) ?? []).map(wordOf);
  const output = answer.map((access, place) => {
    if (!isSequence(access) || access[0] !== 'r') return access;
    const [, key = null, seen = null] = access;
    if (seen === null && words[place] === 'read') return ['r', key];
    const isEmptyList = areLists && isSequence(seen) && seen.length === 0;
    return ['r', key, isEmptyList ? null : seen];
  });
  return { output };
}

/** Whether a transaction appends to a list. */
export function hasAppend(node: EdnNode | undefined): boolean {
  if (node === undefined || !isTransaction(node)) return false;
  return (itemsOf(node) ?? []).some((item) => wordOf(item) === 'append');
}

/** The transaction without what its reads saw. */
function shapeOf(transaction: Plain | undefined): string {
  if (!isSequence(transaction)) return '';
  const accesses = transaction.map((access) =>
    isSequence(access) && access[0] === 'r' ? access.slice(0, 2) : access,
  );
  return canonicalText(accesses);
}

function accessName(node: EdnNode): string {
  return ACCESSES.get(wordOf(node)) ?? '';
}

/** What the file calls the access; empty where it is none. */
function wordOf(node: EdnNode): string {
  const items = itemsOf(node);
  const name = items?.[0];
  return items?.length === 3 && name?.type === 'keyword' ? name.value : '';
}
