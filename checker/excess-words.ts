/** What a list or set was read to hold, and cannot have held, in words. */

import { excessShown, growingCollectionOf } from './excess.ts';
import type { Plain } from './history.ts';
import { isSequence, plainEqual } from './plain.ts';
import { opened } from './prefix.ts';
import type { Question } from './question.ts';

/** Where a value may have come from by some time, and whether it came later, too. */
interface Origins {
  readonly atFirst: number;
  readonly added: number;
  /** It is not known of all additions that they took place by then. */
  readonly isUnsure: boolean;
  readonly isLater: boolean;
}

/**
 * The value that a read of all shows more often than it can have been there, and how often that is:
 * `shows 7 twice, though it was added once`. Undefined of what is no such read.
 */
export function excessInWords<State>(
  question: Question<State>,
  index: number,
  shorten: (text: string) => string,
): string | undefined {
  const collection = growingCollectionOf(question.model);
  const read = collection?.access(question.operations[index]!);
  if (collection === undefined || read?.kind !== 'reads') return undefined;
  const value = excessShown(question, index);
  if (value === undefined) return undefined;
  const times = read.items.filter((item) => plainEqual(item, value)).length;
  const shows = `shows ${shorten(JSON.stringify(value))}${times === 1 ? '' : ` ${inWords(times)}`}`;
  const origins = originsOf(question, index, value);
  const { atFirst, added, isUnsure, isLater } = origins;
  if (atFirst + added === 0) {
    return `${shows}, and nobody ${isLater ? 'had added it by then' : 'has added it'}`;
  }
  if (!collection.isOrdered) return `${shows}, and no set holds a value twice`;
  const most = isUnsure ? 'at most ' : '';
  const then = isLater ? ' by then' : '';
  const wasThere = atFirst === 0 ? '' : `there ${inWords(atFirst)} at first and `;
  const wasAdded = added === 0 ? 'never added' : `added ${most}${inWords(added)}`;
  return `${shows}, though it was ${wasThere}${wasAdded}${then}`;
}

function originsOf<State>(
  { model, initial, operations }: Question<State>,
  index: number,
  value: Plain,
): Origins {
  const end = operations[index]!.return ?? Number.POSITIVE_INFINITY;
  const collection = growingCollectionOf(model);
  const before = isSequence(initial) ? initial : [];
  const additions = operations.filter((operation) => {
    const access = collection?.access(opened(operation));
    return access?.kind === 'adds' && plainEqual(access.value, value);
  });
  const called = additions.filter(({ call }) => call <= end);
  return {
    atFirst: before.filter((item) => plainEqual(item, value)).length,
    added: called.length,
    isUnsure: called.some(({ return: returned }) => returned === null || returned > end),
    isLater: called.length < additions.length,
  };
}

function inWords(times: number): string {
  if (times === 1) return 'once';
  return times === 2 ? 'twice' : `${times} times`;
}
