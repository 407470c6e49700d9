/** Any faults at all, on top of each other: the world gets well, and the same seed is the same. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  BEHAVIOURS,
  type Fault,
  type FaultNode,
  faultKinds,
  renameNodes,
} from '../../sim/fault.ts';
import type { Ending, PlannedFault } from '../../sim/plan.ts';
import { CLIENT, KINDS } from './every-fault.ts';
import {
  CALM,
  type Letter,
  MACHINE,
  type Outcome,
  type Script,
  scripted,
  simulate,
} from './scripted.ts';
import { symptoms } from './symptoms.ts';

const HEAL_AT = 20_000;

/** Three replicas that write, mark and talk, and a client that asks, until the end. */
const BUSY: Script = {
  replica: {
    start: (env) => env.setTimer('tick', 500 + 100 * env.id),
    expire(env) {
      env.persist({ kind: 'append', log: 'log', entry: env.now });
      env.mark('here');
      const tick: Letter & { isTrue: boolean } = {
        type: 'Tick',
        body: env.random(100),
        isTrue: true,
      };
      for (const to of [0, 1, 2]) env.send(to, tick);
      env.setTimer('tick', 700);
    },
    reconfigure: (env, members) => env.send(members[0] ?? 0, { type: 'Members' }),
  },
  client: {
    start: (env) => env.setTimer('ask', 900),
    expire(env) {
      env.send(0, { type: 'Ask' });
      env.setTimer('ask', 900);
    },
    invoke: (env) => env.abandon(),
  },
};

function run(faults: readonly PlannedFault[], ending: Ending, seed: string): Outcome {
  return simulate(BUSY, {
    seed,
    replicas: 3,
    clients: 1,
    network: { ...CALM, drop: 50_000, duplicate: 50_000, reorder: 50_000, reorderBy: 3_000 },
    disk: { latencyMin: 10, latencyMax: 900, torn: 300_000 },
    clock: { offset: 1_000, drift: 0 },
    shuffleTies: true,
    paranoid: true,
    operations: [{ at: 60_000, client: 0, operation: null }],
    builds: () => ({ protocol: scripted(BUSY), machine: MACHINE, options: {} }),
    faults,
    ending,
    bounds: { events: 100_000, queue: 100_000, time: 1_000_000 },
  });
}

/** An example of any kind, about other nodes, at any time or mark, for any time or for good. */
const faults: fc.Arbitrary<PlannedFault[]> = fc.array(
  fc
    .record({
      kind: fc.constantFrom(...faultKinds),
      behaviour: fc.constantFrom(...BEHAVIOURS),
      turn: fc.nat(2),
      at: fc.nat(HEAL_AT + 2_000),
      nth: fc.integer({ min: 1, max: 60 }),
      after: fc.constantFrom(0, 0, 200),
      lasts: fc.option(fc.nat(9_000)),
      isTargeted: fc.boolean(),
    })
    .map(({ kind, behaviour, turn, at, nth, after, lasts, isTargeted }): PlannedFault => {
      const example: Fault = KINDS[kind].fault;
      const turned = (node: FaultNode): FaultNode => {
        if (isTargeted && node === 0) return 'it';
        return typeof node === 'number' && node < 3 ? (node + turn) % 3 : node;
      };
      const fault = renameNodes(example, turned) ?? example;
      const hard: Fault =
        fault.fault === 'byzantine' ? { ...fault, behaviour, rate: 300_000 } : fault;
      const length = lasts === null ? {} : { lasts };
      if (!isTargeted) return { at, ...hard, ...length };
      return { when: { mark: 'here', nth, after }, ...hard, ...length };
    }),
  { maxLength: 14 },
);

const seeds = fc.nat(1_000).map((seed) => `seed-${seed}`);

/** What is there for good, whatever heals. */
function isForGood(symptom: string): boolean {
  return symptom.endsWith('is of another build') || symptom.endsWith('is damaged');
}

function isInside(core: readonly number[], symptom: string): boolean {
  const named = symptom.match(/(?<=^n)\d|\d(?=>)|(?<=>)\d/g) ?? [];
  return named.every((node) => core.includes(Number(node)));
}

test('all heals when the run turns quiet, whatever the faults were', () => {
  fc.assert(
    fc.property(faults, seeds, (planned, seed) => {
      const { simulation, end } = run(planned, { kind: 'quiet', healAt: HEAL_AT }, seed);
      expect(end.how).toBe('quiet');
      expect(symptoms(simulation).filter((symptom) => !isForGood(symptom))).toEqual([]);
      expect(
        simulation.faults.accounts.every(({ status, until }) => status !== 'fired' || until >= 0),
      ).toBe(true);
    }),
    { seed: 1, numRuns: 100 },
  );
});

test('each heals when its time is over, whatever the others were', () => {
  fc.assert(
    fc.property(faults, seeds, (planned, seed) => {
      const ending = planned.map((fault) => ({ ...fault, lasts: fault.lasts ?? 3_000 }));
      const { simulation } = run(ending, { kind: 'cut', at: 70_000 }, seed);
      const left = symptoms(simulation).filter(
        (symptom) => !isForGood(symptom) && !symptom.startsWith('slow'),
      );
      expect(left).toEqual([]);
    }),
    { seed: 1, numRuns: 100 },
  );
});

test('what is in a core heals with it, and stays well', () => {
  fc.assert(
    fc.property(faults, seeds, (planned, seed) => {
      const core = [0, 2];
      const { simulation } = run(planned, { kind: 'quiet', healAt: HEAL_AT, core }, seed);
      const left = symptoms(simulation).filter(
        (symptom) => isInside([...core, CLIENT], symptom) && !isForGood(symptom),
      );
      expect(left).toEqual([]);
    }),
    { seed: 1, numRuns: 100 },
  );
});

test('the same faults with the same seed give the same trace, byte for byte', () => {
  fc.assert(
    fc.property(faults, seeds, (planned, seed) => {
      const [one, other] = [1, 2].map(() => {
        const { simulation, records } = run(planned, { kind: 'cut', at: 30_000 }, seed);
        return JSON.stringify([simulation.trace.text(), records, simulation.faults.accounts]);
      });
      expect(one).toBe(other);
    }),
    { seed: 1, numRuns: 40 },
  );
});
