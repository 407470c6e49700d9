/** What is told of faults that did not strike: each in a short plan, counts of a long one. */
import { describe, expect, test } from 'vitest';
import { unstruckLines } from '../../reports/unstruck.ts';
import type { FaultOutcome, RunResult } from '../../scenarios/spec.ts';
import type { PlannedFault } from '../../sim/plan.ts';
import type { Unstruck } from '../../sim/unstruck.ts';
import { fixtureRun } from './fixture-run.ts';

const CRASH: PlannedFault = { at: 20_000, fault: 'crash', node: 1 };
const BEYOND = 'beyond what vr claims to survive (withinClaims)';
const FIRED: FaultOutcome = { status: 'fired', at: 20_000 };

function runOf(
  faults: readonly (readonly [PlannedFault, FaultOutcome])[],
  changes: Partial<RunResult['spec']> = {},
): RunResult {
  const run = fixtureRun();
  const plan = { operations: [], faults: faults.map(([planned]) => planned) };
  return {
    ...run,
    spec: { ...run.spec, ...changes, plan },
    faults: faults.map(([, outcome]) => outcome),
    marks: { elected: 5, recovered: 0 },
  };
}

function unstruck(why: Unstruck, seen?: number): FaultOutcome {
  return { status: 'never-triggered', why, ...(seen === undefined ? {} : { seen }) };
}

function waiting(mark: string, nth: number, node?: number): PlannedFault {
  const by = node === undefined ? {} : { node };
  return { when: { mark, nth, after: 0, ...by }, fault: 'crash', node: 'it' };
}

describe('a short plan', () => {
  test('has a line for each fault that did not strike, and none for one that did', () => {
    const run = runOf([
      [CRASH, FIRED],
      [CRASH, unstruck('beyond-claims')],
      [waiting('elected', 2), unstruck('mark-not-reached', 1)],
    ]);
    expect(unstruckLines(run)).toEqual([
      `crash n1 20 ms                              not struck: ${BEYOND}`,
      'crash it at the mark elected, occurrence 2  not struck: its mark was reached 1 time, not 2',
    ]);
    expect(unstruckLines(runOf([[CRASH, FIRED]]))).toEqual([]);
  });

  test('calls whoever leads what the protocol calls it', () => {
    const leader: PlannedFault = { at: 20_000, fault: 'crash', node: 'leader' };
    const run = runOf([[leader, unstruck('run-ended')]]);
    expect(unstruckLines(run)).toEqual(['crash the leader 20 ms  not struck: the run ended first']);
    expect(unstruckLines({ ...run, leaderName: 'head' })).toEqual([
      'crash the head 20 ms  not struck: the run ended first',
    ]);
  });

  test.each<[PlannedFault, FaultOutcome, string]>([
    [CRASH, unstruck('node-down'), 'the node was down already'],
    [CRASH, unstruck('run-ended'), 'the run ended first'],
    [CRASH, unstruck('no-build'), 'there was no other build'],
    [CRASH, unstruck('nobody-to-ask'), 'no replica could change the members'],
    [CRASH, { status: 'held-back' }, 'it was held back'],
    [CRASH, { status: 'never-triggered' }, 'it was not due in time'],
    [waiting('recovered', 1), unstruck('mark-not-reached', 0), 'its mark was never reached'],
    [
      waiting('elected', 1, 2),
      unstruck('mark-not-reached', 0),
      'n2 did not reach its mark while faults lasted',
    ],
    [
      waiting('elected', 1),
      unstruck('mark-not-reached', 0),
      'its mark was reached only when faults had stopped',
    ],
  ])('says why: %j %j', (planned, outcome, why) => {
    expect(unstruckLines(runOf([[planned, outcome]]))[0]?.split('not struck: ')[1]).toBe(why);
  });

  test('says when faults had stopped, and what is spared within the claims', () => {
    const late = runOf([[CRASH, unstruck('turned-quiet')]], {
      ending: { kind: 'quiet', healAt: 15_000 },
    });
    expect(unstruckLines(late)[0]).toContain('faults had stopped by then, at 15 ms');
    const [spared, bare] = [true, false].map((withinClaims) =>
      unstruckLines(runOf([[CRASH, unstruck('no-record')]], { withinClaims })),
    );
    expect(spared?.[0]).toContain('no record to damage (the last one is spared: withinClaims)');
    expect(bare?.[0]).toMatch(/no record to damage$/);
  });

  test('says of a fault that strikes nodes in turn how many it passed over', () => {
    const order = [0, 1, 2];
    const rolling: PlannedFault = { at: 0, fault: 'rolling-restart', order, down: 5, up: 5 };
    const [line] = unstruckLines(runOf([[rolling, { ...FIRED, passedOver: 2 }]]));
    expect(line).toMatch(
      /^rolling restart n0, n1, n2 0 µs {2}passed over 2 nodes: down already, or /,
    );
    const bare = runOf([[rolling, { ...FIRED, passedOver: 1 }]], { withinClaims: false });
    expect(unstruckLines(bare)[0]).toMatch(/ passed over 1 node: down already$/);
  });

  test('names the leader that a fault found', () => {
    const leader: PlannedFault = { at: 20_000, fault: 'crash', node: 'leader' };
    const run = runOf([[leader, { status: 'held-back', node: 2, why: 'beyond-claims' }]]);
    expect(unstruckLines(run)[0]).toMatch(/^crash n2 20 ms {2}not struck: /);
  });
});

test('a long plan has one line, with counts', () => {
  const outcomes: readonly FaultOutcome[] = [
    ...Array.from({ length: 10 }, () => FIRED),
    ...Array.from({ length: 4 }, () => unstruck('mark-not-reached', 0)),
    unstruck('node-down'),
    unstruck('beyond-claims'),
    unstruck('beyond-claims'),
  ];
  expect(unstruckLines(runOf(outcomes.map((outcome) => [CRASH, outcome])))).toEqual([
    '17 faults: 10 struck, 4 waited for a mark that was not reached, 2 held back (withinClaims), ' +
      '1 found the node down',
  ]);
});
