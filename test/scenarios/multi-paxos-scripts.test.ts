/** Of the scripted scenarios of Multi-Paxos: what they show, and bugs that they are there for. */

import { describe, expect, test } from 'vitest';
import { type Rules, rules } from '../../protocols/multi-paxos/rules.ts';
import { multiPaxosWith } from '../../protocols/with-rules.ts';
import type { Registry } from '../../scenarios/assemble.ts';
import { findScenarios } from '../../scenarios/catalogue/index.ts';
import { run } from '../../scenarios/run.ts';
import type { RunSpec } from '../../scenarios/spec.ts';
import { insteadOf } from './instead-of.ts';

const SEEDS = Array.from({ length: 30 }, (_, index) => `0x${(index + 1).toString(16)}`);

function drawn(name: string, seed = '0x1'): RunSpec {
  const [scenario] = findScenarios(`mp/${name}`);
  if (scenario === undefined) throw new Error(`there is no mp/${name}`);
  return scenario.draw(seed, {});
}

/** Multi-Paxos with some rules replaced. */
function withRules(changes: Partial<Rules>): Registry {
  return insteadOf(multiPaxosWith({ rules: changes }));
}

/** What the first seed that fails is objected to with, and by whom. */
function objectionTo(name: string, changes: Partial<Rules>): string {
  const registry = withRules(changes);
  for (const seed of SEEDS) {
    const [failure] = run(drawn(name, seed), { registry }).failures;
    if (failure !== undefined) return `${failure.invariant ?? failure.oracle}: ${failure.message}`;
  }
  throw new Error(`mp/${name} passes`);
}

test.each([3, 5])('availability of %i nodes is told in numbers, a window each', (nodes) => {
  const { windows = [] } = run(drawn(`availability-${nodes}`));
  const served = windows.filter(({ expected }) => expected === 'at least 1');
  const cutOff = windows.filter(({ expected }) => expected === 'none');
  expect(cutOff.map(({ returned }) => returned)).toEqual([0, 0]);
  expect(cutOff.every(({ what }) => what.includes('minority: operations by c'))).toBe(true);
  expect(served).toHaveLength(5);
  for (const { returned } of served) expect(returned).toBeGreaterThan(0);
});

test('without a majority sequential reads go on, and nothing else', () => {
  const { history, spec } = run(drawn('no-majority'));
  const alone = spec.expect?.windows?.find(({ atMost }) => atMost === 0);
  const { from = 0, until = 0 } = alone ?? {};
  const returned = history.filter((entry) => entry.return !== null && entry.return >= from);
  const meanwhile = returned.filter((entry) => Number(entry.return) < until);
  expect(meanwhile.length).toBeGreaterThan(0);
  expect(meanwhile.every(({ level }) => level === 'sequential')).toBe(true);
});

test('every node and every client gets messages that it cannot read, and drops them', () => {
  const { events = [], counts, spec } = run(drawn('unreadable-messages'), { events: true });
  const dropped = events.filter(({ kind, label }) => kind === 'mark' && label === UNREADABLE);
  const nodes = new Set(dropped.map(({ node }) => node));
  expect(nodes.size).toBe(spec.replicas + spec.clients);
  expect(counts.crashes).toBe(0);
  expect(dropped.length).toBeLessThanOrEqual(counts.corrupted);
});

const UNREADABLE = 'unreadable-dropped';

test('nobody asks for anything from before the members change until the dead are gone', () => {
  for (const seed of SEEDS) {
    const { history, windows = [] } = run(drawn('members-replaced-idle', seed));
    const [, idle, served] = windows;
    expect(idle).toMatchObject({ returned: 0, expected: 'none', isMet: true });
    expect(served).toMatchObject({ returned: 1, expected: 'at least 1' });
    const [last, ...earlier] = history.toSorted((one, other) => other.call - one.call);
    expect(last?.operation).toEqual({ f: 'put', key: 'k0', value: 0 });
    expect(Math.max(...earlier.map((entry) => entry.return ?? Infinity))).toBeLessThan(200_000);
  }
});

test('members that need the dead are missed by the client that asks, not only by a mark', () => {
  const { failures } = run(drawn('members-replaced-idle'), {
    registry: withRules({ lastToComplete: () => 0 }),
  });
  expect(failures.map(({ message }) => message)).toContainEqual(
    expect.stringMatching(/^new members: operations, .*: 0 returned, expected at least 1$/),
  );
});

test.each([
  ['linearizability', /^c0 get .* but put .* had completed at/],
  ['expectation', /^cut off: operations by c0, .* returned, expected none/],
])(
  'a frozen leader that is confirmed by old rounds is objected to by %s alone',
  (oracle, words) => {
    const [scenario] = findScenarios('mp/frozen-leader');
    const registry = withRules(OLD_ROUNDS);
    const failures = SEEDS.flatMap(
      (seed) => run(scenario!.draw(seed, { oracles: [oracle] }), { registry }).failures,
    );
    expect(failures.map(({ message }) => message)).toContainEqual(expect.stringMatching(words));
  },
);

describe('a planted bug', () => {
  test.each<[string, string, Partial<Rules>, RegExp]>([
    [
      'a leader that believes in its lease for ever',
      'paused-leader',
      { holdsLease: ({ leader }) => leader.isActive },
      /^reads-see-decided: /,
    ],
    [
      'a lease that acceptors do not mind',
      'isolated-leader',
      { isRefusedByLease: () => false, maySeekElection: () => true },
      /^lease-excludes-rivals: /,
    ],
    [
      'a leader that is confirmed by what it was told before',
      'frozen-leader',
      OLD_ROUNDS,
      /^reads-confirmed-anew: /,
    ],
    [
      'a leader that is elected by as few as decide',
      'flexible-quorum',
      { phase1QuorumOf: () => 2 },
      /^leader-followed-by-quorum: /,
    ],
    [
      'a leader that stays when it is replaced',
      'members-replaced',
      { forgetOldConfigurations: () => undefined },
      /^configuration-in-force: the run never reached/,
    ],
    [
      'a leader that fills no slots up to the change of members',
      'members-replaced-idle',
      { lastToComplete: () => 0 },
      /^configuration-in-force: the run never reached/,
    ],
    [
      'a former member that asks for nothing that it has missed',
      'all-members-replaced',
      {
        noticeMissing: (state, context) => {
          if (state.id !== 2) rules.noticeMissing(state, context);
        },
      },
      /^progress: /,
    ],
    [
      'a node that sends no snapshot',
      'laggard',
      { onSnapshotOffer: () => undefined },
      /^progress: /,
    ],
    [
      'a window without an end',
      'full-window',
      { propose: (state, context) => proposeAll(state, context) },
      /^proposed-within-window: /,
    ],
    [
      'an acceptor that goes on with a damaged disk',
      'damaged-disk',
      { retire: () => undefined },
      /^(acceptor-retired: the run never reached|promises: )/,
    ],
    [
      'a leader that minds no other',
      'duelling-leaders',
      { onPreempted: () => undefined },
      /^(preempted|progress): /,
    ],
  ])('shows: %s', (_, name, changes, words) => {
    expect(objectionTo(name, changes)).toMatch(words);
  });
});

/** A round of heartbeats that began before a read arrived confirms it. */
const OLD_ROUNDS: Partial<Rules> = {
  isRoundConfirmed: (state, context, round) => rules.isRoundConfirmed(state, context, round - 1),
};

/** The window is open for a hundred slots more than it says. */
const proposeAll: Rules['propose'] = (state, context) => {
  const options = { ...context.options, window: context.options.window + 100 };
  rules.propose(state, { ...context, options });
};
