import { describe, expect, it } from 'vitest';
import { refinedSignature, shapeOf } from '../../scenarios/signature.ts';
import type { RunResult } from '../../scenarios/spec.ts';
import type { Plan } from '../../sim/plan.ts';
import { fakeEngine, fakeSpec } from '../cli/fake-engine.ts';

const engine = fakeEngine({ fails: () => 'L-0001' });

/** A failing run of this plan, in which every operation was called when it was due. */
function failed(plan: Plan, more: Partial<RunResult> = {}): RunResult {
  const result = engine.run({ ...fakeSpec('vr/chaos', '0x1'), clients: 3, plan });
  return { ...result, faults: plan.faults.map(() => ({ status: 'fired' })), ...more };
}

const plan: Plan = {
  operations: [
    { at: 0, client: 2, operation: { f: 'put', key: 'x', value: 7 } },
    { at: 900, client: 1, operation: { f: 'get', key: 'x' } },
    { at: 20, client: 2, operation: { f: 'get', key: 'y' } },
  ],
  faults: [
    { at: 500, fault: 'crash', node: 2, lasts: 100 },
    { at: 10, fault: 'partition', groups: [[2, 3], [0]] },
  ],
};

describe('the shape of a run', () => {
  it('has operations and faults in the order of their times, and no times or values', () => {
    expect(shapeOf(failed(plan))).toBe(
      'put c0 k0, partition n0+c1 n1, get c0 k1, crash n0, get c2 k0',
    );
  });

  it('is the same for other nodes, keys, values and times in the same order', () => {
    const other: Plan = {
      operations: [
        { at: 100, client: 0, operation: { f: 'put', key: 'a', value: 1 } },
        { at: 5_000, client: 1, operation: { f: 'get', key: 'a' } },
        { at: 300, client: 0, operation: { f: 'get', key: 'b' } },
      ],
      faults: [
        { at: 200, fault: 'partition', groups: [[0, 5], [1]] },
        { at: 400, fault: 'crash', node: 0 },
      ],
    };
    expect(shapeOf(failed(other))).toBe(shapeOf(failed(plan)));
    expect(refinedSignature(failed(other))).toBe(refinedSignature(failed(plan)));
  });

  it('tells a read that may be stale from others', () => {
    const [write, read, other] = plan.operations;
    if (write === undefined || read === undefined || other === undefined) throw new Error();
    const operations = [write, { ...read, level: 'sequential' as const }, other];
    expect(shapeOf(failed({ ...plan, operations }))).toContain('get c2 k0 sequential');
  });

  it('tells faults at marks by when they struck, and whom', () => {
    const when = { mark: 'elected', nth: 1, after: 0 };
    const faults: Plan['faults'] = [{ when, fault: 'crash', node: 'it' }];
    const struck: RunResult['faults'] = [{ status: 'fired', at: 15, event: 3, node: 2 }];
    const atMark = failed({ ...plan, faults }, { faults: struck });
    const atTime = failed({ ...plan, faults: [{ at: 15, fault: 'crash', node: 2 }] });
    expect(shapeOf(atMark)).toBe(shapeOf(atTime));
    expect(shapeOf(atMark)).toBe('put c0 k0, crash n0, get c0 k1, get c1 k0');
  });
});

describe('a refined signature', () => {
  it('keeps the letter and differs for another shape, oracle or invariant', () => {
    const one = failed(plan);
    const [failure] = one.failures;
    if (failure === undefined) throw new Error('no failure');
    const others = [
      failed({ ...plan, faults: [] }),
      failed(plan, { failures: [{ ...failure, oracle: 'other' }] }),
      failed(plan, { failures: [{ ...failure, invariant: 'logs-agree' }] }),
    ];
    const signatures = [one, ...others].map(refinedSignature);
    for (const signature of signatures) expect(signature).toMatch(/^L-[0-9a-f]{4}$/);
    expect(new Set(signatures).size).toBe(4);
  });

  it('is none of a run that passes', () => {
    const passed = fakeEngine().run(fakeSpec('vr/chaos', '0x1'));
    expect(refinedSignature(passed)).toBeUndefined();
  });
});
