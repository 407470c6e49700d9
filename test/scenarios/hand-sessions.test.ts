/** What the sessions by hand expect can fail, and what they show besides what they expect. */

import { describe, expect, test } from 'vitest';
import { clientRules as chainClientRules } from '../../protocols/chain-replication/client.ts';
import { makeChainReplication } from '../../protocols/chain-replication/index.ts';
import { rules as chainRules } from '../../protocols/chain-replication/rules.ts';
import { protocols } from '../../protocols/index.ts';
import { clientRules as paxosClientRules } from '../../protocols/multi-paxos/client.ts';
import { makeMultiPaxos } from '../../protocols/multi-paxos/index.ts';
import { rules as paxosRules } from '../../protocols/multi-paxos/rules.ts';
import { clientRules as omniClientRules } from '../../protocols/omni-paxos/client.ts';
import { makeOmniPaxos } from '../../protocols/omni-paxos/index.ts';
import { rules as omniRules } from '../../protocols/omni-paxos/rules.ts';
import { clientRules as vrClientRules } from '../../protocols/viewstamped-replication/client.ts';
import { makeViewstampedReplication } from '../../protocols/viewstamped-replication/index.ts';
import { rules as vrRules } from '../../protocols/viewstamped-replication/rules.ts';
import type { Registry } from '../../scenarios/assemble.ts';
import { findScenarios } from '../../scenarios/catalogue/index.ts';
import { run } from '../../scenarios/run.ts';
import type { RunResult, RunSpec } from '../../scenarios/spec.ts';
import type { Protocol } from '../../sim/contract.ts';
import type { PlannedFault } from '../../sim/plan.ts';
import { insteadOf } from './instead-of.ts';
import { missedWindows, windowsOf } from './missed-windows.ts';

const SEEDS = Array.from({ length: 8 }, (_, index) => `0x${(index + 1).toString(16)}`);

const SESSIONS = [
  'vr/kill-one',
  'vr/unpause',
  'vr/broken-link',
  'mp/kill-one',
  'mp/unpause',
  'mp/five-then-five',
  'mp/reconfigure',
  'mp/auto-reconfigure',
  'mp/broken-link',
  'op/kill-one',
  'op/unpause',
  'op/five-then-five',
  'op/reconfigure',
  'op/auto-reconfigure',
  'op/broken-link',
  'chain/kill-one',
  'chain/five-then-five',
  'chain/reconfigure',
  'chain/auto-reconfigure',
] as const;

const FIVE_THEN_FIVE = SESSIONS.filter((id) => id.endsWith('/five-then-five'));

function drawn(id: string): RunSpec[] {
  const [scenario] = findScenarios(id);
  if (scenario === undefined) throw new Error(`there is no ${id}`);
  return SEEDS.map((seed) => scenario.draw(seed, {}));
}

function protocolOf(id: string): Protocol {
  const protocol = protocols.find(({ name }) => id.startsWith(`${name}/`));
  if (protocol === undefined) throw new Error(`there is no protocol of ${id}`);
  return protocol;
}

const nothing = (): undefined => undefined;

/** Nobody is answered, or nobody hears it. */
const answersNobody: { readonly [protocol: string]: Registry } = {
  vr: insteadOf(makeViewstampedReplication({ ...vrRules, sendReply: nothing }, vrClientRules)),
  mp: insteadOf(makeMultiPaxos({ ...paxosRules, sendResponse: nothing }, paxosClientRules)),
  op: insteadOf(makeOmniPaxos({ ...omniRules, sendResponse: nothing }, omniClientRules)),
  chain: insteadOf(
    makeChainReplication({
      rules: chainRules,
      clientRules: { ...chainClientRules, onReply: nothing },
      paxosRules,
    }),
  ),
};

/** Clients that take silence for an answer. */
const takesSilence: { readonly [protocol: string]: Registry } = {
  vr: insteadOf(
    makeViewstampedReplication(vrRules, {
      ...vrClientRules,
      onTimeout: (state, { env }) => {
        state.isOpen = false;
        env.complete(null);
      },
    }),
  ),
  op: insteadOf(
    makeOmniPaxos(omniRules, {
      ...omniClientRules,
      onTimeout: (state, { env }) => {
        state.isOpen = false;
        env.complete(null);
      },
    }),
  ),
  mp: insteadOf(
    makeMultiPaxos(paxosRules, {
      ...paxosClientRules,
      onTimeout: (state, { env }) => {
        state.isOpen = false;
        env.complete(null);
      },
    }),
  ),
};

