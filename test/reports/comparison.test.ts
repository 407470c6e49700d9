/** A comparison as text, and in the report without scripts. */
import { describe, expect, it } from 'vitest';
import { type ComparisonStyle, comparisonText } from '../../reports/comparison-text.ts';
import { comparisonNotes } from '../../reports/comparison-words.ts';
import { renderReport } from '../../reports/html.ts';
import { idleNotes, isDuelUnfair, isUnearned } from '../../reports/idle-contenders.ts';
import { formatDifference, formatMeasure, formatSummary } from '../../reports/measured-words.ts';
import type { ComparedScenario } from '../../scenarios/compare/compared.ts';
import { METRICS } from '../../scenarios/measure/metrics.ts';
import { buildViewer } from './build.ts';
import { fixtureComparison } from './fixture-comparison.ts';

const as = (text: string): string => text;
const PLAIN: ComparisonStyle = {
  width: 200,
  outDir: 'out',
  paint: { strong: as, dim: as, fail: () => 'FAIL', unknown: () => 'UNKNOWN' },
};

describe('a comparison as text', () => {
  const { result } = fixtureComparison();

  it('has a row for each measure that says something, and a column for each contender', () => {
    const text = comparisonText(result, PLAIN);
    expect(text).toMatch(/^quorum-loss {2}D18: /);
    expect(text).toMatch(/^ +vr +mp$/m);
    expect(text).toMatch(/^ longest outage +1\.50 s +\d+ ms \(\d+ ms … \d+ ms\)$/m);
    expect(text).toMatch(/^ stable leader after fault +never +\d/m);
    expect(text).not.toContain('no quorum in reach');
  });

  it('says how each stands against the first, seed by seed', () => {
    expect(comparisonText(result, PLAIN)).toMatch(/^ operations done +4:0 \+7\d\d$/m);
  });

  it('calls nothing better that comes of having done little, and says who has', () => {
    const text = comparisonText(result, PLAIN);
    expect(text).toMatch(/^ leader changes +0 \* +1$/m);
    expect(text).toMatch(/^ latency p50 +2\.\d+ ms \(.*\) \* +2\.\d+ ms \(.*\)$/m);
    expect(text).toMatch(/^ leader changes +\* \+1$/m);
    expect(text).toMatch(/^ latency max +\* \+2\d\d ms$/m);
    expect(text).toMatch(
      /^ \* vr has done 1\d\d operations a run on average, mp [89]\d\d: below 90 % of the most, /m,
    );
    // Outages do not look better for what was not done.
    expect(text).toMatch(/^ longest outage +4:0 −1\.\d\d s$/m);
  });

  it('names failing runs with their commands, runs without a verdict, and an early end', () => {
    const failure = { oracle: 'linearizability', signature: 'L-1', message: 'no good', at: 5_000 };
    const place = { name: 'calm', index: 2, seed: '0x9', contender: 'mp' };
    const troubled = {
      ...result,
      failures: [{ ...place, failure, savedAs: 'compared/calm-mp.json' }],
      inconclusive: [{ name: 'calm', index: 3, seed: '0xa', why: 'it ran out of memory' }],
      interrupted: true,
    };
    const text = comparisonText(troubled, PLAIN);
    expect(text).toContain('FAIL  calm mp  seed 0x9  linearizability\n  no good (5 ms)\n');
    expect(text).toContain('  replay   quorumlab replay out/compared/calm-mp.json\n');
    expect(text).toContain('UNKNOWN  calm  seed 0xa  it ran out of memory\n');
    expect(text).toContain('interrupted: these are the seeds that every contender has run');
  });

  it('notes what contenders were spared, or have besides', () => {
    const [scenario] = result.scenarios;
    const [first, ...rest] = scenario!.standings;
    const odd = { ...first!, others: 1, faults: { struck: 3, heldBack: 1 }, failed: 2 };
    const notes = comparisonNotes(result.contenders, {
      ...scenario!,
      standings: [odd, ...rest],
      leftOut: 7,
    });
    expect(notes).toEqual([
      'vr has 1 replica more that is no server: no fault is about them',
      'vr was spared 1 of 4 faults: beyond what it claims to survive, or the node was down',
      'vr: 2 of 4 runs not counted',
      'left out: 7 drawn faults about members or builds',
    ]);
  });
});

