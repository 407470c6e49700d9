/** Partitions of every shape: exactly which links they cut, among two to seven replicas. */
import { describe, expect, test } from 'vitest';
import type { Fault, FaultKind } from '../../sim/fault.ts';
import type { PlannedFault } from '../../sim/plan.ts';
import { simulate } from './scripted.ts';

const SIZES = [2, 3, 4, 5, 6, 7];
const AT = 1_000;

/** The replicas from `first` up to but not including `end`. */
function from(first: number, end: number): number[] {
  return Array.from({ length: end - first }, (_, index) => first + index);
}

/**
 * One row a sender, one column a receiver: 1 where messages pass and . where they do not. The
 * client is the last row and column.
 */
function matrix(size: number, fault: Fault, time = AT + 1): string[] {
  const { simulation } = simulate(
    // Something happens at every time that a test may ask about.
    { replica: { start: (env) => env.setTimer('look', time) } },
    {
      replicas: size,
      clients: 1,
      faults: [{ at: AT, ...fault }],
      ending: { kind: 'cut', at: time },
    },
  );
  const nodes = from(0, size + 1);
  return nodes.map((sender) =>
    nodes.map((receiver) => (simulation.isConnected(sender, receiver) ? '1' : '.')).join(''),
  );
}

/** The matrix of links for which `passes` holds; everyone talks to itself and to the client. */
function matrixOf(size: number, passes: (sender: number, receiver: number) => boolean): string[] {
  const nodes = from(0, size + 1);
  return nodes.map((a) =>
    nodes.map((b) => (a === b || a === size || b === size || passes(a, b) ? '1' : '.')).join(''),
  );
}

describe.each(SIZES)('among %i replicas', (size) => {
  const all = from(0, size);

  test('a split leaves the links within each side', () => {
    for (const cut of all) {
      const fault: Fault = { fault: 'partition', groups: [from(0, cut), from(cut, size)] };
      expect(matrix(size, fault)).toEqual(matrixOf(size, (a, b) => a < cut === b < cut));
    }
  });

  test('isolating one leaves all links but its own', () => {
    const others = all.filter((node) => node !== 1);
    const fault: Fault = { fault: 'partition', groups: [[1], others] };
    expect(matrix(size, fault)).toEqual(matrixOf(size, (a, b) => a !== 1 && b !== 1));
  });

  test('a one-way cut takes one direction only', () => {
    const fault: Fault = { fault: 'one-way', from: [0, 1], to: all };
    expect(matrix(size, fault)).toEqual(matrixOf(size, (a) => a > 1));
  });

  test('a bridge leaves both sides to the node in between', () => {
    for (const node of all) {
      const groups = [from(0, node), from(node, size)];
      const fault: Fault = { fault: 'bridge', node, groups };
      const sameSide = (a: number, b: number): boolean => a < node === b < node;
      const expected = matrixOf(size, (a, b) => a === node || b === node || sameSide(a, b));
      expect(matrix(size, fault)).toEqual(expected);
    }
  });

  test('a ring leaves each its two neighbours', () => {
    const isNext = (a: number, b: number): boolean => (a + 1) % size === b || (b + 1) % size === a;
    expect(matrix(size, { fault: 'ring', order: all })).toEqual(matrixOf(size, isNext));
  });

  test('a chain leaves each its neighbours, and its ends one', () => {
    const expected = matrixOf(size, (a, b) => Math.abs(a - b) === 1);
    expect(matrix(size, { fault: 'chained', order: all })).toEqual(expected);
  });

  test('a loss of the quorum leaves the links of one', () => {
    for (const node of all) {
      const expected = matrixOf(size, (a, b) => a === node || b === node);
      expect(matrix(size, { fault: 'quorum-loss', node })).toEqual(expected);
    }
  });

  test('a constrained election cuts one link first, and then all but those of one', () => {
    const [leader, node] = [0, 1];
    const fault: Fault = { fault: 'constrained-election', node, leader, lag: 500 };
    const lag = matrixOf(size, (a, b) => !(a === leader && b === node));
    const after = matrixOf(
      size,
      (a, b) => (a === node && b !== leader) || (b === node && a !== leader),
    );
    expect(matrix(size, fault, AT + 499)).toEqual(lag);
    expect(matrix(size, fault, AT + 501)).toEqual(after);
  });

  test('a flapping partition is cut, whole, cut, each for one period', () => {
    const groups = [[0], from(1, size)];
    const fault: Fault = { fault: 'flapping', groups, period: 100, lasts: 450 };
    const cut = matrixOf(size, (a, b) => a !== 0 && b !== 0);
    const whole = matrixOf(size, () => true);
    const phases = [50, 150, 250, 350, 420, 500].map((after) => matrix(size, fault, AT + after));
    expect(phases).toEqual([cut, whole, cut, whole, cut, whole]);
  });
});

test('the shapes of OmniPaxos among five, as they are drawn there', () => {
  const order = [0, 1, 2, 3, 4];
  expect(matrix(5, { fault: 'chained', order })).toEqual([
    '11...1',
    '111..1',
    '.111.1',
    '..1111',
    '...111',
    '111111',
  ]);
  expect(matrix(5, { fault: 'ring', order: [0, 2, 4, 1, 3] })).toEqual([
    '1.11.1',
    '.1.111',
    '1.1.11',
    '11.1.1',
    '.11.11',
    '111111',
  ]);
  expect(matrix(5, { fault: 'quorum-loss', node: 2 })).toEqual([
    '1.1..1',
    '.11..1',
    '111111',
    '..11.1',
    '..1.11',
    '111111',
  ]);
  expect(matrix(5, { fault: 'constrained-election', node: 2, leader: 4, lag: 0 })).toEqual([
    '1.1..1',
    '.11..1',
    '1111.1',
    '..11.1',
    '....11',
    '111111',
  ]);
});

