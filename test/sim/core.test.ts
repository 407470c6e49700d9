/** A quiet ending at which only a core heals: what gets well, and what stays as it was for good. */
import { describe, expect, test } from 'vitest';
import type { NodeId } from '../../sim/contract.ts';
import type { PlannedFault } from '../../sim/plan.ts';
import { CALM, type Changes, lines, type Outcome, type Script, simulate } from './scripted.ts';
import { symptoms } from './symptoms.ts';

const HEAL_AT = 10_000;
const CORE = [0, 1];
const CLIENT = 4;

/** Four replicas that greet each other each millisecond, and a client that waits until 30 ms. */
function run(faults: readonly PlannedFault[], changes: Changes = {}, core = CORE): Outcome {
  const script: Script = {
    replica: {
      start: (env) => env.setTimer('greet', 1_000),
      expire(env) {
        for (const to of [0, 1, 2, 3, CLIENT]) if (to !== env.id) env.send(to, { type: 'Hello' });
        env.setTimer('greet', 1_000);
      },
    },
    client: {
      invoke: (env) => env.setTimer('done', 30_000),
      expire: (env) => env.complete(null),
    },
  };
  return simulate(script, {
    replicas: 4,
    clients: 1,
    operations: [{ at: 0, client: 0, operation: null }],
    ending: { kind: 'quiet', healAt: HEAL_AT, core },
    faults,
    ...changes,
  });
}

/** Links over which something has arrived that was sent after the healing. */
function linksInUse({ records }: Outcome): Set<string> {
  const arrived = records.filter(({ kind, sentAt = 0 }) => kind === 'deliver' && sentAt >= HEAL_AT);
  return new Set(arrived.map(({ peer, node }) => `${peer}>${node}`));
}

function links(nodes: readonly NodeId[]): Set<string> {
  const replicas = nodes.filter((node) => node !== CLIENT);
  const pairs = replicas.flatMap((from) => nodes.map((to) => [from, to] as const));
  return new Set(pairs.filter(([from, to]) => from !== to).map((pair) => pair.join('>')));
}

