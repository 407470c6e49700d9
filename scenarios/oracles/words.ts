/** How oracles speak of operations and times. */
import type { NodeId } from '../../sim/contract.ts';
import type { Plain } from '../../sim/plain.ts';

const MICROS_PER_MILLISECOND = 1000;
const LENGTH_MAX = 60;

/**
 * `put x = 3` for `{f: 'put', key: 'x', value: 3}`, other fields after it as `to a2`; what has no
 * `f` as JSON, cut short.
 */
export function inWords(value: Plain | undefined): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'object' && value !== null && 'f' in value && typeof value.f === 'string') {
    const { f, key, value: argument, ...others } = value;
    const words = [f];
    if (key !== undefined) words.push(bare(key));
    if (argument !== undefined) words.push(`= ${short(argument)}`);
    // Sorted: the order in which somebody wrote the fields says nothing.
    for (const name of Object.keys(others).sort((a, b) => (a < b ? -1 : 1))) {
      words.push(`${name} ${bare(others[name] ?? null)}`);
    }
    return words.join(' ');
  }
  return short(value);
}

/** `n0` for the first replica, `c0` for the first client: their node ids follow the replicas'. */
export function nodeName(node: NodeId, replicas: number): string {
  return node < replicas ? `n${node}` : `c${node - replicas}`;
}

/** A virtual time in Micros as milliseconds with up to three decimals. */
export function milliseconds(time: number): string {
  return `${time / MICROS_PER_MILLISECOND} ms`;
}

function bare(value: Plain): string {
  return typeof value === 'string' ? value : short(value);
}

function short(value: Plain): string {
  const text = JSON.stringify(value);
  return text.length <= LENGTH_MAX ? text : `${text.slice(0, LENGTH_MAX)}…`;
}
