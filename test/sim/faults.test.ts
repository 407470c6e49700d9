/** What every kind of fault has in common: it begins, holds, heals, and is accounted for. */
import { describe, expect, test } from 'vitest';
import type { Loss } from '../../sim/contract.ts';
import {
  type Fault,
  type FaultKind,
  type FaultNode,
  faultKinds,
  renameNodes,
} from '../../sim/fault.ts';
import type { PlannedFault } from '../../sim/plan.ts';
import { CLIENT, KINDS, type Row } from './every-fault.ts';
import {
  CALM,
  type Changes,
  MACHINE,
  type Outcome,
  type Script,
  scripted,
  simulate,
} from './scripted.ts';
import { symptoms } from './symptoms.ts';

const AT = 3_250;
const LASTS = 4_000;
const END = AT + LASTS;

/** Replicas write three records, then mark and talk for ever; the client asks for ever. */
const BUSY: Script = {
  replica: {
    start(env, durable) {
      if (durable.records.length === 0) {
        for (const value of [1, 2, 3]) env.persist({ kind: 'set', key: 'k', value });
      }
      env.setTimer('tick', 500 + 100 * env.id);
    },
    expire(env) {
      env.mark('here');
      const body = env.random(100);
      for (const to of [0, 1, 2]) if (to !== env.id) env.send(to, { type: 'Tick', body });
      env.setTimer('tick', 1_000);
    },
    reconfigure: () => {},
  },
  client: {
    start: (env) => env.setTimer('ask', 900),
    expire(env) {
      env.send(0, { type: 'Ask' });
      env.setTimer('ask', 900);
    },
  },
};

const WORLD: Changes = {
  replicas: 3,
  clients: 1,
  ending: { kind: 'cut', at: 15_000 },
  builds: () => ({ protocol: scripted(BUSY), machine: MACHINE, options: {} }),
};

function run(faults: readonly PlannedFault[], changes: Changes = {}): Outcome {
  return simulate(BUSY, { ...WORLD, faults, ...changes });
}

/** What is wrong at this time. */
function wrongAt(time: number, faults: readonly PlannedFault[]): string[] {
  return symptoms(run(faults, { ending: { kind: 'cut', at: time } }).simulation);
}

function statuses({ simulation }: Outcome): string[] {
  return simulation.faults.accounts.map(({ status }) => status);
}

/** The same fault with two nodes in each other's place. */
function exchanged(fault: PlannedFault, one: number, other: number): PlannedFault {
  const exchange = (node: FaultNode): FaultNode =>
    node === one ? other : node === other ? one : node;
  return renameNodes(fault, exchange) ?? fault;
}

/** Whether a symptom is about one of these nodes, or a link between two of them. */
function isWithin(nodes: readonly number[], symptom: string): boolean {
  const named = symptom.match(/(?<=^n)\d|\d(?=>)|(?<=>)\d/g) ?? [];
  return named.every((node) => nodes.includes(Number(node)));
}

const ROWS: readonly (readonly [FaultKind, Row])[] = faultKinds.map((kind) => [kind, KINDS[kind]]);

