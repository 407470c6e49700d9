/** A node that keeps a diary on its disk and tells another one of each entry. */
import type { DurableRecord, Env, Write } from '../../sim/contract.ts';
import type { PlannedFault } from '../../sim/plan.ts';
import {
  type Changes,
  DELAY,
  type Letter,
  type Outcome,
  type ReplicaBehaviour,
  simulate,
} from './scripted.ts';

export const MS = 1_000;

export interface Diary extends Outcome {
  /** What each start of node 0 found: entries, or × for a record that is not intact. */
  readonly starts: string[];
  /** Entries of which node 1 was told, with the time at which the letter left. */
  readonly told: string[];
}

/**
 * Node 0 persists entry n after n milliseconds and writes to node 1 of it in the same step; after a
 * restart it begins anew.
 */
export function keepDiary(
  faults: readonly PlannedFault[],
  more: ReplicaBehaviour = {},
  changes: Changes = {},
): Diary {
  const starts: string[] = [];
  const told: string[] = [];
  let entry = 0;
  const outcome = simulate(
    {
      replica: {
        start(env, durable) {
          if (env.id !== 0) return;
          starts.push(durable.records.map(inWords).join(' '));
          entry = 0;
          env.setTimer('write', MS);
        },
        expire(env) {
          entry += 1;
          write(env, entry);
          env.setTimer('write', MS);
        },
        receive: (env, _from, { body }) => told.push(`${String(body)} at ${env.now - DELAY}`),
        ...more,
      },
    },
    { faults, ending: { kind: 'cut', at: 12 * MS }, ...changes },
  );
  return { ...outcome, starts, told };
}

export function write(env: Env<Letter>, entry: number | string): void {
  env.persist({ kind: 'append', log: 'diary', entry });
  env.send(1, { type: 'Written', body: entry });
}

function inWords({ intact, writes }: DurableRecord): string {
  return intact ? writes.map(entryOf).join('+') : '×';
}

export function entryOf(write: Write | undefined): string {
  return write?.kind === 'append' ? String(write.entry) : '?';
}

export function crashAt(at: number, lasts = 500): PlannedFault {
  return { at, fault: 'crash', node: 0, lasts };
}
