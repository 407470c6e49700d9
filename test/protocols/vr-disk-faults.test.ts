/** The durable mode in the simulator, on disks that rot, stray, refuse to read and to write. */
import { describe, expect, it } from 'vitest';
import { scenarios } from '../../scenarios/catalogue/index.ts';
import { run } from '../../scenarios/run.ts';
import type { RunResult } from '../../scenarios/spec.ts';
import type { PlannedFault } from '../../sim/plan.ts';

const MS = 1_000;
const OPERATIONS = 60;
const DAMAGED_AT = 200 * MS;

/** Three durable replicas on a calm network, busy for 300 ms. */
function play(faults: readonly PlannedFault[], mutant?: string): RunResult {
  const calm = scenarios.find(({ id }) => id === 'vr/calm')!;
  const settings = { replicas: 3, clients: 2, operations: OPERATIONS, duration: 400 * MS };
  const spec = calm.draw('0x1', {
    ...settings,
    options: { durability: 'durable' },
    ...(mutant === undefined ? {} : { mutant }),
  });
  const operations = Array.from({ length: OPERATIONS }, (_, index) => ({
    at: 5 * MS * index,
    client: index % 2,
    operation: { f: 'put', key: 'x', value: index },
  }));
  return run({ ...spec, plan: { faults, operations } });
}

const crash = { at: DAMAGED_AT + 5 * MS, fault: 'crash', node: 1, lasts: 10 * MS } as const;
const onDisk = { at: DAMAGED_AT, node: 1, place: 300_000 } as const;

const damages: readonly PlannedFault[] = [
  { ...onDisk, fault: 'bit-rot' },
  { ...onDisk, fault: 'misdirected-write' },
  { ...onDisk, fault: 'read-error', lasts: 50 * MS },
];

describe('a durable replica that crashes on a damaged disk', () => {
  it.each(damages)('recovers after $fault', (damage) => {
    // A misdirected write takes the next two records to show; by then the crash must not be over.
    const late = { ...crash, at: crash.at + 20 * MS };
    const result = play([damage, late]);
    expect(result.verdict).toBe('passed');
    expect(result.faults.map(({ status }) => status)).toEqual(['fired', 'fired']);
    expect(result.marks['damaged-record-found']).toBe(1);
    expect(result.marks['recovered-from-damage']).toBe(1);
    expect(result.history.filter((entry) => entry.return !== null)).toHaveLength(OPERATIONS);
  });

  it('has broken its promises if it takes damage for a torn end, as ST-6 does', () => {
    const result = play([{ ...onDisk, fault: 'bit-rot' }, crash], 'ST-6');
    expect(result.failures.map(({ oracle }) => oracle)).toEqual(['promises']);
  });

  it('goes on from its disk if what could not be read can be read again', () => {
    const result = play([
      { ...onDisk, fault: 'read-error', lasts: 5_500 },
      { ...crash, lasts: 2 * MS },
    ]);
    expect(result.verdict).toBe('passed');
    expect(result.marks['restarted-from-disk']).toBe(1);
    expect(result.marks['damaged-record-found']).toBe(0);
  });

  it('suffers no second loss while another one recovers: that is beyond the claims', () => {
    const other = { ...onDisk, node: 2, at: DAMAGED_AT + 10 * MS, fault: 'bit-rot' } as const;
    const result = play([{ ...onDisk, fault: 'bit-rot' }, crash, other]);
    expect(result.faults.map(({ status }) => status)).toEqual(['fired', 'fired', 'held-back']);
  });
});

describe('a durable replica that cannot write', () => {
  it.each(['write-error', 'disk-full'] as const)('ends after %s, and nothing is lost', (fault) => {
    const result = play([{ at: DAMAGED_AT, fault, node: 1, lasts: 30 * MS }]);
    expect(result.verdict).toBe('passed');
    expect(result.counts).toMatchObject({ crashes: 1, restarts: 1 });
    expect(result.marks['restarted-from-disk']).toBe(1);
    expect(result.history.filter((entry) => entry.return !== null)).toHaveLength(OPERATIONS);
  });
});
