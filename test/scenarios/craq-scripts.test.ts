/** Of the scripted scenarios of CRAQ: each window of time in them can fail. */

import { describe, expect, test } from 'vitest';
import type { ClientRules as ChainClientRules } from '../../protocols/chain-replication/client.ts';
import { FIRST_EPOCH } from '../../protocols/chain-replication/configuration.ts';
import { isTail } from '../../protocols/chain-replication/context.ts';
import type { Rules as ChainRules } from '../../protocols/chain-replication/rules.ts';
import { type CraqRules, craqRules } from '../../protocols/craq/rules.ts';
import { craqWith } from '../../protocols/with-rules.ts';
import type { Registry } from '../../scenarios/assemble.ts';
import { craqScripts } from '../../scenarios/catalogue/craq-scripts.ts';
import { findScenarios } from '../../scenarios/catalogue/index.ts';
import type { RunSpec } from '../../scenarios/spec.ts';
import { insteadOf } from './instead-of.ts';
import { missedWindows, windowsOf } from './missed-windows.ts';

const SEEDS = Array.from({ length: 4 }, (_, index) => `0x${(index + 1).toString(16)}`);

interface Bug {
  readonly node?: Partial<CraqRules>;
  readonly chain?: Partial<ChainRules>;
  readonly client?: Partial<ChainClientRules>;
}

function withBug({ node, chain, client }: Bug): Registry {
  return insteadOf(craqWith({ rules: node, chainRules: chain, chainClientRules: client }));
}

function drawn(name: string, seed: string): RunSpec {
  const [scenario] = findScenarios(`craq/${name}`);
  if (scenario === undefined) throw new Error(`there is no craq/${name}`);
  return scenario.draw(seed, {});
}

function missedUnder(bug: Bug, name: string): Set<string> {
  const specs = SEEDS.map((seed) => drawn(name, seed));
  return missedWindows(specs, withBug(bug));
}

/** Without the masters nobody knows whom to write to; reads go anywhere all the same. */
const asksNobody: Bug = {
  node: { answer: () => undefined },
  client: { askMasters: () => undefined },
};

const onlyTailAnswers: Bug = { node: { isReady: isTail } };

const answersWithoutLease: Bug = { node: { isMemberFor: () => true } };

const keepsNoBound: Bug = {
  node: {
    mayBeBounded: () => true,
    chooseBounded: (_state, _context, _waiting, versions) => versions.at(-1),
  },
};

/** As if every read were a strong one. */
const knowsNoLevels: Bug = {
  node: {
    onQuery: (state, context, from, { level: _, ...query }) =>
      craqRules.onQuery(state, context, from, query),
  },
};

/** A third of its patience, and no lease is waited for. */
const removesTooSoon: Bug = {
  chain: {
    isSuspected: (state, { env, options }, server) =>
      env.now - (state.heardAt[server] ?? state.actingSince) > options.suspectAfter / 3,
    hasLeaseRunOut: () => true,
  },
};

const neverRemoves: Bug = { chain: { chooseRemoval: () => undefined } };

const dropsUpdates: Bug = { node: { order: () => undefined } };

/** One that joins before another server never gets over it. */
const neverOrders: Bug = {
  node: {
    mayOrder: (state) => state.configuration.epoch === FIRST_EPOCH,
    takeKept: () => undefined,
  },
};

const passesNothingOn: Bug = {
  node: { mayPassOn: (state) => state.configuration.epoch === FIRST_EPOCH },
};

/** Outside the chain, and as it takes its place; not after the next change of the chain. */
const asksOnce: Bug = {
  node: {
    askBehind(state, context) {
      const { chain } = state.configuration;
      if (chain.length < 3 && chain.includes(state.id)) return;
      craqRules.askBehind(state, context);
    },
  },
};

/** A bug in words, what it is, and windows that it shows in. */
type Row = readonly [string, Bug, readonly string[]];

const BUGS: { readonly [scenario: string]: readonly Row[] } = {
  'read-at-every-server': [],
  'dirty-reads': [
    [
      'a server that never asks the tail',
      { node: { ask: () => undefined, answer: () => undefined } },
      ['slow: reads, some'],
    ],
  ],
  'version-gone': [['a head that drops updates', dropsUpdates, ['overtaken: writes, some']]],
  'new-tail-commits': [
    ['a master that removes too soon', removesTooSoon, ['no tail: writes, none']],
    ['a master that never removes', neverRemoves, ['shorter chain: writes, some']],
    ['a chain in which only the tail answers', onlyTailAnswers, ['no tail: reads, some']],
  ],
  'cut-off-server': [
    [
      'a server that answers without a lease',
      answersWithoutLease,
      ['its lease has run out: linearizable reads, none'],
    ],
    ['a server that keeps no bound', keepsNoBound, ['the bound is over: bounded reads, none']],
    ['a server that knows no levels', knowsNoLevels, ['cut off: eventual reads, some']],
    ['a master that never removes', neverRemoves, ['without it: writes, some']],
  ],
  'test-and-set-reject': [],
  'test-and-set-wait': [
    [
      'a head that forgets what waits',
      { node: { serveUpdates: () => undefined, order: () => undefined } },
      ['contended: writes, some'],
    ],
  ],
  'lost-payloads': [
    [
      'a server that waits for what was lost',
      {
        node: { wholeForward: () => undefined, onFetchTimer: () => undefined },
      },
      ['lossy: writes, some'],
    ],
  ],
  'joining-under-load': [],
  'joining-as-head': [['a new head that keeps all updates', neverOrders, ['joined: writes, some']]],
  'joining-in-the-middle': [
    ['a new server that passes nothing on', passesNothingOn, ['joined: writes, some']],
  ],
  'successor-fails-joining-head': [
    ['a head that drops updates', dropsUpdates, ['before: writes, some']],
    ['a master that removes too soon', removesTooSoon, ['nobody to agree with: writes, none']],
    ['a master that never removes', neverRemoves, ['shorter chain: writes, some']],
    ['a new head that asks its first successor only', asksOnce, ['shorter chain: writes, some']],
  ],
};

describe.each(Object.entries(BUGS))('craq/%s', (name, rows) => {
  test('serves as it says', () => {
    expect([...missedUnder({}, name)]).toEqual([]);
  });

  test.each(rows)('%s is seen', (_what, bug, windows) => {
    const missed = missedUnder(bug, name);
    for (const window of windows) expect(missed).toContain(window);
  });

  test('there is no window that cannot fail', () => {
    const shown = new Set(missedUnder(asksNobody, name));
    for (const window of rows.flatMap(([, , windows]) => windows)) shown.add(window);
    const all = windowsOf(SEEDS.map((seed) => drawn(name, seed)));
    expect([...all].filter((window) => !shown.has(window))).toEqual([]);
  });
});

test('every script of CRAQ is among these', () => {
  const names = craqScripts.map(({ name }) => name);
  expect(names.toSorted(byName)).toEqual(Object.keys(BUGS).toSorted(byName));
});

function byName(one: string, other: string): number {
  return one < other ? -1 : 1;
}
