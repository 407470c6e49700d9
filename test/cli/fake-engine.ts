/** An engine whose runs are decided by their seeds alone: campaigns without a simulation. */
import type { CampaignEngine } from '../../scenarios/campaign-run.ts';
import type { RunResult, RunSpec } from '../../scenarios/spec.ts';
import { hashString } from '../../sim/mixing.ts';

export interface FakeBehaviour {
  /** Signature by which a seed fails; undefined for one that does not. */
  fails?(seed: string): string | undefined;
  isInconclusive?(seed: string): boolean;
  /** Thrown out of the run, as a bug of the engine would be. */
  throws?(seed: string): Error | undefined;
  /** Whether every run of a seed gives another trace hash. */
  isUnsteady?(seed: string): boolean;
}

export function fakeEngine(behaviour: FakeBehaviour = {}): CampaignEngine {
  let runs = 0;
  return {
    draw: fakeSpec,
    run: (spec, options) => {
      runs++;
      const error = behaviour.throws?.(spec.seed);
      if (error !== undefined) throw error;
      const hash = hashString(spec.seed) >>> 0;
      const unsteady = behaviour.isUnsteady?.(spec.seed) === true ? runs : 0;
      const signature = behaviour.fails?.(spec.seed);
      const isInconclusive = behaviour.isInconclusive?.(spec.seed) === true;
      return {
        ...emptyResult(spec),
        verdict: signature !== undefined ? 'failed' : isInconclusive ? 'inconclusive' : 'passed',
        failures:
          signature === undefined
            ? []
            : [
                {
                  oracle: 'fake',
                  signature,
                  message: `${signature} of ${spec.seed}`,
                  at: 1,
                  event: 1,
                },
              ],
        inconclusive: isInconclusive ? ['undecided'] : [],
        traceHash: (hash + unsteady).toString(16).padStart(16, '0'),
        counts: { ...emptyResult(spec).counts, events: hash % 1000, dropped: hash % 3 },
        marks: { elected: hash % 2, recovered: 0 },
        faults: [{ status: hash % 2 === 0 ? 'fired' : 'never-triggered' }],
        ...(options?.events === true ? { events: [] } : {}),
      };
    },
  };
}

export function fakeSpec(scenario: string, seed: string): RunSpec {
  return {
    format: 'quorumlab-spec/1',
    scenario,
    protocol: scenario.split('/')[0] ?? '',
    seed,
    streams: 2,
    replicas: 3,
    clients: 1,
    options: {},
    machine: 'kv',
    network: {
      delay: { kind: 'fixed', min: 1, spread: 0 },
      drop: 0,
      duplicate: 0,
      corrupt: 0,
      reorder: 0,
      reorderBy: 0,
    },
    disk: { latencyMin: 0, latencyMax: 0, torn: 0 },
    clock: { offset: 0, drift: 0 },
    ending: { kind: 'quiet', healAt: 1 },
    bounds: { events: 100, queue: 100, time: 100 },
    workload: { operations: 0, keys: 1, thinkTime: 0, mix: {} },
    faults: { kinds: {}, lastsMin: 0, lastsMax: 0, targeted: 0 },
    plan: { faults: [{ at: 1, fault: 'crash', node: 0 }], operations: [] },
    shuffleTies: false,
    withinClaims: true,
    paranoid: false,
  };
}

function emptyResult(spec: RunSpec): RunResult {
  return {
    format: 'quorumlab-run/1',
    spec: { ...spec, plan: spec.plan ?? { faults: [], operations: [] } },
    verdict: 'passed',
    failures: [],
    inconclusive: [],
    traceHash: '0'.repeat(16),
    ended: { how: 'quiet', at: 1 },
    counts: {
      events: 1,
      sent: 1,
      delivered: 1,
      dropped: 0,
      duplicated: 0,
      corrupted: 0,
      persisted: 0,
      invoked: 1,
      completed: 1,
      abandoned: 0,
      refused: 0,
      crashes: 0,
      restarts: 0,
    },
    marks: {},
    faults: [],
    history: [],
    finalSummaries: [],
  };
}
