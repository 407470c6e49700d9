import { describe, expect, test } from 'vitest';
import { markdownTable, medianOf, presentIn } from '../../bench/compared.ts';
import { fixtureComparison } from '../reports/fixture-comparison.ts';

describe('a table of a comparison', () => {
  test('leaves out contenders whose protocol is not there, or has not all of the scenarios', () => {
    const contenders = ['vr', 'mp:readMode=lease', 'raft', 'raft:preVote=true', 'single'];
    expect(presentIn(['quorum-loss', 'chained'], contenders)).toEqual(['vr', 'mp:readMode=lease']);
    expect(presentIn(['calm'], contenders)).toContain('single');
  });

  test('has medians in their units, and a dash for what there is none of', () => {
    const [scenario] = fixtureComparison().result.scenarios;
    expect(medianOf(scenario!, 0, 'stableAfterFault')).toBe('never');
    expect(medianOf(scenario!, 0, 'longestOutage')).toBe('1.50 s');
    expect(medianOf(scenario!, 7, 'longestOutage')).toBe('–');
  });

  test('is Markdown, with numbers to the right', () => {
    expect(markdownTable(['', 'downtime'], [['vr', '1.50 s']])).toBe(
      '|  | downtime |\n| --- | ---: |\n| vr | 1.50 s |\n',
    );
  });
});
