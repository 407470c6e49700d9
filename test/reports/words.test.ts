import { describe, expect, it } from 'vitest';
import {
  effectOf,
  faultInWords,
  faultSpans,
  spanInWords,
  unfiredInWords,
} from '../../reports/faults.ts';
import {
  fieldsOf,
  formatAsked,
  formatCompact,
  formatCount,
  formatElapsed,
  formatOperation,
  formatPlain,
  formatRate,
  formatSpeed,
  formatTime,
  formatTimeExact,
  formatTimeRange,
  nodeName,
} from '../../reports/words.ts';
import type { Fault } from '../../sim/fault.ts';
import { fixtureRun } from './fixture-run.ts';

describe('numbers', () => {
  it('have commas at every third digit', () => {
    expect([0, 999, 1000, 233_110, 1_234_567].map(formatCount)).toEqual([
      '0',
      '999',
      '1,000',
      '233,110',
      '1,234,567',
    ]);
  });

  it('has a speed with a decimal where it is low', () => {
    const rates = [1_234, 512.4, 12.34, 9.7, 5, 0.6, 0.04, 0.0123, 0];
    expect(rates.map(formatSpeed)).toEqual([
      '1.2k',
      '512',
      '12',
      '9.7',
      '5',
      '0.6',
      '0.04',
      '0.01',
      '0',
    ]);
  });

  it('are shortened to three figures at most, and never to 1000 of a unit', () => {
    const counts = [0, 7, 980, 9_100, 9_960, 31_200, 999_499, 999_600, 412_000_000, 2e9];
    expect(counts.map(formatCompact)).toEqual([
      '0',
      '7',
      '980',
      '9.1k',
      '10k',
      '31k',
      '999k',
      '1M',
      '412M',
      '2G',
    ]);
  });
});

describe('times', () => {
  it('are in the unit that a person would choose', () => {
    expect([850, 1_250, 64_447, 812_000, 9_999_000, 12_300_000].map(formatTime)).toEqual([
      '850 µs',
      '1.25 ms',
      '64 ms',
      '812 ms',
      '9,999 ms',
      '12.3 s',
    ]);
  });

  it('of two different events are told apart to the microsecond', () => {
    expect(formatTimeExact(1_812_005)).toBe('1,812.005 ms');
  });

  it('share the unit in a range', () => {
    expect(formatTimeRange(420_000, 700_000)).toBe('420–700 ms');
    expect(formatTimeRange(0, 2_000_000)).toBe('0–2,000 ms');
    expect(formatTimeRange(900_000, 12_000_000)).toBe('900 ms–12 s');
  });

  it('are said once where the ends of a range read the same', () => {
    expect(formatTimeRange(23_100, 23_400)).toBe('23 ms');
    expect(formatTimeRange(0, 0)).toBe('0 µs');
    expect(formatTimeRange(22_900, 24_000)).toBe('23–24 ms');
  });

  it('on the wall read as minutes and hours', () => {
    expect([900, 12_400, 66_000, 300_000, 7_500_000].map(formatElapsed)).toEqual([
      '0.9s',
      '12s',
      '1m06s',
      '5m00s',
      '2h05m',
    ]);
  });
});

describe('rates', () => {
  it('are per cent, to as many digits as tell something', () => {
    const rates = [1_000_000, 361_523, 35_239, 13_992, 100, 7, 0].map(formatRate);
    expect(rates).toEqual(['100 %', '36.2 %', '3.52 %', '1.4 %', '0.01 %', '0.0007 %', '0 %']);
  });
});

describe('operations', () => {
  it('of the key-value machine read as words', () => {
    expect(formatOperation({ f: 'put', key: 'x', value: 4 })).toBe('put x = 4');
    expect(formatOperation({ f: 'get', key: 'x' })).toBe('get x');
    expect(formatOperation({ f: 'cas', key: 'x', value: [3, 4] })).toBe('cas x 3 → 4');
  });

  it('that may be stale say so', () => {
    const operation = { f: 'get', key: 'x' };
    expect(formatAsked({ operation, level: 'sequential' })).toBe('get x, sequential');
    expect(formatAsked({ operation })).toBe('get x');
  });

  it('of a foreign machine lose no field', () => {
    expect(formatOperation({ f: 'move', value: 7, floor: 3 })).toBe('move 7 floor 3');
    expect(formatOperation({ floor: 3, doors: [1] })).toBe('{floor: 3, doors: [1]}');
    expect(formatOperation(['add', 2])).toBe('add 2');
    expect(formatPlain({ a: null, b: 'two words' })).toBe('{a: null, b: "two words"}');
  });
});

