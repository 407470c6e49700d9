import { describe, expect, it } from 'vitest';
import { formatDiff } from '../../reports/diff.ts';
import { compareRuns } from '../../scenarios/diff/compare-runs.ts';
import { run } from '../../scenarios/run.ts';
import type { RunSpec } from '../../scenarios/spec.ts';
import { ledgerSpec, ledgers } from '../scenarios/ledger-spec.ts';

function diffOf(a: Partial<RunSpec>, b: Partial<RunSpec>): string {
  const [ofA, ofB] = [a, b].map((changes) =>
    run(ledgerSpec(changes), { registry: ledgers, events: true }),
  );
  if (ofA === undefined || ofB === undefined) throw new Error('there are two runs');
  const sides = { a: { title: 'ledger', run: ofA }, b: { title: 'ledger, changed', run: ofB } };
  return formatDiff(compareRuns(ofA, ofB), sides, { width: 120, rows: 6 });
}

describe('the text of a comparison', () => {
  it('of a planted bug with the correct protocol goes as in the golden transcript', async () => {
    const text = diffOf({}, { mutant: 'wrong-answer' });
    await expect(`${text}\n`).toMatchFileSnapshot('golden/diff-wrong-answer.txt');
  });

  it('of a lost message with one that arrives goes as in the golden transcript', async () => {
    const { network } = ledgerSpec();
    const overrides = [{ from: 0, to: 1, type: 'Copy', ordinal: 1, drop: true }];
    const text = diffOf({}, { network: { ...network, overrides } });
    await expect(`${text}\n`).toMatchFileSnapshot('golden/diff-lost-message.txt');
  });

  it('of two plans begins with the faults that they do not share', async () => {
    const operations = [
      { at: 0, client: 0, operation: { f: 'put', key: 'x', value: 1 } },
      { at: 1_000, client: 1, operation: { f: 'get', key: 'x' } },
    ];
    const crash = { at: 3_000, fault: 'crash', node: 1, lasts: 2_000 } as const;
    const text = diffOf(
      { plan: { faults: [crash], operations } },
      { plan: { faults: [{ ...crash, node: 0 }], operations: operations.slice(1) } },
    );
    await expect(`${text}\n`).toMatchFileSnapshot('golden/diff-plans.txt');
  });

  it('of two plans tells which reads may be stale in one of them', () => {
    const get = { at: 1_000, client: 1, operation: { f: 'get', key: 'x' } };
    const text = diffOf(
      { plan: { faults: [], operations: [get] } },
      { plan: { faults: [], operations: [{ ...get, level: 'sequential' }] } },
    );
    expect(text).toContain('c1 from 1 ms on: get x\n');
    expect(text).toContain('c1 from 1 ms on: get x, sequential\n');
  });

  it('of two runs that are the same is short', () => {
    const lines = diffOf({}, {}).split('\n');
    expect(lines).toHaveLength(4);
    expect(lines.at(-1)).toMatch(/^The runs are the same, event by event: hash [0-9a-f]{16}\.$/);
  });
});
