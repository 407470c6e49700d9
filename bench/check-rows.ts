/** What the checker is measured on: large histories, each drawn from a seed. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type History,
  type HistoryOperation,
  type ModelName,
  type Plain,
  readHistories,
  type Verdict,
} from '../checker/index.ts';
import { InputError } from '../cli/exit.ts';
import {
  queueWorkload,
  record,
  registerWorkload,
  type Shape,
  stackWorkload,
  storeWorkload,
  withStaleRead,
  withValueSeenAgain,
} from './check-histories.ts';

export interface CheckRow {
  readonly name: string;
  /** One history, or many, whose average is taken. */
  readonly histories: () => readonly History[];
  /** `any` where recorded histories differ; what each should be is for tests. */
  readonly verdict: Verdict | 'any';
  /** With a counterexample. */
  readonly evidence?: boolean;
  /** The time that it may take, in milliseconds, and the memory of the process, in megabytes. */
  readonly mostMs: number;
  readonly mostMegabytes?: number;
  /** What Porcupine takes for its like on a machine of this kind, as it was measured elsewhere. */
  readonly porcupine: string;
}

const SHAPE: Shape = { operations: 1_000, clients: 10, pending: 0, seed: 1 };
const LOGS = 50;
/**
 * Of the size of the recorded ones: 170 lines at the most, a call or a return each, and so 83
 * operations on average, of five clients; 12 or 13 of them never returned. Values 0 to 4.
 */
const LOG: Shape = { operations: 80, clients: 5, pending: 10, seed: 1 };

/**
 * The rows; with recorded histories, those of etcd in a folder beside the drawn ones. Throws
 * `InputError` where the folder is none of recorded histories.
 */
export function checkRows(folder: string | undefined): readonly CheckRow[] {
  return [...(folder === undefined ? [] : [recorded(folder)]), ...drawn];
}

const drawn: readonly CheckRow[] = [
  {
    name: `cas-register, 83 ops, 5 clients, 13 pending, average of ${LOGS}`,
    histories: () =>
      Array.from({ length: LOGS }, (_, seed) =>
        historyOf('cas-register', null, record(registerWorkload('cas', 5), { ...LOG, seed })),
      ),
    verdict: 'linearizable',
    mostMs: 1,
    porcupine: '4.3–5.6 ms',
  },
  {
    name: 'key-value with appends, 1,712 ops, 50 clients, legal',
    histories: () => [appends((operations) => operations)],
    verdict: 'linearizable',
    mostMs: 100,
    porcupine: '172–292 ms',
  },
  {
    name: 'key-value with appends, 1,712 ops, 50 clients, illegal, with counterexample',
    histories: () => [appends((operations) => withStaleRead(operations, 'get'))],
    verdict: 'not-linearizable',
    evidence: true,
    mostMs: 1_000,
    porcupine: '> 60 s, 4.4 GB',
  },
  {
    name: 'unique register, 100,000 ops, 50 clients',
    histories: () => [register('read-write', 0, { operations: 100_000, clients: 50 })],
    verdict: 'linearizable',
    mostMs: 200,
    mostMegabytes: 300,
    porcupine: 'out of memory',
  },
  {
    name: 'unique register, 20 pending, one stale read',
    histories: () => [
      register('read-write', 0, { pending: 20 }, (all) => withStaleRead(all, 'read')),
    ],
    verdict: 'not-linearizable',
    mostMs: 100,
    porcupine: '> 60 s',
  },
  ...(['cas', 'read-write'] as const).map(
    (mix): CheckRow => ({
      name: `${mix} register, values 0–4, 10 pending, illegal`,
      histories: () => [register(mix, 5, { pending: 10 }, (all) => withValueSeenAgain(all, 2))],
      verdict: 'not-linearizable',
      mostMs: 2_000,
      porcupine: '35 s',
    }),
  ),
  {
    name: 'unique cas, 40 pending, legal',
    histories: () => [register('cas', 0, { pending: 40 })],
    verdict: 'linearizable',
    mostMs: 20,
    porcupine: '1.9 ms',
  },
  {
    name: 'unique cas, 10,000 ops, 20 clients, legal',
    histories: () => [register('cas', 0, { operations: 10_000, clients: 20 })],
    verdict: 'linearizable',
    mostMs: 1_000,
    porcupine: 'out of memory',
  },
  {
    name: 'key-value, 10 keys, 100,000 ops, 50 clients',
    histories: () => [
      historyOf(
        'kv',
        null,
        record(storeWorkload(10, false, null), { ...SHAPE, operations: 100_000, clients: 50 }),
      ),
    ],
    verdict: 'linearizable',
    mostMs: 2_000,
    porcupine: 'out of memory',
  },
  {
    name: 'queue, unique values, 10,000 ops, 10 clients',
    histories: () => [
      historyOf('queue', null, record(queueWorkload(), { ...SHAPE, operations: 10_000 })),
    ],
    verdict: 'linearizable',
    mostMs: 1_000,
    porcupine: '100 ops time out',
  },
  {
    name: 'stack, unique values, 10,000 ops, 10 clients',
    histories: () => [
      historyOf('stack', null, record(stackWorkload(), { ...SHAPE, operations: 10_000 })),
    ],
    verdict: 'linearizable',
    mostMs: 1_000,
    porcupine: '',
  },
  {
    name: 'key-value, unique values, 100 keys, 1,000,000 ops',
    histories: () => [
      historyOf(
        'kv',
        null,
        record(storeWorkload(100, false, null, 0), {
          ...SHAPE,
          operations: 1_000_000,
          clients: 50,
        }),
      ),
    ],
    verdict: 'linearizable',
    mostMs: 5_000,
    mostMegabytes: 1_000,
    porcupine: '',
  },
];

/** The logs of Jepsen runs against etcd that Porcupine is tested with; most are legal. */
function recorded(folder: string): CheckRow {
  const expected = readIndex(folder);
  const files = Object.entries(expected).filter(([file]) => file.startsWith('jepsen-etcd/'));
  if (files.length === 0) throw new InputError(`${folder} has no logs in jepsen-etcd/`);
  return {
    name: `Jepsen etcd logs, average of ${files.length}`,
    histories: () =>
      files.flatMap(([file, { model, initial }]) =>
        readHistories(readFileSync(join(folder, file), 'utf8'), { model, initial }),
      ),
    verdict: 'any',
    mostMs: 1,
    porcupine: '4.3–5.6 ms',
  };
}

type HistoryIndex = {
  readonly [file: string]: { readonly model: string; readonly initial: Plain };
};

function readIndex(folder: string): HistoryIndex {
  const index = join(folder, 'expected.json');
  try {
    return JSON.parse(readFileSync(index, 'utf8'));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new InputError(`--histories takes a folder with an index expected.json: ${why}`);
  }
}

type Change = (operations: readonly HistoryOperation[]) => readonly HistoryOperation[];

function appends(change: Change): History {
  const shape = { ...SHAPE, operations: 1_712, clients: 50 };
  const { operations } = record(storeWorkload(10, true, ''), shape);
  return { model: 'kv', initial: '', operations: change(operations) };
}

function register(
  mix: 'read-write' | 'cas',
  values: number,
  shape: Partial<Shape>,
  change: Change = (operations) => operations,
): History {
  const { operations } = record(registerWorkload(mix, values), { ...SHAPE, ...shape });
  const model = mix === 'cas' ? 'cas-register' : 'register';
  return { model, initial: null, operations: change(operations) };
}

function historyOf(
  model: ModelName,
  initial: Plain,
  { operations }: { readonly operations: readonly HistoryOperation[] },
): History {
  return { model, initial, operations };
}
