/** Transactions as Jepsen writes them: `[[:read :x nil] [:write :y 2]]`. */

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

/** What an `:ok` event says; a read of `nil` is left without a value, which is then unknown. */
export function transactionAnswer(node: EdnNode, request: Plain | undefined, event: EdnEvent) {
  if (node.type === 'nil') return {};
  const answer = transactionOf(node);
  if (shapeOf(answer) !== shapeOf(request)) {
    throw unexpected(event.value, 'the accesses of the invocation, with the reads filled in');
  }
  const output = answer.map((access) =>
    isSequence(access) && access[0] === 'r' && access[2] === null ? access.slice(0, 2) : access,
  );
  return { output };
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
  const items = itemsOf(node);
  const name = items?.[0];
  if (items?.length !== 3 || name?.type !== 'keyword') return '';
  return ACCESSES.get(name.value) ?? '';
}
