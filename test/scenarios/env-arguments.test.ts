/** What a protocol may not do to its env: each ends the run and is told with its place. */
import { describe, expect, test } from 'vitest';
import type { Protocol } from '../../sim/contract.ts';
import { ledger } from './ledger.ts';
import { failureOf, ledgerThat, type Mistake, runOf, wrong } from './mistaken-ledger.ts';

const HELLO = { type: 'Hello' };
const CYCLE: { type: string; self?: object } = { type: 'Cycle' };
CYCLE.self = CYCLE;

/** The call that names the failure, the mistake, and what is said of it after the node. */
const CALLS: readonly (readonly [string, string, Mistake])[] = [
  [
    'env.send',
    'called env.send(99, {type: "Hello"}): there is no such node; ' +
      'replicas are 0 to 1, clients are 2 to 3',
    (env) => env.send(99, HELLO),
  ],
  ['env.send', 'called env.send(0.5, {type: "Hello"}): there is no', (env) => env.send(0.5, HELLO)],
  [
    'env.send',
    'called env.send("1", {type: "Hello"}): there is no such node',
    (env) => env.send(wrong('1'), HELLO),
  ],
  [
    'env.sendUnsynced',
    'called env.sendUnsynced(-1, {type: "Hello"}): there is no such node',
    (env) => env.sendUnsynced(-1, HELLO),
  ],
  [
    'env.send',
    'called env.send(0, "text"): a message is an object with a `type`, which is a string',
    (env) => env.send(0, wrong('text')),
  ],
  [
    'env.send',
    'called env.send(0, undefined): a message is',
    (env) => env.send(0, wrong(undefined)),
  ],
  [
    'env.send',
    'called env.send(0, a function): a message is',
    (env) =>
      env.send(
        0,
        wrong(() => 1),
      ),
  ],
  [
    'env.send',
    'called env.send(0, {type: "Call", list: …}): message.list[1].back is a function; ' +
      'messages are plain data',
    (env) => env.send(0, wrong({ type: 'Call', list: [1, { back: () => 1 }] })),
  ],
  [
    'env.send',
    'called env.send(0, {type: "Cycle", self: …}): message.self is a part of itself',
    (env) => env.send(0, CYCLE),
  ],
  [
    'env.send',
    'called env.send(0, {type: "At", at: …}): message.at is an object of class Date',
    (env) => env.send(0, wrong({ type: 'At', at: new Date(0) })),
  ],
  [
    'env.setTimer',
    'called env.setTimer("resend", -5): the delay is a whole number of microseconds from 0 to ',
    (env) => env.setTimer('resend', -5),
  ],
  ['env.setTimer', 'called env.setTimer("a", NaN): the', (env) => env.setTimer('a', Number.NaN)],
  ['env.setTimer', 'called env.setTimer("a", 1.5): the delay', (env) => env.setTimer('a', 1.5)],
  ['env.setTimer', 'called env.setTimer("a", 1e+30): the delay', (env) => env.setTimer('a', 1e30)],
  [
    'env.setTimer',
    'called env.setTimer(5): timers are named by strings',
    (env) => env.setTimer(wrong(5), 5),
  ],
  [
    'env.persist',
    'called env.persist({kind: "nope"}): the `kind` of a write is set, append, truncate or trim',
    (env) => env.persist(wrong({ kind: 'nope' })),
  ],
  ['env.persist', 'called env.persist(null): the `kind`', (env) => env.persist(wrong(null))],
  [
    'env.persist',
    'called env.persist({kind: "set", value: 1}): a `set` has a `key`, which is a string',
    (env) => env.persist(wrong({ kind: 'set', value: 1 })),
  ],
  [
    'env.persist',
    'called env.persist({kind: "trim", log: "log", first: -1}): a `trim` has a `log`, ',
    (env) => env.persist({ kind: 'trim', log: 'log', first: -1 }),
  ],
  [
    'env.random',
    'called env.random(0): the bound is a whole number from 1 to 4294967296',
    (env) => env.random(0),
  ],
  [
    'env.mark',
    'called env.mark("nonsuch"): the protocol declares no such mark in its `marks`; ' +
      'it declares ten-decided, never-reached',
    (env) => env.mark('nonsuch'),
  ],
  [
    'env.complete',
    'called env.complete(): it is for clients alone',
    (env) => wrong<{ complete(output: number): void }>(env).complete(1),
  ],
];

describe.each(CALLS)('%s', (call, words, mistake) => {
  test(`ends the run where a replica ${words.slice(0, 60)}`, () => {
    const failure = failureOf(ledgerThat(mistake));
    expect(failure).toMatchObject({ oracle: 'no-exception', invariant: call, node: 1 });
    expect(failure.message.startsWith(`n1 ${words}`)).toBe(true);
    expect(failure.thrown?.stack[0]).toContain('env-arguments.test.ts');
  });
});

test('a mistake ends the run although the handler catches what its env throws', () => {
  const silenced: Mistake = (env) => {
    try {
      env.send(99, HELLO);
    } catch {
      // The author wanted to be on the safe side.
    }
  };
  expect(failureOf(ledgerThat(silenced)).invariant).toBe('env.send');
});

test('a function in a later message of a type shows in a run that is paranoid', () => {
  let sent = 0;
  const later: Mistake = (env) => env.send(0, wrong({ ...HELLO, ...(sent++ > 0 && { f: wrong }) }));
  expect(failureOf(ledgerThat(later), { paranoid: true }).message).toContain('message.f is a');
});

test('a function in what is written shows in a run that is paranoid', () => {
  const written: Mistake = (env) => env.persist({ kind: 'set', key: 'k', value: wrong });
  const { message } = failureOf(ledgerThat(written), { paranoid: true });
  expect(message).toContain('value is a function; what is written is plain data');
});

test('what may be in messages and writes passes', () => {
  const fine: Mistake = (env) => {
    const plain = { map: new Map([['a', new Set([1])]]), nothing: undefined, bare: null, list: [] };
    env.persist({ kind: 'set', key: 'k', value: plain }, { kind: 'trim', log: 'other', first: 0 });
    env.send(0, { ...HELLO, ...plain });
    env.setTimer('z', 0);
    env.setTimer('later', 2 ** 40);
    env.random(2 ** 32);
  };
  expect(runOf(ledgerThat(fine), { paranoid: true }).verdict).toBe('passed');
});

test('a client that ends what is not open is told so', () => {
  const client: Protocol['client'] = (env, cluster, machine) => {
    const process = ledger.client(env, cluster, machine);
    return Object.assign(process, { start: () => env.abandon() });
  };
  expect(failureOf({ ...ledger, client }).message).toBe(
    'c1 called env.abandon(): no operation is open; each is ended once, after its `invoke`',
  );
});

test.each([
  ['undefined', undefined, 'called env.complete(undefined): the output is plain data, or null'],
  ['a function', { f: wrong }, 'called env.complete({f: a function}): output.f is a function; '],
])('an operation cannot be completed with %s', (_what, output, words) => {
  const client: Protocol['client'] = (env, cluster, machine) => {
    const process = ledger.client(env, cluster, machine);
    return Object.assign(process, { invoke: () => env.complete(wrong(output)) });
  };
  expect(failureOf({ ...ledger, client }).message).toContain(words);
});
