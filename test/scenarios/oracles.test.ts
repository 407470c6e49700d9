import { describe, expect, test } from 'vitest';
import { builtIn, type Registry } from '../../scenarios/assemble.ts';
import { oracles } from '../../scenarios/oracles/index.ts';
import { type RunRequest, run as runOf } from '../../scenarios/run.ts';
import type { Failure, RunResult, RunSpec } from '../../scenarios/spec.ts';
import { SPEC_FORMAT } from '../../scenarios/spec.ts';
import type { Mutant } from '../../sim/contract.ts';
import { STREAMS_VERSION } from '../../sim/streams.ts';
import { ledger, ledgerBugs } from './ledger.ts';

const registry: Registry = { ...builtIn, protocols: [ledger], mutants: ledgerBugs };

function run(spec: RunSpec, request: RunRequest = {}): RunResult {
  return runOf(spec, { ...request, registry });
}

const HEAL_AT = 300_000;

/** Two replicas, two clients, thirty operations, losses, reordering and two crashes. */
function specOf(changes: Partial<RunSpec> = {}): RunSpec {
  return {
    format: SPEC_FORMAT,
    scenario: 'ledger/rough',
    protocol: 'ledger',
    seed: '0x1',
    streams: STREAMS_VERSION,
    replicas: 2,
    clients: 2,
    options: {},
    machine: 'kv',
    network: {
      delay: { kind: 'uniform', min: 100, spread: 900 },
      drop: 50_000,
      duplicate: 50_000,
      corrupt: 10_000,
      reorder: 100_000,
      reorderBy: 5_000,
    },
    disk: { latencyMin: 20, latencyMax: 500, torn: 300_000 },
    clock: { offset: 1_000, drift: 10_000 },
    ending: { kind: 'quiet', healAt: HEAL_AT },
    bounds: { events: 20_000, queue: 2_000, time: 10_000_000 },
    workload: {
      operations: 30,
      keys: 1,
      thinkTime: 5_000,
      mix: { get: 40, put: 40, cas: 10, delete: 10 },
    },
    faults: { kinds: { crash: 2 }, lastsMin: 1_000, lastsMax: 40_000, targeted: 0 },
    shuffleTies: true,
    withinClaims: true,
    paranoid: false,
    ...changes,
  };
}

/** A window of all that one of the two clients does while faults may strike. */
const FIRST_CLIENT = { about: 'who is cut off', from: 0, until: HEAL_AT, clients: [0] } as const;

const SEEDS = Array.from({ length: 40 }, (_, index) => `0x${(index + 1).toString(16)}`);

/** The first failure among some seeds, and its run. */
function firstFailure(changes: Partial<RunSpec>): { failure: Failure; result: RunResult } {
  for (const seed of SEEDS) {
    const result = run(specOf({ seed, ...changes }));
    const [failure] = result.failures;
    if (failure !== undefined) return { failure, result };
  }
  throw new Error(`no failure in ${SEEDS.length} seeds`);
}

test('every oracle stays silent on the correct protocol', () => {
  for (const seed of SEEDS) {
    const { verdict, failures, counts } = run(specOf({ seed }));
    expect(failures).toEqual([]);
    expect(verdict).toBe('passed');
    expect(counts.completed).toBe(30);
  }
});

test('the runs in which they stay silent have losses, crashes and retries', () => {
  const totals = { dropped: 0, duplicated: 0, corrupted: 0, restarts: 0 };
  for (const seed of SEEDS) {
    const { counts } = run(specOf({ seed }));
    totals.dropped += counts.dropped;
    totals.duplicated += counts.duplicated;
    totals.corrupted += counts.corrupted;
    totals.restarts += counts.restarts;
  }
  for (const total of Object.values(totals)) expect(total).toBeGreaterThan(SEEDS.length);
});