describe.each(SESSIONS)('%s', (id) => {
  const { name } = protocolOf(id);

  test('is as expected', () => {
    expect([...missedWindows(drawn(id))]).toEqual([]);
  });

  test('expects nothing that cannot fail', () => {
    const missed = missedWindows(drawn(id), answersNobody[name]);
    const silent = name === 'chain' ? [] : missedWindows(drawn(id), takesSilence[name]);
    const all = [...windowsOf(drawn(id))];
    const shown = new Set([...missed, ...silent]);
    expect(all.filter((window) => !shown.has(window))).toEqual([]);
  });
});

/** What is objected to when a spec is changed so that its mark cannot be reached. */
function objections(spec: RunSpec): readonly string[] {
  const { failures } = run({ ...spec, oracles: ['expectation'] });
  return failures.map(({ message }) => message);
}

describe('a mark that is expected is missed', () => {
  test.each(FIVE_THEN_FIVE)('in %s without snapshots', (id) => {
    const [spec] = drawn(id);
    expect(objections(spec!)).toEqual([]);
    const without = { ...spec!, options: { ...spec!.options, snapshotEvery: 0 } };
    expect(objections(without).join()).toContain('snapshot-taken');
  });

  test.each([
    ['mp/reconfigure', 'configuration-in-force'],
    ['mp/auto-reconfigure', 'configuration-in-force'],
    ['op/reconfigure', 'configuration-begun'],
    ['op/auto-reconfigure', 'configuration-begun'],
    ['chain/reconfigure', 'handover-completed'],
    ['chain/auto-reconfigure', 'handover-completed'],
  ])('in %s where nobody asks for the fourth server', (id, mark) => {
    const spec = drawn(id).find(({ plan }) => !plan?.faults.some(isCut));
    const { plan } = spec!;
    const faults = plan!.faults.filter(({ fault }) => fault !== 'reconfigure');
    expect(objections({ ...spec!, plan: { ...plan!, faults } }).join()).toContain(mark);
  });
});

function isCut({ fault }: PlannedFault): boolean {
  return fault === 'partition';
}

describe('two puts that wait for one decision', () => {
  test.each(['vr/unpause', 'mp/unpause', 'op/unpause'])(
    'in %s: both servers tell the later one',
    (id) => {
      const told = drawn(id).map((spec) => {
        const { history, verdict } = run(spec);
        const [put, other, ...gets] = [1, 2, 3, 4].map((client) =>
          history.find(({ node }) => node === spec.replicas + client),
        );
        const later = (put?.decidedAt ?? 0) > (other?.decidedAt ?? 0) ? 2 : 3;
        expect(gets.map((get) => get?.output)).toEqual([later, later]);
        expect(verdict).toBe('passed');
        return later;
      });
      expect(new Set(told).size).toBeGreaterThan(0);
    },
  );
});

describe('five commands, a snapshot, and five more', () => {
  test.each(FIVE_THEN_FIVE)('in %s are kept as state', (id) => {
    const protocol = protocolOf(id);
    const appsOf = ({ finalStates = [] }: RunResult): readonly unknown[] =>
      finalStates.flatMap(({ memory }) => {
        const isServer = typeof memory === 'object' && memory !== null && !isMaster(memory);
        return isServer ? [protocol.app(memory)] : [];
      });
    for (const spec of drawn(id)) {
      const taken = run(spec, { states: true });
      const untaken = { ...spec, options: { ...spec.options, snapshotEvery: 0 } };
      const { expect: _expect, ...unjudged } = untaken;
      expect(appsOf(taken)).toEqual(appsOf(run(unjudged, { states: true })));
      expect(appsOf(taken)).toHaveLength(3);
      expect(JSON.stringify(taken.finalStates)).toMatch(/"(?:executedCount|length)":10\b/);
    }
  });
});

function isMaster(memory: object): boolean {
  return 'kind' in memory && memory.kind === 'master';
}

test('an old member is cut off while the fourth joins, in some seeds and not in others', () => {
  const specs = Array.from({ length: 20 }, (_, index) => {
    const [scenario] = findScenarios('mp/reconfigure');
    return scenario!.draw(`join-${index}`, {});
  });
  const cut = specs.filter(({ plan }) => plan?.faults.some(isCut)).length;
  expect(cut).toBeGreaterThan(4);
  expect(cut).toBeLessThan(16);
});

test('with fewer clients than a session has, some ask for others', () => {
  const [scenario] = findScenarios('mp/unpause');
  const spec = scenario!.draw('0x1', { clients: 2 });
  expect(spec.plan?.operations.map(({ client }) => client)).toEqual([0, 1, 0, 1, 0]);
  expect(run(spec).verdict).toBe('passed');
});
