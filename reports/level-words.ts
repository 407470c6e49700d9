/** What an order of operations is at a level of consistency, in words and for the drawing. */
import type { ConsistencyLevel } from '../checker/index.ts';
import { formatCount, plural } from './words.ts';

export interface OrderWords {
  /** Above the order that explains a history. */
  readonly heading: string;
  /** What holds for that order. */
  readonly rule: string;
  /** Above an order that explains a part of a history which fails. */
  readonly part: string;
  /** Whether each operation of an order has an instant between its call and its return. */
  readonly hasInstants: boolean;
}

const HEADING = 'An order that explains every answer';
const PART = 'Longest order that explains a part';
const NUMBERS = 'The numbers are places in the order, not times.';

/** `linearizable` if the level is absent. */
export function orderWordsAt(level: ConsistencyLevel = 'linearizable'): OrderWords {
  if (typeof level === 'object') return staleOrderWords(level.staleness);
  if (level === 'linearizable') {
    return {
      heading: HEADING,
      rule: 'Each operation takes effect between its call and its return.',
      part: 'Longest partial linearization',
      hasInstants: true,
    };
  }
  if (level === 'sequential') {
    return {
      heading: HEADING,
      rule: `This order keeps that of each process, and need not keep real time. ${NUMBERS}`,
      part: PART,
      hasInstants: false,
    };
  }
  return {
    heading: 'An order of the writes',
    rule: `Each read answers the last of those that it can see of its object. ${NUMBERS}`,
    part: PART,
    hasInstants: false,
  };
}

type Staleness = Extract<ConsistencyLevel, object>['staleness'];

function staleOrderWords({ by, most }: Staleness): OrderWords {
  const effect = 'Each operation takes effect between its call and its return';
  if (by === 'time') {
    // A read may come before its call, and what follows it in the order need not.
    const rule = `${effect}, a read up to ${formatCount(most)} before its call. ${NUMBERS}`;
    return { heading: HEADING, rule, part: PART, hasInstants: most === 0 };
  }
  const versions = plural(most + 1, 'version');
  const which = most === 0 ? 'the latest version' : `any of the latest ${versions}`;
  const rule = `${effect}; a read may answer ${which}.`;
  return { heading: HEADING, rule, part: PART, hasInstants: true };
}
