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

const CLIENT = 3;
const AT = 3_250;
const LASTS = 4_000;
const END = AT + LASTS;

interface Row {
  readonly fault: Fault;
  /** What is wrong while it holds, as `symptoms` tells it. */
  readonly wrong: readonly string[];
  /** What is left when it is over. */
  readonly left?: readonly string[];
  /** What must be survived, or it is held back. */
  readonly needs?: Loss;
  /** It strikes only a node that is up, and no second one strikes there meanwhile. */
  readonly takesDown?: true;
  /** What is wrong while two of them hold, and when the first is over: if not the same. */
  readonly twice?: readonly string[];
  readonly second?: readonly string[];
  /** What is wrong after its node has crashed and restarted: if not the same. */
  readonly afterCrash?: readonly string[];
}

function cut(...links: string[]): string[] {
  return links.map((link) => `cut ${link}`);
}

const ISOLATED = cut('0>1', '0>2', '1>0', '2>0');

/** Every kind of fault once, in a world of three replicas and one client. */
const KINDS = {
  partition: { fault: { fault: 'partition', groups: [[0], [1, 2]] }, wrong: ISOLATED },
  'one-way': { fault: { fault: 'one-way', from: [0], to: [1] }, wrong: cut('0>1') },
  bridge: {
    fault: { fault: 'bridge', node: 0, groups: [[1], [2]] },
    wrong: cut('1>2', '2>1'),
  },
  ring: {
    fault: { fault: 'ring', order: [0, 1, 2, CLIENT] },
    wrong: cut('0>2', '1>3', '2>0', '3>1'),
  },
  chained: { fault: { fault: 'chained', order: [1, 0, 2] }, wrong: cut('1>2', '2>1') },
  'quorum-loss': { fault: { fault: 'quorum-loss', node: 0 }, wrong: cut('1>2', '2>1') },
  'constrained-election': {
    fault: { fault: 'constrained-election', node: 0, leader: 1, lag: 100 },
    wrong: cut('0>1', '1>0', '1>2', '2>1'),
  },
  flapping: {
    fault: { fault: 'flapping', groups: [[0], [1, 2]], period: 3_000 },
    wrong: ISOLATED,
  },
  slow: { fault: { fault: 'slow', from: [0], to: [1], by: 500 }, wrong: ['slow 0>1'] },
  clog: { fault: { fault: 'clog', from: [0], to: [1] }, wrong: ['clogged 0>1'] },
  crash: {
    fault: { fault: 'crash', node: 0 },
    wrong: ['n0 is down'],
    needs: 'memory',
    takesDown: true,
  },
  amnesia: {
    fault: { fault: 'amnesia', node: 0 },
    wrong: ['n0 is down'],
    needs: 'disk',
    takesDown: true,
  },
  pause: { fault: { fault: 'pause', node: 0 }, wrong: ['n0 is paused'], afterCrash: [] },
  'slow-node': {
    fault: { fault: 'slow-node', node: 0, by: 10 },
    wrong: ['n0 takes 10 for each event'],
    twice: ['n0 takes 20 for each event'],
  },
  'rolling-restart': {
    fault: { fault: 'rolling-restart', order: [0, 1], down: 3_000, up: 500 },
    wrong: ['n0 is down'],
    twice: ['n0 is down', 'n1 is down'],
    second: ['n1 is down'],
  },
  'version-change': {
    fault: { fault: 'version-change', node: 0 },
    wrong: ['n0 is down', 'n0 is of another build'],
    left: ['n0 is of another build'],
    needs: 'memory',
    takesDown: true,
  },
  'write-error': { fault: { fault: 'write-error', node: 0 }, wrong: ['n0 cannot write'] },
  'read-error': {
    fault: { fault: 'read-error', node: 0, place: 0 },
    wrong: ['n0 is damaged'],
    needs: 'record',
  },
  'bit-rot': {
    fault: { fault: 'bit-rot', node: 0, place: 900_000 },
    wrong: ['n0 is damaged'],
    left: ['n0 is damaged'],
    afterCrash: [],
    needs: 'record',
  },
  'misdirected-write': {
    fault: { fault: 'misdirected-write', node: 0, place: 0 },
    wrong: ['n0 is damaged'],
    needs: 'record',
  },
  // A lie shows at a crash only: see the tests of disks.
  'lying-fsync': { fault: { fault: 'lying-fsync', node: 0 }, wrong: [], needs: 'unnoticed' },
  'disk-full': { fault: { fault: 'disk-full', node: 0 }, wrong: ['n0 cannot write'] },
  'slow-disk': {
    fault: { fault: 'slow-disk', node: 0, by: 10 },
    wrong: ['n0 writes 10 slower'],
    twice: ['n0 writes 20 slower'],
  },
  // A leap is over at once: see the tests of clocks.
  'clock-jump': { fault: { fault: 'clock-jump', node: 0, by: 100 }, wrong: [] },
  'clock-drift': {
    fault: { fault: 'clock-drift', node: 0, rate: 200_000 },
    wrong: ['n0 has a clock at 1200000 ppm'],
    twice: ['n0 has a clock at 1400000 ppm'],
  },
  'clock-freeze': { fault: { fault: 'clock-freeze', node: 0 }, wrong: ['n0 has a frozen clock'] },
  'client-crash': {
    fault: { fault: 'client-crash', client: 0 },
    wrong: ['n3 is down'],
    takesDown: true,
  },
  'duplicate-request': {
    fault: { fault: 'duplicate-request', client: 0, by: 10 },
    wrong: ['n3 has 1 that tamper'],
    twice: ['n3 has 2 that tamper'],
  },
  'wrong-node': {
    fault: { fault: 'wrong-node', client: 0, shift: 1 },
    wrong: ['n3 has 1 that tamper'],
    twice: ['n3 has 2 that tamper'],
  },
  impatience: {
    fault: { fault: 'impatience', client: 0, factor: 4 },
    wrong: ['n3 is 4 times too hasty'],
    twice: ['n3 is 16 times too hasty'],
  },
  byzantine: {
    fault: { fault: 'byzantine', node: 0, behaviour: 'alter', to: [1], rate: 1, by: 1 },
    wrong: ['n0 has 1 that tamper'],
    twice: ['n0 has 2 that tamper'],
    needs: 'lies',
  },
  // What it is about is the protocol's own: see the tests of processes.
  reconfigure: { fault: { fault: 'reconfigure', members: [0, 1] }, wrong: [] },
} satisfies { readonly [kind in FaultKind]: Row };

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
