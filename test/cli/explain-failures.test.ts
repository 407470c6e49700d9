import { describe, expect, it } from 'vitest';
import { explainFailures, type ToExplain } from '../../cli/explain-failures.ts';
import type { PoolAnswer } from '../../cli/pool.ts';
import type { WorkerJob } from '../../cli/worker-protocol.ts';
import { fixtureExplanation } from '../reports/fixture-explanation.ts';
import { COIN_FAILURE, coinSpec } from '../scenarios/coin-engine.ts';

function failure(signature: string): ToExplain {
  return {
    place: { scenario: 'toy/coins', seed: '0x1', index: 0 },
    failure: { ...COIN_FAILURE, signature },
    shown: { spec: coinSpec() },
  };
}

/** A pool whose workers answer as they are told to, by signature. */
class Pool {
  ends = 0;
  readonly asked: string[] = [];
  private readonly answers: { readonly [signature: string]: PoolAnswer };

  constructor(answers: { readonly [signature: string]: PoolAnswer }) {
    this.answers = answers;
  }

  async run(job: WorkerJob): Promise<PoolAnswer> {
    const signature = job.kind === 'explain' ? job.failure.signature : '';
    this.asked.push(signature);
    const explanation = fixtureExplanation();
    return this.answers[signature] ?? { kind: 'explain', explanation };
  }

  endSoon(): void {
    this.ends += 1;
  }
}

function settings(interrupt = new AbortController()) {
  return { jobs: 2, interrupt: interrupt.signal, begin: (): void => {} };
}

describe('the explanations of a campaign', () => {
  it('are one for each failure that can be explained', async () => {
    const pool = new Pool({
      'I-2': { kind: 'explain' },
      'I-3': { kind: 'lost', offset: 0, reason: 'memory' },
    });
    const failures = ['I-1', 'I-2', 'I-3', 'I-4'].map(failure);
    const { explanations, broken } = await explainFailures(pool, failures, settings());
    expect([...explanations.keys()].sort()).toEqual(['I-1', 'I-4']);
    expect(pool.asked).toHaveLength(4);
    expect(broken).toBeUndefined();
  });

  it('tell of a bug of ours, and go on with the others', async () => {
    const place = { scenario: 'toy/coins', seed: '0x1', index: 0 };
    const pool = new Pool({ 'I-1': { kind: 'broken', place, message: 'planted' } });
    const { explanations, broken } = await explainFailures(
      pool,
      ['I-1', 'I-2'].map(failure),
      settings(),
    );
    expect(broken).toBe('explaining I-1: planted');
    expect([...explanations.keys()]).toEqual(['I-2']);
  });

  it('end soon when they are interrupted, and begin no other', async () => {
    const interrupt = new AbortController();
    const pool = new Pool({});
    const begun: string[] = [];
    const failures = ['I-1', 'I-2', 'I-3', 'I-4', 'I-5'].map(failure);
    const { explanations } = await explainFailures(pool, failures, {
      jobs: 1,
      interrupt: interrupt.signal,
      begin: (signature) => {
        begun.push(signature);
        if (signature === 'I-2') interrupt.abort();
      },
    });
    expect(begun).toEqual(['I-1', 'I-2']);
    expect(pool.ends).toBe(1);
    expect([...explanations.keys()]).toEqual(['I-1', 'I-2']);
  });
});