/** The oracle, a bug or a spec that it must object to, and a piece of what it says. */
const OBJECTIONS: readonly (readonly [string, string, Partial<RunSpec>, RegExp])[] = [
  ['agreement', 'another operation is decided', { mutant: 'swapped' }, /had been decided/],
  ['agreement', 'decided positions are taken back', { mutant: 'undecided' }, /went back from/],
  ['invariants', 'an invariant is violated', { mutant: 'miscounted' }, /more copies/],
  ['exactly-once', 'an operation is executed twice', { mutant: 'twice' }, /executed twice/],
  ['promises', 'a promise is forgotten', { mutant: 'forgetful' }, /had acknowledged \d+ entries/],
  ['replies', 'an answer is made up', { mutant: 'wrong-answer' }, /was told "nonsense"/],
  ['acknowledged-writes', 'a write is dropped', { mutant: 'lost-write' }, /no replica has decided/],
  ['linearizability', 'a read is stale', { mutant: 'stale-read' }, /get k0/],
  [
    'sessions',
    'a read that may be stale is from before its own client',
    { mutant: 'stale-read', workload: { ...specOf().workload, sequential: 100 } },
    /was told null at [\d.]+ ms for a sequential get k0, but that was so only until/,
  ],
  [
    'eventual-reads',
    'an eventual read is told what never was',
    { mutant: 'made-up-read', workload: { ...specOf().workload, eventual: 100 } },
    /was told "nonsense" at [\d.]+ ms for an eventual get k0, but no replica had known/,
  ],
  [
    'bounded-reads',
    'a bounded read is told what is long out of date',
    { mutant: 'stale-read', workload: { ...specOf().workload, bounded: 100 } },
    /was told null at [\d.]+ ms for a bounded get k0, but .* was off by more than 1 version/,
  ],
  ['no-exception', 'a handler throws', { mutant: 'throws' }, /n0 threw RangeError$/],
  ['no-exception', 'messages multiply', { mutant: 'floods' }, /more than 2000 events/],
  ['convergence', 'states diverge', { mutant: 'diverges' }, /differ after \d+ applied/],
  ['progress', 'an operation is never answered', { mutant: 'silent' }, /had no answer by/],
  [
    'progress',
    'replicas never agree',
    { mutant: 'deaf' },
    /replicas had not agreed by .*: n\d has applied \d+ of \d+ decided/,
  ],
  [
    'expectation',
    'a mark is not reached',
    { expect: { marks: ['never-reached'] } },
    /never-reached/,
  ],
  ['expectation', 'something returns', { expect: { noReturnsAfter: 50_000 } }, /nothing should/],
  [
    'expectation',
    'too little returns in a window',
    {
      mutant: 'silent',
      ending: { kind: 'cut', at: HEAL_AT },
      expect: { windows: [{ from: 0, until: HEAL_AT, atLeast: 30 }] },
    },
    /^operations, 0 ms to 300 ms: \d+ returned, expected at least 30$/,
  ],
  [
    'expectation',
    'a run ends before a window does',
    {
      mutant: 'silent',
      ending: { kind: 'cut', at: HEAL_AT },
      expect: { windows: [{ from: 0, until: 2 * HEAL_AT, atLeast: 30 }] },
    },
    /^operations, 0 ms to 600 ms: the run was cut, expected at least 30$/,
  ],
  [
    'expectation',
    'nobody asks in a window',
    {
      ending: { kind: 'cut', at: HEAL_AT },
      expect: { windows: [{ from: 0, until: HEAL_AT, level: 'eventual', atLeast: 1 }] },
    },
    /: nobody waited for any, expected at least 1$/,
  ],
  [
    'expectation',
    'too much returns in a window',
    { expect: { windows: [{ ...FIRST_CLIENT, kind: 'writes', atMost: 0 }] } },
    /^who is cut off: writes by c0, 0 ms to 300 ms: [1-9]\d* returned, expected none$/,
  ],
];

describe.each(OBJECTIONS)('%s', (oracle, situation, changes, words) => {
  test(`objects first when ${situation}`, () => {
    const { failure, result } = firstFailure(changes);
    expect(failure.oracle).toBe(oracle);
    expect(failure.message).toMatch(words);
    expect(result.verdict).toBe('failed');
  });
});

/** Exceptions are judged by whoever runs the protocol: that oracle cannot be sent home. */
const OPTIONAL = OBJECTIONS.filter(([oracle]) => oracle !== 'no-exception');

describe.each(OPTIONAL)('%s that is not seated', (oracle, situation, changes) => {
  test(`does not object when ${situation}`, () => {
    const others = oracles.map(({ id }) => id).filter((id) => id !== oracle);
    const failures = SEEDS.flatMap(
      (seed) => run(specOf({ seed, ...changes, oracles: others })).failures,
    );
    expect(failures.map((failure) => failure.oracle)).not.toContain(oracle);
  });
});

test('an answer of a kind that the machine never gives is not linearizable', () => {
  const messages = SEEDS.flatMap((seed) => {
    const changes = { mutant: 'wrong-answer', oracles: ['linearizability'] };
    return run(specOf({ seed, ...changes })).failures.map(({ message }) => message);
  });

  expect(messages).toContain('c1 was told "nonsense": expected output of cas to be true or false');
});

