import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { SpecError } from '../../scenarios/assemble.ts';
import { findScenarios } from '../../scenarios/catalogue/index.ts';
import { oracles } from '../../scenarios/oracles/index.ts';
import { run } from '../../scenarios/run.ts';
import type { RunResult, RunSpec } from '../../scenarios/spec.ts';
import { freezeDeeply } from '../../sim/plain.ts';
import type { Plan } from '../../sim/plan.ts';
import type { EventRecord } from '../../sim/record.ts';
import { specsOfAll } from './specs.ts';

const AT_MARK = { mark: 'view-change-started', nth: 1, after: 0 };

/** A seed of every scenario. */
const SPECS = specsOfAll(1);
const AS_DRAWN = SPECS.map((spec) => JSON.stringify(spec));
/** How each is run, by tests that have nothing to say about its first run. */
const PLAIN = SPECS.map((spec) => run(spec));
const LOGGED = SPECS.map(runLogged);

/** A run with its event log, of which so much is kept: all logs at once are over a gigabyte. */
interface Logged {
  readonly result: RunResult;
  /** Of the whole result as JSON, events and all. */
  readonly digest: string;
  /** How many events of each kind there are. */
  readonly kinds: ReadonlyMap<string, number>;
  /** Events that are earlier than the one before, or have another number than their place. */
  readonly misplaced: readonly EventRecord[];
}

function runLogged(spec: RunSpec): Logged {
  const whole = run(spec, { events: true });
  const { events = [], ...result } = whole;
  const kinds = new Map<string, number>();
  for (const { kind } of events) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  const misplaced = events.filter(
    ({ index, time }, place) => index !== place || time < (events[place - 1]?.time ?? 0),
  );
  return { result, digest: digestOf(whole), kinds, misplaced };
}

function digestOf(result: RunResult): string {
  return createHash('sha256').update(JSON.stringify(result)).digest('hex');
}

function throughJson<T>(value: T): T {
  return JSON.parse(JSON.stringify(value));
}

test('a run of the same spec gives the same result, byte for byte', () => {
  for (const [index, spec] of SPECS.entries()) {
    const again = run(throughJson(spec), { events: true });
    expect(digestOf(again)).toBe(LOGGED[index]?.digest);
  }
});

test('a run changes nothing of its spec', () => {
  for (const [index, spec] of SPECS.entries()) {
    expect(JSON.stringify(spec)).toBe(AS_DRAWN[index]);
    expect(() => run(freezeDeeply(throughJson(spec)))).not.toThrow();
  }
});

test('a result speaks of rounds and leaders as its protocol does', () => {
  const wordsOf = (protocol: string): readonly (string | undefined)[] => {
    const spec = SPECS.find((each) => each.protocol === protocol);
    if (spec === undefined) throw new Error(`there is a scenario of ${protocol}`);
    const { roundName, leaderName } = run(spec);
    return [roundName, leaderName];
  };
  expect(['vr', 'mp', 'chain'].map(wordsOf)).toEqual([
    ['view', 'primary'],
    ['ballot', undefined],
    ['epoch', 'head'],
  ]);
});

test('a result is plain JSON', () => {
  for (const spec of SPECS.slice(0, 20)) {
    const result = run(spec, { events: true });
    expect(throughJson(result)).toEqual(result);
  }
});

test('a spec that carries the plan of a run repeats the run', () => {
  for (const drawn of PLAIN) {
    const replayed = run(throughJson(drawn.spec));
    expect(replayed.traceHash).toBe(drawn.traceHash);
    expect(replayed.history).toEqual(drawn.history);
  }
});

test('recording the event log changes nothing but that it is there', () => {
  for (const [index, { result, kinds }] of LOGGED.entries()) {
    expect(kinds.size).toBeGreaterThan(0);
    expect(result).toEqual(PLAIN[index]);
  }
});

test('whichever oracle sits alone, the course of a run that passes stays the same', () => {
  for (const [index, spec] of SPECS.entries()) {
    if (index % 4 > 0) continue;
    const judged = PLAIN[index];
    for (const { id } of oracles) {
      const alone = run({ ...spec, oracles: [id] });
      expect([id, alone.failures, alone.traceHash]).toEqual([id, [], judged?.traceHash]);
    }
  }
});

test('freezing what is sent and persisted does not change the course of a run', () => {
  for (const [index, spec] of SPECS.entries()) {
    const other = run({ ...spec, paranoid: !spec.paranoid });
    expect(other.traceHash).toBe(PLAIN[index]?.traceHash);
  }
});

