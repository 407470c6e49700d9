/** Levels and bounds that are none: asked for by mistake, they must not pass for kept. */

import { shownArgument } from '../shown-argument.ts';
import { GUARANTEES, type Guarantee } from './session-graph.ts';
import type { Staleness } from './staleness.ts';

const STALENESS = "{ staleness: { by: 'time' or 'versions', most: 2 } }";

/** Throws `TypeError` unless the level is one of these names, or a bounded staleness. */
export function assertLevel(level: unknown, names: readonly string[]): void {
  if (typeof level === 'string' && names.includes(level)) return;
  if (isBound(level)) {
    assertStaleness(level.staleness);
    return;
  }
  const found = shownArgument(level);
  const bound = boundNamed(level);
  if (bound !== undefined) throw new TypeError(`unknown level ${found}; it is written ${bound}`);
  throw new TypeError(`unknown level ${found}; expected one of ${names.join(', ')}, ${STALENESS}`);
}

/** Throws `TypeError` unless it says by what. How much is looked at where it is used. */
export function assertStaleness(staleness: unknown): asserts staleness is Staleness {
  if (typeof staleness !== 'object' || staleness === null || !('by' in staleness)) {
    throw new TypeError(`expected staleness as in ${STALENESS}, found ${shownArgument(staleness)}`);
  }
  const { by } = staleness;
  if (by !== 'time' && by !== 'versions') {
    throw new TypeError(`staleness by: expected 'time' or 'versions', found ${shownArgument(by)}`);
  }
  const stranger = strangerAmong(staleness, ['by', 'most']);
  if (stranger === undefined) return;
  throw new TypeError(`expected staleness as in ${STALENESS}, found ${shownArgument(stranger)}`);
}

/** Throws `TypeError` for a guarantee that there is none of, and where none is asked for. */
export function assertGuarantees(guarantees: readonly Guarantee[] | undefined): void {
  if (guarantees === undefined) return;
  const names = GUARANTEES.join(', ');
  if (guarantees.length === 0) {
    throw new TypeError(`option guarantees: expected some of ${names}, found none`);
  }
  const stranger = guarantees.find((each) => !GUARANTEES.includes(each));
  if (stranger === undefined) return;
  throw new TypeError(
    `option guarantees: expected some of ${names}, found ${shownArgument(stranger)}`,
  );
}

/** What stands here for a level as the command line takes it, such as `stale-versions:1`. */
function boundNamed(level: unknown): string | undefined {
  if (typeof level !== 'string') return undefined;
  const [, by, most] = /^stale-(versions|time):(\d{1,15})$/.exec(level) ?? [];
  if (by === undefined || most === undefined) return undefined;
  return `{ staleness: { by: '${by}', most: ${Number(most)} } }`;
}

function isBound(level: unknown): level is { readonly staleness: unknown } {
  const isObject = typeof level === 'object' && level !== null;
  return isObject && 'staleness' in level && strangerAmong(level, ['staleness']) === undefined;
}

function strangerAmong(members: object, known: readonly string[]): string | undefined {
  return Object.keys(members).find((name) => !known.includes(name));
}
