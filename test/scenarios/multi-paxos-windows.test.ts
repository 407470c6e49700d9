/** Of scripts of Multi-Paxos that say when what returns: each window of time in them can fail. */

import { describe, expect, test } from 'vitest';
import { type Rules, rules } from '../../protocols/multi-paxos/rules.ts';
import { multiPaxosWith } from '../../protocols/with-rules.ts';
import type { Registry } from '../../scenarios/assemble.ts';
import { findScenarios } from '../../scenarios/catalogue/index.ts';
import type { RunSpec } from '../../scenarios/spec.ts';
import type { Options } from '../../sim/contract.ts';
import { insteadOf } from './instead-of.ts';
import { missedWindows, windowsOf } from './missed-windows.ts';

const SEEDS = Array.from({ length: 8 }, (_, index) => `0x${(index + 1).toString(16)}`);

/** What is replaced of the nodes, and what options they run with instead of the script's. */
interface Bug {
  readonly nodes?: Partial<Rules>;
  readonly options?: Options;
}

function withBug({ nodes }: Bug): Registry {
  return insteadOf(multiPaxosWith({ rules: nodes }));
}

function drawn(name: string): readonly RunSpec[] {
  const [scenario] = findScenarios(`mp/${name}`);
  if (scenario === undefined) throw new Error(`there is no mp/${name}`);
  return SEEDS.map((seed) => scenario.draw(seed, {}));
}

function missedUnder(bug: Bug, name: string): Set<string> {
  const specs = drawn(name).map((spec) => ({
    ...spec,
    options: { ...spec.options, ...bug.options },
  }));
  return missedWindows(specs, withBug(bug));
}

const answersNobody: Bug = { nodes: { sendResponse: () => undefined } };
const decidesAlone: Bug = { nodes: { phase2QuorumOf: () => 1 } };
const answersForEver: Bug = { nodes: { holdsLease: ({ leader }) => leader.isActive } };
const mindsNoLease: Bug = {
  nodes: { isRefusedByLease: () => false, maySeekElection: () => true, timeGranted: () => 0 },
};
const electsNobody: Bug = { nodes: { maySeekElection: ({ id }) => id === 0 } };

const waitsForAll: Bug = { nodes: { phase2QuorumOf: ({ members }) => members.length } };

/** A round of heartbeats that began before a read arrived confirms it. */
const oldRounds: Bug = {
  nodes: {
    isRoundConfirmed: (state, context, round) => rules.isRoundConfirmed(state, context, round - 1),
  },
};

/** A bug in words, what it is, and windows that it shows in. */
type Row = readonly [string, Bug, readonly string[]];

/** That nobody is ever answered shows in all that expects something: it is in each. */
const BUGS: { readonly [scenario: string]: readonly Row[] } = {
  'isolated-leader': [
    ['a read in the log', { options: { readMode: 'log' } }, ['under its lease: reads, some']],
    [
      'a read that a quorum confirms',
      { options: { readMode: 'read-index' } },
      ['under its lease: reads, some'],
    ],
    ['a read from a quorum', { options: { readMode: 'quorum' } }, ['under its lease: reads, some']],
    ['a leader that decides alone', decidesAlone, ['no majority: writes, none']],
    [
      'a leader that believes in its lease for ever',
      answersForEver,
      ['its lease has run out: operations, none'],
    ],
    ['a lease that acceptors do not mind', mindsNoLease, ['no other leader yet: operations, none']],
    [
      'a node that alone seeks to lead',
      electsNobody,
      ['another leader: writes, some', 'another leader: reads, some'],
    ],
  ],
  'full-window': [
    [
      'a leader that does not wait for the slow one',
      { nodes: { phase2QuorumOf: () => 2 } },
      ['slow: operations, not too many'],
    ],
  ],
  'node-restart': [['a leader that waits for all', waitsForAll, ['without it: operations, some']]],
  'frozen-leader': [
    [
      'a leader that is confirmed by what it was told before',
      oldRounds,
      ['cut off: operations, none'],
    ],
  ],
};

describe.each(Object.entries(BUGS))('in mp/%s', (name, rows) => {
  test('nothing is missed of what is sound', () => {
    expect([...missedWindows(drawn(name))]).toEqual([]);
  });

  test.each(rows.map((row) => [...row] as const))('%s shows', (_, bug, windows) => {
    const missed = missedUnder(bug, name);
    for (const window of windows) expect(missed).toContain(window);
  });

  test('there is no window that cannot fail', () => {
    const shown = missedUnder(answersNobody, name);
    for (const window of rows.flatMap(([, , windows]) => windows)) shown.add(window);
    expect([...windowsOf(drawn(name))].filter((window) => !shown.has(window))).toEqual([]);
  });
});
