/** One door to all the formats that histories are recorded in. */

import type { History } from '../history.ts';
import { findModel, modelNamed } from '../models/catalogue.ts';
import { flawIn } from '../plain.ts';
import { assertOptions, type OptionTable, shownArgument } from '../shown-argument.ts';
import { formatNames, formatOf, withoutMark } from './detect-format.ts';
import { readEtcdRobustness } from './etcd-robustness.ts';
import { HistoryFormatError, located, type Place, placeOf, shortened } from './format-error.ts';
import { readJepsenEdn } from './jepsen-edn.ts';
import { readJepsenLog } from './jepsen-log.ts';
import { readPaxiCsv } from './paxi-csv.ts';
import { readPorcupineKv } from './porcupine-kv.ts';
import { readQuorumlabHistory } from './quorumlab-history.ts';
import type { FormatName, Reading, ReadOptions } from './read-options.ts';

/**
 * Reads the histories in a file's text.
 *
 * Throws `HistoryFormatError`, which says where and what was expected; `UnknownModelError` if the
 * caller names a model that is not known, `TypeError` for another argument that is none.
 */
export function readHistories(text: string, options: ReadOptions = {}): readonly History[] {
  assertReading(text, options);
  const own = withoutMark(text);
  const format = options.format ?? formatOf(own);
  const history = located(own, () => readHistory(own, format, options));
  refuseInitial(history, options);
  return [history];
}

/**
 * Where an operation stands that `readHistories` has read from a text, by its index: for errors, as
 * the text is read anew. Undefined where the format does not tell.
 */
export function placeOfOperation(
  text: string,
  options: ReadOptions,
  index: number,
): Place | undefined {
  const own = withoutMark(text);
  const starts: number[] = [];
  readHistory(own, options.format ?? formatOf(own), { ...options, starts });
  const start = starts[index];
  return start === undefined ? undefined : placeOf(own, start);
}

const READ_OPTIONS: OptionTable<ReadOptions> = {
  format: 'a text',
  model: 'a text',
  initial: 'a value',
  failedCas: 'a text',
};

function assertReading(text: string, options: ReadOptions): void {
  if (typeof text !== 'string') {
    throw new TypeError(`expected the text of a history, found ${shownArgument(text)}`);
  }
  assertOptions(options, READ_OPTIONS, 'readHistories');
  const { model, format, failedCas } = options;
  if (model !== undefined) modelNamed(model);
  if (format !== undefined && !formatNames.includes(format)) {
    const found = shownArgument(format);
    throw new TypeError(`option format: expected one of ${formatNames.join(', ')}, found ${found}`);
  }
  if (failedCas === undefined || failedCas === 'observed' || failedCas === 'absent') return;
  const found = shownArgument(failedCas);
  throw new TypeError(`option failedCas: expected observed or absent, found ${found}`);
}

/** An initial value, of the caller or of the format, that the caller's model has no state for. */
function refuseInitial({ model, initial }: History, options: ReadOptions): void {
  const flaw = flawIn(initial);
  const expected =
    flaw === undefined
      ? findModel(model)?.expectsInitial?.(initial)
      : 'an initial value that JSON can say';
  if (expected === undefined) return;
  const whose = options.initial === undefined ? 'as in all such files' : 'which was asked for';
  const found = `${flaw ?? shortened(JSON.stringify(initial))}, ${whose}`;
  throw new HistoryFormatError({ line: 1, column: 1 }, expected, found);
}

function readHistory(text: string, format: FormatName, options: Reading): History {
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
