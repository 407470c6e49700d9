/** Makes the faults that are needed simpler: fewer nodes, no end, shorter and rounder times. */
import { type FaultNode, nodesOf } from '../../sim/fault.ts';
import type { PlannedFault } from '../../sim/plan.ts';
import { MILLISECOND, withFault, withoutEnd } from './edit.ts';
import { minimise } from './minimise.ts';
import { simplerKinds } from './simpler-kinds.ts';
import { rounderTimes } from './times.ts';
import type { Trials } from './trials.ts';

/** Fields that hold a duration. */
const TIME_FIELDS = ['lasts', 'by', 'lag', 'period', 'down', 'up'] as const;
/** Numbers that say the least: the first record, the next replica, twice too soon. */
const PLAINEST = [
  ['place', 0],
  ['shift', 1],
  ['factor', 2],
] as const;
/** A duration is halved at most so often. */
const HALVINGS_MAX = 10;

/** Each fault holds to the end if it may, and touches no more nodes than it must. */
export function loosenFaults(trials: Trials): void {
  for (let index = 0; index < trials.spec.plan.faults.length; index++) {
    const edit = (change: (fault: PlannedFault) => PlannedFault): boolean => {
      const fault = trials.spec.plan.faults[index];
      return fault !== undefined && trials.attempt(withFault(trials.spec, index, change(fault)));
    };
    simplifyKind(trials, index);
    edit(withoutEnd);
    shrinkGroups(trials, index, edit);
    shrinkLists(trials, index, edit);
  }
}

function simplifyKind(trials: Trials, index: number): void {
  const fault = trials.spec.plan.faults[index];
  if (fault === undefined) return;
  const { at, when } = fault;
  const trigger = when === undefined ? { at } : { when };
  trials.attemptFirst(
    simplerKinds(fault, trials.spec.replicas).map((simpler) =>
      withFault(trials.spec, index, { ...trigger, ...simpler }),
    ),
  );
}

/** Durations that are shorter, or read better. */
export function shortenFaults(trials: Trials): void {
  for (let index = 0; index < trials.spec.plan.faults.length; index++) {
    for (const field of TIME_FIELDS) shortenTime(trials, index, field);
    for (const [field, value] of PLAINEST) {
      const fault = trials.spec.plan.faults[index];
      if (fault === undefined || numberIn(fault, field) === undefined) continue;
      trials.attempt(withFault(trials.spec, index, withField(fault, field, value)));
    }
  }
}

type Edit = (change: (fault: PlannedFault) => PlannedFault) => boolean;

/** Whole groups go first: a node in no group keeps all its links. */
function shrinkGroups(trials: Trials, index: number, edit: Edit): void {
  const fault = trials.spec.plan.faults[index];
  if (fault === undefined || !('groups' in fault)) return;
  minimise(fault.groups, (groups) => edit((now) => withField(now, 'groups', groups)));
}

function shrinkLists(trials: Trials, index: number, edit: Edit): void {
  const fault = trials.spec.plan.faults[index];
  if (fault === undefined) return;
  for (const [field, nodes] of nodesOf(fault)) {
    if (nodes.length < 2) continue;
    minimise(nodes, (rest) => edit((now) => withList(now, field, rest)));
  }
}

/** The field is one of those that `nodesOf` names: `from`, or `groups[1]`. */
function withList(fault: PlannedFault, field: string, nodes: readonly FaultNode[]): PlannedFault {
  const group = /^groups\[(\d+)\]$/.exec(field)?.[1];
  if (group === undefined || !('groups' in fault)) return withField(fault, field, nodes);
  return withField(fault, 'groups', fault.groups.with(Number(group), nodes));
}

function shortenTime(trials: Trials, index: number, field: string): void {
  for (let i = 0; i < HALVINGS_MAX; i++) {
    const fault = trials.spec.plan.faults[index];
    const time = fault === undefined ? undefined : numberIn(fault, field);
    if (fault === undefined || time === undefined || time < 2 * MILLISECOND) break;
    const half = Math.ceil(time / 2 / MILLISECOND) * MILLISECOND;
    if (!trials.attempt(withFault(trials.spec, index, withField(fault, field, half)))) break;
  }
  const fault = trials.spec.plan.faults[index];
  const time = fault === undefined ? undefined : numberIn(fault, field);
  if (fault === undefined || time === undefined) return;
  trials.attemptFirst(
    rounderTimes(time).map((rounder) =>
      withFault(trials.spec, index, withField(fault, field, rounder)),
    ),
  );
}

function numberIn(fault: PlannedFault, field: string): number | undefined {
  const value = Object.entries(fault).find(([name]) => name === field)?.[1];
  return typeof value === 'number' ? value : undefined;
}

/** A field that the fault has, with another value of the same type. */
function withField(fault: PlannedFault, field: string, value: unknown): PlannedFault {
  return { ...fault, [field]: value } as PlannedFault;
}
