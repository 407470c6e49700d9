/** Of the scripted scenarios of chain replication: each window of time in them can fail. */

import { describe, expect, test } from 'vitest';
import type { ClientRules } from '../../protocols/chain-replication/client.ts';
import { roleOf } from '../../protocols/chain-replication/context.ts';
import { type Rules, rules } from '../../protocols/chain-replication/rules.ts';
import type { Rules as PaxosRules } from '../../protocols/multi-paxos/rules.ts';
import { chainReplicationWith } from '../../protocols/with-rules.ts';
import type { Registry } from '../../scenarios/assemble.ts';
import { CHAIN, chainDemonstrations } from '../../scenarios/catalogue/chain-demonstrations.ts';
import { chainScripts } from '../../scenarios/catalogue/chain-scripts.ts';
import { findScenarios } from '../../scenarios/catalogue/index.ts';
import { run } from '../../scenarios/run.ts';
import type { RunSpec } from '../../scenarios/spec.ts';
import { insteadOf } from './instead-of.ts';
import { missedWindows, windowsOf } from './missed-windows.ts';

const FIRST_SERVED = 'first side with two masters: operations, some';
const SECOND_SERVED = 'second side with two masters: operations, some';
const FIRST_CUT_OFF = 'first side with one master: operations, none';
const SECOND_CUT_OFF = 'second side with one master: operations, none';
const STOPPED = 'a server is dead: linearizable operations, none';
const NO_TAIL = 'no tail: operations, none';

/** Both kinds, at a time when both have to return. */
function some(about: string): readonly string[] {
  return [`${about}: writes, some`, `${about}: reads, some`];
}

const SEEDS = Array.from({ length: 8 }, (_, index) => `0x${(index + 1).toString(16)}`);

/** What is replaced of servers and masters, of clients, and of the masters' Multi-Paxos. */
interface Bug {
  readonly nodes?: Partial<Rules>;
  readonly clients?: Partial<ClientRules>;
  readonly paxos?: Partial<PaxosRules>;
}

function withBug({ nodes, clients, paxos }: Bug): Registry {
  return insteadOf(chainReplicationWith({ rules: nodes, clientRules: clients, paxosRules: paxos }));
}

function drawn(name: string, seed = '0x1'): RunSpec {
  const [scenario] = findScenarios(`chain/${name}`);
  if (scenario === undefined) throw new Error(`there is no chain/${name}`);
  return scenario.draw(seed, {});
}

function missedUnder(bug: Bug, name: string): Set<string> {
  const specs = SEEDS.map((seed) => drawn(name, seed));
  return missedWindows(specs, withBug(bug));
}

const neverRemoves: Bug = { nodes: { chooseRemoval: () => undefined } };

/** A third of its patience, and no lease is waited for. */
const removesTooSoon: Bug = {
  nodes: {
    isSuspected: (state, { env, options }, server) =>
      env.now - (state.heardAt[server] ?? state.actingSince) > options.suspectAfter / 3,
    hasLeaseRunOut: () => true,
  },
};

const neverAsksAgain: Bug = {
  clients: {
    retry: (state, context) =>
      context.rules.send(state, context, context.rules.requestForRetry(state)),
  },
};

const answersWithoutLease: Bug = { nodes: { holdsLease: () => true } };

const waitsForNoLease: Bug = { nodes: { hasLeaseRunOut: () => true } };

const decidesAlone: Bug = { paxos: { phase2QuorumOf: () => 1 } };

/** It counts on no lease of its own, and grants others. */
const actsWithoutLease: Bug = { nodes: { isActing: ({ actingSince }) => actingSince >= 0 } };

const onlyFirstActs: Bug = {
  nodes: { mayAct: (state) => state.id === 0 && rules.mayAct(state) },
};

const neverTakesOver: Bug = {
  nodes: {
    learnFromPredecessor(state, context, forward) {
      if (roleOf(state) !== 'member') rules.learnFromPredecessor(state, context, forward);
    },
  },
};

const losesSent: Bug = {
  nodes: { resendSent: (state, context) => context.rules.noteHeld(state, state.length) },
};

/** Without the masters nobody knows whom to ask. */
const asksNobody: Bug = { clients: { askMasters: () => undefined } };

const takesSilence: Bug = {
  clients: {
    retry(state, { env }) {
      state.open = null;
      env.complete(null);
    },
  },
};

/** A read that may be old waits for ever. */
const isNeverFresh: Bug = { nodes: { isFreshEnough: () => false } };

/** A bug in words, what it is, and windows that it shows in. */
type Row = readonly [string, Bug, readonly string[]];

