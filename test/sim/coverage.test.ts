/** What coverage tells of the order in which marks were reached. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findScenarios } from '../../scenarios/catalogue/index.ts';
import { run } from '../../scenarios/run.ts';
import { Coverage } from '../../sim/coverage.ts';

function names(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `mark-${index}`);
}

/** The pairs of a bit set as `a>b`, and `a` alone for a mark that was reached. */
function inWords(bits: readonly number[], marks: readonly string[]): string[] {
  return marks.flatMap((a, from) =>
    marks.flatMap((b, to) => {
      const bit = from * marks.length + to;
      const isSet = (((bits[bit >>> 5] ?? 0) >>> (bit & 31)) & 1) === 1;
      return isSet ? [from === to ? a : `${a}>${b}`] : [];
    }),
  );
}

function covered(marks: readonly string[], order: readonly string[]): string[] {
  const coverage = new Coverage(marks);
  for (const mark of order) coverage.reach(mark, 0);
  return inWords(coverage.features(), marks);
}

/** For each pair, whether the second is found behind the first anywhere in the order. */
function coveredByDefinition(marks: readonly string[], order: readonly string[]): string[] {
  return marks.flatMap((a) =>
    marks.flatMap((b) => {
      if (a === b) return order.includes(a) ? [a] : [];
      const first = order.indexOf(a);
      return first >= 0 && order.lastIndexOf(b) > first ? [`${a}>${b}`] : [];
    }),
  );
}

const ABC = ['a', 'b', 'c'];

describe('coverage', () => {
  test('of nothing is empty', () => {
    expect(covered(ABC, [])).toEqual([]);
    expect(new Coverage([]).features()).toEqual([]);
  });

  test('tells which marks were reached after which, by hand', () => {
    expect(covered(ABC, ['a'])).toEqual(['a']);
    expect(covered(ABC, ['a', 'b'])).toEqual(['a', 'a>b', 'b']);
    expect(covered(ABC, ['b', 'a'])).toEqual(['a', 'b>a', 'b']);
    expect(covered(ABC, ['a', 'b', 'a'])).toEqual(['a', 'a>b', 'b>a', 'b']);
    expect(covered(ABC, ['c', 'a', 'c', 'b'])).toEqual(['a', 'a>b', 'a>c', 'b', 'c>a', 'c>b', 'c']);
  });

  test('has each pair at its place in the words', () => {
    const coverage = new Coverage(ABC);
    for (const mark of ['b', 'c']) coverage.reach(mark, 0);
    // Bits 4 (b), 5 (c after b) and 8 (c), of 3 marks; nothing beside another node.
    expect(coverage.features()).toEqual([(1 << 4) | (1 << 5) | (1 << 8), 0]);
  });

  test('knows nothing of marks that are not declared', () => {
    expect(covered(ABC, ['x', 'a', 'x'])).toEqual(['a']);
    expect(new Coverage(ABC).countOf('x')).toBe(0);
  });

  test.each([1, 5, 31, 32, 33, 64, 65, 100])('of %i marks is what the definition says', (count) => {
    const marks = names(count);
    fc.assert(
      fc.property(fc.array(fc.nat(count - 1), { maxLength: 60 }), (order) => {
        const reached = order.map((index) => marks[index] ?? '');
        const pairs = covered(marks, reached);
        expect(pairs.sort(byText)).toEqual(coveredByDefinition(marks, reached).sort(byText));
      }),
      { seed: 1, numRuns: 40 },
    );
  });
});

describe('coverage beside other nodes', () => {
  /** `a|b`: b was reached while another node was last at a. */
  function beside(steps: readonly (readonly [node: number, mark: string])[]): string[] {
    const coverage = new Coverage(ABC);
    for (const [node, mark] of steps) coverage.reach(mark, node);
    const [, bits = 0] = coverage.features();
    return ABC.flatMap((a, from) =>
      ABC.flatMap((b, to) => ((bits >>> (from * ABC.length + to)) & 1 ? [`${a}|${b}`] : [])),
    );
  }

  test('is of what the others were last at, not of what they had been at', () => {
    const steps = [
      [0, 'a'],
      [0, 'b'],
      [1, 'c'],
    ] as const;
    expect(beside(steps)).toEqual(['b|c']);
  });

  test('tells a mark at one node from the same at two', () => {
    expect(
      beside([
        [0, 'a'],
        [0, 'a'],
      ]),
    ).toEqual([]);
    expect(
      beside([
        [0, 'a'],
        [1, 'a'],
      ]),
    ).toEqual(['a|a']);
  });

  test('looks at all other nodes, clients among them', () => {
    expect(
      beside([
        [2, 'a'],
        [7, 'b'],
        [0, 'c'],
      ]),
    ).toEqual(['a|b', 'a|c', 'b|c']);
  });
});

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

describe('a run', () => {
  const [chaos] = findScenarios('vr/chaos');
  const spec = chaos?.draw('0x5', {});

  test('tells its coverage when it is asked, and changes nothing else by that', () => {
    if (spec === undefined) throw new Error('there is no vr/chaos');
    const { coverage, ...result } = run(spec, { coverage: true });
    expect(result).toEqual(run(spec));
    expect(JSON.parse(JSON.stringify(coverage))).toEqual(coverage);
  });

  test('covers the marks that it says were reached, and no others', () => {
    if (spec === undefined) throw new Error('there is no vr/chaos');
    const { coverage = [], marks } = run(spec, { coverage: true });
    const declared = Object.keys(marks);
    const reached = declared.filter((mark) => (marks[mark] ?? 0) > 0);
    const alone = inWords(coverage, declared).filter((pair) => !pair.includes('>'));
    expect(alone).toEqual(reached);
    expect(reached.length).toBeGreaterThan(3);
  });

  test('has in its coverage the order in which its event log reaches them', () => {
    if (spec === undefined) throw new Error('there is no vr/chaos');
    const { coverage = [], events = [], marks } = run(spec, { coverage: true, events: true });
    const order = events.flatMap(({ kind, label }) => (kind === 'mark' ? [label ?? ''] : []));
    const declared = Object.keys(marks);
    expect(inWords(coverage, declared)).toEqual(coveredByDefinition(declared, order));
  });
});
