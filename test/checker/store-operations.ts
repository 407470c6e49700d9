/** Operations of a store by hand: who asked, when, and what for. */

import type { HistoryOperation } from '../../checker/index.ts';

export type Interval = readonly [process: number, call: number, returned: number | null];

export function put(interval: Interval, key: string, value: number): HistoryOperation {
  const [process, call, returned] = interval;
  return { process, f: 'put', key, value, call, return: returned };
}

export function get(interval: Interval, key: string, output: number | null): HistoryOperation {
  const [process, call, returned] = interval;
  return { process, f: 'get', key, call, return: returned, output };
}
