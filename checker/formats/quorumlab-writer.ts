/** Writes histories in our own format, `quorumlab-history/1`. */

import type { History } from '../history.ts';
import { QUORUMLAB_FORMAT } from './quorumlab-history.ts';
import { assertReadable } from './readable-history.ts';

/**
 * A history in our format, with a line feed after every line.
 *
 * Throws `HistoryError` if no reader would take it back: an operation that its model does not know,
 * a number that JSON has no exact text for, a process that does two things at a time.
 */
export function writeQuorumlabHistory(history: History): string {
  assertReadable(history);
  const { model, initial, operations } = history;
  const lines = [JSON.stringify({ format: QUORUMLAB_FORMAT, model, initial })];
  for (const { process, f, key, value, call, return: returned, output } of operations) {
    lines.push(JSON.stringify({ process, f, key, value, call, return: returned, output }));
  }
  return `${lines.join('\n')}\n`;
}
