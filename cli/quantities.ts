/** Quantities as people type them: times with units, counts, ranges of indices, sizes of memory. */
import ms from 'ms';
import type { Shard } from '../scenarios/campaign-types.ts';

export const SHARDS_MAX = 10_000;

/** Milliseconds of `5m`, `90s`, `1.5h`; undefined without a unit or when it is no time. */
export function parseMilliseconds(text: string): number | undefined {
  const micros = /^(\d+(?:\.\d+)?)\s*(?:us|µs|μs)$/i.exec(text)?.[1];
  if (micros !== undefined) return Number(micros) / 1000;
  // `ms` takes a bare number as milliseconds: too easy to mean seconds.
  if (!/^\d+(?:\.\d+)?\s*(?:ms|s|sec|m|min|h|d)$/i.test(text)) return undefined;
  const value: number | undefined = ms(text as ms.StringValue);
  return value !== undefined && Number.isFinite(value) ? value : undefined;
}

/** A whole number without sign, with `,` or `_` between digits if that helps; else undefined. */
export function parseCount(text: string): number | undefined {
  if (!/^\d+(?:[_,]\d+)*$/.test(text)) return undefined;
  const value = Number(text.replaceAll(/[_,]/g, ''));
  return Number.isSafeInteger(value) ? value : undefined;
}

/** Indices from (inclusive) to (exclusive): `1000` is the first thousand, `A..B` a piece. */
export interface IndexRange {
  readonly from: number;
  readonly to: number;
}

export function parseRange(text: string): IndexRange | undefined {
  const [first, second, ...rest] = text.split('..');
  if (first === undefined || rest.length > 0) return undefined;
  const from = second === undefined ? 0 : parseCount(first);
  const to = parseCount(second ?? first);
  if (from === undefined || to === undefined || from >= to) return undefined;
  return { from, to };
}

/** `2/4` is the second of four parts. */
export function parseShard(text: string): Shard | undefined {
  const [, part, parts] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  const [number, count] = [Number(part), Number(parts)];
  const fits = number >= 1 && number <= count && count <= SHARDS_MAX;
  return fits ? { index: number - 1, count } : undefined;
}

const BYTES: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['b', 1],
  ['k', 1024],
  ['m', 1024 ** 2],
  ['g', 1024 ** 3],
]);

/** Bytes of `300MB`, `2g`, `1048576`; units are powers of 1024. */
export function parseBytes(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*(?:([kmg])(?:i?b)?|b)?$/i.exec(text);
  const unit = BYTES.get((match?.[2] ?? '').toLowerCase());
  return match?.[1] === undefined || unit === undefined ? undefined : Number(match[1]) * unit;
}
