/** A made-up campaign of a thousand seeds with three failure groups. */
import {
  CAMPAIGN_FORMAT,
  type CampaignResult,
  type CorpusAccount,
  type FailureGroup,
} from '../../scenarios/campaign-types.ts';
import { fixtureRun } from './fixture-run.ts';

const SCENARIOS = ['vr/partitions', 'vr/chaos'];

const CORPUS: CorpusAccount = {
  folder: 'corpus',
  entries: 14,
  asExpected: 12,
  others: [
    { file: 'corpus/vr/L-0001.json', outcome: 'stale', why: 'it passes, <b>but</b> & so on' },
    { file: 'corpus/vr/L-0002.json', outcome: 'inconclusive', why: 'it ran out of memory' },
  ],
};

export function fixtureCampaign(): CampaignResult {
  const log = group('I-19c2', 'invariants', 'n2 has op 12 that n1 does not', '0x77', 12);
  return {
    format: CAMPAIGN_FORMAT,
    scenarios: SCENARIOS,
    protocol: 'vr',
    mutant: 'VR-3',
    baseSeed: '0x5eed',
    from: 0,
    to: 1000,
    finished: 1000,
    verdict: 'failed',
    interrupted: false,
    totals: {
      seeds: 1000,
      passed: 970,
      failed: 28,
      inconclusive: 2,
      events: 4_120_000,
      messages: 3_100_000,
      operations: 96_000,
    },
    byScenario: [
      { scenario: 'vr/chaos', seeds: 500, passed: 489, failed: 10, inconclusive: 1 },
      { scenario: 'vr/partitions', seeds: 500, passed: 481, failed: 18, inconclusive: 1 },
    ],
    marks: { 'view-change-completed': 31_200, 'recovery-completed': 8_040, 'log-truncated': 0 },
    faults: { crash: 9_140, partition: 4_410, drop: 1_204_000, pause: 0 },
    groups: [
      {
        ...group(
          'L-7f3a',
          'linearizability',
          'c2 read x = 1, but write x = 4 by c0 had completed before it began',
          '0x9c41f0',
          15,
        ),
        savedAs: 'L-7f3a.json',
      },
      { ...log, invariant: 'logs-agree' },
      group('P-0001', 'progress', '<script>alert("no answer")</script> & nothing after', '0x1f', 1),
    ],
    grid: [
      { verdict: 'p', count: 3 },
      { verdict: 'f', count: 15 },
      { verdict: 'p', count: 500 },
      { verdict: 'i', count: 2 },
      { verdict: 'f', count: 13 },
      { verdict: 'p', count: 467 },
    ],
    largest: [
      { scenario: 'vr/chaos', seed: '0xabc', events: 18_204 },
      { scenario: 'vr/partitions', seed: '0xdef', events: 17_990 },
    ],
    corpus: CORPUS,
    metadata: {
      version: '0.1.0',
      node: 'v20.20.2',
      startedAt: '2026-11-20T09:00:00Z',
      elapsedMs: 12_400,
      cpuMs: 23_900,
      jobs: 2,
      commit: 'deadbee',
    },
  };
}

function group(
  signature: string,
  oracle: string,
  message: string,
  seed: string,
  count: number,
): FailureGroup {
  const seeds = [3, 40, 77].map((index) => ({
    scenario: SCENARIOS[index % 2] ?? '',
    seed: `${seed}${index}`,
    index,
  }));
  return {
    signature,
    oracle,
    message,
    count,
    seeds,
    example: fixtureRun({ signature, message, seed }),
  };
}