describe('a contender that has done little', () => {
  const { contenders, metrics, scenarios } = fixtureComparison().result;
  const [changes, outage] = ['leaderChanges', 'longestOutage'].map(
    (id) => metrics.find((metric) => metric.id === id)!,
  );

  /** As it was, but with so many operations in each seed. */
  function withDone(...counts: readonly number[]): ComparedScenario {
    const [scenario] = scenarios;
    const standings = scenario!.standings.map((standing, place) => ({
      ...standing,
      metrics: standing.metrics.map((entry) =>
        entry.metric === 'done'
          ? { ...entry, values: entry.values.map(() => counts[place] ?? 0) }
          : entry,
      ),
    }));
    return { ...scenario!, standings };
  }

  it('has done less than nine tenths of what the busiest has', () => {
    expect(isUnearned(withDone(899, 1_000), changes!, 0)).toBe(true);
    expect(isDuelUnfair(withDone(899, 1_000), changes!, 1)).toBe(true);
    expect(isUnearned(withDone(900, 1_000), changes!, 0)).toBe(false);
    expect(isDuelUnfair(withDone(900, 1_000), changes!, 1)).toBe(false);
    expect(idleNotes(contenders, withDone(900, 1_000), metrics)).toEqual([]);
  });

  it('is worse all the same where it is worse, and where doing little does not help', () => {
    const busyFirst = withDone(1_000, 100);
    expect(isUnearned(busyFirst, changes!, 1)).toBe(false);
    expect(isDuelUnfair(busyFirst, changes!, 1)).toBe(false);
    expect(isDuelUnfair(withDone(100, 1_000), outage!, 1)).toBe(false);
  });
});

describe('a measure', () => {
  it('is written in its unit', () => {
    expect(formatMeasure(1_500_000, 'time')).toBe('1.50 s');
    expect(formatMeasure(1_270, 'time')).toBe('1.27 ms');
    expect(formatMeasure(1_234, 'count')).toBe('1,234');
    expect(formatMeasure(512.4, 'per-second')).toBe('512/s');
    expect([0.117, 16.58, 123.4].map((each) => formatMeasure(each, 'per-operation'))).toEqual([
      '0.12',
      '16.6',
      '123',
    ]);
    expect(formatMeasure(null, 'time')).toBe('never');
  });

  it('differs with a sign, and by nothing where that is too little to show', () => {
    expect(formatDifference(-1_150_000, 'time')).toBe('−1.15 s');
    expect(formatDifference(438.2, 'per-second')).toBe('+438/s');
    expect(formatDifference(0.3, 'per-second')).toBe('±0/s');
    expect(formatDifference(null, 'time')).toBe('–');
  });

  it('of many seeds is the median, and a range where there is one', () => {
    const [metric] = METRICS;
    const summary = { count: 9, never: 0, least: 1, p10: 2, median: 3, p90: 4, most: 5 };
    expect(formatSummary(summary, metric!)).toBe('3 µs (2 µs … 4 µs)');
    expect(formatSummary({ ...summary, p10: 3, p90: 3 }, metric!)).toBe('3 µs');
    expect(formatSummary({ ...summary, p90: null }, metric!)).toBe('3 µs (2 µs … never)');
    expect(formatSummary(undefined, metric!)).toBe('–');
  });
});

describe('a comparison in the report', () => {
  it('is there without scripts, with its command and its numbers', () => {
    buildViewer();
    const html = renderReport(fixtureComparison().report);
    expect(html).toContain('<title>quorum-loss · vr, mp · quorumlab</title>');
    expect(html).toContain('<h2>quorum-loss: D18: only one server has a quorum</h2>');
    expect(html).toMatch(/<th>leader changes<\/th><td>0 \*<\/td><td>1<\/td>/);
    expect(html).toContain('<p>* vr has done 1');
    expect(html).toMatch(/<th>longest outage<\/th><td>1\.50 s<\/td><td>\d+ ms/);
    expect(html).toContain('quorumlab compare quorum-loss --protocol vr,mp');
  });

  it('gives the same bytes each time', () => {
    const once = renderReport(fixtureComparison().report);
    expect(renderReport(fixtureComparison().report)).toBe(once);
  });
});
