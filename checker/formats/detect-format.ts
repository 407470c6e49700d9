/** Which format a text is written in, by how it begins. */

import type { EdnNode } from './edn.ts';
import { firstEdnNode } from './edn-events.ts';
import { HistoryFormatError, placeOf, shortened } from './format-error.ts';
import type { FormatName } from './read-options.ts';

/** The names of the formats that can be read. */
export const formatNames: readonly FormatName[] = [
  'etcd-robustness',
  'jepsen-edn',
  'jepsen-log',
  'paxi-csv',
  'porcupine-kv',
  'quorumlab',
];

/** So much of a text is looked at, after space and comments. */
const LOOKED_AT_UNITS_MAX = 10_000;

const BEGINNINGS: readonly (readonly [FormatName, RegExp])[] = [
  ['etcd-robustness', /^\{\s*"(?:ClientId|Input|Call|Output|Return|Metadata)"/],
  ['quorumlab', /^\{\s*(?:"|$)/],
  ['jepsen-log', /^INFO\s/],
  ['paxi-csv', /^(?:key,input,output,start,end|"?[+-]?\d+"?,|null,|<nil>,)/],
  // An array of JSON objects is no EDN that anyone writes.
  ['jepsen-edn', /^(?![[(\s]*\{\s*")[[({#]/],
];

const STORE_FUNCTIONS = new Set(['get', 'put', 'append']);
/** What Jepsen writes into its operations, and the test data of Porcupine has not. */
const JEPSEN_MEMBERS = ['time', 'index'];

/**
 * The format that a text is written in, by its first operation. Throws `HistoryFormatError` if it
 * is none that is known, or if it could be either of two.
 */
export function detectFormat(text: string): FormatName {
  return formatOf(withoutMark(text));
}

/** The text without the byte order mark that says how it was encoded, and is no part of it. */
export function withoutMark(text: string): string {
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

/** The same of a text that has lost its byte order mark: a second one is no space. */
export function formatOf(text: string): FormatName {
  const at = startOf(text);
  const start = text.slice(at, at + LOOKED_AT_UNITS_MAX);
  const format = BEGINNINGS.find(([, beginning]) => beginning.test(start))?.[0];
  if (format === undefined) {
    const line = start.split('\n', 1)[0] ?? '';
    const found = start === '' ? 'the end of the input' : JSON.stringify(shortened(line));
    throw new HistoryFormatError(placeOf(text, at), `a history: ${formatNames.join(', ')}`, found);
  }
  if (format !== 'jepsen-edn') return format;
  const fields = firstFields(text);
  const f = fields.get('f');
  const isStore = f?.type === 'keyword' && STORE_FUNCTIONS.has(f.value);
  if (fields.get('key')?.type !== 'string' || !isStore) return 'jepsen-edn';
  if (!JEPSEN_MEMBERS.some((name) => fields.has(name))) return 'porcupine-kv';
  throw new HistoryFormatError(
    placeOf(text, at),
    '--format jepsen-edn, where keys begin as nil, or --format porcupine-kv, where as ""',
    'operations with a :key, which both have',
  );
}

/** The fields of the first operation map; none if it cannot be read, which the reader will say. */
function firstFields(text: string): ReadonlyMap<string, EdnNode> {
  const fields = new Map<string, EdnNode>();
  const first = firstEdnNode(text);
  if (first?.type !== 'map') return fields;
  for (let index = 0; index < first.items.length; index += 2) {
    const name = first.items[index]!;
    if (name.type === 'keyword') fields.set(name.value, first.items[index + 1]!);
  }
  return fields;
}

/** The offset of the first character that is neither space nor in an EDN comment. */
function startOf(text: string): number {
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (character === ';') {
      const newline = text.indexOf('\n', at);
      if (newline === -1) return text.length;
      at = newline;
    } else if (!SPACE.has(character)) {
      return at;
    }
  }
  return text.length;
}

const SPACE = new Set([' ', '\t', '\n', '\v', '\f', '\r', ',']);
