import { describe, expect, it } from 'vitest';
import { planLines } from '../../reports/plan.ts';
import { shrinkingSentences, shrunkInWords } from '../../reports/shrunk.ts';
import type { ShrinkAccount } from '../../scenarios/shrink/account.ts';
import type { RunResult, RunSpec } from '../../scenarios/spec.ts';
import { fakeEngine, fakeSpec } from '../cli/fake-engine.ts';

const account: ShrinkAccount = {
  from: {
    events: 4_812,
    messages: 3_000,
    replicas: 5,
    clients: 3,
    faults: { crash: 5, partition: 2, pause: 1 },
    operations: { get: 60, put: 32 },
  },
  to: {
    events: 57,
    messages: 30,
    replicas: 3,
    clients: 1,
    faults: { crash: 1, partition: 1 },
    operations: { put: 1 },
  },
  runs: 300,
  isMinimal: true,
  calmed: ['message loss', 'clock drift', 'torn writes'],
  network: { kind: 'explicit', delay: 1_000, fates: 2 },
  original: { network: fakeSpec('toy/a', '0x1').network, ending: { kind: 'cut', at: 9_000 } },
};

describe('an account of shrinking', () => {
  it('says on one line how big the run was and how big it is', () => {
    expect(shrunkInWords(account, 2_100)).toBe(
      '4,812 → 57 events, 3 nodes, 2 faults, 1 operation (2.1s)',
    );
  });

  it('says when it was cut short', () => {
    expect(shrunkInWords({ ...account, isMinimal: false })).toMatch(/; cut short, there may be/);
  });

  it('says what went, what chance no longer does, and how many messages matter', () => {
    expect(shrinkingSentences(account)).toEqual([
      'Not needed: 6 of 8 faults (crash ×4, partition, pause) · 91 of 92 operations · ' +
        '2 of 3 clients · 2 of 5 replicas.',
      'Nor is there any need of message loss, clock drift or torn writes.',
      'Every message takes 1 ms but for 2 messages.',
    ]);
  });

  it('has nothing to say of what stayed', () => {
    const same: ShrinkAccount = {
      ...account,
      from: account.to,
      calmed: [],
      network: { kind: 'drawn', why: 'there is no need' },
    };
    expect(shrinkingSentences(same)).toEqual([
      'The fates of messages are still drawn from the seed: there is no need.',
    ]);
  });
});

/** A run of this spec in which every fault struck when it was due. */
function runOf(change: Partial<RunSpec>): RunResult {
  const run = fakeEngine().run({ ...fakeSpec('vr/chaos', '0x1'), ...change });
  return {
    ...run,
    faults: run.spec.plan.faults.map(({ at }) => ({ status: 'fired', at: at ?? 7 })),
  };
}

describe('a small run in words', () => {
  it('has the world first, then what is done to it in order, and whose messages are odd', () => {
    const { network } = fakeSpec('vr/chaos', '0x1');
    const delay = { kind: 'fixed', min: 1_000, spread: 0 } as const;
    const message = { from: 0, to: 3, type: 'Reply', ordinal: 2 };
    const run = runOf({
      mutant: 'VR-1',
      options: { usual: 5, timeout: 70 },
      network: { ...network, delay, overrides: [{ ...message, drop: true }] },
      ending: { kind: 'cut', at: 9_000 },
      plan: {
        faults: [{ at: 4_000, fault: 'crash', node: 1, lasts: 2_000 }],
        operations: [
          { at: 0, client: 0, operation: { f: 'put', key: 'k0', value: 1 } },
          { at: 5_000, client: 0, operation: { f: 'get', key: 'k0' } },
        ],
      },
    });
    expect(planLines(run, { usual: 5, timeout: 50 })).toEqual([
      'vr, mutant VR-1, 3 replicas, 1 client of a kv, timeout=70',
      '    0.000 ms  c0 put k0 = 1',
      '    4.000 ms  crash n1, for 2 ms',
      '    5.000 ms  c0 get k0',
      '    9.000 ms  the run is cut',
      'messages take 1 ms, but:',
      '  Reply n0→c0 no. 3 is lost',
    ]);
  });

  it('tells draws, disks, clocks and marks where there are any', () => {
    const when = { mark: 'elected', node: 2, nth: 2, after: 500 };
    const { network } = fakeSpec('vr/chaos', '0x1');
    const run = runOf({
      network: { ...network, delay: { kind: 'uniform', min: 100, spread: 900 }, drop: 25_000 },
      disk: { latencyMin: 0, latencyMax: 500, torn: 1_000_000 },
      clock: { offset: 0, drift: 50_000 },
      shuffleTies: true,
      plan: { faults: [{ when, fault: 'pause', node: 'it' }], operations: [] },
    });
    const text = planLines(run).join('\n');
    expect(text).toContain('at the mark elected of n2 (no. 2) and 500 µs');
    expect(text).toContain('messages take 100 µs to 1 ms, 2.5 % lost');
    expect(text).toContain('disks take 0 µs to 500 µs, tear 100 % of the records');
    expect(text).toContain('clocks drift by up to 5 %');
    expect(text).toContain('an order of the seed');
  });
});
