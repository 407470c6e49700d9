/** A failing run of each planted bug, hunted down. */
import { type Prey, preys } from '../../../bench/prey.ts';
import { engineFor } from '../../../cli/engine.ts';
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
/** This one shows only when the same run is made twice. */
const UNSTEADY = 'SM-1';

/** Where those bugs show that take many seeds elsewhere, or show in long runs there. */
const HAUNTS: { readonly [mutant: string]: readonly string[] } = {
  'vr/VR-1': ['vr/disk-storm'],
  'vr/VR-12': ['vr/lossy'],
  'vr/ST-2': ['vr/append-list'],
  'chain/CL-5': ['chain/kill-one'],
  'chain/ST-1': ['chain/uniform'],
  'op/OP-14': ['op/reconfigure'],
};

const ELSEWHERE: readonly string[] = [
  'mp/MP-10',
  'mp/MP-14',
  'mp/CL-5',
  'mp/ST-1',
  'chain/CL-5',
  'chain/ST-1',
  'op/OP-14',
  'op/ST-1',
  'craq/CQ-4',
];

export const engine = engineFor({});

/**
 * Every bug of one protocol, and of the others one that a leader, a client and a disk each have, or
 * a change of members: what is claimed of shrinking is claimed of plans and worlds, not of
 * protocols.
 */
export const shrinkable: readonly Prey[] = preys.filter(
  ({ protocol, name }) => protocol === 'vr' || ELSEWHERE.includes(name),
);

export function failingRun({ mutant: { id: mutant }, protocol, name }: Prey): FailingRun {
  const { draw } = engineFor({ mutant });
  const scenarios = HAUNTS[name] ?? findScenarios(protocol).map(({ id }) => id);
  for (let round = 0; round < ROUNDS; round++) {
    for (const id of scenarios) {
      const found = failing(draw(id, runSeed('0x5eed', nameOfScenario(id), round)));
      if (found !== undefined) return found;
    }
  }
  throw new Error(`no failing run of ${name} was found in ${scenarios.join(', ')}`);
}

function failing(spec: RunSpec): FailingRun | undefined {
  const result = judge(engine, spec, spec.mutant === UNSTEADY ? { again: 8 } : {});
  const failure = firstFailure(result);
  return failure === undefined ? undefined : { spec: result.spec, target: targetOf(failure) };
}

function targetOf({ oracle, invariant }: Failure): Target {
  return { oracle, ...(invariant === undefined ? {} : { invariant }) };
}