test('a forgotten promise names its round as the protocol does', () => {
  const numberNames = { fields: {}, acknowledgedRound: (round: number) => `#${round}` };
  const named = ledgerBugs.map(
    (bug): Mutant => ({
      ...bug,
      apply(build) {
        const { protocol, machine } = bug.apply(build);
        return { protocol: { ...protocol, numberNames }, machine };
      },
    }),
  );
  const { failure, result } = firstFailure({ mutant: 'forgetful' });
  const [again] = runOf(result.spec, { registry: { ...registry, mutants: named } }).failures;
  expect(again?.message).toBe(failure.message.replace(/round (\d+)/g, 'round #$1'));
  expect(again?.message).toMatch(/of round #\d+, and now/);
});

test('a handler that throws fails the run, whoever is seated', () => {
  const { failure } = firstFailure({ mutant: 'throws', oracles: ['progress'] });
  expect(failure.oracle).toBe('no-exception');
});

test('every oracle has a planted bug', () => {
  const proven = new Set(OBJECTIONS.map(([oracle]) => oracle));
  expect(oracles.map(({ id }) => id).filter((id) => !proven.has(id))).toEqual([]);
});

test('oracles have ids and letters of their own', () => {
  expect(new Set(oracles.map(({ id }) => id)).size).toBe(oracles.length);
  expect(new Set(oracles.map(({ letter }) => letter)).size).toBe(oracles.length);
});

describe('a failure', () => {
  test('ends the run at the event that shows it', () => {
    const { failure, result } = firstFailure({ mutant: 'swapped' });
    expect(result.ended).toEqual({ how: 'violation', at: failure.at });
    expect(result.counts.events).toBe(failure.event);
  });

  test('is signed by its oracle and invariant, not by its words', () => {
    const all = SEEDS.flatMap((seed) => run(specOf({ seed, mutant: 'miscounted' })).failures);
    const broken = all.filter(({ oracle }) => oracle === 'invariants');
    expect(new Set(broken.map(({ signature }) => signature)).size).toBe(1);
    expect(broken[0]?.signature).toMatch(/^I-[0-9a-f]{4}$/);
    expect(broken[0]?.invariant).toBe('counts-what-is-there');
  });

  test('of an answer points at the operation in the history', () => {
    const { failure, result } = firstFailure({ mutant: 'wrong-answer' });
    const [index = -1] = failure.operations ?? [];
    expect(result.history[index]?.output).toBe('nonsense');
  });

  test('points at the right operation although refused ones have left the history', () => {
    const { failure, result } = firstFailure({ mutant: 'refuses-then-lies' });
    expect(result.history).not.toHaveLength(result.counts.invoked);
    const [index = -1] = failure.operations ?? [];
    expect(result.history[index]?.output).toBe('nonsense');
  });

  test('of linearizability comes with evidence from the history', () => {
    const { failure, result } = firstFailure({ mutant: 'stale-read' });
    const { evidence } = failure;
    expect(evidence?.operations.length).toBeGreaterThan(1);
    const stuck = result.history[evidence?.stuckAt ?? -1];
    expect(stuck?.operation).toMatchObject({ f: 'get', key: evidence?.key });
    for (const { order, states } of evidence?.partial ?? []) {
      expect(states).toHaveLength(order.length);
    }
  });

  test('is written into the event log', () => {
    const { result } = firstFailure({ mutant: 'throws' });
    const { events } = run(result.spec, { events: true });
    const [shown] = (events ?? []).filter((record) => record.kind === 'violation');
    expect(shown).toMatchObject({ label: 'no-exception', node: 0, event: result.counts.events });
  });
});

describe('no verdict is given', () => {
  test('when the bound on events is reached', () => {
    const bounds = { events: 300, queue: 2_000, time: 10_000_000 };
    const result = run(specOf({ bounds }));
    expect(result.verdict).toBe('inconclusive');
    expect(result.inconclusive).toEqual(['bound on events reached']);
    expect(result.ended).toMatchObject({ how: 'bound', bound: 'events' });
  });

  test('when the caller stops the run', () => {
    const crowded = specOf({ workload: { ...specOf().workload, operations: 2_000, thinkTime: 0 } });
    const result = run(crowded, { shouldStop: () => true });
    expect(result.verdict).toBe('inconclusive');
    expect(result.ended).toMatchObject({ how: 'bound', bound: 'time limit' });
  });
});

test('at a cut nothing is owed', () => {
  const ending = { kind: 'cut', at: 20_000 } as const;
  for (const mutant of ['silent', 'deaf']) {
    expect(run(specOf({ mutant, ending })).failures).toEqual([]);
  }
});

test('the event log points past refused operations', () => {
  const { history, events } = run(specOf({ mutant: 'refuses-then-lies' }), { events: true });
  const returns = (events ?? []).filter((record) => record.kind === 'return');
  expect(returns.length).toBeGreaterThan(0);
  for (const { operation = -1, time } of returns) expect(history[operation]?.return).toBe(time);
});

test('an operation that is refused leaves the history', () => {
  const { history, counts } = run(specOf({ mutant: 'refuses-then-lies', oracles: ['progress'] }));
  expect(counts.invoked).toBe(30);
  expect(history).toHaveLength(26);
});
