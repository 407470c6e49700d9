/** D18 to D20: whoever has these scenarios is in the situation that they are named after. */
import { describe, expect, test } from 'vitest';
import { protocols } from '../../protocols/index.ts';
import { assemble } from '../../scenarios/assemble.ts';
import { scenarios } from '../../scenarios/catalogue/index.ts';
import { placedSeed } from '../../scenarios/compare/run-seed.ts';
import { possibleMembers } from '../../scenarios/possible-members.ts';
import { run } from '../../scenarios/run.ts';
import type { RunSpec } from '../../scenarios/spec.ts';
import type { NodeId } from '../../sim/contract.ts';
import { Simulation } from '../../sim/simulation.ts';

const OWNERS = scenarios.filter(({ name }) => name === 'quorum-loss').map((s) => s.protocol);
/** Nothing is decided in a chain that a server of it does not know: there its log is never old. */
const IN_CHAINS = ['chain', 'craq'];
const SEEDS = ['0x1', '0x2', '0x3'];
const ELECTION_TIMEOUT_MAX = 90_000;

function specOf(protocol: string, name: string, seed: string): RunSpec {
  return scenarios.find(({ id }) => id === `${protocol}/${name}`)!.draw(seed, {});
}

/** The world of the spec as it is `after` its first fault. */
function worldAt(spec: RunSpec, after: number): Simulation {
  const at = (spec.plan?.faults[0]?.at ?? 0) + after;
  const build = assemble(spec);
  const world = new Simulation({
    ...spec,
    ...build,
    plan: spec.plan!,
    ending: { kind: 'cut', at },
    logsEvents: false,
  });
  world.run();
  return world;
}

function serversOf(spec: RunSpec): readonly NodeId[] {
  const protocol = protocols.find(({ name }) => name === spec.protocol)!;
  return possibleMembers(protocol, spec.options, spec.replicas);
}

/** With whom a server can talk, both ways, among the servers. */
function peersOf(world: Simulation, spec: RunSpec, node: NodeId): readonly NodeId[] {
  return serversOf(spec).filter(
    (other) => other !== node && world.isConnected(node, other) && world.isConnected(other, node),
  );
}

function hubOf(world: Simulation, spec: RunSpec): NodeId {
  const servers = serversOf(spec).toSorted(
    (one, other) => peersOf(world, spec, other).length - peersOf(world, spec, one).length,
  );
  return servers[0]!;
}

test('all protocols that are families of replication have them', () => {
  expect(OWNERS).toEqual(expect.arrayContaining(['vr', 'mp', 'chain']));
});

describe.each(OWNERS)('in %s', (protocol) => {
  test.each(SEEDS)(
    'quorum-loss leaves all links to one server, which does not lead (%s)',
    (seed) => {
      const spec = specOf(protocol, 'quorum-loss', seed);
      const world = worldAt(spec, 1);
      const hub = hubOf(world, spec);
      const others = serversOf(spec).filter((server) => server !== hub);
      expect(others).toHaveLength(4);
      expect(peersOf(world, spec, hub)).toEqual(others);
      for (const other of others) expect(peersOf(world, spec, other)).toEqual([hub]);
      expect(worldAt(spec, -1).lifecycle.leader()).not.toBe(hub);
    },
  );

  test.each(SEEDS)('constrained-election leaves a hub whose log is behind (%s)', (seed) => {
    const spec = specOf(protocol, 'constrained-election', seed);
    const leader = worldAt(spec, -1).lifecycle.leader();
    const world = worldAt(spec, 30_001);
    const hub = hubOf(world, spec);
    const others = serversOf(spec).filter((server) => server !== hub && server !== leader);
    expect(peersOf(world, spec, leader)).toEqual([]);
    expect(peersOf(world, spec, hub)).toEqual(others);
    const known = (node: NodeId): number => {
      const state = world.stateOf(node)!;
      return assemble(spec).protocol.decidedCount(state);
    };
    const ahead = Math.max(...others.map(known)) - known(hub);
    if (IN_CHAINS.includes(protocol)) expect(ahead).toBe(0);
    else expect(ahead).toBeGreaterThan(0);
  });

  test.each(SEEDS)('chained has the leader at an end of a line of three (%s)', (seed) => {
    const spec = specOf(protocol, 'chained', seed);
    const leader = worldAt(spec, -1).lifecycle.leader();
    const world = worldAt(spec, 1);
    const middle = hubOf(world, spec);
    expect(serversOf(spec)).toHaveLength(3);
    expect(peersOf(world, spec, leader)).toEqual([middle]);
    expect(peersOf(world, spec, middle)).toHaveLength(2);
  });

  test.each(['quorum-loss', 'constrained-election', 'chained'])(
    '%s holds for ten waits for a leader, while every client can reach everyone and asks',
    (name) => {
      const spec = specOf(protocol, name, '0x1');
      const [first] = spec.plan!.faults;
      const healAt = spec.ending.kind === 'quiet' ? spec.ending.healAt : 0;
      expect(healAt - first!.at!).toBeGreaterThanOrEqual(10 * ELECTION_TIMEOUT_MAX);
      const world = worldAt(spec, 1);
      for (const client of world.cluster.clients) {
        for (const replica of world.cluster.replicas) {
          expect(world.isConnected(client, replica) && world.isConnected(replica, client)).toBe(
            true,
          );
        }
      }
      const last = Math.max(...spec.plan!.operations.map(({ at }) => at));
      expect(last).toBeGreaterThan(healAt - 100_000);
    },
  );

  test.each(['quorum-loss', 'constrained-election', 'chained'])(
    '%s is drawn by itself as it is for a comparison',
    (name) => {
      const contender = { label: protocol, protocol, options: {} };
      const request = { names: [name], contenders: [contender], baseSeed: '0x1', settings: {} };
      const { seed, specs } = placedSeed({ run, scenarios }, request, name, 0);
      // What a protocol promises of it is not judged where it is compared.
      const { expect: _promise, ...drawn } = specOf(protocol, name, seed);
      expect(specs[0]).toEqual(drawn);
    },
  );
});
