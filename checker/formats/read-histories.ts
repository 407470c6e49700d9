/** One door to all the formats that histories are recorded in. */

import type { History } from '../history.ts';
import { modelNamed } from '../models/catalogue.ts';
import { HistoryFormatError } from './format-error.ts';
import { readJepsenEdn } from './jepsen-edn.ts';
import { readJepsenLog } from './jepsen-log.ts';
import { readPorcupineKv } from './porcupine-kv.ts';
import { readQuorumlabHistory } from './quorumlab-history.ts';
import type { FormatName, ReadOptions } from './read-options.ts';

/** The names of the formats that can be read. */
export const formatNames: readonly FormatName[] = [
  'jepsen-edn',
  'jepsen-log',
  'porcupine-kv',
  'quorumlab',
];

/** The format that a text is written in, by its first operation. Throws `HistoryFormatError`. */
export function detectFormat(text: string): FormatName {
  const start = firstMeaning(text);
  if (/^\{\s*(?:"|$)/.test(start)) return 'quorumlab';
  if (/^INFO\s/.test(start)) return 'jepsen-log';
  if (/^[[(\s]*\{[^{}]*?:key\s/.test(start)) return 'porcupine-kv';
  if (/^[[({#]/.test(start)) return 'jepsen-edn';
  const line = text.slice(0, text.length - start.length).split('\n').length;
  const found = start === '' ? 'the end of the input' : JSON.stringify(start.slice(0, 24));
  throw new HistoryFormatError({ line, column: 1 }, `one of ${formatNames.join(', ')}`, found);
}

/**
 * Reads the histories in a file's text.
 *
 * Throws `HistoryFormatError`, which says where and what was expected; `UnknownModelError` if the
 * caller names a model that is not known.
 */
export function readHistories(text: string, options: ReadOptions = {}): readonly History[] {
  if (options.model !== undefined) modelNamed(options.model);
  // A byte order mark says how the text was encoded, and is no part of it.
  const own = text.startsWith('\ufeff') ? text.slice(1) : text;
  return [readHistory(own, options.format ?? detectFormat(own), options)];
}

function readHistory(text: string, format: FormatName, options: ReadOptions): History {
  switch (format) {
    case 'jepsen-edn':
      return readJepsenEdn(text, options);
    case 'jepsen-log':
      return readJepsenLog(text, options);
    case 'porcupine-kv':
      return readPorcupineKv(text, options);
    case 'quorumlab':
      return readQuorumlabHistory(text, options);
    default:
      return format satisfies never;
  }
}

/** The text from its first character that is not space or an EDN comment. */
function firstMeaning(text: string): string {
  const skipped = /^(?:[\s,\ufeff]|;[^\n]*(?:\n|$))*/.exec(text);
  return text.slice(skipped?.[0].length ?? 0);
}
