import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Clock } from '../../sim/clock.ts';
import { type ReplicaBehaviour, seeds, simulate } from './scripted.ts';

/** When node 0's timers expire, as `time name`. */
function expiries(acts: ReplicaBehaviour): string[] {
  const expired: string[] = [];
  simulate(
    {
      replica: {
        ...acts,
        expire(env, timer) {
          expired.push(`${env.now} ${timer}`);
          acts.expire?.(env, timer);
        },
      },
    },
    { replicas: 1 },
  );
  return expired;
}

describe('a timer', () => {
  test('expires once, after its delay', () => {
    expect(expiries({ start: (env) => env.setTimer('a', 500) })).toEqual(['500 a']);
  });

  test('that is armed again later expires at the later time only', () => {
    const expired = expiries({
      start(env) {
        env.setTimer('a', 500);
        env.setTimer('again', 400);
      },
      expire: (env, timer) => timer === 'again' && env.setTimer('a', 500),
    });
    expect(expired).toEqual(['400 again', '900 a']);
  });

  test('that is armed again sooner expires at the sooner time only', () => {
    const expired = expiries({
      start(env) {
        env.setTimer('a', 500);
        env.setTimer('a', 100);
      },
    });
    expect(expired).toEqual(['100 a']);
  });

  test('that is armed sooner and then later again expires at the last time only', () => {
    const expired = expiries({
      start(env) {
        for (const delay of [500, 100, 700]) env.setTimer('a', delay);
      },
    });
    expect(expired).toEqual(['700 a']);
  });

  test('that is cancelled does not expire', () => {
    const expired = expiries({
      start(env) {
        env.setTimer('a', 500);
        env.cancelTimer('a');
      },
    });
    expect(expired).toEqual([]);
  });

  test('that is armed after it was cancelled expires', () => {
    const expired = expiries({
      start(env) {
        env.setTimer('a', 500);
        env.cancelTimer('a');
        env.setTimer('a', 600);
      },
    });
    expect(expired).toEqual(['600 a']);
  });

  test('can be armed by its own expiry', () => {
    const expired = expiries({
      start: (env) => env.setTimer('a', 100),
      expire: (env) => env.now < 300 && env.setTimer('a', 100),
    });
    expect(expired).toEqual(['100 a', '200 a', '300 a']);
  });

  test('is told from others by its name', () => {
    const expired = expiries({
      start(env) {
        env.setTimer('b', 200);
        env.setTimer('a', 100);
      },
      expire: (env, timer) => timer === 'a' && env.cancelTimer('c'),
    });
    expect(expired).toEqual(['100 a', '200 b']);
  });

  test('of an unknown name may be cancelled', () => {
    expect(expiries({ start: (env) => env.cancelTimer('never armed') })).toEqual([]);
  });
});

describe('timers', () => {
  test('do what a model of one deadline a name does', () => {
    const steps = fc.array(
      fc.record({
        name: fc.constantFrom('a', 'b'),
        delay: fc.option(fc.nat(20)),
        pause: fc.nat(5),
      }),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(steps, (plan) => {
        expect(timersOf(plan).sort(byText)).toEqual(timersOfModel(plan).sort(byText));
      }),
      { seed: 1, numRuns: 300 },
    );
  });
});

interface Step {
  readonly name: string;
  /** Null cancels. */
  readonly delay: number | null;
  /** Time until the next step, in units of 2 µs. */
  readonly pause: number;
}

/** Steps happen at odd times and timers expire at even ones: never both at once. */
function timersOf(plan: readonly Step[]): string[] {
  let next = 0;
  return expiries({
    start: (env) => env.setTimer('step', 1),
    expire(env, timer) {
      const step = plan[next];
      if (timer !== 'step' || step === undefined) return;
      next += 1;
      if (step.delay === null) env.cancelTimer(step.name);
      else env.setTimer(step.name, 2 * step.delay + 1);
      env.setTimer('step', 2 * step.pause + 2);
    },
  }).filter((line) => !line.endsWith('step'));
}

function timersOfModel(plan: readonly Step[]): string[] {
  const deadlines = new Map<string, number>();
  const expired: { readonly at: number; readonly name: string }[] = [];
  let now = 1;
  const expireUntil = (time: number): void => {
    for (const [name, at] of deadlines) {
      if (at > time) continue;
      expired.push({ at, name });
      deadlines.delete(name);
    }
  };
  for (const { name, delay, pause } of plan) {
    if (delay === null) deadlines.delete(name);
    else deadlines.set(name, now + 2 * delay + 1);
    now += 2 * pause + 2;
    expireUntil(now);
  }
  expireUntil(Number.MAX_SAFE_INTEGER);
  return expired.map(({ at, name }) => `${at} ${name}`);
}

/** Timers that are due at the same time expire in the order of their arming: not told here. */
function byText(a: string, b: string): number {
  return a < b ? -1 : 1;
}

const DRIFT = fc.integer({ min: -500_000, max: 500_000 });
const TIME = fc.nat(600_000_000);

describe('a clock', () => {
  test('is monotonic, whatever its offset and drift', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), DRIFT, TIME, fc.nat(1_000), (offset, drift, time, step) => {
        const clock = new Clock(offset, drift);
        expect(clock.local(time + step)).toBeGreaterThanOrEqual(clock.local(time));
      }),
      { seed: 1 },
    );
  });

  test('without drift shows virtual time plus its offset', () => {
    expect(new Clock(250, 0).local(1_000)).toBe(1_250);
  });

  test('that is fast by a tenth shows a tenth more', () => {
    expect(new Clock(0, 100_000).local(1_000_000)).toBe(1_100_000);
  });

  test('lets a delay pass in full before it says that it has passed', () => {
    fc.assert(
      fc.property(DRIFT, TIME, fc.nat(10_000_000), (drift, time, delay) => {
        const clock = new Clock(0, drift);
        const passed = clock.local(time + clock.virtual(delay)) - clock.local(time);
        expect(passed).toBeGreaterThanOrEqual(delay);
        expect(passed).toBeLessThanOrEqual(delay + 2);
      }),
      { seed: 1 },
    );
  });

  test('of a fast node makes its timers expire early', () => {
    const hurried = seeds(20).map((seed) => {
      const { simulation, records } = simulate(
        { replica: { start: (env) => env.setTimer('a', 100_000) } },
        { seed, replicas: 1, clock: { offset: 0, drift: 200_000 } },
      );
      const at = records.find((record) => record.kind === 'timer')?.time ?? -1;
      const { clock } = simulation.node(0);
      expect(at).toBe(clock.virtual(100_000));
      return at;
    });
    expect(Math.min(...hurried)).toBeLessThan(95_000);
    expect(Math.max(...hurried)).toBeGreaterThan(105_000);
  });

  test('of each node is its own', () => {
    const { simulation } = simulate({}, { replicas: 5, clock: { offset: 10_000, drift: 0 } });
    const offsets = simulation.nodes.map((node) => node.clock.local(0));
    expect(new Set(offsets).size).toBe(5);
    expect(Math.max(...offsets)).toBeLessThanOrEqual(10_000);
  });

  test('of a client is skewed like any other', () => {
    const script = {};
    const { simulation } = simulate(script, { clients: 1, clock: { offset: 10_000, drift: 0 } });
    expect(simulation.node(2).clock.local(0)).toBeGreaterThan(0);
  });
});
