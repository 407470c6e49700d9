import { describe, expect, it } from 'vitest';
import { codeVersion } from '../../cli/code-version.ts';
import { accountOf, exitOfAccount } from '../../cli/corpus-runner.ts';
import { changesBetween, recordedAnew } from '../../cli/corpus-update.ts';
import { expectedOf, verdictOf } from '../../cli/corpus-verdict.ts';
import type { SavedFailure } from '../../cli/saved-failure.ts';
import { INTERNAL_ERROR } from '../../scenarios/campaign-run.ts';
import type { CorpusOutcome } from '../../scenarios/campaign-types.ts';
import type { Failure, RunResult } from '../../scenarios/spec.ts';
import { edited, entryOf, OTHER_CODE, runThat } from './corpus-fixtures.ts';

const failed = runThat('failed', 'vr/primary-crash', 'VR-13');
const passed = runThat('passed', 'vr/primary-crash');
const failing = entryOf(failed);
const passing = entryOf(passed);

const [failure] = failed.failures;
if (failure === undefined) throw new Error('it did not fail');
const { invariant: _invariant, ...bareFailure } = failure;

/** The same run, ended by this failure. */
function failedBy(edit: Partial<Failure>): RunResult {
  return { ...failed, failures: [{ ...bareFailure, ...edit }] };
}

const undecided: RunResult = {
  ...passed,
  verdict: 'inconclusive',
  inconclusive: ['bound on events reached', 'time'],
};
const faultless: RunResult = {
  ...passed,
  faults: passed.faults.map((fault) => ({ ...fault, status: 'held-back' as const })),
};
const markless: RunResult = { ...passed, marks: {} };

describe('an entry that must fail', () => {
  it('is as expected when it fails the same way', () => {
    expect(verdictOf(failing, failed)).toEqual({
      outcome: 'as-expected',
      why: `it fails with ${failing.signature}`,
      hash: 'same',
    });
  });

  it('is stale when it passes, and never passed', () => {
    expect(verdictOf(failing, passed)).toMatchObject({ outcome: 'stale', why: 'it passes' });
  });

  it('is stale when it fails another way', () => {
    const other = failedBy({ signature: 'X-0000', message: 'n1 threw TypeError' });
    expect(verdictOf(failing, other)).toMatchObject({
      outcome: 'stale',
      why: 'it fails with X-0000 instead: n1 threw TypeError',
    });
  });

  it('need not reach the same marks on the way', () => {
    expect(verdictOf(failing, { ...failed, marks: {}, faults: [] }).outcome).toBe('as-expected');
  });
});

describe('an entry that must pass', () => {
  it('is as expected when it passes and shows what was found', () => {
    const shown = { outcome: 'as-expected', why: 'it passes', hash: 'same' };
    expect(verdictOf(passing, passed)).toEqual(shown);
  });

  it('is violated when it fails as it was found: the bug is back', () => {
    const mended: SavedFailure = { ...failing, expect: 'pass' };
    const back = (by: string): string =>
      `the bug that was mended is back: it fails with ${by}: ${failure.message}`;
    expect(verdictOf(mended, failed)).toMatchObject({
      outcome: 'violated',
      why: back(failing.signature),
    });
    const refined = { ...mended, signature: 'I-0000', provisional: failing.signature };
    expect(verdictOf(refined, failed).why).toBe(back('I-0000'));
  });

  it('is violated when it fails in another way: which, and that it is another one', () => {
    expect(verdictOf(passing, failed)).toMatchObject({
      outcome: 'violated',
      why:
        `it fails with ${failure.signature}, not with ${passing.signature}, ` +
        `which it was kept for: ${failure.message}`,
    });
  });

  it('that was never seen to fail is not said to have been kept for a failure', () => {
    const situation = { ...passing, signature: 'R-0000', oracle: 'situation' };
    expect(verdictOf(situation, failed).why).toBe(
      `it fails with ${failure.signature}: ${failure.message}`,
    );
  });

  it('is stale when a mark is not reached that was reached at discovery', () => {
    const { outcome, why } = verdictOf(passing, markless);
    expect(outcome).toBe('stale');
    expect(why).toMatch(/^it passes, but .*about-to-commit.* are not reached$/);
    const one = { ...passing, marks: ['about-to-commit'] };
    expect(verdictOf(one, markless).why).toBe('it passes, but about-to-commit is not reached');
  });

  it('is stale when a fault does not fire that fired at discovery', () => {
    const { outcome, why } = verdictOf(passing, faultless);
    expect(outcome).toBe('stale');
    expect(why).toBe('it passes, but crash (fault 0) is held back');
    const never = { ...passed, faults: [{ status: 'never-triggered' as const }] };
    expect(verdictOf(passing, never).why).toBe('it passes, but crash (fault 0) does not fire');
  });

  it('may reach and fire more than at discovery', () => {
    const less = { ...passing, marks: [], fired: [] };
    expect(verdictOf(less, passed).outcome).toBe('as-expected');
  });

  it('of an earlier version has nothing to show but that it passes', () => {
    const { marks: _marks, fired: _fired, ...old } = passing;
    expect(verdictOf(old, markless).outcome).toBe('as-expected');
  });
});

