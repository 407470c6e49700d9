/** Large histories of a store whose processes read copies of their own, which lag behind. */

import { numbersFrom } from '../../bench/check-histories.ts';
import type { HistoryOperation } from '../../checker/index.ts';

export interface ReplicatedShape {
  readonly operations: number;
  readonly processes: number;
  readonly keys: number;
  readonly seed: number;
  /** Values are below this; all different if it is 0. */
  readonly values: number;
}

interface Written {
  readonly key: string;
  readonly value: number;
}

/**
 * Writes go to one log; each process applies it in order to its own copy, and reads that.
 *
 * A process applies its own write before it goes on, so the history is sequentially consistent: the
 * log, with each read at the point that its copy had reached. Copies lag: it is not linearizable.
 */
export function replicatedHistory(shape: ReplicatedShape): HistoryOperation[] {
  const below = numbersFrom(shape.seed);
  const log: Written[] = [];
  const processes = Array.from({ length: shape.processes }, (_, process) => {
    return { process, now: below(50), applied: 0, copy: new Map<string, number>() };
  });
  const operations: HistoryOperation[] = [];
  for (let serial = 0; serial < shape.operations; serial++) {
    const own = processes.reduce((first, each) => (each.now < first.now ? each : first));
    const { process, copy } = own;
    const key = `k${below(shape.keys)}`;
    const call = own.now;
    const returned = call + 1 + below(40);
    const applyTo = (end: number) => {
      for (; own.applied < end; own.applied++) {
        const { key: changed, value } = log[own.applied]!;
        copy.set(changed, value);
      }
    };
    if (below(2) === 0) {
      const value = shape.values === 0 ? serial + 1 : below(shape.values);
      log.push({ key, value });
      applyTo(log.length);
      operations.push({ process, f: 'put', key, value, call, return: returned });
    } else {
      applyTo(Math.min(log.length, own.applied + below(8)));
      const output = copy.get(key) ?? null;
      operations.push({ process, f: 'get', key, call, return: returned, output });
    }
    own.now = returned + 1 + below(40);
  }
  return operations;
}
