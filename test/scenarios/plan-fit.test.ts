/** Plans and endings that do not fit their world: what is refused, and how it is told. */
import { describe, expect, test } from 'vitest';
import { protocols } from '../../protocols/index.ts';
import { SpecError } from '../../scenarios/assemble.ts';
import { findScenarios, scenarios } from '../../scenarios/catalogue/index.ts';
import { drawPlan } from '../../scenarios/draw-plan.ts';
import { checkExpectation, checkPlan } from '../../scenarios/plan-fit.ts';
import { run } from '../../scenarios/run.ts';
import type { ReturnWindow, RunSpec } from '../../scenarios/spec.ts';
import { type Fault, type FaultKind, faultKinds, renameNodes } from '../../sim/fault.ts';
import type { Ending } from '../../sim/plan.ts';
import { CLIENT, KINDS } from '../sim/every-fault.ts';

function specWith(changes: Partial<RunSpec>): RunSpec {
  const [calm] = findScenarios('vr/calm');
  if (calm === undefined) throw new Error('there is no vr/calm');
  return { ...calm.draw('0x1', { replicas: 3, clients: 1 }), ...changes };
}

/** What a run says to a plan of this fault, if it refuses it. */
function refusalOf(fault: Fault): string | undefined {
  return messageOf(() => {
    run(specWith({ plan: { operations: [], faults: [{ at: 5_000, ...fault, lasts: 5_000 }] } }));
  });
}

function messageOf(act: () => void): string | undefined {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(SpecError);
    return error instanceof Error ? error.message : '';
  }
  return undefined;
}

/** Of each scenario, in the search for plans that do not fit. */
const SEEDS = 150;

const NO_SPLIT = 'plan.faults[0].groups: expected at least two, found';

