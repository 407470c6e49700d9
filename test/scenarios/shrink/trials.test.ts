/** What shrinking makes of runs that say nothing, or something else each time. */
import { describe, expect, it } from 'vitest';
import type { CampaignEngine } from '../../../scenarios/campaign-run.ts';
import { shrink } from '../../../scenarios/shrink/shrink.ts';
import type { PlannedSpec } from '../../../scenarios/shrink/trials.ts';
import type { PlannedOperation } from '../../../sim/plan.ts';
import { type FakeBehaviour, fakeEngine, fakeSpec } from '../../cli/fake-engine.ts';

const TARGET = { oracle: 'fake' };
const drawn = fakeSpec('vr/chaos', '0x1');
/** Of its faults only the crash of node 2 matters to the engines below. */
const spec: PlannedSpec = {
  ...drawn,
  plan: {
    operations: [{ at: 0, client: 0, operation: { f: 'get', key: 'x' } }],
    faults: [0, 1, 2].map((node) => ({ at: node, fault: 'crash', node })),
  },
};

/** Does `what` without a crash of node 2, and fails as the target with it. */
function engineThat(what: FakeBehaviour): CampaignEngine {
  const failing = fakeEngine({ fails: () => 'F-0001' });
  const other = fakeEngine(what);
  return {
    draw: fakeSpec,
    run: (planned, options) => {
      const faults = planned.plan?.faults ?? [];
      const isThere = faults.some((fault) => 'node' in fault && fault.node === 2);
      const result = (isThere ? failing : other).run(planned, options);
      return { ...result, faults: faults.map(() => ({ status: 'fired', at: 0, event: 0 })) };
    },
  };
}

describe('a candidate that comes to something else', () => {
  it.each([
    ['passes', {}],
    ['is inconclusive', { isInconclusive: () => true }],
    ['breaks the engine', { throws: () => new Error('boom') }],
  ] as const)('is not taken: one that %s', (_, what) => {
    const outcome = shrink(engineThat(what), { spec, target: TARGET });
    if (outcome.kind !== 'shrunk') throw new Error(outcome.reason);
    const { plan } = outcome.minimal.spec;
    expect(plan.faults).toHaveLength(1);
    expect(plan.faults[0]).toMatchObject({ fault: 'crash', node: 2 });
    expect(plan.operations).toEqual([]);
  });
});

describe("a scenario's expectation", () => {
  const expecting: PlannedSpec = { ...spec, expect: { marks: ['reached'] } };

  function shrunk(invariant: string): PlannedSpec {
    const failing = fakeEngine({ fails: () => 'F-0001' });
    const engine: CampaignEngine = {
      draw: fakeSpec,
      run: (planned, options) => {
        const result = failing.run(planned, options);
        const failures = result.failures.map((failure) => {
          return { ...failure, oracle: 'expectation', invariant };
        });
        const faults = (planned.plan?.faults ?? []).map((_, at) => {
          return { status: 'fired' as const, at, event: at };
        });
        return { ...result, failures, faults };
      },
    };
    const outcome = shrink(engine, {
      spec: expecting,
      target: { oracle: 'expectation', invariant },
    });
    if (outcome.kind !== 'shrunk') throw new Error(outcome.reason);
    return outcome.minimal.spec;
  }

  it('is one of these faults and replicas, which stay', () => {
    const { plan, replicas } = shrunk('whole again');
    expect(replicas).toBe(spec.replicas);
    expect(plan.faults).toEqual(spec.plan.faults);
    expect(plan.operations).toEqual([]);
  });

  it('is one of these operations, too, if it is of a mark', () => {
    const { plan, ending } = shrunk('reached');
    expect(plan).toEqual(spec.plan);
    expect(ending).toEqual(spec.ending);
  });
});

describe('the time that messages take of replicas', () => {
  const served: PlannedSpec = { ...spec, serviceTime: 137 };

  function shrunkServiceTime(fails: (serviceTime: number) => boolean): number | undefined {
    const failing = fakeEngine({ fails: () => 'F-0001' });
    const engine: CampaignEngine = {
      draw: fakeSpec,
      run: (planned, options) =>
        (fails(planned.serviceTime ?? 0) ? failing : fakeEngine()).run(planned, options),
    };
    const outcome = shrink(engine, { spec: served, target: TARGET });
    if (outcome.kind !== 'shrunk') throw new Error(outcome.reason);
    return outcome.minimal.spec.serviceTime;
  }

  it('goes where it does not matter', () => {
    expect(shrunkServiceTime(() => true)).toBeUndefined();
  });

  it('stays where it does, in a round number if that will do', () => {
    expect(shrunkServiceTime((time) => time > 0)).toBeLessThan(137);
    expect(shrunkServiceTime((time) => time === 137)).toBe(137);
  });
});

