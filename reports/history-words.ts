/** What page and summary say of a history out of a file. */
import type { HistoryHead, HistoryVerdict } from './history-document.ts';
import { plural } from './words.ts';

/** The verdict as a person says it. */
export function verdictInWords(verdict: HistoryVerdict): string {
  return verdict.replace('-', ' ');
}

/** What was judged: `register  ·  5 operations`. */
export function factsOf({ level, model, operations }: HistoryHead): string {
  return [
    ...(level === undefined ? [] : [level]),
    ...(model === undefined ? [] : [model]),
    ...(operations === undefined ? [] : [plural(operations, 'operation')]),
  ].join(' · ');
}
