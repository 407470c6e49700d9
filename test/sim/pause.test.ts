import { describe, expect, test } from 'vitest';
import type { PlannedFault } from '../../sim/plan.ts';
import { CALM, type Changes, DELAY, lines, type Script, seeds, simulate } from './scripted.ts';

const PAUSE: PlannedFault = { at: 500, fault: 'pause', node: 0, lasts: 9_500 };
const RESUMED_AT = 10_000;

/** Node 1 writes letters 1 to 5 to node 0, one every 100 µs; node 0 keeps a diary. */
function diary(changes: Changes): string[] {
  const seen: string[] = [];
  const script: Script = {
    replica: {
      start: (env) => env.setTimer('1', 100),
      expire(env, timer) {
        if (env.id === 0) {
          seen.push(`${env.now} timer`);
          return;
        }
        env.send(0, { type: 'Letter', body: Number(timer) });
        if (Number(timer) < 5) env.setTimer(String(Number(timer) + 1), 100);
      },
      receive: (env, _from, letter) => seen.push(`${env.now} ${String(letter.body)}`),
    },
  };
  simulate(script, changes);
  return seen;
}

test('a paused node handles what arrived, in order of arrival, when it resumes', () => {
  expect(diary({ faults: [PAUSE] })).toEqual([
    '100 timer',
    ...[1, 2, 3, 4, 5].map((body) => `${RESUMED_AT} ${body}`),
  ]);
});

test('the order of arrival counts, not the order of sending', () => {
  const overrides = [{ from: 1, to: 0, type: 'Letter', ordinal: 0, delay: 5 * DELAY }];
  const seen = diary({ faults: [PAUSE], network: { ...CALM, overrides } });
  expect(seen.slice(1).map((line) => line.split(' ')[1])).toEqual(['2', '3', '4', '5', '1']);
});

test('what waits for a paused node keeps its order even where ties are shuffled', () => {
  const orders = Array.from({ length: 20 }, (_, index) =>
    diary({ faults: [PAUSE], shuffleTies: true, seed: `ties-${index}` })
      .slice(1)
      .map((line) => line.split(' ')[1]),
  );
  expect(new Set(orders.map((order) => order.join()))).toEqual(new Set(['1,2,3,4,5']));
});

test('what arrives while the node resumes does not overtake what waited', () => {
  // Letter 5 arrives at the very time at which the node resumes.
  const overrides = [{ from: 1, to: 0, type: 'Letter', ordinal: 4, delay: RESUMED_AT - 500 }];
  const seen = diary({ faults: [PAUSE], network: { ...CALM, overrides } });
  expect(seen.slice(1).map((line) => line.split(' ')[1])).toEqual(['1', '2', '3', '4', '5']);
});

test("a paused node's clock goes on, and its overdue timers expire when it resumes", () => {
  const late = { ...PAUSE, at: 50 };
  expect(diary({ faults: [late] })[0]).toBe(`${50 + 9_500} timer`);
});

test('a crash takes along what waited for a paused node', () => {
  const crash: PlannedFault = { at: 5_000, fault: 'crash', node: 0, staysDown: true };
  expect(diary({ faults: [PAUSE, crash] })).toEqual(['100 timer']);
});

test('a paused node that crashes starts awake, without what had waited', () => {
  const crash: PlannedFault = { at: 5_000, fault: 'crash', node: 0, lasts: 1_000 };
  const again: PlannedFault = { ...PAUSE, at: 7_000, lasts: 500 };
  expect(diary({ faults: [PAUSE, crash, again] })).toEqual(['100 timer', '6100 timer']);
});

test('a node that two faults pause resumes when the second is over', () => {
  const { records } = simulate({}, { faults: [PAUSE, { ...PAUSE, at: 600 }] });
  expect(lines(records, 'pause')).toEqual(['500 n0']);
  expect(lines(records, 'resume')).toEqual([`${RESUMED_AT + 100} n0`]);
});

test('a pause that a crash has ended does not end a later one', () => {
  const crash: PlannedFault = { at: 5_000, fault: 'crash', node: 0, lasts: 1_000 };
  const later: PlannedFault = { ...PAUSE, at: 9_000, lasts: 5_000 };
  const { records } = simulate({}, { faults: [PAUSE, crash, later] });
  expect(lines(records, 'resume')).toEqual(['14000 n0']);
});

test('pausing and resuming are logged', () => {
  const { records } = simulate({}, { faults: [PAUSE] });
  expect(lines(records, 'pause')).toEqual(['500 n0']);
  expect(lines(records, 'resume')).toEqual([`${RESUMED_AT} n0`]);
});

describe('what the disk of a paused node has finished', () => {
  const pause: PlannedFault = { at: 1_050, fault: 'pause', node: 0, lasts: 4_000 };

  /** Node 0 persists and tells node 1 after a millisecond: when that is told, and what is found. */
  function written(faults: readonly PlannedFault[], seed = 'spec'): string[] {
    const seen: string[] = [];
    const script: Script = {
      replica: {
        start(env, { records }) {
          if (env.id !== 0) return;
          if (env.now > 0) seen.push(`found ${records.length}`);
          else env.setTimer('write', 1_000);
        },
        expire(env) {
          env.persist({ kind: 'set', key: 'k', value: 1 });
          env.send(1, { type: 'Written' });
        },
        receive: (env) => seen.push(`told at ${env.now - DELAY}`),
      },
    };
    simulate(script, { faults, seed });
    return seen;
  }

  test('it hears of when it resumes: what waited for it leaves then', () => {
    expect(written([])).toEqual(['told at 1100']);
    expect(written([pause])).toEqual(['told at 5050']);
  });

  test('may be lost if it crashes before, and then nobody was told of it', () => {
    const crash: PlannedFault = { at: 3_000, fault: 'crash', node: 0, lasts: 500 };
    const outcomes = new Set(seeds(20).map((seed) => written([pause, crash], seed).join()));
    expect(outcomes).toEqual(new Set(['found 0', 'found 1', 'found 1,told at 3000']));
  });

  test('fails if the disk cannot be written to by then', () => {
    const full: PlannedFault = { at: 4_000, fault: 'disk-full', node: 0, lasts: 5_000 };
    expect(written([pause, full])).toEqual(['found 0']);
    expect(written([pause, { ...full, lasts: 500 }])).toEqual(['told at 5050']);
  });
});
