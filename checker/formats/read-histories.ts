/** One door to all the formats that histories are recorded in. */

import type { History } from '../history.ts';
import { findModel, modelNamed } from '../models/catalogue.ts';
import { detectFormat } from './detect-format.ts';
import { readEtcdRobustness } from './etcd-robustness.ts';
import { HistoryFormatError, located, shortened } from './format-error.ts';
import { readJepsenEdn } from './jepsen-edn.ts';
import { readJepsenLog } from './jepsen-log.ts';
import { readPaxiCsv } from './paxi-csv.ts';
import { readPorcupineKv } from './porcupine-kv.ts';
import { readQuorumlabHistory } from './quorumlab-history.ts';
import type { FormatName, ReadOptions } from './read-options.ts';

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
  const format = options.format ?? detectFormat(own);
  const history = located(own, () => readHistory(own, format, options));
  if (options.initial !== undefined) refuseInitial(history);
  return [history];
}

/** An initial value that the caller gave, and the model has no state for. */
function refuseInitial({ model, initial }: History): void {
  const expected = findModel(model)?.expectsInitial?.(initial);
  if (expected === undefined) return;
  const found = `${shortened(JSON.stringify(initial))}, which was asked for`;
  throw new HistoryFormatError({ line: 1, column: 1 }, expected, found);
}

function readHistory(text: string, format: FormatName, options: ReadOptions): History {
  switch (format) {
    case 'etcd-robustness':
      return readEtcdRobustness(text, options);
    case 'jepsen-edn':
      return readJepsenEdn(text, options);
    case 'jepsen-log':
      return readJepsenLog(text, options);
    case 'paxi-csv':
      return readPaxiCsv(text, options);
    case 'porcupine-kv':
      return readPorcupineKv(text, options);
    case 'quorumlab':
      return readQuorumlabHistory(text, options);
    default:
      return format satisfies never;
  }
}