describe('a candidate of more events', () => {
  const EVENTS_BEFORE = 100;

  /** Fails in any case, and takes as long as it has faults and operations, by these figures. */
  function engineOf(oracle: string, eventsOf: (faults: number, operations: number) => number) {
    const failing = fakeEngine({ fails: () => 'F-0001' });
    return {
      draw: fakeSpec,
      run: (planned, options) => {
        const { faults = [], operations = [] } = planned.plan ?? {};
        const result = failing.run(planned, options);
        return {
          ...result,
          failures: result.failures.map((failure) => ({ ...failure, oracle })),
          counts: { ...result.counts, events: eventsOf(faults.length, operations.length) },
          faults: faults.map(() => ({ status: 'fired', at: 0, event: 0 })),
        };
      },
    } satisfies CampaignEngine;
  }

  function shrunkBy(engine: CampaignEngine, oracle: string) {
    const outcome = shrink(engine, { spec, target: { oracle } });
    if (outcome.kind !== 'shrunk') throw new Error(outcome.reason);
    return outcome;
  }

  it.each(['fake', 'progress'])('than the original is no end: oracle %s', (oracle) => {
    const engine = engineOf(oracle, (faults) => EVENTS_BEFORE + 3 - faults);
    const { minimal, original, account } = shrunkBy(engine, oracle);
    expect(original.counts.events).toBe(EVENTS_BEFORE);
    expect(minimal.counts.events).toBe(EVENTS_BEFORE);
    expect(account.to.faults).toEqual({ crash: 3 });
    expect(account.to.operations).toEqual({});
  });

  it('is a step on the way, unless something is waited for in vain', () => {
    const longerBetween = (faults: number, operations: number): number =>
      faults + operations === 4 || faults + operations === 0 ? EVENTS_BEFORE : EVENTS_BEFORE + 1;
    const { minimal } = shrunkBy(engineOf('fake', longerBetween), 'fake');
    expect(minimal.spec.plan).toEqual({ faults: [], operations: [] });
  });
});

describe.each<[string, Pick<PlannedOperation, 'level' | 'via'>]>([
  ['a read that may be stale', { level: 'sequential' }],
  ['a request to a replica of its own', { via: 0 }],
])('%s', (_, own) => {
  const reads = ['x', 'y'].map((key, at): PlannedOperation => {
    return { at, client: 0, operation: { f: 'get', key }, ...own };
  });
  const asked = { ...spec, plan: { faults: [], operations: reads } };
  const isOwn = ({ level, via }: PlannedOperation): boolean =>
    level !== undefined || via !== undefined;

  /** Fails where both are asked for, and so many of them are of that kind. */
  function engineThatNeeds(count: number): CampaignEngine {
    const [failing, passing] = [fakeEngine({ fails: () => 'F-0001' }), fakeEngine()];
    return {
      draw: fakeSpec,
      run: (planned, options) => {
        const operations = planned.plan?.operations ?? [];
        const needed = operations.filter(isOwn).length;
        const isNeeded = operations.length === reads.length && needed >= count;
        return (isNeeded ? failing : passing).run(planned, options);
      },
    };
  }

  it.each([0, 1, 2])('is asked for as any other, unless it is needed: %i are', (count) => {
    const outcome = shrink(engineThatNeeds(count), { spec: asked, target: TARGET });
    if (outcome.kind !== 'shrunk') throw new Error(outcome.reason);
    const { operations } = outcome.minimal.spec.plan;
    expect(operations).toHaveLength(reads.length);
    expect(operations.filter(isOwn)).toHaveLength(count);
  });
});

describe('a failure', () => {
  it('that quorumlab itself has made is not shrunk', () => {
    const engine = fakeEngine({ throws: () => new Error('boom') });
    const outcome = shrink(engine, { spec, target: { oracle: 'internal-error' } });
    expect(outcome).toMatchObject({ kind: 'not-shrunk' });
  });

  it('that does not show again is not shrunk', () => {
    const outcome = shrink(fakeEngine(), { spec, target: TARGET });
    expect(outcome).toMatchObject({ kind: 'not-shrunk', reason: expect.stringContaining('again') });
  });

  it('of a run that is another one each time is not shrunk', () => {
    const engine = fakeEngine({ fails: () => 'F-0001', isUnsteady: () => true });
    const outcome = shrink(engine, { spec, target: TARGET });
    expect(outcome).toMatchObject({
      kind: 'not-shrunk',
      reason: expect.stringContaining('--determinism'),
    });
  });

  it('of determinism is shrunk to a run that still has two traces', () => {
    const engine = fakeEngine({ isUnsteady: () => true });
    const outcome = shrink(engine, { spec, target: { oracle: 'determinism' } });
    if (outcome.kind !== 'shrunk') throw new Error(outcome.reason);
    expect(outcome.minimal.spec.plan).toEqual({ faults: [], operations: [] });
    expect(outcome.minimal.failures[0]?.oracle).toBe('determinism');
  });
});

describe('a budget that runs out', () => {
  it.each([
    ['runs', { runs: 4 }],
    ['time', { shouldStop: stopAfter(12) }],
  ] as const)('leaves the smallest case so far, which is not called minimal: %s', (_, budget) => {
    const outcome = shrink(engineThat({}), { spec, target: TARGET, budget });
    if (outcome.kind !== 'shrunk') throw new Error(outcome.reason);
    expect(outcome.account.isMinimal).toBe(false);
    expect(outcome.account.runs).toBeGreaterThan(0);
    expect(outcome.minimal.failures[0]?.signature).toBe('F-0001');
  });

  it('is told how far the shrinking has come', () => {
    const seen: number[] = [];
    const watch = (runs: number): void => void seen.push(runs);
    const outcome = shrink(engineThat({}), { spec, target: TARGET, budget: { watch } });
    if (outcome.kind !== 'shrunk') throw new Error(outcome.reason);
    expect(seen).toEqual(Array.from({ length: outcome.account.runs }, (_, index) => index + 1));
  });
});

/** Says no so often, and yes from then on. */
function stopAfter(times: number): () => boolean {
  let asked = 0;
  return () => ++asked > times;
}
