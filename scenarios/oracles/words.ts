/** How oracles speak of operations and times. */
import type { Plain } from '../../sim/plain.ts';

const MICROS_PER_MILLISECOND = 1000;
const LENGTH_MAX = 60;

/** `put x = 3` for `{f: 'put', key: 'x', value: 3}`; other data as JSON, cut short. */
export function inWords(value: Plain | undefined): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'object' && value !== null && 'f' in value && typeof value.f === 'string') {
    const key = typeof value.key === 'string' ? ` ${value.key}` : '';
    const argument = value.value === undefined ? '' : ` = ${short(value.value)}`;
    return `${value.f}${key}${argument}`;
  }
  return short(value);
}

/** A virtual time in Micros as milliseconds with up to three decimals. */
export function milliseconds(time: number): string {
  return `${time / MICROS_PER_MILLISECOND} ms`;
}

function short(value: Plain): string {
  const text = JSON.stringify(value);
  return text.length <= LENGTH_MAX ? text : `${text.slice(0, LENGTH_MAX)}…`;
}
