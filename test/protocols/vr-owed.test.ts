/**
 * To whom Viewstamped Replication owes progress: what it says, held against a plain definition on
 * all small graphs, and what runs do whose replicas stay cut off, down or paused for good.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { claims } from '../../protocols/viewstamped-replication/claims.ts';
import { optionSchema } from '../../protocols/viewstamped-replication/options.ts';
import {
  initialReplicaState,
  type ReplicaState,
} from '../../protocols/viewstamped-replication/state.ts';
import { completeOptions } from '../../scenarios/assemble.ts';
import { findScenarios } from '../../scenarios/catalogue/index.ts';
import { run } from '../../scenarios/run.ts';
import type { RunResult } from '../../scenarios/spec.ts';
import type { ClusterView, NodeId, Owed } from '../../sim/contract.ts';
import type { PlannedFault } from '../../sim/plan.ts';

/** Who can send to whom: a bit a link, in the order of `linksAmong`. */
interface Graph {
  readonly replicas: number;
  readonly links: number;
  /** A bit a replica: those that have not got their state back. */
  readonly recovering: number;
}

function ids(count: number): NodeId[] {
  return Array.from({ length: count }, (_, id) => id);
}

function linksAmong(replicas: number): [NodeId, NodeId][] {
  const all = ids(replicas);
  return all.flatMap((from) =>
    all.filter((to) => to !== from).map((to): [NodeId, NodeId] => [from, to]),
  );
}

/** Whether messages pass, by sender and receiver. */
function passage({ replicas, links }: Graph): (from: NodeId, to: NodeId) => boolean {
  const open = new Set(
    linksAmong(replicas)
      .filter((_, index) => ((links >>> index) & 1) === 1)
      .map((link) => link.join()),
  );
  return (from, to) =>
    from === to || from >= replicas || to >= replicas || open.has(`${from},${to}`);
}

function isRecovering({ recovering }: Graph, replica: NodeId): boolean {
  return ((recovering >>> replica) & 1) === 1;
}

function view(graph: Graph): ClusterView<ReplicaState> {
  const { replicas } = graph;
  const passes = passage(graph);
  return {
    cluster: { replicas: ids(replicas), clients: [replicas], options: {} },
    now: 0,
    stateOf(replica) {
      const state = initialReplicaState(replica, replicas);
      if (isRecovering(graph, replica)) state.status = 'recovering';
      return state;
    },
    crashesOf: () => 0,
    isUp: () => true,
    isPaused: () => false,
    isConnected: passes,
    isSound: passes,
    clockOf: () => 0,
    requestedMembers: [],
    isDamaged: () => false,
    messagesInFlight: () => [],
  };
}

/** Those to whom it is owed, if there are a group and a hub as the claims describe them. */
function owedByDefinition(graph: Graph): NodeId[] {
  const all = ids(graph.replicas);
  const majority = Math.floor(graph.replicas / 2) + 1;
  const passes = passage(graph);
  const areLinked = (a: NodeId, b: NodeId): boolean => passes(a, b) && passes(b, a);
  const hasState = (replica: NodeId): boolean => !isRecovering(graph, replica);
  const heard = (replica: NodeId): number =>
    all.filter((other) => other !== replica && hasState(other) && areLinked(replica, other)).length;
  for (let members = 1; members < 1 << graph.replicas; members++) {
    const isMember = (replica: NodeId): boolean => ((members >>> replica) & 1) === 1;
    const group = all.filter(isMember);
    const outside = all.filter((replica) => !isMember(replica));
    const isClosed = outside.every((other) => group.every((member) => !passes(other, member)));
    const reporting = group.filter((member) => hasState(member) && heard(member) >= majority - 1);
    const isDeaf = (member: NodeId): boolean =>
      heard(member) < majority - 1 &&
      group.some((other) => passes(member, other) !== passes(other, member));
    const hub = reporting.find((member) => group.every((other) => areLinked(member, other)));
    if (!isClosed || hub === undefined || reporting.length < majority) continue;
    if (group.some(isDeaf)) continue;
    const isHub = (member: NodeId): boolean => group.every((other) => areLinked(member, other));
    return group.filter(
      (member) => isHub(member) && (hasState(member) || heard(member) >= majority),
    );
  }
  return [];
}

