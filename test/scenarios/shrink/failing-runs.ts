/** A failing run of each planted bug, hunted down. */
import { engineFor } from '../../../cli/engine.ts';
import { mutants } from '../../../protocols/index.ts';
import { firstFailure, judge } from '../../../scenarios/campaign-run.ts';
import { findScenarios } from '../../../scenarios/catalogue/index.ts';
import { nameOfScenario, runSeed } from '../../../scenarios/seeds.ts';
import type { PlannedSpec, Target } from '../../../scenarios/shrink/trials.ts';
import type { Failure, RunSpec } from '../../../scenarios/spec.ts';

export interface FailingRun {
  readonly spec: PlannedSpec;
  readonly target: Target;
}

/** Seeds of each scenario that are tried at most. */
const ROUNDS = 600;
const PROTOCOL = 'vr';
/** This one shows only when the same run is made twice. */
const UNSTEADY = 'SM-1';

/** Where those bugs show that take hundreds of seeds; the others show in any scenario soon. */
const HAUNTS: { readonly [mutant: string]: readonly string[] } = {
  'VR-1': ['vr/swarm', 'vr/disk-storm'],
};

export const engine = engineFor({});

export const mutantIds: readonly string[] = mutants.map(({ id }) => id);

export function failingRun(mutant: string): FailingRun {
  const { draw } = engineFor({ mutant });
  const scenarios = HAUNTS[mutant] ?? findScenarios(PROTOCOL).map(({ id }) => id);
  for (let round = 0; round < ROUNDS; round++) {
    for (const id of scenarios) {
      const found = failing(draw(id, runSeed('0x5eed', nameOfScenario(id), round)));
      if (found !== undefined) return found;
    }
  }
  throw new Error(`no failing run of ${mutant} was found in ${scenarios.join(', ')}`);
}

function failing(spec: RunSpec): FailingRun | undefined {
  const result = judge(engine, spec, spec.mutant === UNSTEADY ? { again: 8 } : {});
  const failure = firstFailure(result);
  return failure === undefined ? undefined : { spec: result.spec, target: targetOf(failure) };
}

function targetOf({ oracle, invariant }: Failure): Target {
  return { oracle, ...(invariant === undefined ? {} : { invariant }) };
}