describe('an entry that does not say what is expected', () => {
  it('is a planted bug, which must fail, or one to be mended, which must pass', () => {
    const { expect: _expect, ...silent } = failing;
    expect(expectedOf(silent)).toBe('fail');
    const { mutant: _mutant, ...unmutated } = silent.spec;
    expect(expectedOf({ ...silent, spec: unmutated })).toBe('pass');
    expect(expectedOf(passing)).toBe('pass');
  });
});

describe('the trace hash of an entry', () => {
  const elsewhere: RunResult = { ...passed, traceHash: 'f'.repeat(16) };

  it('that differs makes it stale when the same code recorded it', () => {
    expect(passing.code).toBe(codeVersion());
    expect(verdictOf(passing, elsewhere)).toEqual({
      outcome: 'stale',
      why:
        `the same code gave another trace: ${passing.traceHash} was recorded, ` +
        'it is ffffffffffffffff',
      hash: 'differs',
    });
  });

  it('is not held against it when other code recorded it, or nobody knows which', () => {
    for (const code of [{ code: OTHER_CODE }, {}]) {
      const { code: _code, ...entry } = passing;
      expect(verdictOf({ ...entry, ...code }, elsewhere)).toMatchObject({
        outcome: 'as-expected',
        hash: 'of-other-code',
      });
    }
  });

  it('does not hide what is worse', () => {
    const { outcome } = verdictOf(passing, { ...failed, traceHash: 'f'.repeat(16) });
    expect(outcome).toBe('violated');
  });

  it('is not compared where there is none, or another each time', () => {
    expect(verdictOf(passing, { ...undecided, traceHash: '0' }).hash).toBe('not-compared');
    const unsteady: SavedFailure = { ...failing, oracle: 'determinism' };
    const again = { ...failed, traceHash: 'f'.repeat(16) };
    expect(verdictOf(unsteady, again)).toMatchObject({
      outcome: 'as-expected',
      hash: 'not-compared',
    });
  });
});

describe('an entry without a verdict', () => {
  it('is inconclusive, for its reasons, whatever is expected', () => {
    for (const entry of [passing, failing]) {
      expect(verdictOf(entry, undecided)).toMatchObject({
        outcome: 'inconclusive',
        why: 'bound on events reached; time',
      });
    }
  });

  it('that quorumlab itself fails on is told apart, unless that is what was saved', () => {
    const ours = failedBy({ oracle: INTERNAL_ERROR, signature: 'Q-0000', message: 'we failed' });
    expect(verdictOf(passing, ours)).toMatchObject({ outcome: 'internal-error', why: 'we failed' });
    const kept = { ...failing, oracle: INTERNAL_ERROR, signature: 'Q-0000' };
    expect(verdictOf(kept, ours).outcome).toBe('as-expected');
  });
});

