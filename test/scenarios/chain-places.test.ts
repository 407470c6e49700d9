/** Scripts of a chain that name the head, the tail or the masters: with any number of nodes. */
import { describe, expect, it, test } from 'vitest';
import { findScenarios, type Scenario } from '../../scenarios/catalogue/index.ts';
import { checkPlan } from '../../scenarios/plan-fit.ts';
import type { RunSpec } from '../../scenarios/spec.ts';
import type { Options } from '../../sim/contract.ts';
import type { Plan, PlannedFault } from '../../sim/plan.ts';

const HEAD = 3;
const SIZES = [6, 7, 8, 9, 10, 11, 12];
/** Of a user, and of many seeds some. */
const SEEDS = ['7', '12', '20'];

function named(name: string): Scenario {
  const [scenario] = findScenarios(`chain/${name}`);
  if (scenario === undefined) throw new Error(`there is no chain/${name}`);
  return scenario;
}

function faultsOf(name: string, seed: string, replicas: number): Plan['faults'] {
  return named(name).draw(seed, { replicas }).plan?.faults ?? [];
}

function nodeOf(fault: PlannedFault | undefined): unknown {
  return fault !== undefined && 'node' in fault ? fault.node : undefined;
}

describe.each(SIZES)('of %i nodes', (replicas) => {
  const tail = replicas - 1;

  it.each([
    ['tail-crash', 0],
    ['acting-master-cut-off', 1],
    ['false-suspicion', 0],
    ['master-ping-pong', 4],
  ])('chain/%s strikes the last one, which is the tail', (name, index) => {
    for (const seed of SEEDS) {
      expect(nodeOf(faultsOf(name, seed, replicas)[index])).toBe(tail);
    }
  });

  it.each(SEEDS)('the first server and those between are struck as such: seed %s', (seed) => {
    expect(nodeOf(faultsOf('head-crash', seed, replicas)[0])).toBe(HEAD);
    const middle = Number(nodeOf(faultsOf('middle-crash', seed, replicas)[0]));
    expect(middle > HEAD && middle < tail).toBe(true);
    const servers = tail - HEAD + 1;
    expect(faultsOf('last-server', seed, replicas)).toHaveLength(servers - 1);
    const [cut] = faultsOf('isolated-tail', seed, replicas);
    expect(cut).toMatchObject({ groups: [expect.arrayContaining([tail]), expect.anything()] });
    const [wish] = faultsOf('extension-under-load', seed, replicas);
    expect(wish).toMatchObject({ members: expect.arrayContaining([HEAD, tail]) });
    expect(named('replacement').draw(seed, { replicas }).options.servers).toBe(servers - 1);
  });

  it('all that serve die in chain/single-node', () => {
    const { options, plan } = named('single-node').draw('7', { replicas });
    expect(options.masters).toBe(1);
    expect(plan?.faults.map(nodeOf)).toEqual(Array.from({ length: tail }, (_, each) => each + 1));
  });
});

test('a chain longer than a script tells the times of is not judged by them', () => {
  const drawn = (replicas: number): RunSpec => named('tail-crash').draw('7', { replicas });
  expect(drawn(8).expect).toBeDefined();
  expect(drawn(9)).toMatchObject({ unjudged: [{ setting: 'replicas', value: '9' }] });
});

describe.each([1, 5])('with %i masters', (masters) => {
  const options: Options = { masters };

  it.each([
    'tail-crash',
    'head-crash',
    'middle-crash',
    'last-server',
    'false-suspicion',
    'isolated-tail',
    'extension-under-load',
    'replacement',
    'server-killed',
    'availability',
    'master-minority',
    'acting-master-cut-off',
    'master-ping-pong',
  ])('chain/%s, written for three, is refused', (name) => {
    const draw = (more: object): RunSpec => named(name).draw('7', { options, ...more });
    const why = `option masters = ${masters}: its script is for 3; leave it alone, or choose`;
    expect(() => draw({ replicas: 9 })).toThrow(why);
    expect(() => draw({})).toThrow(why);
  });

  it('chain/tail-crash is drawn where other faults replace its own', () => {
    const settings = { options, faults: 'crashes' };
    expect(named('tail-crash').draw('7', settings).options.masters).toBe(masters);
  });

  it.each(['node-restart', 'cluster-restart'])('chain/%s names nodes that are there', (name) => {
    for (const replicas of SIZES) {
      const { plan, ...spec } = named(name).draw('7', { replicas, options });
      checkPlan(plan!, spec);
      expect(spec.unjudged).toMatchObject([{ value: `masters=${masters}` }]);
    }
  });
});

test('a chain that begins with fewer servers than there are has its tail elsewhere', () => {
  expect(() => named('tail-crash').draw('7', { options: { servers: 2 } })).toThrow(
    'option servers = 2: its script is for 0; leave it alone',
  );
  expect(named('tail-crash').draw('7', { options: { masters: 3 } }).expect).toBeDefined();
});
