import { describe, expect, it } from 'vitest';
import { chainReplication } from '../../protocols/chain-replication/index.ts';
import { multiPaxos } from '../../protocols/multi-paxos/index.ts';
import { completeOptions } from '../../scenarios/assemble.ts';
import { type DrawSettings, findScenarios } from '../../scenarios/catalogue/index.ts';
import { checkFit, checkSense, fittedOptions } from '../../scenarios/option-fit.ts';
import { run } from '../../scenarios/run.ts';
import type { RunSpec } from '../../scenarios/spec.ts';
import type { Options, Protocol } from '../../sim/contract.ts';

function draw(id: string, settings: DrawSettings, seed = '0x5'): RunSpec {
  const [scenario] = findScenarios(id);
  if (scenario === undefined) throw new Error(`there is no ${id}`);
  return scenario.draw(seed, settings);
}

function check(protocol: Protocol, options: Options, replicas: number): () => void {
  return () => checkFit(protocol, completeOptions(protocol.optionSchema, options), replicas);
}

const paxos = multiPaxos as unknown as Protocol;
const chain = chainReplication as unknown as Protocol;

describe('options that no cluster of that size can have', () => {
  const impossible: readonly (readonly [string, () => void, string])[] = [
    [
      'more members than nodes',
      check(paxos, { members: 4 }, 3),
      'option members = 4: expected at most 3: there are 3 replicas',
    ],
    [
      'a larger quorum than there are nodes',
      check(paxos, { phase2Quorum: 4 }, 3),
      'option phase2Quorum = 4: expected at most 3: there are 3 replicas',
    ],
    [
      'a larger quorum than there are members',
      check(paxos, { members: 3, phase2Quorum: 4 }, 5),
      'option phase2Quorum = 4: expected at most 3: 3 of 5 replicas are members',
    ],
    [
      'masters and no server',
      check(chain, { masters: 4 }, 4),
      'option masters = 4: expected at most 3: of 4 replicas one at least has to be a server',
    ],
    [
      'a first chain of more servers than there are',
      check(chain, { masters: 1, servers: 4 }, 4),
      'option servers = 4: expected at most 3: of 4 replicas 1 is a master',
    ],
    [
      'a chain of one replica',
      check(chain, { masters: 1 }, 1),
      'chain needs at least 2 replicas, and there is 1',
    ],
  ];
  it.each(impossible)('are refused: %s', (_, checking, message) => {
    expect(checking).toThrow(message);
  });

  it('are accepted at the limit', () => {
    expect(check(paxos, { members: 3, phase2Quorum: 3 }, 3)).not.toThrow();
    expect(check(chain, { masters: 3, servers: 2 }, 5)).not.toThrow();
  });

  it('are refused by a run, whoever wrote its spec', () => {
    const spec = draw('chain/calm', { replicas: 4 });
    expect(() => run({ ...spec, options: { ...spec.options, masters: 4 } })).toThrow(/masters = 4/);
  });

  it('are refused where an upgrade brings them', () => {
    const spec = draw('chain/calm', { replicas: 4 });
    const fault = { at: 0, fault: 'version-change', node: 3, options: { masters: 4 } } as const;
    expect(() => run({ ...spec, plan: { faults: [fault], operations: [] } })).toThrow(
      /plan\.faults\[0\]\.options: option masters = 4/,
    );
  });

  it('are refused when a user asks for them', () => {
    expect(() => draw('chain/calm', { replicas: 3, options: { masters: 3 } })).toThrow(/at most 2/);
    expect(() => draw('mp/members-replaced', { options: { phase2Quorum: 4 } })).toThrow(
      /3 of 5 replicas are members/,
    );
  });
});