describe('the exit code of a corpus', () => {
  const account = (...outcomes: readonly CorpusOutcome[]) => ({
    others: outcomes.flatMap((outcome) =>
      outcome === 'as-expected' ? [] : [{ file: 'x', outcome, why: '' }],
    ),
  });

  it.each<[readonly CorpusOutcome[], number]>([
    [[], 0],
    [['as-expected'], 0],
    [['violated'], 1],
    [['unreadable'], 2],
    [['inconclusive'], 3],
    [['stale'], 4],
    [['internal-error'], 70],
    [['violated', 'stale', 'unreadable'], 4],
    [['inconclusive', 'unreadable', 'violated'], 1],
    [['stale', 'internal-error'], 70],
  ])('of %j is %i', (outcomes, code) => {
    expect(exitOfAccount(account(...outcomes))).toBe(code);
  });

  it('counts what cannot be read among its entries', () => {
    const checked = [
      { path: 'a', saved: passing, verdict: verdictOf(passing, passed) },
      { path: 'b', saved: passing, verdict: verdictOf(passing, failed) },
    ];
    const unreadable = [{ path: 'c', why: 'it is empty' }];
    expect(accountOf('corpus', { checked, unreadable, left: 0 })).toMatchObject({
      folder: 'corpus',
      entries: 3,
      asExpected: 1,
      others: [
        { file: 'b', outcome: 'violated' },
        { file: 'c', outcome: 'unreadable', why: 'it is empty' },
      ],
    });
  });
});

describe('an entry that is recorded anew', () => {
  const anew = (saved: SavedFailure, result?: RunResult) =>
    recordedAnew({
      path: 'x.json',
      saved,
      verdict: verdictOf(saved, result ?? passed),
      ...(result === undefined ? {} : { result }),
    });

  it('is what this run shows, under the signature that it has now', () => {
    const old = { ...failing, signature: 'I-0000', invariant: 'gone', code: OTHER_CODE, note: 'n' };
    expect(anew(old, failed)).toEqual({ ...failing, note: 'n' });
    expect(changesBetween(old, failing)).toEqual([`I-0000 is now ${failing.signature}`]);
  });

  it('has no invariant when it fails by an oracle that has none', () => {
    expect(anew({ ...failing, invariant: 'one-log-per-view' }, failedBy({}))).not.toHaveProperty(
      'invariant',
    );
  });

  it('keeps of what it showed at discovery what it still shows, and says what it does not', () => {
    const old = { ...passing, marks: ['about-to-commit', 'log-merged'], fired: [0, 7] };
    const now = { ...passing, marks: ['about-to-commit'], fired: [0] };
    expect(anew(old, passed)).toEqual(now);
    expect(changesBetween(old, now)).toEqual([
      'no longer reaches log-merged',
      'no longer fires fault 7',
    ]);
    const { marks: _marks, fired: _fired, ...older } = passing;
    expect(anew(older, passed)).toEqual(passing);
    expect(changesBetween(failing, { ...failing, marks: ['x'], fired: [7] })).toContain(
      'now reaches x',
    );
  });

  it('has not changed when other code shows the very same', () => {
    const old = { ...passing, code: OTHER_CODE };
    expect(changesBetween(old, passing)).toEqual([]);
    expect(changesBetween({ ...old, traceHash: '0' }, passing)).toEqual(['another trace']);
  });

  it('stays as it was where it fails, passes or ends against its will', () => {
    expect(anew(passing, failed)).toBeUndefined();
    expect(anew(failing, passed)).toBeUndefined();
    expect(anew(passing, undecided)).toBeUndefined();
    expect(anew(edited(passing, { mutant: 'VR-99' }))).toBeUndefined();
  });

  it('keeps trace and message where they are another each time', () => {
    const unsteady = { ...failing, oracle: 'determinism', code: OTHER_CODE };
    const again = { ...failedBy({ oracle: 'determinism', message: 'else' }), traceHash: '0' };
    expect(anew(unsteady, again)).toEqual({ ...unsteady, code: codeVersion() });
  });
});
