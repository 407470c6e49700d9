/** Times the checker on large histories. Usage: node dist/bench/check-table.js [part of a name] */

import { checkLinearizable, type HistoryOperation, type Model, models } from '../checker/index.ts';
import {
  queueWorkload,
  record,
  registerWorkload,
  storeWorkload,
  withStaleRead,
} from './check-histories.ts';

const TIME_LIMIT_MS = 60_000;

interface Row {
  readonly name: string;
  readonly model: Model<unknown>;
  readonly operations: readonly HistoryOperation[];
  readonly evidence?: boolean;
  readonly initial?: string;
}

const shape = { seed: 1, pending: 0 };
const register = (
  mix: 'read-write' | 'cas',
  values: number,
  size: Partial<typeof shape> & { operations: number; clients: number },
) => record(registerWorkload(mix, values), { ...shape, ...size }).operations;

const rows: readonly (() => Row)[] = [
  () => {
    const size = { ...shape, operations: 1_712, clients: 50 };
    const { operations } = record(storeWorkload(10, true, ''), size);
    return { name: 'kv 1,712 ops, 50 clients, legal', model: models.kv, operations, initial: '' };
  },
  () => {
    const size = { ...shape, operations: 1_712, clients: 50 };
    const operations = withStaleRead(record(storeWorkload(10, true, ''), size).operations, 'get');
    return {
      name: 'kv same, illegal, evidence',
      model: models.kv,
      operations,
      initial: '',
      evidence: true,
    };
  },
  () => ({
    name: 'unique register 100k, 50 clients',
    model: models.register,
    operations: register('read-write', 0, { operations: 100_000, clients: 50 }),
  }),
  () => ({
    name: 'unique register, 20 pending, stale',
    model: models.register,
    operations: withStaleRead(
      register('read-write', 0, { operations: 1_000, clients: 10, pending: 20 }),
      'read',
    ),
  }),
  () => ({
    name: 'values 0-4, 10 pending, illegal, cas',
    model: models['cas-register'],
    operations: withStaleRead(
      register('cas', 5, { operations: 1_000, clients: 10, pending: 10 }),
      'read',
    ),
  }),
  () => ({
    name: 'values 0-4, 10 pending, illegal, rw',
    model: models.register,
    operations: withStaleRead(
      register('read-write', 5, { operations: 1_000, clients: 10, pending: 10 }),
      'read',
    ),
  }),
  () => ({
    name: '40 pending unique cas, legal',
    model: models['cas-register'],
    operations: register('cas', 0, { operations: 1_000, clients: 10, pending: 40 }),
  }),
  () => ({
    name: 'unique cas, 20 clients, 10k, legal',
    model: models['cas-register'],
    operations: register('cas', 0, { operations: 10_000, clients: 20 }),
  }),
  () => ({
    name: 'unique cas, 20 clients, 10k, illegal',
    model: models['cas-register'],
    operations: withStaleRead(register('cas', 0, { operations: 10_000, clients: 20 }), 'read'),
  }),
  () => ({
    name: 'register values 0-4, 10 clients, 10k',
    model: models.register,
    operations: register('read-write', 5, { operations: 10_000, clients: 10 }),
  }),
  () => ({
    name: 'cas values 0-4, 50 clients, 10k',
    model: models['cas-register'],
    operations: register('cas', 5, { operations: 10_000, clients: 50 }),
  }),
  () => ({
    name: 'kv 10 keys, 50 clients, 100k',
    model: models.kv,
    operations: record(storeWorkload(10, false, null), {
      ...shape,
      operations: 100_000,
      clients: 50,
    }).operations,
  }),
  () => ({
    name: 'queue unique 10k, 10 clients',
    model: models.queue,
    operations: record(queueWorkload(), { ...shape, operations: 10_000, clients: 10 }).operations,
  }),
];

const wanted = process.argv[2] ?? '';
for (const make of rows) {
  const { name, model, operations, evidence = false, initial = null } = make();
  if (!name.includes(wanted)) continue;
  const times: number[] = [];
  let line = '';
  for (let round = 0; round < 3; round++) {
    const start = performance.now();
    const end = start + TIME_LIMIT_MS;
    const shouldStop = () => performance.now() > end;
    const result = checkLinearizable(model, operations, { initial, evidence, shouldStop });
    times.push(performance.now() - start);
    const said = result.counterexample?.sentence ?? result.reason ?? '';
    line = `${result.verdict} ${result.steps} steps ${result.peakBytes} bytes ${said}`;
    if (performance.now() > end) break;
  }
  const shown = times.map((time) => time.toFixed(1)).join(' / ');
  process.stdout.write(`${name.padEnd(40)} ${shown} ms  ${line}\n`);
}
