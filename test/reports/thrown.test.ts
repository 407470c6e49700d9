/** What an exception is told by, wherever a failure is. */
import { describe, expect, it } from 'vitest';
import { renderJunit } from '../../reports/junit.ts';
import { formatRun } from '../../reports/terminal.ts';
import { thrownLines } from '../../reports/thrown.ts';
import type { Failure, RunResult } from '../../scenarios/spec.ts';
import { fixtureCampaign } from './fixture-campaign.ts';
import { fixtureRun } from './fixture-run.ts';

const FRAMES = ['one', 'two', 'three', 'four', 'five'].map((name) => `at ${name} (file.mjs:1:2)`);

const failure: Failure = {
  oracle: 'no-exception',
  invariant: 'TypeError',
  signature: 'X-3e46',
  message: 'n0 threw TypeError',
  at: 0,
  event: 1,
  node: 0,
  thrown: { name: 'TypeError', message: 'the log\n  is gone', stack: FRAMES },
};

const thrown = (message: string): Failure => ({
  ...failure,
  thrown: { name: 'Error', message, stack: [] },
});

describe('the lines of an exception', () => {
  it('are its message in one line and the innermost frames', () => {
    expect(thrownLines(failure)).toEqual(['TypeError: the log is gone', ...FRAMES.slice(0, 4)]);
  });

  it('do not repeat what the sentence says', () => {
    const words = 'called env.send(9, {}): there is no such node';
    const misuse = { name: 'Misuse', message: words, stack: FRAMES.slice(0, 1) };
    expect(thrownLines({ message: `n0 ${words}`, thrown: misuse })).toEqual(FRAMES.slice(0, 1));
  });

  it('are cut where the message goes on and on', () => {
    expect(thrownLines(thrown('x'.repeat(1_000)))[0]).toBe(`Error: ${'x'.repeat(300)}…`);
  });

  it('do not hide that there is no message', () => {
    expect(thrownLines(thrown(''))).toEqual(['Error']);
  });

  it('are none for other failures', () => {
    expect(thrownLines({ message: 'n0 and n1 differ' })).toEqual([]);
  });
});

it('a run in the terminal tells them below the sentence', () => {
  const run: RunResult = { ...fixtureRun(), failures: [failure] };
  expect(formatRun(run)).toContain(
    '\n  n0 threw TypeError\n    TypeError: the log is gone\n    at one (file.mjs:1:2)\n',
  );
});

it('a campaign in JUnit tells them below the sentence', () => {
  const campaign = fixtureCampaign();
  const groups = campaign.groups.map((group) => ({
    ...group,
    message: failure.message,
    example: { ...group.example, failures: [failure] },
  }));
  expect(renderJunit({ ...campaign, groups })).toContain(
    'n0 threw TypeError\nTypeError: the log is gone\nat one (file.mjs:1:2)',
  );
});