describe.each(ROWS)('%s', (kind, row) => {
  const { fault, wrong, left = [] } = row;
  const planned: PlannedFault = { at: AT, ...fault, lasts: LASTS };

  test('begins and heals in the event log', () => {
    const shown = run([planned]).records.filter((record) => record.fault === 0);
    expect(shown.map(({ kind: of, time, label }) => [of, time, label])).toEqual([
      ['fault', AT, kind],
      ['heal', END, kind],
    ]);
  });

  test('holds from its beginning to its end, and leaves nothing but what is for good', () => {
    expect(wrongAt(AT - 1, [planned])).toEqual([]);
    expect(wrongAt(4_000, [planned])).toEqual(wrong);
    expect(wrongAt(15_000, [planned])).toEqual(left);
  });

  test('is accounted for', () => {
    const [account] = run([planned]).simulation.faults.accounts;
    expect(account).toMatchObject({ status: 'fired', at: AT, until: END });
    expect(account?.event).toBeGreaterThan(0);
  });

  test('heals when the run turns quiet', () => {
    const endless: PlannedFault = { at: AT, ...fault };
    const { simulation } = run([endless], { ending: { kind: 'quiet', healAt: 6_000 } });
    expect(simulation.faults.accounts[0]).toMatchObject({ status: 'fired', until: 6_000 });
    expect(symptoms(simulation)).toEqual(left);
  });

  test('heals in a core, and stays as it was outside of it', () => {
    const core = [0, 1];
    for (const endless of [planned, exchanged(planned, 0, 2)]) {
      const { lasts: _, ...fault } = endless;
      const before = wrongAt(5_999, [fault]);
      const { simulation } = run([fault], { ending: { kind: 'quiet', healAt: 6_000, core } });
      const stays = before.filter((symptom) => !isWithin([...core, CLIENT], symptom));
      const isLeft = (symptom: string): boolean => left.some((each) => each === symptom);
      expect(symptoms(simulation)).toEqual([...stays, ...before.filter(isLeft)]);
    }
  });

  test('strikes the node that reaches a mark', () => {
    const it: Fault = renameNodes(fault, (node) => (node === 0 ? 'it' : node)) ?? fault;
    // The third time that node 0 marks, and so much later, is when the fault of a time begins.
    const when = { mark: 'here', node: 0, nth: 3, after: 750 };
    const outcome = run([{ when, ...it, lasts: LASTS }], { ending: { kind: 'cut', at: 4_000 } });
    expect(symptoms(outcome.simulation)).toEqual(wrong);
    expect(outcome.simulation.faults.accounts[0]).toMatchObject({ at: AT, node: 0 });
  });

  test('is never triggered by a mark that nobody reaches', () => {
    const when = { mark: 'elsewhere', nth: 1, after: 0 };
    const outcome = run([{ when, ...fault, lasts: LASTS }]);
    expect(outcome.simulation.faults.accounts[0]).toMatchObject({
      status: 'never-triggered',
      at: -1,
      event: -1,
    });
    expect(symptoms(outcome.simulation)).toEqual([]);
  });

  test('is held back where the protocol does not claim to survive it, and only there', () => {
    const within = (survives: (loss: Loss) => boolean): string[] =>
      statuses(
        simulate(
          { ...BUSY, claims: { survives } },
          { ...WORLD, faults: [planned], withinClaims: true },
        ),
      );
    expect(within(() => false)).toEqual([row.needs === undefined ? 'fired' : 'held-back']);
    expect(within((loss) => loss === row.needs)).toEqual(['fired']);
  });

  test('composes with a second one that begins while it holds', () => {
    const both = [planned, { ...planned, at: AT + 2_000 }];
    if (row.takesDown === true) {
      expect(statuses(run(both))).toEqual(['fired', 'held-back']);
      expect(wrongAt(6_000, both)).toEqual(wrong);
      expect(wrongAt(8_000, both)).toEqual(left);
    } else {
      expect(statuses(run(both))).toEqual(['fired', 'fired']);
      expect(wrongAt(6_000, both)).toEqual(row.twice ?? wrong);
      expect(wrongAt(8_000, both)).toEqual(row.second ?? wrong);
    }
    expect(wrongAt(15_000, both)).toEqual(left);
  });

  test('leaves nothing behind when it overlaps with a fault of another kind', () => {
    for (const other of faultKinds) {
      const others: Row = KINDS[other];
      const both = [planned, { at: AT + 1_000, ...others.fault, lasts: LASTS }];
      const forGood = [...left, ...(others.left ?? [])];
      const found = wrongAt(15_000, both).filter((symptom) => !forGood.includes(symptom));
      expect([other, found]).toEqual([other, []]);
    }
  });

  test('holds although its node crashes and restarts in between', () => {
    const node = 'client' in fault ? CLIENT : 0;
    const crash: PlannedFault = { at: 4_500, fault: 'crash', node, lasts: 1_000 };
    expect(wrongAt(6_000, [planned, crash])).toEqual(row.afterCrash ?? wrong);
    expect(wrongAt(15_000, [planned, crash])).toEqual(row.afterCrash === undefined ? left : []);
  });

  test('gives the same trace for the same seed, byte for byte', () => {
    const lossy = { ...CALM, drop: 100_000, duplicate: 100_000, reorder: 100_000, reorderBy: 900 };
    const traces = [1, 2].map(() => {
      const changes = { network: lossy, shuffleTies: true, paranoid: true };
      const { simulation, records } = run([planned], changes);
      return JSON.stringify([records, simulation.counts, simulation.trace.text()]);
    });
    expect(traces[0]).toBe(traces[1]);
  });
});
