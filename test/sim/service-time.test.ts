/** Replicas that are busy for a while with each message: what they handle when. */
import { describe, expect, test } from 'vitest';
import { scenarios } from '../../scenarios/catalogue/index.ts';
import { run } from '../../scenarios/run.ts';
import type { Env } from '../../sim/contract.ts';
import type { PlannedFault } from '../../sim/plan.ts';
import { type Changes, type Letter, type Script, simulate } from './scripted.ts';

const BUSY = 400;

/** What node 0 handles: three letters of node 1, sent 100 µs apart, and what a test adds. */
function handled(more: Partial<NonNullable<Script['replica']>> = {}, changes: Changes = {}) {
  const seen: string[] = [];
  const note = (env: Env<Letter>, what: string): void => {
    if (env.id === 0) seen.push(`${what} at ${env.now}`);
  };
  const script: Script = {
    replica: {
      start(env) {
        if (env.id === 1) env.setTimer('1', 100);
        more.start?.(env, { records: [] });
      },
      expire(env, timer) {
        note(env, `timer ${timer}`);
        if (env.id === 1) {
          env.send(0, { type: 'Letter', body: Number(timer) });
          if (Number(timer) < 3) env.setTimer(String(Number(timer) + 1), 100);
        }
        more.expire?.(env, timer);
      },
      receive(env, from, letter) {
        note(env, `${String(letter.body)} of n${from}`);
        more.receive?.(env, from, letter);
      },
    },
  };
  simulate(script, { serviceTime: BUSY, ...changes });
  return seen;
}

describe('a replica that messages keep busy', () => {
  test('handles them one after the other, in the order in which they came', () => {
    expect(handled()).toEqual(['1 of n1 at 1100', '2 of n1 at 1500', '3 of n1 at 1900']);
  });

  test('handles them as they come where they take no time', () => {
    expect(handled({}, { serviceTime: 0 })).toEqual([
      '1 of n1 at 1100',
      '2 of n1 at 1200',
      '3 of n1 at 1300',
    ]);
  });

  test('turns to a timer that has expired meanwhile in its turn, and that takes no time', () => {
    const start = (env: Env<Letter>): void => {
      if (env.id === 0) env.setTimer('late', 1_150);
    };
    expect(handled({ start })).toEqual([
      '1 of n1 at 1100',
      'timer late at 1500',
      '2 of n1 at 1500',
      '3 of n1 at 1900',
    ]);
  });

  test('is not kept busy by what it says to itself, which waits for nothing', () => {
    const receive = (env: Env<Letter>, from: number, { body }: Letter): void => {
      if (env.id === 0 && from === 1 && body === 1) env.send(0, { type: 'Letter', body: 'own' });
    };
    expect(handled({ receive })).toEqual([
      '1 of n1 at 1100',
      'own of n0 at 1100',
      '2 of n1 at 1500',
      '3 of n1 at 1900',
    ]);
  });

  test('forgets what waits when it crashes', () => {
    const crash: PlannedFault = { at: 1_250, fault: 'crash', node: 0, lasts: 10_000 };
    expect(handled({}, { faults: [crash] })).toEqual(['1 of n1 at 1100']);
  });

  test('that is also slow takes as long as both together', () => {
    const slow: PlannedFault = { at: 0, fault: 'slow-node', node: 0, by: 100 };
    expect(handled({}, { faults: [slow] })).toEqual([
      '1 of n1 at 1100',
      '2 of n1 at 1600',
      '3 of n1 at 2100',
    ]);
  });

  /** So that a quiet run goes on for a while. */
  const asking: Changes = { clients: 1, operations: [{ at: 9_000, client: 0, operation: null }] };

  test('has time for all that waits once the run turns quiet', () => {
    const ending = { kind: 'quiet', healAt: 1_350 } as const;
    expect(handled({}, { ...asking, ending })).toEqual([
      '1 of n1 at 1100',
      '2 of n1 at 1350',
      '3 of n1 at 1350',
    ]);
  });

  test('stays busy outside of a core that heals', () => {
    const ending = { kind: 'quiet', healAt: 1_350, core: [1] } as const;
    expect(handled({}, { ...asking, ending }).slice(0, 2)).toEqual([
      '1 of n1 at 1100',
      '2 of n1 at 1500',
    ]);
  });
});

test('clients are never busy', () => {
  const seen: number[] = [];
  const script: Script = {
    replica: {
      start(env) {
        for (let letter = 0; letter < 3; letter++) env.send(2, { type: 'Letter' });
      },
    },
    client: { receive: (env) => void seen.push(env.now) },
  };
  simulate(script, { serviceTime: BUSY, clients: 1, replicas: 2 });
  expect(seen).toEqual([1_000, 1_000, 1_000, 1_000, 1_000, 1_000]);
});

describe('throughput', () => {
  const done = (id: string, replicas: number, serviceTime: number): number => {
    const scenario = scenarios.find((each) => each.id === id)!;
    const spec = scenario.draw('0x1', { replicas, serviceTime });
    return run(spec).counts.completed;
  };

  test('of closed loops is what the busiest replica can do, and halves with its time', () => {
    // In the 100 ms in which clients ask, a server of 100 µs handles 1,000 messages.
    const alone = done('vr/saturated-writes', 1, 100);
    expect(alone).toBeGreaterThan(950);
    expect(alone).toBeLessThanOrEqual(1_000);
    expect(done('vr/saturated-writes', 1, 200)).toBeCloseTo(alone / 2, -2);
  });

  test('of a primary shrinks with its backups, that of a chain does not', () => {
    const primary = [3, 5].map((replicas) => done('vr/saturated-writes', replicas, 100));
    expect(primary[0]).toBeCloseTo(1_000 / 3, -2);
    expect(primary[1]).toBeCloseTo(1_000 / 5, -2);
    const chain = [3, 5].map((servers) => done('chain/saturated-writes', servers + 3, 100));
    for (const each of chain) expect(each).toBeCloseTo(500, -2);
  });
});
