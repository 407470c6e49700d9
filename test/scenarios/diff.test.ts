import { describe, expect, it } from 'vitest';
import { compareRuns } from '../../scenarios/diff/compare-runs.ts';
import { firstDivergence } from '../../scenarios/diff/divergence.ts';
import { specDifferences } from '../../scenarios/diff/spec-differences.ts';
import { run } from '../../scenarios/run.ts';
import type { RunResult, RunSpec } from '../../scenarios/spec.ts';
import type { EventRecord } from '../../sim/record.ts';
import { ledgerSpec, ledgers } from './ledger-spec.ts';

const shared: readonly EventRecord[] = [
  { index: 0, event: 1, time: 0, kind: 'start', node: 0 },
  { index: 1, event: 2, time: 0, kind: 'start', node: 1 },
];

function log(...records: readonly Omit<EventRecord, 'index'>[]): readonly EventRecord[] {
  return [...shared, ...records.map((record, at) => ({ index: shared.length + at, ...record }))];
}

const MESSAGE = { label: 'Note', ordinal: 0, sentAt: 10 } as const;
const ARRIVED = { event: 4, time: 30, kind: 'deliver', node: 1, peer: 0, ...MESSAGE } as const;
const LOST = {
  event: 3,
  time: 10,
  kind: 'drop',
  node: 0,
  peer: 1,
  fate: 'loss',
  ...MESSAGE,
} as const;
const TICK = { event: 4, time: 20, kind: 'timer', node: 0, label: 'tick' } as const;

describe('where two logs part', () => {
  it('is nowhere when they are the same', () => {
    expect(firstDivergence(log(TICK), log(TICK))).toBeUndefined();
    expect(firstDivergence([], [])).toBeUndefined();
  });

  it('is at the first record with another field, and the field is named', () => {
    const divergence = firstDivergence(
      log({ ...TICK, summary: 'leads' }),
      log({ ...TICK, time: 21, summary: 'follows' }),
    );
    expect(divergence).toMatchObject({
      shared: 2,
      fields: ['time', 'summary'],
      isSameThing: true,
      a: { summary: 'leads' },
      b: { summary: 'follows' },
    });
    expect(divergence).not.toHaveProperty('laterA');
  });

  it('tells how a message fares in the other log', () => {
    const divergence = firstDivergence(log(LOST, TICK), log(TICK, ARRIVED));
    expect(divergence).toMatchObject({ isSameThing: false, a: LOST, b: TICK });
    expect(divergence?.laterB).toMatchObject(ARRIVED);
    expect(divergence?.laterA).toMatchObject(TICK);
  });

  it('knows a message again that was corrupted on its way', () => {
    const corrupt = { ...ARRIVED, label: 'Unreadable', fate: 'corrupt' } as const;
    expect(firstDivergence(log(LOST), log(corrupt))).toMatchObject({ isSameThing: true });
    const later = { ...corrupt, sentAt: 15 };
    expect(firstDivergence(log(LOST), log(later))).toMatchObject({ isSameThing: false });
  });

  it('takes a second copy for another thing than the first', () => {
    const copy = { ...ARRIVED, fate: 'duplicate' } as const;
    expect(firstDivergence(log(ARRIVED), log(copy))).toMatchObject({ isSameThing: false });
  });

  it('is at the end of a log that the other one goes beyond', () => {
    const divergence = firstDivergence(log(TICK), log());
    expect(divergence).toMatchObject({ shared: 2, a: TICK, fields: [], isSameThing: false });
    expect(divergence).not.toHaveProperty('b');
  });

  it('does not look at places that depend on what happens later', () => {
    const call = { event: 3, time: 5, kind: 'invoke', node: 2, detail: 'get' } as const;
    const a = log({ ...call, operation: 3 });
    expect(firstDivergence(a, log({ ...call, operation: 2 }))).toBeUndefined();
  });
});

