/** Of the scripted scenarios of OmniPaxos: what they show, and bugs that they are there for. */

import { describe, expect, test } from 'vitest';
import { lengthOf } from '../../protocols/omni-paxos/log.ts';
import { type Rules, rules } from '../../protocols/omni-paxos/rules.ts';
import { omniPaxosWith } from '../../protocols/with-rules.ts';
import type { Registry } from '../../scenarios/assemble.ts';
import { findScenarios } from '../../scenarios/catalogue/index.ts';
import { run } from '../../scenarios/run.ts';
import type { RunSpec } from '../../scenarios/spec.ts';
import { insteadOf } from './instead-of.ts';

const SEEDS = Array.from({ length: 30 }, (_, index) => `0x${(index + 1).toString(16)}`);

function drawn(name: string, seed = '0x1'): RunSpec {
  const [scenario] = findScenarios(`op/${name}`);
  if (scenario === undefined) throw new Error(`there is no op/${name}`);
  return scenario.draw(seed, {});
}

/** OmniPaxos with some rules replaced. */
function withRules(changes: Partial<Rules>): Registry {
  return insteadOf(omniPaxosWith({ rules: changes }));
}

/** What the first seed that fails is objected to with, and by whom. */
function objectionTo(name: string, changes: Partial<Rules>): string {
  const registry = withRules(changes);
  for (const seed of SEEDS) {
    const [failure] = run(drawn(name, seed), { registry }).failures;
    if (failure !== undefined) return `${failure.invariant ?? failure.oracle}: ${failure.message}`;
  }
  throw new Error(`op/${name} passes`);
}

test('D17: what was decided while a server was cut off reaches it as a delta', () => {
  for (const name of ['delta-for-the-late', 'delta-for-phantoms']) {
    const { events = [], failures } = run(drawn(name), { events: true });
    const marks = events.flatMap(({ kind, label }) => (kind === 'mark' ? [label] : []));
    expect(marks).toContain('delta-merged');
    expect(marks).not.toContain('snapshot-installed');
    expect(failures).toEqual([]);
  }
});

test('D16: whoever is behind what was compacted gets no delta', () => {
  for (const name of ['compacted-follower', 'compacted-leader']) {
    const { events = [] } = run(drawn(name), { events: true });
    const marks = events.flatMap(({ kind, label }) => (kind === 'mark' ? [label] : []));
    expect(marks).toContain('snapshot-installed');
  }
});

test('a new member gets parts of the log from several servers', () => {
  const { events = [] } = run(drawn('parallel-migration'), { events: true });
  const parts = events.filter(
    ({ kind, label }) => kind === 'deliver' && label === 'MigrationReply',
  );
  const sources = new Set(parts.filter(({ node }) => node === 3).map(({ peer }) => peer));
  expect(sources.size).toBeGreaterThan(1);
});

describe('a planted bug', () => {
  test.each<[string, string, Partial<Rules>, RegExp]>([
    [
      'a delta is made of entries that were compacted',
      'compacted-follower',
      { hasEntriesSince: () => true },
      /^Error: n\d threw Error$/,
    ],
    [
      'a promise does not bring what its leader lacks',
      'compacted-leader',
      { syncForLeader: () => null },
      /^(leader-adopts-decided|one-decided-log|one-log-per-ballot): /,
    ],
    [
      'a delta takes the place of what there was before',
      'delta-for-the-late',
      {
        mergeDelta(state, context, snapshot) {
          state.replica.app = context.machine.initial();
          rules.mergeDelta(state, context, snapshot);
        },
      },
      /^convergence: /,
    ],
    [
      'the decided length of a delta counts before it is merged',
      'delta-for-phantoms',
      {
        mergeDelta(state, context, snapshot) {
          const { paxos } = state;
          const end = Math.min(snapshot.length, lengthOf(paxos.log));
          while (paxos.decidedLength < end) rules.executeNext(state, context);
          rules.mergeDelta(state, context, snapshot);
        },
      },
      /^(linearizability|acknowledged-writes): /,
    ],
    [
      'a new member neither asks for what was decided, nor is told of it',
      'members-replaced',
      {
        onOtherConfiguration: () => undefined,
        announceConfiguration: () => undefined,
        lookForDecisions: () => undefined,
      },
      /^progress: /,
    ],
    [
      'entries that arrive before their turn are dropped',
      'parallel-migration',
      {
        takeSegments(state, context) {
          const { migration, paxos } = state;
          migration.segments = migration.segments.filter(({ from }) => from <= paxos.decidedLength);
          rules.takeSegments(state, context);
        },
        onMigrationTimer: () => undefined,
      },
      /^progress: /,
    ],
    [
      'a server that has forgotten what it has promised votes on',
      'in-memory',
      {
        retire(state, context, records, initial) {
          rules.retire(state, context, records, initial);
          state.paxos.isRetired = false;
        },
      },
      /./,
    ],
    [
      'a server goes on with a damaged disk',
      'damaged-disk',
      { isTornTail: () => true },
      /^(server-retired: the run never reached|promises: )/,
    ],
    [
      'a leader is followed by as few as decide',
      'flexible-quorum',
      { prepareQuorumOf: () => 2, leaderQuorumOf: () => 2 },
      /^(leader-followed-by-quorum|takes-over-unserved): /,
    ],
  ])('shows: %s', (_, name, changes, words) => {
    expect(objectionTo(name, changes)).toMatch(words);
  });
});