describe('a result', () => {
  test('accounts for every fault of its plan', () => {
    for (const { faults, spec } of PLAIN) expect(faults).toHaveLength(spec.plan.faults.length);
  });

  test('counts every mark that the protocol declares, reached or not', () => {
    const marks = PLAIN.filter(({ spec }) => spec.protocol === 'vr').map(({ marks: of }) => of);
    expect(new Set(marks.map((of) => Object.keys(of).join())).size).toBe(1);
  });

  test('counts as many of each thing as its event log shows', () => {
    for (const { result, kinds } of LOGGED) {
      const { counts } = result;
      const logged = (kind: string) => kinds.get(kind) ?? 0;
      expect(logged('deliver')).toBe(counts.delivered);
      expect(logged('drop')).toBe(counts.dropped);
      expect(logged('invoke')).toBe(counts.invoked);
      expect(logged('return')).toBe(counts.completed);
      expect(logged('crash')).toBe(counts.crashes);
      expect(logged('restart')).toBe(counts.restarts);
    }
  });

  test('has a history in which every process is sequential', () => {
    for (const { history } of PLAIN) {
      const ends = new Map<number, number>();
      for (const { process, call, return: end } of history) {
        expect(call).toBeGreaterThan(ends.get(process) ?? -1);
        ends.set(process, end ?? Number.POSITIVE_INFINITY);
      }
    }
  });

  test('tells of an event log that is ordered by time', () => {
    for (const { misplaced } of LOGGED) expect(misplaced).toEqual([]);
  });
});

describe('a spec is refused', () => {
  const [spec] = SPECS;
  const refusals: [string, Partial<RunSpec>, RegExp][] = [
    ['of an unknown protocol', { protocol: 'paxos-maybe' }, /unknown protocol "paxos-maybe"/],
    ['of an unknown machine', { machine: 'abacus' }, /unknown state machine "abacus".*kv/],
    ['of an unknown mutant', { mutant: 'VR-0' }, /unknown mutant "VR-0".*VR-1/],
    ["of another protocol's mutant", { mutant: 'VR-3', protocol: 'single' }, /VR-3 breaks vr/],
    ['of another random scheme', { streams: 0 }, /scheme 0/],
  ];

  test.each(refusals)('%s', (_, change, words) => {
    if (spec === undefined) throw new Error('there are no scenarios');
    expect(() => run({ ...spec, ...change })).toThrow(words);
  });
});

describe('a plan is refused', () => {
  const crash = { at: 0, fault: 'crash' } as const;
  const get = { at: 0, client: 0, operation: { f: 'get', key: 'k0' } };
  const refusals: [string, Partial<Plan>, RegExp][] = [
    [
      'with a fault at a node that does not exist',
      {
        faults: [
          { ...crash, node: 0 },
          { ...crash, node: 9 },
        ],
      },
      /^plan\.faults\[1\]\.node: there is no node 9; 3 replicas and 2 clients are nodes 0 to 4$/,
    ],
    [
      'with a partition of nodes that do not exist',
      { faults: [{ at: 0, fault: 'partition', groups: [[0], [1, 5]] }] },
      /^plan\.faults\[0\]\.groups\[1\]: there is no node 5/,
    ],
    [
      'with a one-way cut from a node that does not exist',
      { faults: [{ at: 0, fault: 'one-way', from: [-1], to: [0] }] },
      /faults\[0\]\.from: there is no node -1/,
    ],
    [
      'with a slow link to half a node',
      { faults: [{ at: 0, fault: 'slow', from: [0], to: [0.5], by: 1 }] },
      /faults\[0\]\.to: there is no node 0\.5/,
    ],
    [
      'with a crash of a client that does not exist',
      { faults: [{ at: 0, fault: 'client-crash', client: 2 }] },
      /faults\[0\]\.client: there is no client 2; they are 0 to 1/,
    ],
    [
      'that waits for a mark at a node that does not exist',
      { faults: [{ ...crash, at: undefined, when: { ...AT_MARK, node: 7 }, node: 0 }] },
      /faults\[0\]\.when\.node: there is no node 7/,
    ],
    [
      "that says 'it' without a mark",
      { faults: [{ ...crash, node: 'it' }] },
      /faults\[0\]\.node: "it" is the node that reached a mark/,
    ],
    [
      'with an operation of a client that does not exist',
      { operations: [get, { ...get, client: 2 }] },
      /operations\[1\]\.client: there is no client 2/,
    ],
    [
      'with an operation without a name',
      { operations: [{ ...get, operation: 'get' }] },
      /operations\[0\]\.operation: expected an object with a name f/,
    ],
  ];

  test.each(refusals)('%s', (_, plan, words) => {
    const spec = findScenarios('vr/calm')[0]?.draw('0x1', { replicas: 3, clients: 2 });
    if (spec === undefined) throw new Error('there is no vr/calm');
    const edited = { ...spec, plan: { faults: [], operations: [get], ...plan } };
    expect(() => run(edited)).toThrow(words);
    expect(() => run(edited)).toThrow(SpecError);
  });
});
