/** Progress with a core: judged for those to whom it is owed, and only waited for by them. */
import { describe, expect, test } from 'vitest';
import { machines } from '../../protocols/index.ts';
import { findScenarios } from '../../scenarios/catalogue/index.ts';
import { run } from '../../scenarios/run.ts';
import type { RunResult } from '../../scenarios/spec.ts';
import { isLinked } from '../../sim/connectivity.ts';
import type { ClusterView, NodeId, Owed } from '../../sim/contract.ts';
import type { PlannedFault } from '../../sim/plan.ts';
import { scripted } from '../sim/scripted.ts';

const HEAL_AT = 20_000;
const WITHIN = 50_000;
const REPLICAS = [0, 1, 2];
const CORE = [0, 1];

interface World {
  /** Whether this replica answers clients after the healing. */
  readonly answers: (replica: NodeId) => boolean;
  readonly faults?: readonly PlannedFault[];
  readonly owes?: (view: ClusterView) => Owed;
}

const NOBODY: Owed = { clients: [], replicas: [] };

/** The core owes answers to those of its clients that can talk to it: client n asks replica n. */
function owesInCore(view: ClusterView): Owed {
  const clients = view.cluster.clients.filter((client) => {
    const replica = client - REPLICAS.length;
    return view.isUp(replica) && isLinked(view, client, replica);
  });
  return { clients, replicas: CORE };
}

/** Three replicas, each with a client of its own that asks it again and again, at 10 and 30 ms. */
function play({ answers, faults = [], owes = owesInCore }: World): RunResult {
  const [calm] = findScenarios('vr/calm');
  if (calm === undefined) throw new Error('there is no vr/calm');
  const protocol = scripted({
    replica: {
      receive(env, from, { type }) {
        if (type === 'Ask' && answers(env.id)) env.send(from, { type: 'Answer' });
      },
    },
    client: {
      invoke(env) {
        env.send(env.id - REPLICAS.length, { type: 'Ask' });
        env.setTimer('again', 2_000);
      },
      receive(env) {
        env.cancelTimer('again');
        env.complete(null);
      },
      expire(env) {
        env.send(env.id - REPLICAS.length, { type: 'Ask' });
        env.setTimer('again', 2_000);
      },
    },
    claims: { owes, progressWithin: WITHIN },
  });
  const operations = [10_000, 30_000].flatMap((at) =>
    REPLICAS.map((client) => ({ at, client, operation: { f: 'read' } })),
  );
  const spec = calm.draw('0x1', { replicas: REPLICAS.length, clients: REPLICAS.length });
  return run(
    {
      ...spec,
      protocol: 'scripted',
      machine: 'register',
      options: {},
      oracles: ['progress'],
      ending: { kind: 'quiet', healAt: HEAL_AT, core: CORE },
      plan: { faults, operations },
    },
    { registry: { protocols: [protocol], machines, mutants: [] } },
  );
}

const everybody = (): boolean => true;
const down = (node: NodeId): PlannedFault => ({ at: 5_000, fault: 'crash', node });
const isInCore = (replica: NodeId): boolean => CORE.includes(replica);

describe('with a core that heals', () => {
  test('a run passes when all have their answers', () => {
    expect(play({ answers: everybody })).toMatchObject({ verdict: 'passed' });
  });

  test('one that stalls in the core fails progress', () => {
    const { failures } = play({ answers: (replica) => replica !== 1 });
    expect(failures.map(({ oracle, message }) => [oracle, message.slice(0, 24)])).toEqual([
      ['progress', 'read, asked by c1 at 10 '],
    ]);
  });

  test('one that stalls outside of it does not, and is not waited for', () => {
    // Client 2 asks replica 2 for ever, which is down for good.
    const { verdict, ended, history } = play({ answers: everybody, faults: [down(2)] });
    expect(verdict).toBe('passed');
    expect(history.filter(({ node, return: end }) => node === 5 && end === null)).toHaveLength(1);
    expect(ended.how).toBe('quiet');
    expect(ended.at).toBeLessThan(35_000);
  });

  test('one that stalls over a link that stays slow does not fail progress', () => {
    const slow: PlannedFault = { at: 5_000, fault: 'slow', from: [2], to: [5], by: 900_000 };
    const { verdict, ended } = play({ answers: everybody, faults: [slow] });
    expect(verdict).toBe('passed');
    expect(ended.at).toBeLessThan(35_000);
  });

  test('a core whose own node was down is owed answers as soon as it is up again', () => {
    const { verdict, history } = play({ answers: everybody, faults: [down(1), down(2)] });
    expect(verdict).toBe('passed');
    const answered = history.filter((entry) => entry.return !== null).map(({ node }) => node);
    expect(new Set(answered)).toEqual(new Set([3, 4]));
  });

  test('nobody is judged where nothing is owed, though clients are waited for a while', () => {
    const { verdict, ended } = play({ answers: isInCore, owes: () => NOBODY });
    expect(verdict).toBe('passed');
    expect(ended.at).toBeGreaterThan(HEAL_AT + WITHIN / 10);
    expect(ended.at).toBeLessThan(HEAL_AT + WITHIN);
  });
});

describe('what is owed is told by how things were when faults stopped', () => {
  test('whoever came to be owed it later is not judged', () => {
    const owes = (view: ClusterView): Owed =>
      view.now > HEAL_AT ? owesInCore(view) : { clients: [3], replicas: CORE };
    expect(play({ answers: (replica) => replica !== 1, owes }).verdict).toBe('passed');
  });

  test('whoever is no longer owed it afterwards is judged', () => {
    const owes = (view: ClusterView): Owed => (view.now > HEAL_AT ? NOBODY : owesInCore(view));
    expect(play({ answers: (replica) => replica !== 1, owes }).verdict).toBe('failed');
  });
});