describe('a plan', () => {
  test.each(faultKinds)('may have a fault of kind %s', (kind) => {
    expect(refusalOf(KINDS[kind].fault)).toBeUndefined();
  });

  test('names nodes and clients that exist, in every field of every kind', () => {
    for (const kind of faultKinds) {
      const { fault } = KINDS[kind];
      if ('client' in fault) {
        const message = refusalOf({ ...fault, client: 9 });
        expect(message).toBe('plan.faults[0].client: there is no client 9; the only client is 0');
      } else {
        const message = refusalOf(renameNodes(fault, (node) => (node === 0 ? 9 : node)) ?? fault);
        expect(message).toMatch(
          /^plan\.faults\[0\]\.\w+(\[\d\])?: there is no node 9; 3 replicas and/,
        );
      }
    }
  });

  test.each<[Fault, string]>([
    [{ fault: 'one-way', from: [], to: [1] }, 'plan.faults[0].from: expected at least one node'],
    [{ fault: 'one-way', from: [0], to: [] }, 'plan.faults[0].to: expected at least one node'],
    [{ fault: 'ring', order: [] }, 'plan.faults[0].order: expected at least one node'],
    [{ fault: 'reconfigure', members: [] }, 'plan.faults[0].members: expected at least one node'],
    [
      { fault: 'byzantine', node: 0, behaviour: 'alter', to: [], rate: 1, by: 1 },
      'plan.faults[0].to: expected at least one node',
    ],
    [{ fault: 'partition', groups: [] }, `${NO_SPLIT} 0; a node in no group keeps all its links`],
    [
      { fault: 'partition', groups: [[0]] },
      `${NO_SPLIT} 1; a node in no group keeps all its links`,
    ],
    [
      { fault: 'flapping', groups: [[0], [1]], period: 0 },
      'plan.faults[0].period: expected at least 1',
    ],
    [{ fault: 'impatience', client: 0, factor: 0 }, 'plan.faults[0].factor: expected at least 1'],
  ])('is refused where a fault would do nothing, or without end: %j', (fault, message) => {
    expect(refusalOf(fault)).toBe(message);
  });

  test.each<[Fault, string]>([
    [
      { fault: 'partition', groups: [[0], [0, 1]] },
      'groups: 0 is in groups[0] and groups[1]; a node is on one side only',
    ],
    [
      { fault: 'flapping', groups: [[0, 2], [1], [2]], period: 1_000 },
      'groups: 2 is in groups[0] and groups[2]; a node is on one side only',
    ],
    [{ fault: 'bridge', node: 2, groups: [[0], [1, 1]] }, 'groups[1]: 1 is named twice'],
    [
      { fault: 'partition', groups: [['leader'], ['leader', 1]] },
      'groups: "leader" is in groups[0] and groups[1]; a node is on one side only',
    ],
    [{ fault: 'ring', order: [0, 0, 1] }, 'order: 0 is named twice'],
    [{ fault: 'chained', order: ['leader', 1, 'leader'] }, 'order: "leader" is named twice'],
    [{ fault: 'clog', from: [0, 1, 0], to: [2] }, 'from: 0 is named twice'],
    [{ fault: 'reconfigure', members: [2, 2] }, 'members: 2 is named twice'],
  ])('is refused where a fault names a node twice: %j', (fault, message) => {
    expect(refusalOf(fault)).toBe(`plan.faults[0].${message}`);
  });

  test.each<Fault>([
    { fault: 'partition', groups: [['leader'], [0, 1, 2]] },
    { fault: 'one-way', from: ['leader', 0], to: [0, 1] },
    { fault: 'bridge', node: 0, groups: [[0, 1], [2]] },
    { fault: 'rolling-restart', order: [0, 1, 0], down: 1_000, up: 1_000 },
  ])('may name a node that the leader may be, or that has a place in each sense: %j', (fault) => {
    expect(refusalOf(fault)).toBeUndefined();
  });

  test('tells which of its entries is wrong', () => {
    const faults = [
      { at: 0, fault: 'crash', node: 0 },
      { at: 0, fault: 'crash', node: 7 },
    ] as const;
    const get = { at: 0, client: 0, operation: { f: 'get', key: 'k0' } };
    const plan = { operations: [get, { ...get, operation: 'get' }], faults: [] };
    expect(messageOf(() => checkPlan({ operations: [], faults }, specWith({})))).toMatch(
      /^plan\.faults\[1\]\.node: there is no node 7; /,
    );
    expect(messageOf(() => checkPlan(plan, specWith({})))).toBe(
      'plan.operations[1].operation: expected an object with a name f',
    );
  });

  test('asks no write to be sequential', () => {
    const operations = [
      { at: 0, client: 0, operation: { f: 'get', key: 'k0' }, level: 'sequential' },
      { at: 0, client: 0, operation: { f: 'put', key: 'k0', value: 1 }, level: 'sequential' },
    ] as const;
    const refusal = messageOf(() => run(specWith({ plan: { operations, faults: [] } })));
    expect(refusal).toBe(
      'plan.operations[1].level: only reads may be sequential, and put k0 = 1 is none',
    );
    const reads = operations.slice(0, 1);
    expect(messageOf(() => run(specWith({ plan: { operations: reads, faults: [] } })))).toBe(
      undefined,
    );
  });

  test('tells clients to ask replicas that there are, where they can be told', () => {
    const asked = { at: 0, client: 0, operation: { f: 'get', key: 'k0' } };
    const refusal = (via: number, protocol = 'vr'): string | undefined => {
      const plan = { operations: [{ ...asked, via }], faults: [] };
      return messageOf(() => checkPlan(plan, { ...specWith({}), protocol }));
    };
    expect([0, 2].map((via) => refusal(via))).toEqual([undefined, undefined]);
    expect(refusal(3)).toBe('plan.operations[0].via: there is no replica 3; they are 0 to 2');
    expect(refusal(0, 'single')).toBe(
      'plan.operations[0].via: clients of single cannot be told whom to ask first',
    );
  });

  test('leaves what a protocol does not offer as it was: no level is in the history', () => {
    const operation = { f: 'get', key: 'k0' };
    const plain = { operations: [{ at: 0, client: 0, operation }], faults: [] };
    const [planned] = plain.operations;
    const asked = { ...plain, operations: [{ ...planned!, level: 'sequential' as const }] };
    const [told, untold] = [asked, plain].map((plan) => run(specWith({ plan })));
    expect(told?.history).toEqual(untold?.history);
    expect(told?.traceHash).toBe(untold?.traceHash);
  });

  test.each(scenarios.map(({ id }) => id))('drawn by %s fits its world', (id) => {
    const [scenario] = findScenarios(id);
    const protocol = protocols.find(({ name }) => id.startsWith(`${name}/`));
    if (scenario === undefined || protocol === undefined) throw new Error(`there is no ${id}`);
    for (let seed = 1; seed <= SEEDS; seed++) {
      const spec = scenario.draw(`0x${seed.toString(16)}`, {});
      checkPlan(spec.plan ?? drawPlan(spec, protocol), spec);
    }
  });

  test('may have an empty side, as one of a single replica has', () => {
    expect(refusalOf({ fault: 'partition', groups: [[0], []] })).toBeUndefined();
  });

  test('names the mutant and the options of another build', () => {
    const change = { fault: 'version-change', node: 0 } as const;
    expect(refusalOf({ ...change, mutant: 'VR-0' })).toMatch(
      /^plan\.faults\[0\]\.mutant: unknown mutant "VR-0"; there are VR-1, /,
    );
    expect(refusalOf({ ...change, options: { patience: 3 } })).toMatch(
      /^plan\.faults\[0\]\.options: unknown option "patience"; there are /,
    );
    expect(refusalOf({ ...change, options: { viewChangeTimeout: -1 } })).toMatch(
      /^plan\.faults\[0\]\.options: option viewChangeTimeout = -1: expected an integer from /,
    );
    expect(refusalOf({ ...change, mutant: 'VR-9', options: { durability: 'durable' } })).toBe(
      undefined,
    );
  });

  test('names no mutant of another protocol', () => {
    const [small] = findScenarios('single/calm');
    if (small === undefined) throw new Error('there is no single/calm');
    const fault: Fault = { fault: 'version-change', node: 0, mutant: 'VR-9' };
    const spec = small.draw('0x1', {});
    const plan = { operations: [], faults: [{ at: 0, ...fault }] };
    expect(messageOf(() => run({ ...spec, plan }))).toBe(
      'plan.faults[0].mutant: mutant VR-9 breaks vr, not single',
    );
  });

  test('says "it" only where there is a mark, and not beside "leader"', () => {
    expect(refusalOf({ fault: 'crash', node: 'it' })).toBe(
      'plan.faults[0].node: "it" is the node that reached a mark; expected when',
    );
    const when = { mark: 'elected', nth: 1, after: 0 };
    const faults = [{ when, fault: 'one-way', from: ['it'], to: ['leader'] } as const];
    const plan = { operations: [], faults };
    expect(messageOf(() => checkPlan(plan, specWith({})))).toContain('not both');
  });
});

