/** Faults of a plan that do not strike: a result says of each why not. */
import { describe, expect, test } from 'vitest';
import { findScenarios } from '../../scenarios/catalogue/index.ts';
import { run } from '../../scenarios/run.ts';
import type { FaultOutcome, RunSpec } from '../../scenarios/spec.ts';
import type { PlannedFault } from '../../sim/plan.ts';

const HEAL_AT = 200_000;

function outcomesOf(
  faults: readonly PlannedFault[],
  changes: Partial<RunSpec> = {},
): readonly FaultOutcome[] {
  const [calm] = findScenarios('vr/calm');
  if (calm === undefined) throw new Error('there is no vr/calm');
  const operations = Array.from({ length: 20 }, (_, turn) => ({
    at: turn * 5_000,
    client: 0,
    operation: { f: 'get', key: 'k0' },
  }));
  return run({
    ...calm.draw('0x1', { replicas: 3, clients: 1 }),
    ending: { kind: 'quiet', healAt: HEAL_AT },
    ...changes,
    plan: { operations, faults },
  }).faults;
}

/** A crash when the mark is reached by n0, which leads, or by the given node. */
function crashAt(mark: string, nth: number, node = 0, after = 0): PlannedFault {
  return { when: { mark, nth, node, after }, fault: 'crash', node: 'it', lasts: 5_000 };
}

const CRASH = { fault: 'crash', node: 1, lasts: 100_000 } as const;

describe('a fault that does not strike', () => {
  test.each<[string, readonly PlannedFault[], Partial<RunSpec>]>([
    [
      'beyond-claims',
      [
        { ...CRASH, at: 10_000, node: 0 },
        { ...CRASH, at: 20_000 },
      ],
      {},
    ],
    [
      'node-down',
      [
        { ...CRASH, at: 10_000 },
        { ...CRASH, at: 20_000 },
      ],
      {},
    ],
    [
      'node-down',
      [
        { ...CRASH, at: 10_000 },
        { at: 20_000, fault: 'pause', node: 1 },
      ],
      {},
    ],
    ['no-record', [{ at: 10_000, fault: 'bit-rot', node: 0, place: 0 }], {}],
    ['nobody-to-ask', [{ at: 10_000, fault: 'reconfigure', members: [0, 1] }], {}],
    ['mark-not-reached', [crashAt('about-to-commit', 900)], {}],
    ['turned-quiet', [{ ...CRASH, at: HEAL_AT + 1 }], {}],
    ['turned-quiet', [crashAt('about-to-commit', 2, 0, HEAL_AT)], {}],
    ['run-ended', [{ ...CRASH, at: 50_000 }], { ending: { kind: 'cut', at: 40_000 } }],
    [
      'run-ended',
      [crashAt('about-to-commit', 2, 0, 60_000)],
      { ending: { kind: 'cut', at: 40_000 } },
    ],
  ])('says %s: %j', (why, faults, changes) => {
    expect(outcomesOf(faults, changes).at(-1)?.why).toBe(why);
  });

  test('says how often its mark was reached, where that is why', () => {
    const [never, seldom, struck] = outcomesOf([
      crashAt('about-to-commit', 1, 1),
      crashAt('about-to-commit', 900),
      { ...crashAt('about-to-commit', 20), fault: 'slow-node', node: 'it', by: 1 },
    ]);
    expect(never).toEqual({ status: 'never-triggered', why: 'mark-not-reached', seen: 0 });
    expect(seldom).toMatchObject({ status: 'never-triggered', seen: 20 });
    expect(struck).toMatchObject({ status: 'fired', node: 0 });
  });

  test('says so of a node that is down, also where its loss would not be survived', () => {
    const gone: readonly PlannedFault[] = [
      { ...CRASH, at: 10_000 },
      { ...CRASH, at: 20_000, fault: 'amnesia' },
    ];
    expect(outcomesOf(gone).at(-1)?.why).toBe('node-down');
  });
});

test('a fault that strikes nodes in turn says how many it passed over', () => {
  const order = [0, 1, 2];
  const rolling: PlannedFault = { at: 20_000, fault: 'rolling-restart', order, down: 100, up: 100 };
  const down: PlannedFault = { ...CRASH, at: 10_000 };
  expect(outcomesOf([down, rolling]).at(-1)).toMatchObject({ status: 'fired', passedOver: 3 });
  const beyond = outcomesOf([down, rolling], { withinClaims: false });
  expect(beyond.at(-1)).toMatchObject({ status: 'fired', passedOver: 1 });
});

test('a fault that strikes has no reason not to', () => {
  const faults: readonly PlannedFault[] = [
    { ...CRASH, at: 10_000, node: 0 },
    { ...CRASH, at: 20_000 },
  ];
  expect(outcomesOf(faults, { withinClaims: false }).map(({ why }) => why)).toEqual([
    undefined,
    undefined,
  ]);
});