describe('the detail of an event', () => {
  it('leaves out the type that its label says, and nothing else', () => {
    expect(fieldsOf('{type: "Prepare", opNumber: 1}', 'Prepare')).toBe('{opNumber: 1}');
    expect(fieldsOf('{type: "Unreadable"}', 'Unreadable')).toBe('{}');
    expect(fieldsOf('{type: "PrepareOk", opNumber: 1}', 'Prepare')).toContain('PrepareOk');
    expect(fieldsOf('{f: "get"}', '')).toBe('{f: "get"}');
  });
});

describe('faults', () => {
  it('say whom they cut off and when', () => {
    const spans = faultSpans(fixtureRun()).map(spanInWords);
    expect(spans).toEqual([
      'partition {n0,n1}|{n2} 163–272 ms',
      'crash n0 326–408 ms',
      'pause n2 462–471 ms',
    ]);
  });

  it('stop nobody whose links are only slow or cut', () => {
    expect((['slow', 'one-way', 'partition'] as const).map(effectOf)).toEqual([
      'slow',
      'cut',
      'cut',
    ]);
    expect((['crash', 'client-crash', 'pause'] as const).map(effectOf)).toEqual([
      'down',
      'down',
      'paused',
    ]);
  });

  it('of slow links say by how much, apart from when', () => {
    const run = fixtureRun();
    const slow = {
      fault: 'slow',
      from: [0],
      to: [2, 1],
      by: 8_000,
      lasts: 9_000,
      at: 40_000,
    } as const;
    const [span] = faultSpans({
      ...run,
      spec: { ...run.spec, plan: { ...run.spec.plan, faults: [slow] } },
      faults: [{ status: 'fired', at: 40_000, until: 49_000 }],
    });
    expect(span === undefined ? '' : spanInWords(span)).toBe('slow {n0}→{n1,n2} (+8 ms) 40–49 ms');
  });

  it.each<[Fault, string]>([
    [{ fault: 'partition', groups: [['leader'], [0, 1, 2, 3, 4]] }, 'partition {n0}|{n1–n4}'],
    [{ fault: 'bridge', node: 'leader', groups: [[0, 1], [2]] }, 'bridge n0 between {n1}|{n2}'],
    [{ fault: 'ring', order: ['leader', 2, 0, 1] }, 'ring n0–n2–n1'],
    [{ fault: 'one-way', from: ['leader'], to: [0, 1] }, 'one-way cut {n0}→{n0,n1}'],
    [
      { fault: 'rolling-restart', order: ['leader', 1, 0], down: 5, up: 5 },
      'rolling restart n0, n1, n0',
    ],
  ])('tell of the sides that really were: %j', (fault, title) => {
    expect(faultInWords({ at: 0, ...fault }, 5, 0)).toBe(title);
  });

  it('say since when they hold if they never end, or only when they struck', () => {
    const run = fixtureRun();
    type Times = { readonly at: number; readonly until?: number };
    const wordsOf = (fault: Fault, outcome: Times): string | undefined =>
      faultSpans({
        ...run,
        spec: { ...run.spec, plan: { ...run.spec.plan, faults: [{ at: 0, ...fault }] } },
        faults: [{ status: 'fired', ...outcome }],
      })
        .map(spanInWords)
        .at(0);
    expect(wordsOf({ fault: 'pause', node: 0 }, { at: 0 })).toBe('pause n0 from 0 µs on');
    const rot: Fault = { fault: 'bit-rot', node: 2, place: 0 };
    expect(wordsOf(rot, { at: 20_000, until: 40_000 })).toBe('bit rot n2 at 20 ms');
  });

  it('of a moment are over at once, whenever the world heals', () => {
    const run = fixtureRun();
    const asked: Fault = { fault: 'reconfigure', members: [0, 1] };
    const [span] = faultSpans({
      ...run,
      spec: { ...run.spec, plan: { ...run.spec.plan, faults: [{ at: 0, ...asked }] } },
      faults: [{ status: 'fired', at: 20_000, until: 400_000 }],
    });
    expect(span).toMatchObject({ from: 20_000, until: 20_000 });
  });

  it('of clocks say which way they drift, and not to the last digit', () => {
    const drift = { fault: 'clock-drift', node: 1, lasts: 1_000, at: 0 } as const;
    expect(faultInWords({ ...drift, rate: -35_239 }, 3)).toBe('clock drift n1 (−3.52 %)');
    expect(faultInWords({ ...drift, rate: 500 }, 3)).toBe('clock drift n1 (+0.05 %)');
  });

  it('that wait for a mark name it', () => {
    const planned = fixtureRun().spec.plan.faults[3];
    if (planned === undefined) throw new Error('the fixture has four faults');
    expect(unfiredInWords(planned, 3)).toBe(
      'crash it at the mark recovery-completed, occurrence 1',
    );
  });

  it('name clients as clients', () => {
    expect([0, 2, 3, 5].map((node) => nodeName(node, 3))).toEqual(['n0', 'n2', 'c0', 'c2']);
  });
});