describe('what two specs have different', () => {
  const crash = { at: 10, fault: 'crash', node: 0 } as const;
  const pause = { at: 20, fault: 'pause', node: 1 } as const;
  const get = { at: 0, client: 0, operation: { f: 'get', key: 'x' } };
  const put = { at: 0, client: 0, operation: { f: 'put', key: 'x', value: 1 } };

  function planned(changes: Partial<RunSpec>): RunResult['spec'] {
    return { plan: { faults: [], operations: [] }, ...ledgerSpec(changes) } as RunResult['spec'];
  }

  const base = planned({ plan: { faults: [crash], operations: [get] } });

  it('is nothing when they differ in what is not used, or in the order of fields', () => {
    const { seed, ...rest } = base;
    expect(
      specDifferences(base, { ...rest, seed, workload: { ...base.workload, keys: 9 } }),
    ).toEqual({ fields: [], faults: { a: [], b: [] }, operations: { a: [], b: [] } });
  });

  it('is told field by field, down to the innermost', () => {
    const other = planned({
      plan: base.plan,
      mutant: 'twice',
      network: { ...base.network, drop: 1, overrides: [{ from: 0, to: 1, type: 'X', ordinal: 0 }] },
    });
    expect(specDifferences(base, other).fields).toEqual([
      { path: 'network.drop', a: 50_000, b: 1 },
      { path: 'network.overrides', b: [{ from: 0, to: 1, type: 'X', ordinal: 0 }] },
      { path: 'mutant', b: 'twice' },
    ]);
  });

  it('is told fault by fault and operation by operation, wherever they stand', () => {
    const other = planned({ plan: { faults: [pause, crash], operations: [put, get, put] } });
    expect(specDifferences(base, other)).toMatchObject({
      fields: [],
      faults: { a: [], b: [pause] },
      operations: { a: [], b: [put, put] },
    });
    const changed = planned({ plan: { faults: [{ ...crash, lasts: 5 }], operations: [] } });
    expect(specDifferences(base, changed)).toMatchObject({
      faults: { a: [crash], b: [{ ...crash, lasts: 5 }] },
      operations: { a: [get], b: [] },
    });
  });
});

describe('two runs held against each other', () => {
  const ran = (changes: Partial<RunSpec>): RunResult =>
    run(ledgerSpec(changes), { registry: ledgers, events: true });
  const correct = ran({});

  it('are the same when they are of one spec', () => {
    const comparison = compareRuns(correct, ran({}));
    expect(comparison).toMatchObject({ isSame: true, spec: { fields: [] } });
    expect(comparison).not.toHaveProperty('divergence');
    expect(comparison).not.toHaveProperty('answer');
  });

  it('are the same where a planted bug is never met, though the specs differ', () => {
    const plan = { ...correct.spec.plan, faults: [] };
    const comparison = compareRuns(ran({ plan }), ran({ plan, mutant: 'forgetful' }));
    expect(comparison).toMatchObject({
      isSame: true,
      spec: { fields: [{ path: 'mutant', b: 'forgetful' }] },
    });
    expect(compareRuns(correct, ran({ mutant: 'forgetful' })).isSame).toBe(false);
  });

  it('part where the planted bug shows first, with what follows of it', () => {
    const { divergence, answer, states } = compareRuns(correct, ran({ mutant: 'wrong-answer' }));
    expect(divergence?.a).toMatchObject({ kind: 'deliver', label: 'Reply' });
    expect(divergence?.b?.detail).toContain('nonsense');
    expect(divergence?.fields).toEqual(['detail']);
    expect(answer).toMatchObject({ b: { output: 'nonsense' } });
    expect(answer?.a?.output).not.toBe('nonsense');
    expect(states?.every(({ a, b }) => a === b)).toBe(true);
  });

  it('tell what nodes are in the event in which they part, and which are down', () => {
    const crashed = {
      ...correct.spec.plan,
      faults: [{ at: 2_000, fault: 'crash', node: 1 }],
    } as const;
    const calm = { ...crashed, faults: [] };
    const { divergence, states } = compareRuns(ran({ plan: crashed }), ran({ plan: calm }));
    expect(divergence?.a).toMatchObject({ kind: 'crash', node: 1 });
    const pair = states?.find(({ node }) => node === 1);
    expect(pair?.a).toBe('down');
    expect(pair?.b).toMatch(/^log \d+, decided \d+$/);
  });

  it('find the first place of the decided log that is not the same', () => {
    const other = ran({ seed: '0x2' });
    const { decision } = compareRuns(correct, other);
    const place = decision?.position ?? 0;
    expect(place).toBeGreaterThan(0);
    expect(decision?.a).not.toEqual(decision?.b);
    const decidedBefore = ({ history }: RunResult): unknown[] =>
      history
        .filter(({ decidedAt = place }) => decidedAt < place)
        .map(({ decidedAt, operation }) => [decidedAt, operation]);
    expect(decidedBefore(other)).toEqual(decidedBefore(correct));
  });
});
