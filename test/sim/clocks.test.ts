/** What faults do to a node's own clock, and to the timers that go by it. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Clock } from '../../sim/clock.ts';
import type { Env } from '../../sim/contract.ts';
import type { ClockFault } from '../../sim/fault.ts';
import type { PlannedFault } from '../../sim/plan.ts';
import { type Changes, type ReplicaBehaviour, simulate } from './scripted.ts';

/** What node 0 notes, each with virtual time and what its clock shows; node 1 echoes letters. */
function notes(
  act: (env: Env, note: (what: string) => void) => ReplicaBehaviour,
  faults: readonly PlannedFault[],
  changes: Changes = {},
): string[] {
  const noted: string[] = [];
  // Node 1 has a true clock, and node 0 reads the virtual time from it.
  const clocks: Env[] = [];
  simulate(
    {
      replica: {
        start(env) {
          clocks[env.id] = env;
          if (env.id === 0) behaviourOf(env).start?.(env, { records: [] });
        },
        receive(env, from, letter) {
          if (env.id === 0) behaviourOf(env).receive?.(env, from, letter);
          else env.send(from, letter);
        },
        expire: (env, timer) => behaviourOf(env).expire?.(env, timer),
      },
    },
    { faults, ...changes },
  );
  function behaviourOf(env: Env): ReplicaBehaviour {
    return act(env, (what) => noted.push(`${what} at ${clocks[1]?.now}, showing ${env.now}`));
  }
  return noted;
}

/** When timers of node 0 expire that are armed at its start, by name and delay. */
function expiries(
  timers: { readonly [name: string]: number },
  faults: readonly PlannedFault[],
  changes: Changes = {},
): string[] {
  return notes(
    (_env, note) => ({
      start(env) {
        for (const [name, delay] of Object.entries(timers)) env.setTimer(name, delay);
      },
      expire: (_, timer) => note(timer),
    }),
    faults,
    changes,
  );
}

const jump = (at: number, by: number): PlannedFault => ({ at, fault: 'clock-jump', node: 0, by });
const freeze = (at: number, lasts: number): PlannedFault => ({
  at,
  fault: 'clock-freeze',
  node: 0,
  lasts,
});
const drift = (at: number, rate: number, lasts: number): PlannedFault => ({
  at,
  fault: 'clock-drift',
  node: 0,
  rate,
  lasts,
});

describe('a clock that leaps', () => {
  test('makes timers expire that would have meanwhile, and others so much earlier', () => {
    const timers = { early: 900, due: 1_200, late: 3_000 };
    expect(expiries(timers, [jump(1_000, 500)])).toEqual([
      'early at 900, showing 900',
      'due at 1000, showing 1500',
      'late at 2500, showing 3000',
    ]);
  });

  test('leaves timers alone that are armed later', () => {
    const noted = notes(
      (_env, note) => ({
        start: (env) => env.setTimer('first', 2_000),
        expire(env, timer) {
          note(timer);
          if (timer === 'first') env.setTimer('second', 1_000);
        },
      }),
      [jump(1_000, 500)],
    );
    expect(noted).toEqual(['first at 1500, showing 2000', 'second at 2500, showing 3000']);
  });

  test('is that of one node alone', () => {
    const { simulation } = simulate({}, { faults: [jump(1_000, 500)] });
    expect(simulation.node(0).clock.local(5_000)).toBe(5_500);
    expect(simulation.node(1).clock.local(5_000)).toBe(5_000);
  });
});

describe('a clock that drifts', () => {
  test('makes what is left of a wait longer or shorter while it does', () => {
    // A quarter faster: of 2,000 µs, 1,000 pass before, and 1,000 in 800 of virtual time.
    expect(expiries({ a: 2_000 }, [drift(1_000, 250_000, 5_000)])).toEqual([
      'a at 1800, showing 2000',
    ]);
    // Half as fast for a while: 500 pass in 1,000.
    expect(expiries({ a: 2_000 }, [drift(1_000, -500_000, 1_000)])).toEqual([
      'a at 2500, showing 2000',
    ]);
  });

  test('adds up with other drifts, and with that of the node', () => {
    const both = [drift(1_000, 250_000, 9_000), drift(1_000, 250_000, 9_000)];
    expect(expiries({ a: 4_000 }, both)).toEqual(['a at 3000, showing 4000']);
  });

  test('never stands still or runs back, however many drifts add up', () => {
    const many = [1, 2, 3, 4].map((at) => drift(at * 10, -900_000, 50_000));
    const { simulation } = simulate({}, { faults: many, ending: { kind: 'cut', at: 40_000 } });
    const { clock } = simulation.node(0);
    expect(clock.local(40_000)).toBeGreaterThan(clock.local(20_000));
    expect(clock.local(20_000)).toBeGreaterThan(clock.local(100));
    // And when they are over, it is as fast as before.
    const later = simulate({}, { faults: many, ending: { kind: 'cut', at: 90_000 } }).simulation;
    const healed = later.node(0).clock;
    expect(healed.local(100_000) - healed.local(90_000)).toBe(10_000);
  });
});