describe('the size of a world', () => {
  test.each<[string, Size, Fault, string]>([
    ['has no clients', [3, 0], CLIENT_CRASH, 'there is no client 1; the world has no clients'],
    ['has one client', [3, 1], CLIENT_CRASH, 'there is no client 1; the only client is 0'],
    ['has several clients', [3, 9], { ...CLIENT_CRASH, client: 9 }, '; they are 0 to 8'],
    ['has replicas alone', [3, 0], CRASH, 'there is no node 99; 3 replicas are nodes 0 to 2'],
    ['has one node', [1, 0], CRASH, 'there is no node 99; 1 replica is node 0'],
    ['has one of each', [1, 1], CRASH, '; 1 replica and 1 client are nodes 0 to 1'],
  ])('is told in words where it %s', (_title, [replicas, clients], fault, words) => {
    const plan = { operations: [], faults: [{ at: 0, ...fault }] };
    const world = { ...specWith({}), replicas, clients };
    expect(messageOf(() => checkPlan(plan, world))).toContain(words);
  });
});

type Size = readonly [replicas: number, clients: number];
const CRASH: Fault = { fault: 'crash', node: 99 };
const CLIENT_CRASH = { fault: 'client-crash', client: 1 } as const;

describe('a core', () => {
  function refusalOfCore(core: readonly number[]): string | undefined {
    const ending: Ending = { kind: 'quiet', healAt: 10_000, core };
    return messageOf(() => run(specWith({ ending })));
  }

  test('is some of the replicas, each named once', () => {
    expect(refusalOfCore([0, 2])).toBeUndefined();
    expect(refusalOfCore([])).toBe(
      'ending.core: expected at least one replica; without a core, all heal',
    );
    expect(refusalOfCore([0, 3])).toBe('ending.core[1]: there is no replica 3; they are 0 to 2');
    expect(refusalOfCore([-1])).toContain('ending.core[0]: there is no replica -1');
    expect(refusalOfCore([CLIENT])).toContain(`there is no replica ${CLIENT}`);
    expect(refusalOfCore([1, 0, 1])).toBe('ending.core[2]: 1 is named twice');
  });
});

describe('a window of the expected outcome', () => {
  test.each<[string, Partial<ReturnWindow>, string | undefined]>([
    ['counts what it names', { clients: [0], kind: 'reads', level: 'sequential' }, undefined],
    [
      'names clients that exist',
      { clients: [0, 1] },
      '.clients[1]: there is no client 1; the only client is 0',
    ],
    [
      'names some client',
      { clients: [] },
      '.clients: expected at least one client; without clients, all count',
    ],
    [
      'ends after it begins',
      { from: 20, until: 20 },
      '.until: expected more than from, 20; 20 is not',
    ],
    [
      'counts no sequential writes',
      { kind: 'writes', level: 'sequential' },
      '.level: only reads may be sequential, and it counts writes',
    ],
    [
      'expects a number that there is',
      { atMost: 0 },
      '.atLeast: expected at most atMost, 0; 1 is more',
    ],
  ])('%s', (_, changes, refusal) => {
    const window: ReturnWindow = { from: 0, until: 9, atLeast: 1, ...changes };
    const message = messageOf(() => checkExpectation({ windows: [window] }, specWith({})));
    expect(message).toBe(refusal && `expect.windows[0]${refusal}`);
  });

  test('expects something', () => {
    const spec = specWith({ expect: { windows: [{ from: 0, until: 9 }] } });
    expect(messageOf(() => run(spec))).toBe('expect.windows[0]: expected atLeast, atMost or both');
  });
});

test('there is a kind of fault to try for each that there is', () => {
  const kinds: FaultKind[] = faultKinds.map((kind) => KINDS[kind].fault.fault);
  expect(kinds).toEqual(faultKinds);
});