describe('when a core heals', () => {
  test('messages arrive among its nodes and clients, and nowhere else where all are lost', () => {
    const outcome = run([], { network: { ...CALM, drop: 1_000_000 } });
    expect(linksInUse(outcome)).toEqual(links([0, 1, CLIENT]));
  });

  test('delays become short within it, and stay long outside', () => {
    const delay = { kind: 'fixed', min: 5_000, spread: 0 } as const;
    const { records } = run([], { network: { ...CALM, delay, calmDelay: CALM.delay } });
    const late = records.filter(({ kind, sentAt = 0 }) => kind === 'deliver' && sentAt >= HEAL_AT);
    const took = (link: string): (number | undefined)[] => [
      ...new Set(
        late
          .filter(({ peer, node }) => `${peer}>${node}` === link)
          .map(({ time, sentAt = 0 }) => time - sentAt),
      ),
    ];
    expect([took('0>1'), took('1>0'), took(`0>${CLIENT}`)]).toEqual([[1_000], [1_000], [1_000]]);
    expect([took('0>2'), took('2>0'), took('2>3')]).toEqual([[5_000], [5_000], [5_000]]);
  });

  test('links among its nodes open that a fault cuts, clogs or slows, and no others', () => {
    const all = [0, 1, 2, 3];
    const cut: PlannedFault = { at: 5_000, fault: 'one-way', from: all, to: all };
    const { simulation } = run([cut]);
    const open = links(all);
    for (const link of open) {
      const [from = 0, to = 0] = link.split('>').map(Number);
      const isInside = CORE.includes(from) && CORE.includes(to);
      expect([link, simulation.isConnected(from, to)]).toEqual([link, isInside]);
    }
    const clog: PlannedFault = { ...cut, fault: 'clog' };
    const slow: PlannedFault = { ...cut, fault: 'slow', by: 500 };
    for (const fault of [clog, slow]) {
      const healed = run([fault]).simulation;
      expect([healed.isSound(0, 1), healed.isSound(1, 0)]).toEqual([true, true]);
      expect([healed.isSound(1, 2), healed.isSound(3, 2)]).toEqual([false, false]);
    }
  });

  test('faults whose time is over later change nothing any more', () => {
    // Their counts of cut, clogged and slowed links must not fall below nothing.
    const faults: PlannedFault[] = [
      {
        at: 5_000,
        fault: 'partition',
        groups: [
          [0, 3],
          [1, 2],
        ],
        lasts: 10_000,
      },
      { at: 5_000, fault: 'clog', from: [1], to: [0, 2], lasts: 10_000 },
      { at: 5_000, fault: 'slow', from: [0], to: [1, 2], by: 900, lasts: 10_000 },
      { at: 5_000, fault: 'crash', node: 2, lasts: 10_000 },
      { at: 5_000, fault: 'pause', node: 3, lasts: 10_000 },
    ];
    const atTheHealing = run(faults, { operations: [] }).simulation;
    const { simulation, end } = run(faults);
    expect(end.at).toBeGreaterThan(20_000);
    expect(symptoms(simulation)).toEqual(symptoms(atTheHealing));
    expect(symptoms(simulation)).toEqual([
      'cut 0>2',
      'clogged 1>2',
      'cut 1>3',
      'cut 2>0',
      'cut 2>3',
      'cut 3>1',
      'cut 3>2',
      'n2 is down',
      'n3 is paused',
    ]);
    const until = simulation.faults.accounts.map((account) => account.until);
    expect(until).toEqual([-1, -1, -1, -1, -1]);
  });

  test('its nodes restart, but for those that stay down, and others do not', () => {
    const faults = [0, 1, 2].map(
      (node): PlannedFault => ({ at: 5_000, fault: 'crash', node, staysDown: node === 1 }),
    );
    const { simulation, records } = run(faults);
    expect(lines(records, 'restart')).toEqual([`${HEAL_AT} n0`]);
    expect([0, 1, 2].map((node) => simulation.isUp(node))).toEqual([true, false, false]);
  });

  test('of a rolling restart only who is in the core comes back', () => {
    const rolling = (order: NodeId[]): PlannedFault => ({
      at: 9_000,
      fault: 'rolling-restart',
      order,
      down: 5_000,
      up: 5_000,
    });
    expect(lines(run([rolling([0, 2])]).records, 'restart')).toEqual([`${HEAL_AT} n0`]);
    expect(lines(run([rolling([2, 0])]).records, 'restart')).toEqual([]);
  });

  test('what was paused outside never handles what waits for it', () => {
    const pause: PlannedFault = { at: 5_000, fault: 'pause', node: 2, lasts: 6_000 };
    const { records } = run([pause]);
    const handled = records.filter(({ node, kind }) => node === 2 && kind === 'deliver');
    expect(handled.every(({ time }) => time <= 5_000)).toBe(true);
  });

  test('a partition that comes and goes stays as it was at that moment', () => {
    const flapping = (at: number): PlannedFault => ({
      at,
      fault: 'flapping',
      groups: [[2], [3]],
      period: 4_000,
    });
    expect(run([flapping(7_000)]).simulation.isConnected(2, 3)).toBe(false);
    expect(run([flapping(3_000)]).simulation.isConnected(2, 3)).toBe(true);
  });

  test('clients get well, with their faults', () => {
    const faults: PlannedFault[] = [
      { at: 5_000, fault: 'impatience', client: 0, factor: 3 },
      { at: 5_000, fault: 'wrong-node', client: 0, shift: 1 },
      { at: 5_000, fault: 'client-crash', client: 0 },
    ];
    expect(symptoms(run(faults).simulation)).toEqual([]);
  });

  test('nothing begins any more', () => {
    const late: PlannedFault = { at: HEAL_AT + 1, fault: 'crash', node: 2 };
    expect(run([late]).simulation.faults.accounts[0]?.status).toBe('never-triggered');
  });
});