describe('options that were drawn', () => {
  const seeds = Array.from({ length: 40 }, (_, index) => `0x${index}`);

  it('leave room for the nodes that a user asks for', () => {
    for (const seed of seeds) {
      expect(draw('chain/swarm', { replicas: 2 }, seed).options).toMatchObject({ masters: 1 });
      const { phase2Quorum } = draw('mp/swarm', { replicas: 2 }, seed).options;
      expect(phase2Quorum).toBeLessThanOrEqual(2);
    }
  });

  it('leave room for the options that a user asks for', () => {
    for (const seed of seeds) {
      const { options } = draw('chain/swarm', { replicas: 6, options: { servers: 5 } }, seed);
      expect(options).toMatchObject({ servers: 5, masters: 1 });
    }
  });

  it('come with nodes enough for the options that a user asks for', () => {
    for (const seed of seeds) {
      expect(draw('chain/swarm', { options: { masters: 9 } }, seed).replicas).toBe(10);
      const { replicas } = draw('mp/calm', { options: { phase2Quorum: 4 } }, seed);
      expect(replicas).toBeGreaterThanOrEqual(4);
    }
  });

  it('are lowered no further than they have to be', () => {
    const options = completeOptions(chain.optionSchema, { masters: 3, servers: 3 });
    expect(fittedOptions(chain, options, 5)).toMatchObject({ masters: 3, servers: 2 });
    expect(fittedOptions(chain, options, 6)).toEqual(options);
  });
});

function asked(protocol: Protocol, options: Options, replicas: number): () => void {
  return () => checkSense(protocol, completeOptions(protocol.optionSchema, options), replicas);
}

describe('times that contradict each other', () => {
  const contradictions: readonly (readonly [string, () => void, string])[] = [
    [
      'a leader that is taken for dead between two heartbeats',
      asked(paxos, { leaderTimeout: 20_000, heartbeatInterval: 15_000 }, 3),
      'option heartbeatInterval = 15000: expected at most 10000: ' +
        'a leader that is not heard for 20000 µs is taken for dead',
    ],
    [
      'a lease that has run out before the next heartbeat',
      asked(chain, { leaseDuration: 20_000, driftBound: 0, heartbeatInterval: 15_000 }, 4),
      'option heartbeatInterval = 15000: expected at most 10000: ' +
        'a lease is renewed by heartbeats, and counted on for 19999 µs',
    ],
    [
      'a server whose words are always too old',
      asked(chain, { suspectAfter: 20_000, heartbeatInterval: 6_000 }, 4),
      'option heartbeatInterval = 6000: expected at most 5500: ' +
        'with suspectAfter = 20000, a word is too old after 15000 µs',
    ],
  ];
  it.each(contradictions)('are refused to who asks for them: %s', (_, checking, message) => {
    expect(checking).toThrow(message);
  });

  it('are lowered where only a time that they depend on was asked for', () => {
    const { options } = draw('chain/calm', { options: { suspectAfter: 10_000 } });
    expect(options).toMatchObject({ suspectAfter: 10_000, heartbeatInterval: 1_750 });
  });

  it('are raised where they are not enough for what was asked for', () => {
    for (const seed of ['1', '2', '3', '4', '5', '6']) {
      const { options } = draw('chain/calm', { options: { heartbeatInterval: 100_000 } }, seed);
      expect(options.heartbeatInterval).toBe(100_000);
      expect(options.leaderTimeout).toBeGreaterThanOrEqual(200_000);
      expect(options.suspectAfter).toBeGreaterThanOrEqual(250_000);
      expect(asked(chain, options, 6)).not.toThrow();
    }
    const { options } = draw('mp/calm', { options: { heartbeatInterval: 100_000 } });
    expect(options).toMatchObject({ heartbeatInterval: 100_000, leaderTimeout: 200_000 });
  });

  it('are allowed to one node at a time where nodes may differ', () => {
    const spec = draw('chain/calm', { replicas: 4 });
    const options = { heartbeatInterval: 60_000 };
    const fault = { at: 0, fault: 'version-change', node: 3, options } as const;
    const plan = { faults: [fault], operations: [] };
    expect(run({ ...spec, plan }).verdict).toBe('passed');
  });

  it('are run where a spec on file has them: a shrunk one may', () => {
    const options = { suspectAfter: 20_000, heartbeatInterval: 6_000 };
    expect(check(chain, options, 4)).not.toThrow();
    const spec = draw('chain/calm', { replicas: 4 });
    expect(run({ ...spec, options: { ...spec.options, ...options } }).verdict).toBe('passed');
  });
});
