/** Faults that need a protocol which knows what it survives: Viewstamped Replication is asked. */
import { describe, expect, test } from 'vitest';
import { findScenarios } from '../../scenarios/catalogue/index.ts';
import { run } from '../../scenarios/run.ts';
import type { RunResult, RunSpec } from '../../scenarios/spec.ts';
import type { Fault } from '../../sim/fault.ts';
import type { PlannedFault } from '../../sim/plan.ts';
import type { EventRecord } from '../../sim/record.ts';

const CHANGED_AT = 20_000;
const CHANGED_FOR = 5_000;

/** Five replicas of the durable kind, 40 operations, and these faults. */
function play(faults: readonly PlannedFault[], changes: Partial<RunSpec> = {}): RunResult {
  const [calm] = findScenarios('vr/calm');
  if (calm === undefined) throw new Error('there is no vr/calm');
  const spec = calm.draw('0x1', { replicas: 5, clients: 2 });
  const operations = Array.from({ length: 40 }, (_, index) => ({
    at: 2_000 * index,
    client: index % 2,
    operation: { f: 'put', key: 'k', value: index },
  }));
  const world: RunSpec = {
    ...spec,
    options: { ...spec.options, durability: 'durable' },
    ending: { kind: 'quiet', healAt: 150_000 },
    plan: { faults, operations },
    ...changes,
  };
  return run(world, { events: true });
}

function change(build: Omit<Fault & { fault: 'version-change' }, 'fault' | 'node'>): PlannedFault {
  return { at: CHANGED_AT, fault: 'version-change', node: 1, ...build, lasts: CHANGED_FOR };
}

describe('a replica that comes back with a planted bug', () => {
  // The bug: an unreadable message throws in the replica that receives it.
  const garbled = (of: RunSpec['network']): RunSpec['network'] => ({ ...of, corrupt: 200_000 });
  const { network } = play([]).spec;

  test('has it from then on, and no other replica has', () => {
    const { failures, events = [] } = play([change({ mutant: 'CL-6' })], {
      network: garbled(network),
    });
    expect(failures.map(({ oracle, node }) => [oracle, node])).toEqual([['no-exception', 1]]);
    expect(failures[0]?.at).toBeGreaterThan(CHANGED_AT + CHANGED_FOR);
    const unreadable = events.filter(({ kind, fate }) => kind === 'deliver' && fate === 'corrupt');
    expect(unreadable.some(({ node }) => node === 1)).toBe(true);
    expect(unreadable.some(({ node }) => node === 2)).toBe(true);
    expect(unreadable.some(({ node, time }) => node === 1 && time < CHANGED_AT)).toBe(true);
  });

  test('does no harm where the bug has nothing to break', () => {
    expect(play([change({ mutant: 'CL-6' })]).verdict).toBe('passed');
    expect(play([], { network: garbled(network) }).verdict).toBe('passed');
  });
});

describe('a replica that comes back with other options', () => {
  /** How often replica 0, the primary, has sent a heartbeat after the change. */
  function heartbeats(events: readonly EventRecord[] = []): number {
    return events.filter(
      ({ kind, node, label, time }) =>
        kind === 'timer' && node === 0 && label === 'heartbeat' && time > 30_000 && time < 80_000,
    ).length;
  }

  test('goes by them', () => {
    const primary = { ...change({ options: { heartbeatInterval: 1_000 } }), node: 0 };
    const eager = play([primary]);
    expect(eager.verdict).toBe('passed');
    expect(heartbeats(play([]).events)).toBeLessThan(12);
    expect(heartbeats(eager.events)).toBeGreaterThan(30);
  });

  test('has within the claims only those that replicas may have differently', () => {
    const [outcome] = play([change({ options: { durability: 'diskless' } })]).faults;
    expect(outcome?.status).toBe('held-back');
    expect(play([change({ options: { clientRetry: 9_000 } })]).faults[0]?.status).toBe('fired');
  });
});

describe('within the claims of Viewstamped Replication', () => {
  const tampering = { fault: 'byzantine', node: 0, to: [1, 2], rate: 500_000, by: 1_000 } as const;
  const CASES: readonly (readonly [string, Fault, string, string])[] = [
    ['an empty disk', { fault: 'amnesia', node: 0 }, 'held-back', 'held-back'],
    ['a lying disk', { fault: 'lying-fsync', node: 0 }, 'held-back', 'held-back'],
    ['a rotten record', { fault: 'bit-rot', node: 0, place: 0 }, 'fired', 'held-back'],
    ['a crash', { fault: 'crash', node: 0 }, 'fired', 'fired'],
    ['messages altered', { ...tampering, behaviour: 'alter' }, 'held-back', 'held-back'],
    ['messages told apart', { ...tampering, behaviour: 'equivocate' }, 'held-back', 'held-back'],
    ['messages withheld', { ...tampering, behaviour: 'withhold' }, 'fired', 'fired'],
    ['messages delayed', { ...tampering, behaviour: 'delay' }, 'fired', 'fired'],
    ['messages replayed', { ...tampering, behaviour: 'replay' }, 'fired', 'fired'],
    ['messages swapped', { ...tampering, behaviour: 'misorder' }, 'fired', 'fired'],
    ['other members', { fault: 'reconfigure', members: [0, 1] }, 'held-back', 'held-back'],
  ];

  test.each(CASES)('%s: durable, then diskless', (_, fault, durable, diskless) => {
    const planned: PlannedFault = { at: 50_000, ...fault, lasts: 10_000 };
    const { spec, ...first } = play([planned]);
    const options = { ...spec.options, durability: 'diskless' };
    const second = play([planned], { options });
    expect([first.faults[0]?.status, second.faults[0]?.status]).toEqual([durable, diskless]);
    expect([first.verdict, second.verdict]).toEqual(['passed', 'passed']);
  });

  test('a client may crash, and loses nothing else', () => {
    const client = 5;
    const faults: readonly Fault[] = [
      { fault: 'crash', node: client },
      { fault: 'amnesia', node: client },
      { fault: 'lying-fsync', node: client },
      { ...tampering, node: client, behaviour: 'alter' },
    ];
    const planned = faults.map(
      (fault, index): PlannedFault => ({ at: 20_000 * (index + 1), ...fault, lasts: 5_000 }),
    );
    const { faults: outcomes, verdict } = play(planned);
    expect(verdict).toBe('passed');
    expect(outcomes.map(({ status }) => status)).toEqual([
      'fired',
      'held-back',
      'held-back',
      'held-back',
    ]);
  });
});