/** That nobody ever asks anything shows in all that expects something: it is in each. */
const BUGS: { readonly [scenario: string]: readonly Row[] } = {
  'single-node': [],
  'unreadable-messages': [],
  'node-restart': [
    ['a new tail that never begins', neverTakesOver, ['restarted: operations, some']],
    ['a master that never removes', neverRemoves, ['without it: operations, some']],
  ],
  'cluster-restart': [
    ['a client that takes silence for an answer', takesSilence, ['all down: operations, none']],
    ['a first master that is the only one', onlyFirstActs, ['all back: operations, some']],
  ],
  'server-killed': [
    ['a master that never removes', neverRemoves, some('shorter chain')],
    ['a client that asks no master again', neverAsksAgain, some('shorter chain')],
  ],
  availability: [
    ['a master that never removes', neverRemoves, [FIRST_SERVED, SECOND_SERVED]],
    ['a master that decides alone', decidesAlone, [FIRST_CUT_OFF, SECOND_CUT_OFF]],
    ['a new tail that never begins', neverTakesOver, ['whole again: operations, some']],
  ],
  'master-minority': [
    [
      'a tail that answers without a lease',
      answersWithoutLease,
      ['the lease has run out: linearizable reads, none', STOPPED],
    ],
    [
      'a master that acts without a lease',
      actsWithoutLease,
      ['the lease has run out: linearizable reads, none'],
    ],
    [
      'a master that decides alone',
      decidesAlone,
      ['no master to confirm: linearizable reads, none', STOPPED],
    ],
    ['a master that never removes', neverRemoves, ['masters again: linearizable writes, some']],
    [
      'a server whose state is never new enough',
      isNeverFresh,
      ['reads that may be old: sequential operations, some'],
    ],
  ],
  'acting-master-cut-off': [
    [
      'a first master that is the only one',
      onlyFirstActs,
      ['another master acts: reads, some', ...some('shorter chain'), ...some('whole again')],
    ],
    ['a master that removes too soon', removesTooSoon, [NO_TAIL]],
  ],
  'head-crash': [
    ['a master that removes too soon', removesTooSoon, ['no head: writes, none']],
    ['a master that never removes', neverRemoves, ['shorter chain: writes, some']],
    ['a client that asks no master again', neverAsksAgain, ['shorter chain: writes, some']],
    ['a new tail that never begins', neverTakesOver, some('joined again')],
  ],
  'middle-crash': [
    ['a master that removes too soon', removesTooSoon, ['a gap in the chain: writes, none']],
    ['a master that never removes', neverRemoves, ['shorter chain: writes, some']],
    ['a server that does not send Sent again', losesSent, ['shorter chain: writes, some']],
    ['a new tail that never begins', neverTakesOver, some('joined again')],
  ],
  'tail-crash': [
    ['a master that removes too soon', removesTooSoon, [NO_TAIL]],
    ['a master that never removes', neverRemoves, some('shorter chain')],
    ['a client that asks no master again', neverAsksAgain, ['shorter chain: reads, some']],
    ['a new tail that never begins', neverTakesOver, some('joined again')],
  ],
  'false-suspicion': [
    ['a master that waits for no lease', waitsForNoLease, [NO_TAIL]],
    [
      'a tail that answers without a lease',
      answersWithoutLease,
      ['paused, then awake: operations, none'],
    ],
    [
      'a master that never removes',
      neverRemoves,
      [...some('shorter chain'), ...some('the old tail awake')],
    ],
  ],
  'isolated-tail': [
    ['a master that waits for no lease', waitsForNoLease, ['no other tail yet: operations, none']],
    [
      'a tail that answers without a lease',
      answersWithoutLease,
      ['its lease has run out: operations, none'],
    ],
    ['a master that never removes', neverRemoves, some('another tail')],
  ],
  'extension-under-load': [['a new tail that never begins', neverTakesOver, some('extended')]],
  replacement: [['a new tail that never begins', neverTakesOver, some('replaced')]],
  'last-server': [
    ['a master that never removes', neverRemoves, some('fewer left')],
    ['a client that asks no master again', neverAsksAgain, some('fewer left')],
  ],
};

describe.each(Object.entries(BUGS))('in chain/%s', (name, rows) => {
  test.each(rows.map((row) => [...row] as const))('%s shows', (_, bug, windows) => {
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

test('every script of a chain that expects something at some time is among these', () => {
  const all = [...chainDemonstrations(CHAIN), ...chainScripts];
  const scripts = all.filter(({ draw }) => draw('0x1', {}).expect?.windows);
  expect(scripts.map(({ name }) => name).toSorted(byName)).toEqual(
    Object.keys(BUGS).toSorted(byName),
  );
});

test('without most of the masters nobody is removed', () => {
  for (const seed of SEEDS) {
    const spec = drawn('master-minority', seed);
    const dead = spec.expect?.windows?.find(({ about }) => about === 'a server is dead');
    const until: RunSpec = { ...spec, ending: { kind: 'cut', at: dead?.until ?? 0 } };
    const { marks } = run({ ...until, oracles: ['invariants'] });
    expect(marks['configuration-decided']).toBe(0);
  }
});

test('every node and every client of a chain drops what it cannot read', () => {
  const { events = [], counts, spec } = run(drawn('unreadable-messages'), { events: true });
  const dropped = events.filter(({ label }) => label === 'unreadable-dropped');
  expect(new Set(dropped.map(({ node }) => node)).size).toBe(spec.replicas + spec.clients);
  expect(counts.crashes).toBe(0);
  expect(dropped.length).toBeLessThanOrEqual(counts.corrupted);
});

function byName(one: string, other: string): number {
  return one < other ? -1 : 1;
}
