import { describe, expect, it } from 'vitest';
import { expectedRows } from '../../reports/expected.ts';
import { renderReport } from '../../reports/html.ts';
import type { Failure } from '../../scenarios/spec.ts';
import { buildViewer } from './build.ts';
import { fixtureRun, passedRun } from './fixture-run.ts';

const WINDOW = { what: 'writes, 0 ms to 9 ms', expected: 'at least 1', returned: 0, isMet: false };

describe('what is expected of a run', () => {
  it('has a row for each window, with what it counted and whether that was enough', () => {
    const met = { ...WINDOW, returned: 3, isMet: true };
    expect(expectedRows({ ...passedRun(), windows: [met, WINDOW] })).toEqual([
      { what: 'writes, 0 ms to 9 ms', expected: 'at least 1', counted: 3, held: 'held' },
      { what: 'writes, 0 ms to 9 ms', expected: 'at least 1', counted: 0, held: 'not held' },
    ]);
  });

  it('has one for each mark that has to be reached, and for the silence at its end', () => {
    const run = passedRun();
    const last = Math.max(...run.history.map((entry) => entry.return ?? 0));
    const spec = {
      ...run.spec,
      expect: { marks: ['view-change-completed', 'recovery-completed'], noReturnsAfter: last - 1 },
    };
    expect(expectedRows({ ...run, spec }).map(({ counted, held }) => [counted, held])).toEqual([
      [1, 'held'],
      [0, 'not held'],
      [1, 'not held'],
    ]);
  });

  it('is not judged where a violation has stopped the run before', () => {
    const run = { ...passedRun(), windows: [WINDOW, { ...WINDOW, isMet: true }] };
    const stopped = { ...run, ended: { how: 'violation', at: 5 } as const };
    expect(expectedRows(stopped).map(({ held }) => held)).toEqual(['not judged', 'held']);
    const [failure] = fixtureRun().failures as [Failure];
    const missed = { ...stopped, failures: [{ ...failure, oracle: 'expectation' }] };
    expect(expectedRows(missed).map(({ held }) => held)).toEqual(['not held', 'held']);
  });

  it('is nothing where the scenario says nothing of its outcome', () => {
    expect(expectedRows(passedRun())).toEqual([]);
  });

  it('is in the page without scripts too', () => {
    buildViewer();
    const html = renderReport({ runs: [{ ...passedRun(), windows: [WINDOW] }] });
    expect(html).toContain(
      '<td>writes, 0 ms to 9 ms</td><td>at least 1</td><td>0</td><td>not held</td>',
    );
  });
});
