/** What each fault of a failing run's plan changed: the chance with the fault and without it. */
import type { Plan, PlannedFault } from '../../sim/plan.ts';
import type { FaultOutcome, RunResult, RunSpec } from '../spec.ts';
import { chanceOf, type Outcome, share } from './chance.ts';
import type { Curve } from './curve.ts';
import type { FaultEffect } from './explanation.ts';
import type { Sampler } from './sampler.ts';

const FAULT_TRIES = 32;
/** A shrunk plan has fewer; of one that could not be shrunk, those nearest to the jump count. */
const FAULTS_MEASURED_MAX = 12;

export interface FaultQuestion {
  readonly curve: Curve;
  readonly sampler: Sampler;
  /** The event of the largest jump, or of the failure. */
  readonly until: number;
}

/**
 * A fault is left out of the plan and everything from the event in which it would strike is drawn
 * anew; so is it with the fault, for comparison. Before that event both runs are the same.
 */
export function faultEffects(run: RunResult, question: FaultQuestion): readonly FaultEffect[] {
  const { spec } = run;
  const fired = firedFaults(run);
  const distance = (effect: FaultEffect): number => Math.abs(question.until - effect.event);
  const nearest = [...fired].sort((a, b) => distance(a) - distance(b) || a.index - b.index);
  const measured = nearest
    .slice(0, FAULTS_MEASURED_MAX)
    .map((effect) => measure(spec, effect, question));
  const rest = nearest.slice(FAULTS_MEASURED_MAX);
  return [...measured, ...rest].sort((a, b) => difference(b) - difference(a) || a.at - b.at);
}

function measure(
  spec: RunResult['spec'],
  effect: FaultEffect,
  question: FaultQuestion,
): FaultEffect {
  const { curve, sampler } = question;
  const before = effect.event - 1;
  const without: Outcome[] = [];
  const hasAll = curve.sample(before, FAULT_TRIES);
  if (hasAll) sampler.extend(without, withoutFault(spec, effect.index), before, FAULT_TRIES);
  if (without.length < FAULT_TRIES) return effect;
  return { ...effect, measured: { with: curve.at(before), without: chanceOf(without) } };
}

function withoutFault(spec: RunResult['spec'], index: number): RunSpec {
  const plan: Plan = { ...spec.plan, faults: spec.plan.faults.filter((_, at) => at !== index) };
  return { ...spec, plan };
}

/** Those that struck before the failure was seen. */
function firedFaults(run: RunResult): readonly FaultEffect[] {
  const last = run.failures[0]?.event ?? run.counts.events;
  return run.faults.flatMap((outcome, index) => {
    const fault = run.spec.plan.faults[index];
    return fault === undefined ? [] : effectOf(fault, index, outcome, last);
  });
}

function effectOf(
  fault: PlannedFault,
  index: number,
  outcome: FaultOutcome,
  last: number,
): FaultEffect[] {
  const { status, at, event, until, node } = outcome;
  if (status !== 'fired' || at === undefined || event === undefined || event > last) return [];
  return [
    {
      index,
      fault,
      event,
      at,
      ...(until === undefined ? {} : { until }),
      ...(node === undefined ? {} : { node }),
    },
  ];
}

/** By how much more often the run fails with the fault; nothing is known of one not measured. */
function difference({ measured }: FaultEffect): number {
  return measured === undefined ? -1 : share(measured.with) - share(measured.without);
}
