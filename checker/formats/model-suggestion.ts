/** The model that a file's operations belong to, where the file does not say. */

import type { EdnEvent } from './edn-events.ts';
import { describeNode } from './edn-values.ts';
import { Misreading } from './format-error.ts';
import { isTransaction } from './jepsen-transaction.ts';

const FAMILIES: readonly (readonly [model: string, functions: readonly string[]])[] = [
  ['cas-register', ['read', 'write', 'cas']],
  // Appends alone are a list's: its values may be of any type.
  ['list', ['append', 'read']],
  ['kv', ['get', 'put', 'delete', 'cas', 'append', 'slice']],
  ['queue', ['enqueue', 'dequeue']],
  ['stack', ['push', 'pop']],
  ['mutex', ['acquire', 'release']],
];

/** The one model with all the functions that occur. Throws `Misreading` if none has. */
export function modelSuggestedBy(events: readonly EdnEvent[], keyed: boolean): string {
  const invocations = events.filter((event) => event.type === 'invoke');
  const first = invocations[0];
  if (first === undefined) return 'cas-register';
  if (invocations.every((event) => isTransaction(event.value))) return 'txn';
  const functions = new Set(invocations.map((event) => event.f));
  if (functions.size === 1 && functions.has('txn')) return 'txn';
  if (functions.has('add')) return additive(events, functions, first);
  const family = FAMILIES.find(([, known]) => [...functions].every((f) => known.includes(f)));
  if (family === undefined) {
    const stranger = invocations.find((event) => !isKnown(event.f)) ?? first;
    throw new Misreading(
      stranger.at,
      'the functions of one known model, or the model to be named, as by --model',
      [...functions].map((f) => `:${f}`).join(', '),
    );
  }
  return keyed && family[0] === 'cas-register' ? 'kv' : family[0];
}

function isKnown(f: string): boolean {
  return FAMILIES.some(([, functions]) => functions.includes(f));
}

/** Adding is what counters and sets do: what a read answers tells them apart. */
function additive(
  events: readonly EdnEvent[],
  functions: ReadonlySet<string>,
  first: EdnEvent,
): string {
  const others = [...functions].filter((f) => f !== 'add' && f !== 'read');
  if (others.length === 0) {
    const read = events.find((event) => event.type === 'ok' && event.f === 'read');
    if (read?.value.type === 'number') return 'counter';
    if (read !== undefined && ['set', 'vector', 'list'].includes(read.value.type)) return 'set';
    const found = read === undefined ? 'no read' : `a read of ${describeNode(read.value)}`;
    const at = read?.at ?? first.at;
    throw new Misreading(
      at,
      'a read of a number or a set, or the model to be named, as by --model',
      found,
    );
  }
  if (others.every((f) => f === 'remove')) return 'set';
  const found = others.map((f) => `:${f}`).join(', ');
  throw new Misreading(first.at, 'only :read and :remove beside :add', found);
}