describe('a clock that stands still', () => {
  test('keeps what is left of every wait until it goes on', () => {
    expect(expiries({ a: 200, b: 500, c: 4_000 }, [freeze(300, 1_000)])).toEqual([
      'a at 200, showing 200',
      'b at 1500, showing 500',
      'c at 5000, showing 4000',
    ]);
  });

  test('lets no timer expire that is armed meanwhile, but one that is due at once', () => {
    const noted = notes(
      (_env, note) => ({
        receive(env) {
          note('letter');
          env.setTimer('later', 400);
          env.setTimer('cancelled', 300);
          env.setTimer('now', 0);
          env.cancelTimer('cancelled');
        },
        expire: (_, timer) => note(timer),
        start: (env) => env.send(1, { type: 'Hello' }),
      }),
      [freeze(500, 3_000)],
    );
    expect(noted).toEqual([
      'letter at 2000, showing 500',
      'now at 2000, showing 500',
      'later at 3900, showing 900',
    ]);
  });

  test('goes on when all faults that hold it are over', () => {
    const both = [freeze(300, 1_000), freeze(800, 1_000)];
    expect(expiries({ a: 500 }, both)).toEqual(['a at 2000, showing 500']);
  });

  test('can leap, and then shows so much more', () => {
    const faults = [freeze(300, 1_000), jump(600, 150), jump(700, 5_000)];
    expect(expiries({ a: 500, b: 10_000 }, faults)).toEqual([
      'a at 700, showing 5450',
      'b at 5850, showing 10000',
    ]);
  });

  test('goes on at the rate that it has by then', () => {
    const faults = [freeze(300, 1_000), drift(600, -500_000, 9_000)];
    expect(expiries({ a: 500 }, faults)).toEqual(['a at 1700, showing 500']);
  });

  test('stops no timer that had expired before and only waited for its node', () => {
    const pause: PlannedFault = { at: 100, fault: 'pause', node: 0, lasts: 1_000 };
    expect(expiries({ a: 500, b: 700 }, [pause, freeze(600, 9_000)])).toEqual([
      'a at 1100, showing 600',
      'b at 9700, showing 700',
    ]);
  });

  test('stands still for the next life of a node, whose timers wait as well', () => {
    const crash: PlannedFault = { at: 500, fault: 'crash', node: 0, lasts: 100 };
    expect(expiries({ a: 400 }, [freeze(300, 1_000), crash])).toEqual(['a at 1700, showing 700']);
  });

  test('goes on when the run turns quiet', () => {
    const endless: PlannedFault = { at: 300, fault: 'clock-freeze', node: 0 };
    const ending = { kind: 'quiet', healAt: 2_000 } as const;
    const operations = [{ at: 0, client: 0, operation: null }];
    expect(expiries({ a: 500 }, [endless], { ending, clients: 1, operations })).toEqual([
      'a at 2200, showing 500',
    ]);
  });
});

const MILLION = 1_000_000;
const clockFault: fc.Arbitrary<ClockFault> = fc.oneof(
  fc.record({ fault: fc.constant('clock-jump'), node: fc.constant(0), by: fc.nat(500) }),
  fc.record({
    fault: fc.constant('clock-drift'),
    node: fc.constant(0),
    rate: fc.integer({ min: -900_000, max: MILLION }),
    lasts: fc.nat(2_000),
  }),
  fc.record({
    fault: fc.constant('clock-freeze'),
    node: fc.constant(0),
    lasts: fc.nat(2_000),
  }),
);
const clockFaults = fc.array(
  fc.tuple(fc.nat(3_000), clockFault).map(([at, fault]): PlannedFault => ({ at, ...fault })),
  { maxLength: 6 },
);

/** What a clock shows at each microsecond, to which the same happens. */
function shownAt(faults: readonly PlannedFault[], until: number): number[] {
  const clock = new Clock(0, 0);
  const changes = new Map<number, (() => void)[]>();
  const plan = (at: number, change: () => void): void => {
    changes.set(at, [...(changes.get(at) ?? []), change]);
  };
  for (const fault of faults) {
    const at = fault.at ?? 0;
    const end = at + (fault.lasts ?? 0);
    if (fault.fault === 'clock-jump') plan(at, () => clock.jump(at, fault.by));
    if (fault.fault === 'clock-drift') {
      plan(at, () => clock.drift(at, fault.rate));
      plan(end, () => clock.drift(end, -fault.rate));
    }
    if (fault.fault === 'clock-freeze') {
      plan(at, () => clock.freeze(at));
      plan(end, () => clock.thaw(end));
    }
  }
  return Array.from({ length: until }, (_, time) => {
    for (const change of changes.get(time) ?? []) change();
    return clock.local(time);
  });
}

describe('whatever faults strike a clock, in whatever order', () => {
  test('it never goes back', () => {
    fc.assert(
      fc.property(clockFaults, (faults) => {
        const shown = shownAt(faults, 6_000);
        expect(shown.findIndex((time, i) => time < (shown[i - 1] ?? 0))).toBe(-1);
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  test('a timer expires when it shows that the delay is over: not before, hardly after', () => {
    let expired = 0;
    fc.assert(
      fc.property(clockFaults, fc.integer({ min: 1, max: 4_000 }), (faults, delay) => {
        const [note] = expiries({ a: delay }, faults, { ending: { kind: 'cut', at: 20_000 } });
        const shown = shownAt(faults, 20_000);
        const earliest = shown.findIndex((time) => time >= delay);
        if (note === undefined) {
          expect(earliest).toBe(-1);
          return;
        }
        expired += 1;
        const [, at, showing] = /at (\d+), showing (\d+)/.exec(note)?.map(Number) ?? [];
        expect(showing).toBeGreaterThanOrEqual(delay);
        expect(at).toBeGreaterThanOrEqual(earliest);
        // Clocks show whole microseconds: what is left of one may take a slow clock a while.
        const slack = (shown[earliest] ?? 0) - delay <= 1 ? SLACK_MAX : 0;
        expect(at).toBeLessThanOrEqual(earliest + slack);
      }),
      { seed: 1, numRuns: 300 },
    );
    expect(expired).toBeGreaterThan(250);
  });
});

/** Of the slowest clock there is, one microsecond lasts a hundred. */
const SLACK_MAX = 200;
