/** Links that are slow or clogged: what arrives when, and in which order. */
import { describe, expect, test } from 'vitest';
import type { Fault } from '../../sim/fault.ts';
import type { PlannedFault } from '../../sim/plan.ts';
import { CALM, type Changes, DELAY, type Script, simulate } from './scripted.ts';

/** Node 0 sends letter n to all, itself included, after n milliseconds; up to letter 8. */
function arrivals(node: number, faults: readonly PlannedFault[], changes: Changes = {}): string[] {
  const seen: string[] = [];
  const script: Script = {
    replica: {
      start: (env) => env.id === 0 && env.setTimer('1', 1_000),
      expire(env, timer) {
        const n = Number(timer);
        for (const to of [0, 1, 2]) env.send(to, { type: 'Letter', body: n });
        if (n < 8) env.setTimer(String(n + 1), 1_000);
      },
      receive: (env, from, { body }) =>
        env.id === node && from === 0 && seen.push(`${String(body)} at ${env.now}`),
    },
  };
  simulate(script, { replicas: 3, faults, ...changes });
  return seen;
}

/** Letters, each with how much later than usual it has arrived. */
function lateness(faults: readonly PlannedFault[], changes: Changes = {}): string[] {
  return arrivals(1, faults, changes).map((line) => {
    const [n, , at] = line.split(' ').map(Number);
    return `${n}+${(at ?? 0) - (n ?? 0) * 1_000 - DELAY}`;
  });
}

const ALL: Fault = { fault: 'clog', from: [0, 1, 2], to: [0, 1, 2] };

describe('a slow link', () => {
  const slow: PlannedFault = {
    at: 2_500,
    fault: 'slow',
    from: [0],
    to: [1],
    by: 300,
    lasts: 3_000,
  };

  test('delays what is sent while it is slow, and nothing else', () => {
    expect(lateness([slow])).toEqual([
      '1+0',
      '2+0',
      '3+300',
      '4+300',
      '5+300',
      '6+0',
      '7+0',
      '8+0',
    ]);
    expect(arrivals(2, [slow])).toEqual(arrivals(2, []));
  });

  test('is slower by as much as all faults together make it', () => {
    const second = { ...slow, at: 4_500, by: 50 };
    expect(lateness([slow, second]).slice(2, 7)).toEqual([
      '3+300',
      '4+300',
      '5+350',
      '6+50',
      '7+50',
    ]);
  });

  test('is slow once, however often the fault names its ends', () => {
    const named = { ...slow, from: [0, 0], to: [1, 1, 2] };
    expect(lateness([named])[2]).toBe('3+300');
    const when = { mark: 'here', nth: 1, after: 0 };
    const it: PlannedFault = { when, fault: 'slow', from: ['it', 0], to: [1], by: 300 };
    const marking: Script = {
      replica: {
        start(env) {
          if (env.id === 0) env.mark('here');
          env.send(1, { type: 'Letter' });
        },
      },
    };
    const { records } = simulate(marking, { faults: [it] });
    const first = records.find(({ kind, peer }) => kind === 'deliver' && peer === 0);
    expect(first?.time).toBe(DELAY + 300);
  });

  test('may be slower than any timer waits', () => {
    const ages = 10_000_000_000;
    const patient: Changes = {
      bounds: { events: 20_000, queue: 1_000, time: 2 * ages },
      ending: { kind: 'cut', at: 2 * ages },
    };
    expect(lateness([{ ...slow, by: ages }], patient).at(-1)).toBe(`5+${ages}`);
  });

  test('keeps nothing from a node to itself', () => {
    const all = { ...slow, to: [0, 1, 2] };
    expect(arrivals(0, [all])).toEqual(arrivals(0, []));
  });
});

describe('a clogged link', () => {
  const clog: PlannedFault = { at: 2_500, fault: 'clog', from: [0], to: [1], lasts: 3_000 };

  test('holds what is sent meanwhile, and lets it go at once, in the order of sending', () => {
    expect(arrivals(1, [clog]).slice(1, 7)).toEqual([
      '2 at 3000',
      '3 at 5500',
      '4 at 5500',
      '5 at 6000',
      '6 at 7000',
      '7 at 8000',
    ]);
    expect(arrivals(2, [clog])).toEqual(arrivals(2, []));
  });

  test('lets what was on its way arrive', () => {
    expect(arrivals(1, [clog])).toContain('2 at 3000');
  });

  test('that two faults clog is clear when both are over', () => {
    const second = { ...clog, at: 4_500, lasts: 2_700 };
    expect(arrivals(1, [clog, second]).slice(2)).toEqual([
      '3 at 7200',
      '4 at 7200',
      '5 at 7200',
      '6 at 7200',
      '7 at 8000',
      '8 at 9000',
    ]);
  });

  test('holds what is meant for another only as long as that one is clogged', () => {
    const other = { ...clog, to: [2], lasts: 1_000 };
    expect(arrivals(2, [clog, other])[2]).toBe('3 at 4000');
    expect(arrivals(1, [clog, other])[2]).toBe('3 at 5500');
  });

  test('lets go what it holds when the run turns quiet, and when a core does', () => {
    const { lasts: _, ...endless } = clog;
    const busy: Changes = { clients: 1, operations: [{ at: 0, client: 0, operation: null }] };
    for (const core of [undefined, [0, 1]]) {
      const ending = {
        kind: 'quiet',
        healAt: 5_250,
        ...(core === undefined ? {} : { core }),
      } as const;
      const seen = arrivals(1, [endless], { ...busy, ending });
      expect(seen.slice(2, 5)).toEqual(['3 at 5250', '4 at 5250', '5 at 6000']);
    }
    const outside = { kind: 'quiet', healAt: 5_250, core: [0, 2] } as const;
    expect(arrivals(1, [endless], { ...busy, ending: outside })).toHaveLength(2);
  });

  test('drops what the network loses, and holds copies as well', () => {
    const overrides = [
      { from: 0, to: 1, type: 'Letter', ordinal: 2, drop: true },
      { from: 0, to: 1, type: 'Letter', ordinal: 3, duplicate: 10 },
    ];
    const seen = arrivals(1, [clog], { network: { ...CALM, overrides } });
    expect(seen.slice(2, 5)).toEqual(['4 at 5500', '4 at 5500', '5 at 6000']);
  });

  test('takes nothing while it is cut too', () => {
    const cut: PlannedFault = { at: 3_500, fault: 'one-way', from: [0], to: [1], lasts: 1_000 };
    expect(arrivals(1, [clog, cut]).slice(2, 4)).toEqual(['3 at 5500', '5 at 6000']);
  });

  test('holds what a node has sent that has crashed since', () => {
    const crash: PlannedFault = { at: 3_500, fault: 'crash', node: 0, staysDown: true };
    expect(arrivals(1, [clog, crash]).slice(2)).toEqual(['3 at 5500']);
  });

  test('keeps nothing from a node to itself', () => {
    expect(arrivals(0, [{ at: 2_500, ...ALL }])).toEqual(arrivals(0, []));
  });
});
