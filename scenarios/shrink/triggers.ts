/** Triggers that wait for a mark: fewer conditions, and the plain time where that does as well. */
import type { NodeId } from '../../sim/contract.ts';
import { renameNodes } from '../../sim/fault.ts';
import type { MarkTrigger, PlannedFault } from '../../sim/plan.ts';
import { MILLISECOND, roundUp, triggeredBy, withFault, withFaults } from './edit.ts';
import { rounderTimes } from './times.ts';
import type { Case, Trials } from './trials.ts';

/** A mark that is to be reached the first time, by whichever node, needs the least of a run. */
export function simplifyTriggers(trials: Trials): void {
  for (let index = 0; index < trials.spec.plan.faults.length; index++) {
    const fault = trials.spec.plan.faults[index];
    if (fault?.when === undefined) continue;
    const { when } = fault;
    trials.attemptFirst(
      simplerTriggers(when).map((simpler) =>
        withFault(trials.spec, index, triggeredBy(fault, { when: simpler })),
      ),
    );
  }
}

function simplerTriggers(when: MarkTrigger): MarkTrigger[] {
  const { node: _node, ...anywhere } = when;
  const simpler: MarkTrigger[] = [];
  if (when.node !== undefined) simpler.push({ ...anywhere, nth: 1, after: 0 }, anywhere);
  if (when.nth > 1 && when.after > 0) simpler.push({ ...when, nth: 1, after: 0 });
  for (let nth = 1; nth < when.nth; nth++) simpler.push({ ...when, nth });
  if (when.after > 0) simpler.push({ ...when, after: 0 });
  simpler.push(...rounderTimes(when.after).map((after) => ({ ...when, after })));
  return simpler;
}

/** Replaces all triggers by the times at which they fired, together and then each on its own. */
export function replaceTriggers(trials: Trials): void {
  const isWaiting = (fault: PlannedFault): boolean => fault.when !== undefined;
  if (!trials.spec.plan.faults.some(isWaiting)) return;
  const all = trials.best;
  const replaced = all.spec.plan.faults.map((fault, index) => {
    const at = firedAt(all, index);
    return isWaiting(fault) && at !== undefined ? concrete(all, index, at) : fault;
  });
  if (trials.attempt(withFaults(all.spec, replaced))) return;
  for (let index = 0; index < trials.spec.plan.faults.length; index++) {
    replaceTrigger(trials, index);
  }
}

/** A trigger strikes within a step, a time before or after it. */
function replaceTrigger(trials: Trials, index: number): void {
  const at = firedAt(trials.best, index);
  if (at === undefined || trials.spec.plan.faults[index]?.when === undefined) return;
  const after = at + 1;
  const times = [roundUp(after, MILLISECOND), roundUp(after, MILLISECOND / 10), at, after];
  trials.attemptFirst(
    times.map((time) => withFault(trials.spec, index, concrete(trials.best, index, time))),
  );
}

function firedAt({ result }: Case, index: number): number | undefined {
  const outcome = result.faults[index];
  return outcome?.status === 'fired' ? outcome.at : undefined;
}

/** With the node that reached the mark in the place of `'it'`. */
function concrete({ spec, result }: Case, index: number, at: number): PlannedFault {
  const fault = spec.plan.faults[index] as PlannedFault;
  const it = result.faults[index]?.node;
  const named = it === undefined ? fault : naming(fault, it);
  return triggeredBy(named, { at });
}

/** With a node in the place of `'it'` or `'leader'`; no fault has both. */
function naming(fault: PlannedFault, node: NodeId): PlannedFault {
  return renameNodes(fault, (named) => (typeof named === 'number' ? named : node)) ?? fault;
}

/** Names who led when a fault struck the leader. */
export function nameLeaders(trials: Trials): void {
  for (const index of trials.spec.plan.faults.keys()) {
    const { spec, result } = trials.best;
    const fault = spec.plan.faults[index];
    const leader = result.faults[index]?.node;
    if (fault === undefined || leader === undefined || fault.when !== undefined) continue;
    trials.attempt(withFault(spec, index, naming(fault, leader)));
  }
}
