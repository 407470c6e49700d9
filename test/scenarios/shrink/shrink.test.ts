/** What is claimed of a shrunk failure, tried out on a failure of every planted bug. */
import { describe, expect, it } from 'vitest';
import type { Prey } from '../../../bench/prey.ts';
import { fittingSpec } from '../../../cli/spec-fit.ts';
import { specSchema } from '../../../cli/spec-schema.ts';
import { DETERMINISM, firstFailure, judge } from '../../../scenarios/campaign-run.ts';
import { withFaults, withOperations } from '../../../scenarios/shrink/edit.ts';
import { withoutClients, withoutReplicas } from '../../../scenarios/shrink/renumber.ts';
import { type Shrunk, shrink } from '../../../scenarios/shrink/shrink.ts';
import { isSame, type PlannedSpec, runCase } from '../../../scenarios/shrink/trials.ts';
import { shapeOf } from '../../../scenarios/signature.ts';
import { engine, type FailingRun, failingRun, shrinkable } from './failing-runs.ts';

/** Each bug's failing run, shrunk when it is first asked for. */
const known = new Map<string, { readonly run: FailingRun; readonly shrunk: Shrunk }>();

function shrunkFailure(prey: Prey): { readonly run: FailingRun; readonly shrunk: Shrunk } {
  const before = known.get(prey.name);
  if (before !== undefined) return before;
  const run = failingRun(prey);
  const shrunk = shrink(engine, run);
  if (shrunk.kind === 'not-shrunk') throw new Error(`${prey.name}: ${shrunk.reason}`);
  known.set(prey.name, { run, shrunk });
  return { run, shrunk };
}

describe.each(shrinkable)('a failure of $name, shrunk', (prey) => {
  it('fails in the same way as before, and keeps its seed', () => {
    const { run, shrunk } = shrunkFailure(prey);
    expect(firstFailure(shrunk.minimal)).toMatchObject(run.target);
    expect(shrunk.minimal.spec.seed).toBe(run.spec.seed);
  });

  it('has no more events than before', () => {
    const { account } = shrunkFailure(prey).shrunk;
    expect(account.to.events).toBeLessThanOrEqual(account.from.events);
  });

  it('remembers the luck that the original had', () => {
    const { run, shrunk } = shrunkFailure(prey);
    const { network, ending } = run.spec;
    expect(shrunk.account.original).toEqual({ network, ending });
  });

  it('can lose no single fault, operation, client or replica', () => {
    const { run, shrunk } = shrunkFailure(prey);
    expect(shrunk.account.isMinimal).toBe(true);
    const stillFailing = [...smallerBySomething(shrunk.minimal.spec)].filter(
      ([, spec]) => runCase(engine, spec, run.target) !== undefined,
    );
    expect(stillFailing.map(([what]) => what)).toEqual([]);
  });

  it('replays from a file to the same signature and trace hash', () => {
    const { run, shrunk } = shrunkFailure(prey);
    const file = specSchema.parse(JSON.parse(JSON.stringify(shrunk.minimal.spec)));
    const again = judge(
      engine,
      fittingSpec(file, ''),
      run.target.oracle === DETERMINISM ? { again: 8 } : {},
    );
    const failure = firstFailure(again);
    expect(failure !== undefined && isSame(failure, run.target)).toBe(true);
    if (run.target.oracle === DETERMINISM) return;
    expect(again.traceHash).toBe(shrunk.minimal.traceHash);
    expect(shapeOf(again)).toBe(shapeOf(shrunk.minimal));
  });

  it('needs the bug: without it the same run does not fail, within what is claimed', () => {
    const { shrunk } = shrunkFailure(prey);
    const { mutant: _mutant, ...correct } = shrunk.minimal.spec;
    if (!correct.withinClaims) return;
    expect(judge(engine, correct, { twice: true }).failures).toEqual([]);
  });
});

function* smallerBySomething(spec: PlannedSpec): Generator<readonly [string, PlannedSpec]> {
  const { plan, clients, replicas } = spec;
  for (const index of plan.faults.keys()) {
    yield [`fault ${index}`, withFaults(spec, plan.faults.toSpliced(index, 1))];
  }
  for (const index of plan.operations.keys()) {
    yield [`operation ${index}`, withOperations(spec, plan.operations.toSpliced(index, 1))];
  }
  for (let client = 0; client < clients; client++) {
    yield [`client ${client}`, withoutClients(spec, [client])];
  }
  for (let replica = 0; replicas > 1 && replica < replicas; replica++) {
    yield [`replica ${replica}`, withoutReplicas(spec, [replica])];
  }
}

describe('shrinking', () => {
  it('comes to the same bytes when it is done twice', () => {
    const { run, shrunk } = shrunkFailure(named('vr/VR-5'));
    expect(JSON.stringify(shrink(engine, run))).toBe(JSON.stringify(shrunk));
  });

  it.each(shrinkable.filter(({ mutant }) => mutant.id !== 'SM-1'))(
    'leaves alone what is small already: $name',
    (prey) => {
      const { run, shrunk } = shrunkFailure(prey);
      const { spec } = shrunk.minimal;
      const again = shrink(engine, { ...run, spec });
      if (again.kind === 'not-shrunk') throw new Error(again.reason);
      // From what is not small other ways down are tried, and one may lead further.
      if (sizeOf(spec) <= SMALL) expect(again.minimal.spec).toEqual(spec);
      expect(sizeOf(again.minimal.spec)).toBeLessThanOrEqual(sizeOf(spec));
    },
  );

  it('makes failures small: in the median at most two faults and two operations', () => {
    const all = shrinkable.map((prey) => shrunkFailure(prey).shrunk.minimal.spec.plan);
    expect(median(all.map(({ faults }) => faults.length))).toBeLessThanOrEqual(2);
    expect(median(all.map(({ operations }) => operations.length))).toBeLessThanOrEqual(2);
  });
});

const SMALL = 2;

function named(name: string): Prey {
  const found = shrinkable.find((prey) => prey.name === name);
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
}

function sizeOf({ plan }: PlannedSpec): number {
  return plan.faults.length + plan.operations.length;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
