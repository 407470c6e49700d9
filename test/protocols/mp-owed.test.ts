/**
 * To whom Multi-Paxos owes progress: what it says, held against a plain definition on all small
 * graphs, and what runs do whose nodes stay cut off, down or paused for good.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { claims } from '../../protocols/multi-paxos/claims.ts';
import { optionSchema } from '../../protocols/multi-paxos/options.ts';
import { initialState, type PaxosState } from '../../protocols/multi-paxos/state.ts';
import { completeOptions } from '../../scenarios/assemble.ts';
import { findScenarios } from '../../scenarios/catalogue/index.ts';
import { run } from '../../scenarios/run.ts';
import type { RunResult } from '../../scenarios/spec.ts';
import type { ClusterView, NodeId } from '../../sim/contract.ts';
import type { PlannedFault } from '../../sim/plan.ts';

/** Who can send to whom: a bit a link, in the order of `linksAmong`. */
interface Graph {
  readonly replicas: number;
  readonly links: number;
  /** A bit a node: those whose acceptors have retired. */
  readonly retired: number;
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

function isIn(set: number, node: NodeId): boolean {
  return ((set >>> node) & 1) === 1;
}

function view(graph: Graph): ClusterView<PaxosState> {
  const { replicas, retired } = graph;
  const passes = passage(graph);
  return {
    cluster: { replicas: ids(replicas), clients: [replicas], options: {} },
    now: 0,
    requestedMembers: [],
    stateOf(replica) {
      const state = initialState(replica, replicas, ids(replicas));
      state.acceptor.isRetired = isIn(retired, replica);
      return state;
    },
    crashesOf: () => 0,
    isUp: () => true,
    isPaused: () => false,
    isConnected: passes,
    isSound: passes,
    clockOf: () => 0,
    isDamaged: () => false,
    messagesInFlight: () => [],
  };
}

/** Those who can all talk to all, hear nobody else, and have a majority of votes among them. */
function owedByDefinition(graph: Graph): NodeId[] {
  const { replicas, retired } = graph;
  const all = ids(replicas);
  const passes = passage(graph);
  for (let members = 1; members < 1 << replicas; members++) {
    const group = all.filter((node) => isIn(members, node));
    const voting = group.filter((node) => !isIn(retired, node));
    const isClosed = all.every(
      (from) => isIn(members, from) || group.every((to) => !passes(from, to)),
    );
    const isWhole = group.every((from) => group.every((to) => passes(from, to)));
    if (isClosed && isWhole && voting.length > replicas / 2) return group;
  }
  return [];
}

const OPTIONS = completeOptions(optionSchema, {});

function owed(graph: Graph): readonly NodeId[] {
  return claims(OPTIONS, graph.replicas).owes(view(graph)).replicas;
}

describe('progress is owed as defined', () => {
  test.each([1, 2, 3, 4])('on every graph of %i nodes', (replicas) => {
    const count = 2 ** (replicas * (replicas - 1));
    const wrong: number[] = [];
    for (let links = 0; links < count; links++) {
      const graph = { replicas, links, retired: 0 };
      if (owed(graph).join() !== owedByDefinition(graph).join()) wrong.push(links);
    }
    expect(wrong).toEqual([]);
  });

  test('on graphs of up to six nodes of which some have retired', () => {
    const graphs = fc.integer({ min: 2, max: 6 }).chain((replicas) => {
      // All links into some nodes are cut, and out of others: few graphs else have closed groups.
      const some = fc.array(fc.nat(replicas - 1), { maxLength: 2 });
      return fc
        .record({ deaf: some, mute: some, retired: some })
        .map(({ deaf, mute, retired }) => ({
          replicas,
          links: linksAmong(replicas).reduce((links, [from, to], bit) => {
            return deaf.includes(to) || mute.includes(from) ? links & ~(1 << bit) : links;
          }, -1),
          retired: retired.reduce((set, node) => set | (1 << node), 0),
        }));
    });
    let owing = 0;
    fc.assert(
      fc.property(graphs, (graph) => {
        const expected = owedByDefinition(graph);
        expect(owed(graph)).toEqual(expected);
        owing += expected.length > 0 ? 1 : 0;
      }),
      { seed: 1, numRuns: 1_000 },
    );
    expect(owing).toBeGreaterThan(150);
  });
});

const [calm] = findScenarios('mp/calm');
const HEAL_AT = 60_000;

/** A run in which only `core` heals of what the faults have done. */
function runWithCore(
  seed: string,
  replicas: number,
  core: readonly NodeId[],
  faults: readonly PlannedFault[],
  readMode: string,
): RunResult {
  if (calm === undefined) throw new Error('there is no mp/calm');
  const spec = calm.draw(seed, { replicas, clients: 2 });
  const operations = ids(20).map((index) => ({
    at: 5_000 * index,
    client: index % 2,
    operation: index % 3 === 2 ? { f: 'get', key: 'k' } : { f: 'put', key: 'k', value: index },
  }));
  return run({
    ...spec,
    options: { ...spec.options, phase2Quorum: 0, readMode },
    ending: { kind: 'quiet', healAt: HEAL_AT, core },
    plan: { faults, operations },
  });
}

describe('what is owed comes, wherever else nodes are cut off, down or paused for good', () => {
  const worlds = fc.integer({ min: 3, max: 5 }).chain((replicas) =>
    fc.record({
      replicas: fc.constant(replicas),
      // Sides of a partition, and links that are cut besides.
      aside: fc.uniqueArray(fc.nat(replicas - 1), { maxLength: 2 }),
      missing: fc.array(fc.nat(replicas * (replicas - 1) - 1), { maxLength: 3 }),
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
      readMode: fc.constantFrom('log', 'read-index', 'quorum'),
    }),
  );

  test('in worlds of three to five nodes', () => {
    let owing = 0;
    fc.assert(
      fc.property(worlds, ({ replicas, aside, missing, core, lost, at, readMode }) => {
        const links = linksAmong(replicas);
        const cuts = missing.map((index): PlannedFault => {
          const [from = 0, to = 0] = links[index] ?? [];
          return { at, fault: 'one-way', from: [from], to: [to] };
        });
        const others = ids(replicas).filter((node) => !aside.includes(node));
        const split: PlannedFault[] =
          aside.length > 0 ? [{ at, fault: 'partition', groups: [aside, others] }] : [];
        const seed = `0x${(at + 1).toString(16)}`;
        const faults = [...split, ...cuts, ...lost];
        const result = runWithCore(seed, replicas, core, faults, readMode);
        expect(result.failures).toEqual([]);
        owing += result.ended.isOwedNothing === true ? 0 : 1;
      }),
      { seed: 1, numRuns: 150 },
    );
    // Had nothing been owed in most of them, they would show little.
    expect(owing).toBeGreaterThan(50);
  });
});
