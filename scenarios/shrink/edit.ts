/** Small edits of a spec, each of which leaves the rest as it is. */
import type { Micros } from '../../sim/contract.ts';
import type { FaultTrigger, PlannedFault, PlannedOperation } from '../../sim/plan.ts';
import type { PlannedSpec } from './trials.ts';

export const MILLISECOND: Micros = 1_000;

export function roundUp(time: Micros, unit: Micros): Micros {
  return Math.ceil(time / unit) * unit;
}

export function withFaults(spec: PlannedSpec, faults: readonly PlannedFault[]): PlannedSpec {
  return { ...spec, plan: { ...spec.plan, faults } };
}

export function withFault(spec: PlannedSpec, index: number, fault: PlannedFault): PlannedSpec {
  return withFaults(spec, spec.plan.faults.with(index, fault));
}

export function withOperations(
  spec: PlannedSpec,
  operations: readonly PlannedOperation[],
): PlannedSpec {
  return { ...spec, plan: { ...spec.plan, operations } };
}

/** The same operation, asked for as all are that name no level. */
export function withoutLevel({ level: _level, ...planned }: PlannedOperation): PlannedOperation {
  return planned;
}

/** The same operation, of whichever replica the client asks first by itself. */
export function withoutVia({ via: _via, ...planned }: PlannedOperation): PlannedOperation {
  return planned;
}

/** The same fault with another trigger. */
export function triggeredBy(planned: PlannedFault, trigger: FaultTrigger): PlannedFault {
  const { at: _at, when: _when, ...fault } = planned;
  return { ...trigger, ...fault };
}

/** The same fault, which holds to the end. */
export function withoutEnd(fault: PlannedFault): PlannedFault {
  if (fault.lasts === undefined) return fault;
  const { lasts: _lasts, ...endless } = fault;
  return endless;
}

/** When the ending sets in: the cut, or the healing. */
export function endOf({ ending }: PlannedSpec): Micros {
  return ending.kind === 'cut' ? ending.at : ending.healAt;
}

/** The same kind of ending at another time. */
export function endingAt(spec: PlannedSpec, at: Micros): PlannedSpec {
  const { ending } = spec;
  return { ...spec, ending: ending.kind === 'cut' ? { ...ending, at } : { ...ending, healAt: at } };
}
