/** The table of fault kinds, and the nodes that faults name. */
import { describe, expect, test } from 'vitest';
import {
  FAULT_KINDS,
  type Fault,
  type FaultNode,
  faultKinds,
  nodesOf,
  renameNodes,
} from '../../sim/fault.ts';
import { KINDS } from './every-fault.ts';

const FAULTS: readonly Fault[] = faultKinds.map((kind) => KINDS[kind].fault);

describe('every kind of fault', () => {
  test('is told in a few words, that say no more than others', () => {
    const abouts = faultKinds.map((kind) => FAULT_KINDS[kind].about);
    expect(new Set(abouts).size).toBe(abouts.length);
    for (const about of abouts) expect(about).toMatch(/^[a-z].{10,90}[a-z]$/);
  });

  test('stands beside those of its group', () => {
    const groups = faultKinds.map((kind) => FAULT_KINDS[kind].group);
    const changes = groups.filter((group, index) => group !== groups[index - 1]);
    expect(changes).toEqual([...new Set(groups)]);
  });
});

describe('the nodes of a fault', () => {
  test.each(FAULTS)('$fault are all that it names', (fault) => {
    // Whatever is a node, or a list of nodes, is a field of one of these names.
    const named = Object.entries(fault).flatMap(([name, value]): unknown[] =>
      ['node', 'leader', 'from', 'to', 'order', 'members', 'groups'].includes(name)
        ? [value].flat(2)
        : [],
    );
    expect(nodesOf(fault).flatMap(([, nodes]) => nodes)).toEqual(expect.arrayContaining(named));
    expect(nodesOf(fault).flatMap(([, nodes]) => nodes)).toHaveLength(named.length);
  });

  test('are told with the fields that name them', () => {
    expect(nodesOf({ fault: 'bridge', node: 'it', groups: [[0], [1, 2]] })).toEqual([
      ['node', ['it']],
      ['groups[0]', [0]],
      ['groups[1]', [1, 2]],
    ]);
  });
});

describe('a fault among other nodes', () => {
  const shift = (node: FaultNode): FaultNode => (typeof node === 'number' ? node + 10 : node);
  const without =
    (gone: number) =>
    (node: FaultNode): FaultNode | undefined =>
      node === gone ? undefined : node;

  test.each(FAULTS)('$fault names those and is the same otherwise', (fault) => {
    const renamed = renameNodes(fault, shift);
    const names = (of: Fault): FaultNode[] => nodesOf(of).flatMap(([, nodes]) => [...nodes]);
    expect(renamed === undefined ? [] : names(renamed)).toEqual(names(fault).map(shift));
    const back = renameNodes(renamed ?? fault, (node) =>
      typeof node === 'number' ? node - 10 : node,
    );
    expect(back).toEqual(fault);
  });

  test('names nobody who is gone', () => {
    const ring: Fault = { fault: 'ring', order: [0, 1, 2] };
    expect(renameNodes(ring, without(1))).toEqual({ fault: 'ring', order: [0, 2] });
  });

  test.each<Fault>([
    { fault: 'crash', node: 1 },
    { fault: 'constrained-election', node: 0, leader: 1, lag: 5 },
    { fault: 'one-way', from: [1], to: [0, 2] },
    { fault: 'slow', from: [0, 2], to: [1], by: 5 },
    { fault: 'rolling-restart', order: [1], down: 5, up: 5 },
    { fault: 'byzantine', node: 0, behaviour: 'delay', to: [1], rate: 5, by: 5 },
    { fault: 'partition', groups: [[0, 2], [1]] },
    { fault: 'bridge', node: 0, groups: [[1], [2]] },
    { fault: 'reconfigure', members: [1] },
  ])('$fault is none if it is about nobody who is left', (fault) => {
    expect(renameNodes(fault, without(1))).toBeUndefined();
    expect(renameNodes(fault, without(7))).toEqual(fault);
  });

  test.each<[Fault, Fault]>([
    [
      { fault: 'partition', groups: [['it'], [0, 1, 2]] },
      { fault: 'partition', groups: [[1], [0, 2]] },
    ],
    [
      { fault: 'ring', order: [0, 'it', 1, 2] },
      { fault: 'ring', order: [0, 1, 2] },
    ],
    [
      { fault: 'one-way', from: ['it', 0, 1], to: [1] },
      { fault: 'one-way', from: [1, 0], to: [1] },
    ],
    [
      { fault: 'partition', groups: [['it'], [1]] },
      { fault: 'partition', groups: [[1], []] },
    ],
    [
      { fault: 'rolling-restart', order: ['it', 0, 1], down: 5, up: 5 },
      { fault: 'rolling-restart', order: [1, 0, 1], down: 5, up: 5 },
    ],
  ])('has in one place those who are one node: %j', (fault, one) => {
    expect(renameNodes(fault, (node) => (node === 'it' ? 1 : node))).toEqual(one);
  });

  test('keeps sides of a split on which somebody is left', () => {
    const split: Fault = { fault: 'partition', groups: [[0], [1], [2]] };
    const renamed = renameNodes(split, without(1));
    expect(renamed).toEqual({ fault: 'partition', groups: [[0], [], [2]] });
  });
});
