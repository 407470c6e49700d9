/** Writes histories in our own format, `quorumlab-history/1`. */

import { type History, HistoryError } from '../history.ts';
import { findModel } from '../models/catalogue.ts';
import { QUORUMLAB_FORMAT } from './quorumlab-history.ts';
import { assertReadable } from './readable-history.ts';

/**
 * A history in our format, with a line feed after every line.
 *
 * Throws `HistoryError` if no reader would take it back: an operation that its model does not know,
 * a number that JSON has no exact text for, a process that does two things at a time. A user's own
 * model is not asked. `readHistories` does not know it by name, and so reads what is written of it
 * only if it is told another: `{ model }`, one that knows its operations.
 */
export function writeQuorumlabHistory(history: History): string {
  assertReadable(history);
  const { model, initial, operations } = history;
  const keyless = operations.findIndex(({ key }) => key === undefined);
  if (keyless !== -1 && findModel(model)?.isKeyed === true) {
    const { f } = operations[keyless]!;
    throw new HistoryError(`operation ${keyless}: expected ${f} to have a key`, keyless);
  }
  const lines = [JSON.stringify({ format: QUORUMLAB_FORMAT, model, initial })];
  for (const { process, f, key, value, call, return: returned, output } of operations) {
    lines.push(JSON.stringify({ process, f, key, value, call, return: returned, output }));
  }
  return `${lines.join('\n')}\n`;
}
