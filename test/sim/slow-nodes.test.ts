/** Nodes that take their time for each event: what they handle when, and in which order. */
import { describe, expect, test } from 'vitest';
import type { PlannedFault } from '../../sim/plan.ts';
import { type Changes, type Script, seeds, simulate } from './scripted.ts';

/** Node 1 writes letters 1 to 6 to node 0, one every 100 µs; node 0 notes when it handles them. */
function handled(faults: readonly PlannedFault[], changes: Changes = {}): string[] {
  const seen: string[] = [];
  const script: Script = {
    replica: {
      start: (env) => env.id === 1 && env.setTimer('1', 100),
      expire(env, timer) {
        env.send(0, { type: 'Letter', body: Number(timer) });
        if (Number(timer) < 6) env.setTimer(String(Number(timer) + 1), 100);
      },
      receive: (env, _from, { body }) => seen.push(`${String(body)} at ${env.now}`),
    },
  };
  simulate(script, { faults, ...changes });
  return seen;
}

const slow = (at: number, by: number, lasts: number): PlannedFault => ({
  at,
  fault: 'slow-node',
  node: 0,
  by,
  lasts,
});
const crash = (at: number, lasts: number): PlannedFault => ({ at, fault: 'crash', node: 0, lasts });

describe('a slow node', () => {
  test('takes its time for each event, in the order in which they came', () => {
    expect(handled([slow(0, 400, 99_000)])).toEqual([
      '1 at 1100',
      '2 at 1500',
      '3 at 1900',
      '4 at 2300',
      '5 at 2700',
      '6 at 3100',
    ]);
  });

  test('handles at once what waited when it is as fast as before', () => {
    expect(handled([slow(0, 400, 1_600)])).toEqual([
      '1 at 1100',
      '2 at 1500',
      '3 at 1600',
      '4 at 1600',
      '5 at 1600',
      '6 at 1600',
    ]);
  });

  test('takes as long as all faults together make it', () => {
    // The third event begins when two hold: it takes 150, and the next begins after it.
    const seen = handled([slow(0, 100, 99_000), slow(1_250, 50, 99_000)]);
    expect(seen).toEqual([
      '1 at 1100',
      '2 at 1200',
      '3 at 1300',
      '4 at 1450',
      '5 at 1600',
      '6 at 1750',
    ]);
  });

  test('that is paused goes on in its own time when it resumes', () => {
    const pause: PlannedFault = { at: 1_150, fault: 'pause', node: 0, lasts: 1_000 };
    expect(handled([slow(0, 400, 99_000), pause])).toEqual([
      '1 at 1100',
      '2 at 2150',
      '3 at 2550',
      '4 at 2950',
      '5 at 3350',
      '6 at 3750',
    ]);
  });

  test('that was paused while it became fast handles all at once when it resumes', () => {
    const pause: PlannedFault = { at: 1_150, fault: 'pause', node: 0, lasts: 1_000 };
    const seen = handled([slow(0, 400, 1_500), pause]);
    expect(seen.slice(1)).toEqual([2, 3, 4, 5, 6].map((body) => `${body} at 2150`));
  });

  test('handles nothing that waited when it crashed, and is slow in its next life too', () => {
    // Letters 1 to 4 have come by 1,450; the node is at its first since 1,100.
    const seen = handled([slow(0, 400, 99_000), crash(1_450, 30)]);
    expect(seen).toEqual(['1 at 1100', '5 at 1500', '6 at 1900']);
  });

  test('is woken by nothing of an earlier life', () => {
    const faults = [slow(0, 400, 99_000), crash(1_250, 10)];
    // A wake of 1,500 was queued; in its new life the node is busy with letter 3 until 1,700.
    expect(handled(faults)).toEqual([
      '1 at 1100',
      '3 at 1300',
      '4 at 1700',
      '5 at 2100',
      '6 at 2500',
    ]);
  });

  test('keeps the order of what waits where ties are shuffled, and faults come and go', () => {
    for (const seed of seeds(40)) {
      const at = Number(seed.replace('seed-', '')) * 25;
      const faults: PlannedFault[] = [
        slow(900 + at, 130, 300),
        slow(1_050 + at, 70, 500),
        { at: 1_000 + at, fault: 'pause', node: 0, lasts: 170 },
        { at: 1_100 + at, fault: 'pause', node: 0, lasts: 300 },
      ];
      const bodies = handled(faults, { shuffleTies: true, seed }).map((line) => line.charAt(0));
      expect(bodies.join('')).toBe('123456');
    }
  });

  test('is woken by one event at a time, however often faults change its pace', () => {
    // While letters wait, it becomes slower a hundred times. Each fault has an event of its own in
    // the queue, and little else may be there.
    const changes = Array.from({ length: 100 }, (_, i) => slow(2_000 + i, 1, 9_000));
    const bounds = { events: 20_000, queue: changes.length + 20, time: 1_000_000 };
    const seen = handled([slow(900, 4_000, 90_000), ...changes], { bounds });
    expect(seen.map((line) => line.charAt(0)).join('')).toBe('123456');
  });

  test('serves its timers late, each as often as without', () => {
    const expired: number[] = [];
    simulate(
      {
        replica: {
          start(env) {
            for (const name of ['a', 'b', 'c']) env.setTimer(name, 500);
          },
          expire: (env) => env.id === 0 && expired.push(env.now),
        },
      },
      { faults: [slow(100, 200, 99_000)] },
    );
    expect(expired).toEqual([500, 700, 900]);
  });

  test('that is a client is slow as well', () => {
    const asked: number[] = [];
    const script: Script = {
      client: {
        invoke(env) {
          asked.push(env.now);
          env.abandon();
        },
      },
    };
    const operations = [100, 150].map((at) => ({ at, client: 0, operation: null }));
    const fault: PlannedFault = { at: 50, fault: 'slow-node', node: 2, by: 500 };
    simulate(script, { clients: 1, operations, faults: [fault] });
    expect(asked).toEqual([100, 600]);
  });
});
