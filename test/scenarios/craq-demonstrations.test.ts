/** What every protocol has to show, of CRAQ: each window of time in it can fail. */

import { describe, expect, test } from 'vitest';
import { chainRules, craqWith, type ReplacedOfCraq } from '../../protocols/with-rules.ts';
import { CRAQ, chainDemonstrations } from '../../scenarios/catalogue/chain-demonstrations.ts';
import { findScenarios } from '../../scenarios/catalogue/index.ts';
import type { RunSpec } from '../../scenarios/spec.ts';
import { insteadOf } from './instead-of.ts';
import { missedWindows, windowsOf } from './missed-windows.ts';

const SEEDS = Array.from({ length: 6 }, (_, index) => `0x${(index + 1).toString(16)}`);

function specsOf(name: string): readonly RunSpec[] {
  const [scenario] = findScenarios(`craq/${name}`);
  if (scenario === undefined) throw new Error(`there is no craq/${name}`);
  return SEEDS.map((seed) => scenario.draw(seed, {}));
}

const neverRemoves: ReplacedOfCraq = { chainRules: { chooseRemoval: () => undefined } };

const decidesAlone: ReplacedOfCraq = { paxosRules: { phase2QuorumOf: () => 1 } };

const onlyFirstActs: ReplacedOfCraq = {
  chainRules: { mayAct: (state) => state.id === 0 && chainRules.mayAct(state) },
};

/** A third of its patience, and no lease is waited for. */
const removesTooSoon: ReplacedOfCraq = {
  chainRules: {
    isSuspected: (state, { env, options }, server) =>
      env.now - (state.heardAt[server] ?? state.actingSince) > options.suspectAfter / 3,
    hasLeaseRunOut: () => true,
  },
};

const answersWithoutLease: ReplacedOfCraq = { chainRules: { holdsLease: () => true } };

/** Whether it is one still, nobody says. */
const isMemberForEver: ReplacedOfCraq = { rules: { isMemberFor: () => true } };

const takesSilence: ReplacedOfCraq = {
  chainClientRules: {
    retry(state, { env }) {
      state.open = null;
      env.complete(null);
    },
  },
};

const isNeverFresh: ReplacedOfCraq = { chainRules: { isFreshEnough: () => false } };

/** Reads go anywhere, so it is not enough to ask no master. */
const nobodyAnswers: ReplacedOfCraq = { chainClientRules: { send: () => undefined } };

type Row = readonly [string, ReplacedOfCraq, readonly string[]];

const BUGS: { readonly [scenario: string]: readonly Row[] } = {
  'single-node': [],
  'unreadable-messages': [],
  'node-restart': [['a master that never removes', neverRemoves, ['without it: operations, some']]],
  'cluster-restart': [
    ['a client that takes silence for an answer', takesSilence, ['all down: operations, none']],
    ['a first master that is the only one', onlyFirstActs, ['all back: operations, some']],
  ],
  'server-killed': [['a master that never removes', neverRemoves, ['shorter chain: writes, some']]],
  availability: [
    [
      'a master that never removes',
      neverRemoves,
      ['first side with two masters: operations, some'],
    ],
    [
      'a master that decides alone',
      decidesAlone,
      [
        'first side with one master: operations, none',
        'second side with one master: operations, none',
      ],
    ],
  ],
  'master-minority': [
    [
      'a server that answers without a lease',
      answersWithoutLease,
      ['the lease has run out: linearizable reads, none'],
    ],
    [
      'a server that waits for no confirmation',
      isMemberForEver,
      ['no master to confirm: linearizable reads, none'],
    ],
    [
      'a master that decides alone',
      decidesAlone,
      ['a server is dead: linearizable operations, none'],
    ],
    ['a master that never removes', neverRemoves, ['masters again: linearizable writes, some']],
    [
      'a server whose state is never new enough',
      isNeverFresh,
      ['reads that may be old: sequential operations, some'],
    ],
  ],
  'acting-master-cut-off': [
    ['a first master that is the only one', onlyFirstActs, ['shorter chain: writes, some']],
    ['a master that removes too soon', removesTooSoon, ['no tail: writes, none']],
  ],
};

describe.each(Object.entries(BUGS))('in craq/%s', (name, rows) => {
  test.each(rows.map((row) => [...row] as const))('%s shows', (_, bug, windows) => {
    const missed = missedWindows(specsOf(name), insteadOf(craqWith(bug)));
    for (const window of windows) expect(missed).toContain(window);
  });

  test('there is no window that cannot fail', () => {
    const shown = missedWindows(specsOf(name), insteadOf(craqWith(nobodyAnswers)));
    for (const window of rows.flatMap(([, , windows]) => windows)) shown.add(window);
    const all = windowsOf(specsOf(name));
    expect([...all].filter((window) => !shown.has(window))).toEqual([]);
  });
});

test('every demonstration of CRAQ that expects something at some time is among these', () => {
  const scripts = chainDemonstrations(CRAQ).filter(({ draw }) => draw('0x1', {}).expect?.windows);
  expect(scripts.map(({ name }) => name).toSorted()).toEqual(Object.keys(BUGS).toSorted());
});
