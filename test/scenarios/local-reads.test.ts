/** Reads that may be stale, from the workload that asks for them to the oracle that judges them. */
import { describe, expect, test } from 'vitest';
import { checkLinearizable, modelNamed } from '../../checker/index.ts';
import type { CampaignEngine } from '../../scenarios/campaign-run.ts';
import { findScenarios } from '../../scenarios/catalogue/index.ts';
import { run } from '../../scenarios/run.ts';
import { shrink } from '../../scenarios/shrink/shrink.ts';
import type { HistoryEntry, RunResult, RunSpec } from '../../scenarios/spec.ts';
import { localReadBugs, localReads } from './local-reads.ts';

const SEEDS = Array.from({ length: 24 }, (_, index) => `0x${(index + 1).toString(16)}`);

function specOf(seed: string, changes: Partial<RunSpec> = {}): RunSpec {
  const [chaos] = findScenarios('vr/chaos');
  if (chaos === undefined) throw new Error('there is no vr/chaos');
  const drawn = chaos.draw(seed, { clients: 3, operations: 120 });
  const mix = { get: 80, put: 20 };
  return { ...drawn, workload: { ...drawn.workload, keys: 2, mix, sequential: 80 }, ...changes };
}

function resultsOf(changes: Partial<RunSpec> = {}): readonly RunResult[] {
  return SEEDS.map((seed) => run(specOf(seed, changes), { registry: localReads }));
}

function isLinearizable(history: readonly HistoryEntry[]): boolean {
  const operations = history.map(({ operation, ...entry }) => {
    const { process, call, return: end, output } = entry;
    const returned = output === undefined ? {} : { output };
    return { process, call, return: end, ...Object(operation), ...returned };
  });
  return checkLinearizable(modelNamed('kv'), operations).verdict === 'linearizable';
}

describe('replicas that answer sequential reads themselves', () => {
  const results = resultsOf();

  test('pass, whatever goes wrong around them', () => {
    const troubles = results.flatMap(({ failures, inconclusive }) => [failures, inconclusive]);
    expect(troubles.flat()).toEqual([]);
  });

  test('give answers that are no longer true, where a client has asked for no more', () => {
    const stale = results.filter(({ history }) => !isLinearizable(history));
    expect(stale.length).toBeGreaterThan(0);
    for (const { history } of stale) {
      expect(isLinearizable(history.filter(({ level }) => level === undefined))).toBe(true);
    }
  });

  test('are asked so for about as many reads as the workload says, and for no write', () => {
    const entries = results.flatMap(({ history }) => history);
    const reads = entries.filter(({ operation }) => Object(operation).f === 'get');
    const sequential = entries.filter(({ level }) => level === 'sequential');
    expect(sequential.length / reads.length).toBeCloseTo(0.8, 1);
    expect(sequential.filter(({ operation }) => Object(operation).f !== 'get')).toEqual([]);
  });
});

test('a failure is shrunk to the write and the read that contradict each other', () => {
  const engine: CampaignEngine = {
    draw: (_, seed) => specOf(seed),
    run: (spec, options) => run(spec, { ...options, registry: localReads }),
    registry: localReads,
  };
  const failing = resultsOf({ mutant: 'forgets-own' }).find(({ failures }) => failures.length > 0);
  if (failing === undefined) throw new Error('no failure to shrink');
  const target = { oracle: 'sessions' };
  const outcome = shrink(engine, { spec: failing.spec, target });
  if (outcome.kind === 'not-shrunk') throw new Error(outcome.reason);
  const { operations } = outcome.minimal.spec.plan;
  expect(operations).toMatchObject([
    { client: 0, operation: { f: 'put', key: 'k0', value: 1 } },
    { client: 0, operation: { f: 'get', key: 'k0' }, level: 'sequential' },
  ]);
});

describe.each(localReadBugs.map(({ id, summary }) => [id, summary] as const))('%s', (mutant) => {
  test('is found by sessions, and by nothing else', () => {
    const found = resultsOf({ mutant }).flatMap(({ failures }) => failures);
    expect(new Set(found.map(({ oracle }) => oracle))).toEqual(new Set(['sessions']));
  });

  test('is no bug where every read is linearizable', () => {
    const { sequential: _, ...workload } = specOf('0x1').workload;
    const result = run(specOf('0x1', { mutant, workload }), { registry: localReads });
    expect(result.failures).toEqual([]);
  });
});
