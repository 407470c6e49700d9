/** What has left a node is on its disk, whatever faults strike that damage nothing. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Fault } from '../../sim/fault.ts';
import type { PlannedFault } from '../../sim/plan.ts';
import { MACHINE, type ReplicaBehaviour, type Script, scripted, world } from './scripted.ts';
import { UNINTERESTED } from './uninterested.ts';

const UNTIL = 40_000;

/** Faults that take their time, fail loudly or take the node down: no record is damaged. */
const harmless: fc.Arbitrary<Fault> = fc.oneof(
  fc.constant<Fault>({ fault: 'crash', node: 0 }),
  fc.constant<Fault>({ fault: 'pause', node: 0 }),
  fc.constant<Fault>({ fault: 'write-error', node: 0 }),
  fc.constant<Fault>({ fault: 'disk-full', node: 0 }),
  fc.constant<Fault>({ fault: 'version-change', node: 0 }),
  fc.constant<Fault>({ fault: 'clock-freeze', node: 0 }),
  fc.integer({ min: 1, max: 2_000 }).map((by): Fault => ({ fault: 'slow-node', node: 0, by })),
  fc.integer({ min: 1, max: 4_000 }).map((by): Fault => ({ fault: 'slow-disk', node: 0, by })),
  fc.constant<Fault>({ fault: 'rolling-restart', order: [0, 1, 0], down: 900, up: 700 }),
);

const trigger: fc.Arbitrary<PlannedFault['when'] | number> = fc.oneof(
  fc.nat(UNTIL),
  fc.record({
    mark: fc.constant('here'),
    node: fc.constant(0),
    nth: fc.integer({ min: 1, max: 20 }),
    after: fc.constantFrom(0, 0, 300),
  }),
);

const faults = fc.array(
  fc.tuple(trigger, harmless, fc.nat(6_000)).map(([when, fault, lasts]): PlannedFault => {
    return typeof when === 'number' || when === undefined
      ? { at: when ?? 0, ...fault, lasts }
      : { when, ...fault, lasts };
  }),
  { maxLength: 10 },
);

/** What a life leaves behind: entries that others have been told of, and those on the disk. */
interface Lives {
  readonly told: Set<number>;
  /** Of each start: entries that others had been told of by then, and that it did not find. */
  readonly missing: number[][];
  readonly found: number[];
}

/**
 * Node 0 writes three entries in each step, marks between them, and tells node 1 of each in the
 * order in which it has issued them.
 */
function live(planned: readonly PlannedFault[], seed: string, writeFailed?: Handler): Lives {
  const lives: Lives = { told: new Set(), missing: [], found: [] };
  let entry = 0;
  const replica: ReplicaBehaviour = {
    start(env, durable) {
      if (env.id !== 0) return;
      const found = durable.records
        .flatMap(({ writes }) => writes)
        .map((write) => (write.kind === 'append' ? Number(write.entry) : -1));
      lives.missing.push([...lives.told].filter((each) => !found.includes(each)));
      lives.found.push(found.length);
      env.setTimer('write', 500);
    },
    expire(env) {
      for (let i = 0; i < 3; i++) {
        entry += 1;
        env.persist({ kind: 'append', log: 'log', entry });
        env.send(1, { type: 'Written', body: entry });
        env.mark('here');
      }
      env.setTimer('write', 500);
    },
    ...(writeFailed === undefined ? {} : { writeFailed }),
  };
  const script: Script = { replica };
  const simulation = world(script, {
    seed,
    faults: [...planned, { at: UNTIL, fault: 'crash', node: 0, lasts: 100 }],
    disk: { latencyMin: 0, latencyMax: 1_500, torn: 0 },
    builds: () => ({ protocol: scripted(script), machine: MACHINE, options: {} }),
    shuffleTies: true,
    ending: { kind: 'cut', at: UNTIL + 10_000 },
    bounds: { events: 100_000, queue: 10_000, time: 1_000_000 },
  });
  simulation.observer = {
    ...UNINTERESTED,
    released: (from, _to, letter) => {
      if (from === 0 && 'body' in letter) lives.told.add(Number(letter.body));
    },
  };
  simulation.run();
  return lives;
}

type Handler = NonNullable<ReplicaBehaviour['writeFailed']>;

describe('whatever others have been told of is found at every later start', () => {
  const rewrites: Handler = (env, writes) => {
    env.mark('here');
    env.persist(...writes);
  };
  const CASES: readonly (readonly [string, Handler | undefined])[] = [
    ['ends when it cannot write', undefined],
    ['goes on when it cannot write', () => {}],
    ['writes again what could not be written', rewrites],
  ];

  test.each(CASES)('by a process that %s', (_, handler) => {
    let starts = 0;
    let told = 0;
    fc.assert(
      fc.property(faults, fc.nat(1_000), (planned, seed) => {
        const lives = live(planned, `seed-${seed}`, handler);
        expect(lives.missing.flat()).toEqual([]);
        starts += lives.missing.length;
        told += lives.told.size;
      }),
      { seed: 1, numRuns: 150 },
    );
    expect(starts).toBeGreaterThan(400);
    expect(told).toBeGreaterThan(5_000);
  });

  test('but not on a disk that lies', () => {
    const lie: PlannedFault = { at: 1_000, fault: 'lying-fsync', node: 0 };
    expect(live([lie], 'spec').missing.flat()).not.toEqual([]);
  });
});