const OPTIONS = completeOptions(optionSchema, { durability: 'durable' });

function owed(graph: Graph): Owed {
  return claims(OPTIONS, graph.replicas).owes(view(graph));
}

describe('progress is owed as defined', () => {
  test.each([1, 2, 3, 4])('on every graph of %i replicas', (replicas) => {
    const count = 2 ** (replicas * (replicas - 1));
    for (let links = 0; links < count; links++) {
      const graph = { replicas, links, recovering: 0 };
      expect([links, owed(graph).replicas]).toEqual([links, owedByDefinition(graph)]);
    }
  });

  test('on graphs of up to six replicas of which some recover', () => {
    const graphs = fc.integer({ min: 2, max: 6 }).chain((replicas) => {
      // Few links are missing, or nothing is owed to anybody.
      const missing = fc.array(fc.nat(replicas * (replicas - 1) - 1), { maxLength: replicas });
      return fc.record({
        replicas: fc.constant(replicas),
        links: missing.map((gone) => gone.reduce((links, bit) => links & ~(1 << bit), -1)),
        recovering: fc
          .array(fc.nat(replicas - 1), { maxLength: 2 })
          .map((some) => some.reduce((set, replica) => set | (1 << replica), 0)),
      });
    });
    let owing = 0;
    fc.assert(
      fc.property(graphs, (graph) => {
        const expected = owedByDefinition(graph);
        expect(owed(graph).replicas).toEqual(expected);
        owing += expected.length > 0 ? 1 : 0;
      }),
      { seed: 1, numRuns: 3_000 },
    );
    expect(owing).toBeGreaterThan(500);
  });
});

const [calm] = findScenarios('vr/calm');
const HEAL_AT = 60_000;

/** A run in which only `core` heals of what the faults have done. */
function runWithCore(
  seed: string,
  replicas: number,
  core: readonly NodeId[],
  faults: readonly PlannedFault[],
  durability: string,
): RunResult {
  if (calm === undefined) throw new Error('there is no vr/calm');
  const spec = calm.draw(seed, { replicas, clients: 2 });
  const operations = ids(20).map((index) => ({
    at: 5_000 * index,
    client: index % 2,
    operation: { f: 'put', key: 'k', value: index },
  }));
  return run({
    ...spec,
    options: { ...spec.options, durability },
    ending: { kind: 'quiet', healAt: HEAL_AT, core },
    plan: { faults, operations },
  });
}

describe('what is owed comes, wherever else replicas are cut off, down or paused for good', () => {
  const worlds = fc.integer({ min: 3, max: 5 }).chain((replicas) =>
    fc.record({
      replicas: fc.constant(replicas),
      missing: fc.array(fc.nat(replicas * (replicas - 1) - 1), { maxLength: 8 }),
      core: fc.uniqueArray(fc.nat(replicas - 1), { minLength: 1, maxLength: replicas }),
      lost: fc.array(
        fc.record({
          fault: fc.constantFrom('crash' as const, 'pause' as const, 'clock-freeze' as const),
          node: fc.nat(replicas - 1),
          at: fc.nat(HEAL_AT - 1),
        }),
        { maxLength: 2 },
      ),
      at: fc.nat(HEAL_AT - 1),
      durability: fc.constantFrom('durable', 'diskless'),
    }),
  );

  test('in worlds of three to five replicas', () => {
    let answered = 0;
    fc.assert(
      fc.property(worlds, ({ replicas, missing, core, lost, at, durability }) => {
        const links = linksAmong(replicas);
        const cuts = missing.map((index): PlannedFault => {
          const [from = 0, to = 0] = links[index] ?? [];
          return { at, fault: 'one-way', from: [from], to: [to] };
        });
        const seed = `0x${(at + 1).toString(16)}`;
        const result = runWithCore(seed, replicas, core, [...cuts, ...lost], durability);
        expect(result.failures).toEqual([]);
        if (result.history.every((entry) => entry.return !== null)) answered += 1;
      }),
      { seed: 1, numRuns: 150 },
    );
    // Had nothing been owed in most of them, they would show little.
    expect(answered).toBeGreaterThan(50);
  });
});