test('a client that is named is cut off like a replica', () => {
  expect(matrix(2, { fault: 'partition', groups: [[0, 2], [1]] })).toEqual(['1.1', '.1.', '1.1']);
});

test('a node that is not named keeps all its links', () => {
  for (const fault of ['ring', 'chained'] as const) {
    const order = [0, 1, 2, 3];
    for (const row of matrix(5, { fault, order })) expect(row.at(4)).toBe('1');
  }
});

test('it is the node of the mark, and no second one beside a node that is named', () => {
  const faults: readonly Fault[] = [
    { fault: 'ring', order: ['it', 0, 1, 2, 3] },
    { fault: 'chained', order: ['it', 0, 1, 2, 3] },
    { fault: 'partition', groups: [['it'], [0, 1, 2, 3]] },
    {
      fault: 'bridge',
      node: 'it',
      groups: [
        [0, 1],
        ['it', 2, 3],
      ],
    },
  ];
  const open = faults.map((fault) => {
    const when = { mark: 'here', node: 1, nth: 1, after: 0 };
    const { simulation } = simulate(
      { replica: { start: (env) => env.mark('here') } },
      { replicas: 4, faults: [{ when, ...fault }] },
    );
    const pairs = [
      [0, 1],
      [0, 2],
      [0, 3],
      [1, 2],
      [1, 3],
      [2, 3],
    ] as const;
    return pairs.filter(([a, b]) => simulation.isConnected(a, b)).map((pair) => pair.join(''));
  });
  expect(open).toEqual([
    ['01', '02', '13', '23'],
    ['01', '02', '23'],
    ['02', '03', '23'],
    ['01', '12', '13', '23'],
  ]);
});

test('what ends within the lag of a constrained election cuts nothing later', () => {
  const fault: Fault = { fault: 'constrained-election', node: 1, leader: 0, lag: 500, lasts: 200 };
  expect(matrix(3, fault, AT + 1_000)).toEqual(['1111', '1111', '1111', '1111']);
});

const SHAPES: readonly Fault[] = [
  { fault: 'partition', groups: [[0], [1, 2, 3]] },
  { fault: 'one-way', from: [0], to: [1, 2, 3] },
  { fault: 'bridge', node: 1, groups: [[0], [2, 3]] },
  { fault: 'ring', order: [0, 2, 1, 3] },
  { fault: 'chained', order: [0, 1, 2, 3] },
  { fault: 'quorum-loss', node: 3 },
  { fault: 'constrained-election', node: 2, leader: 0, lag: 50 },
  {
    fault: 'flapping',
    groups: [
      [0, 1],
      [2, 3],
    ],
    period: 70,
  },
];

test.each(SHAPES)('$fault drops what is sent over the links that it cuts, and no more', (fault) => {
  const { simulation, records } = simulate(
    {
      replica: {
        start: (env) => env.setTimer('greet', AT + 60),
        expire(env) {
          for (const to of [0, 1, 2, 3]) env.send(to, { type: 'Hello' });
        },
      },
    },
    { replicas: 4, faults: [{ at: AT, ...fault }], ending: { kind: 'cut', at: AT + 60 } },
  );
  const dropped = records.flatMap(({ kind, fate, node, peer }) =>
    kind === 'drop' && fate === 'cut' ? [`${node}>${peer}`] : [],
  );
  const nodes = [0, 1, 2, 3];
  const cut = nodes.flatMap((a) =>
    nodes.filter((b) => !simulation.isConnected(a, b)).map((b) => `${a}>${b}`),
  );
  expect(dropped).toEqual(cut);
  expect(simulation.counts.sent - simulation.counts.dropped).toBe(16 - cut.length);
  expect(cut.length).toBeGreaterThan(0);
});

describe('links that several faults cut', () => {
  function openAt(time: number, faults: readonly PlannedFault[]): string[] {
    const { simulation } = simulate(
      { replica: { start: (env) => env.setTimer('look', time) } },
      { replicas: 4, faults, ending: { kind: 'cut', at: time } },
    );
    const nodes = [0, 1, 2, 3];
    return nodes.flatMap((a) =>
      nodes.filter((b) => simulation.isConnected(a, b)).map((b) => `${a}>${b}`),
    );
  }

  test('pass only what each of them lets pass, and all when all have ended', () => {
    const kinds = new Set<FaultKind>();
    for (const one of SHAPES) {
      for (const other of SHAPES) {
        kinds.add(one.fault);
        const first: PlannedFault = { at: 100, ...one, lasts: 400 };
        const second: PlannedFault = { at: 300, ...other, lasts: 500 };
        for (const time of [200, 355, 450, 600, 799]) {
          const apart = openAt(time, [first]);
          const expected = openAt(time, [second]).filter((link) => apart.includes(link));
          expect(openAt(time, [first, second])).toEqual(expected);
        }
        expect(openAt(801, [first, second])).toHaveLength(16);
      }
    }
    expect(kinds.size).toBe(SHAPES.length);
  });

  test('stay cut however many faults cut them, and open when all have ended', () => {
    const many = Array.from(
      { length: 300 },
      (_, index): PlannedFault => ({
        at: 100 + index,
        fault: 'one-way',
        from: [0],
        to: [1],
        lasts: 500,
      }),
    );
    for (const time of [355, 356, 357, 450]) expect(openAt(time, many)).not.toContain('0>1');
    expect(openAt(1_000, many)).toContain('0>1');
  });
});
