/**
 * Varies a run that reached something: a few changes to its plan or to its world. What is new comes
 * from a donor, another run of the same protocol, so that a variation holds nothing that no seed
 * would draw.
 */
import type { Protocol } from '../../sim/contract.ts';
import type { FaultNode } from '../../sim/fault.ts';
import { hex32 } from '../../sim/mixing.ts';
import type { Plan, PlannedFault, PlannedOperation } from '../../sim/plan.ts';
import type { Stream } from '../../sim/streams.ts';
import { fittedOptions } from '../option-fit.ts';
import { possibleMembers, withPossibleMembers } from '../possible-members.ts';
import type { RunSpec } from '../spec.ts';
import { changeFault, repeatFault, retime } from './vary-faults.ts';

export type PlannedSpec = RunSpec & { readonly plan: Plan };

/** A spec whose parts are replaced one by one. */
export interface Draft {
  spec: PlannedSpec;
  faults: PlannedFault[];
  operations: readonly PlannedOperation[];
}

export interface Surroundings {
  /** Another run of the protocol; drawn only when it is asked for. */
  donor(): PlannedSpec;
  readonly protocol: Protocol;
  /** Marks of the protocol. */
  readonly marks: readonly string[];
  readonly stream: Stream;
}

type Change = (draft: Draft, surroundings: Surroundings) => void;

/** Each change with its weight. */
const CHANGES: readonly (readonly [number, Change])[] = [
  [4, reseed],
  [3, removeFaults],
  [4, repeatOne],
  [8, changeOne],
  [6, graft],
  [3, splice],
  [2, takeSurroundings],
  [2, takeOptions],
  [2, takeOperations],
];
const CHANGES_AT_ONCE = [1, 1, 1, 2, 2, 3, 5];
const FAULTS_MAX = 80;

export function vary(parent: PlannedSpec, surroundings: Surroundings): PlannedSpec {
  const { protocol, stream } = surroundings;
  const { expect: _expect, unjudged: _unjudged, ...spec } = parent;
  const draft: Draft = {
    spec,
    faults: [...parent.plan.faults],
    operations: parent.plan.operations,
  };
  for (let rest = stream.pick(CHANGES_AT_ONCE); rest > 0; rest--) {
    pickWeighted(CHANGES, stream)(draft, surroundings);
  }
  // With the donor's options, or its faults, it may ask for members that cannot be any here.
  const members = possibleMembers(protocol, draft.spec.options, draft.spec.replicas);
  const faults = draft.faults
    .slice(0, FAULTS_MAX)
    .map((fault) => withPossibleMembers(fault, members));
  return { ...draft.spec, plan: { faults, operations: draft.operations } };
}

export function pickWeighted<T>(choices: readonly (readonly [number, T])[], stream: Stream): T {
  let rest = stream.below(choices.reduce((sum, [weight]) => sum + weight, 0));
  for (const [weight, choice] of choices) {
    if (rest < weight) return choice;
    rest -= weight;
  }
  throw new Error('nothing to choose from');
}

/** The same plan in another world: every delay, loss and timer is drawn anew. */
function reseed(draft: Draft, { stream }: Surroundings): void {
  const seed = `0x${hex32(stream.bits())}${hex32(stream.bits())}`.replace(/^0x0+(?=.)/, '0x');
  draft.spec = { ...draft.spec, seed };
}

function removeFaults(draft: Draft, { stream }: Surroundings): void {
  const rate = stream.pick([100_000, 250_000, 500_000]);
  draft.faults = draft.faults.filter(() => !stream.chance(rate));
}

function repeatOne(draft: Draft, { stream }: Surroundings): void {
  const fault = pickOrNone(draft.faults, stream);
  if (fault !== undefined) draft.faults.push(repeatFault(fault, healAt(draft.spec), stream));
}

function changeOne(draft: Draft, { marks, stream }: Surroundings): void {
  if (draft.faults.length === 0) return;
  const at = stream.below(draft.faults.length);
  const fault = draft.faults[at] as PlannedFault;
  const { replicas } = draft.spec;
  draft.faults[at] = changeFault(fault, { replicas, marks, until: healAt(draft.spec), stream });
}

/** Adds some of the donor's faults. */
function graft(draft: Draft, { donor, stream }: Surroundings): void {
  const fitting = fittingFaults(draft.spec, donor());
  if (fitting.length === 0) return;
  const count = stream.pick([1, 1, 2, 4]);
  // Faults that stand together share a cause: they go together.
  const first = stream.below(fitting.length);
  draft.faults.push(...fitting.slice(first, first + count));
}

/** The parent's faults up to a time, the donor's after it. */
function splice(draft: Draft, { donor, stream }: Surroundings): void {
  const cut = stream.below(healAt(draft.spec));
  const isEarly = (fault: PlannedFault): boolean => fault.at === undefined || fault.at < cut;
  const later = fittingFaults(draft.spec, donor()).filter((fault) => !isEarly(fault));
  draft.faults = [...draft.faults.filter(isEarly), ...later];
}

function takeSurroundings(draft: Draft, { donor, stream }: Surroundings): void {
  const { network, disk, clock, shuffleTies } = donor();
  const parts: Partial<RunSpec>[] = [{ network }, { disk }, { clock }, { shuffleTies }];
  draft.spec = { ...draft.spec, ...stream.pick(parts) };
}

/** All of them: timeouts that were drawn together fit each other. */
function takeOptions(draft: Draft, { donor, protocol }: Surroundings): void {
  const options = fittedOptions(protocol, donor().options, draft.spec.replicas);
  draft.spec = { ...draft.spec, options };
}

function takeOperations(draft: Draft, { donor, stream }: Surroundings): void {
  const { clients, machine } = draft.spec;
  if (stream.below(2) === 0) {
    draft.operations = draft.operations.slice(0, stream.below(draft.operations.length + 1));
    return;
  }
  const { machine: other, plan } = donor();
  if (other !== machine) return;
  draft.operations = plan.operations.map((planned) => ({
    ...planned,
    client: planned.client % clients,
  }));
}

/** The donor's faults among the nodes, and within the time, that the spec has. */
function fittingFaults(spec: PlannedSpec, donor: PlannedSpec): PlannedFault[] {
  const { replicas, clients } = spec;
  const rename = (node: FaultNode): FaultNode => {
    if (typeof node !== 'number') return node;
    return node < donor.replicas ? node % replicas : replicas + ((node - donor.replicas) % clients);
  };
  return donor.plan.faults.flatMap((fault) => {
    const fitting = retime(fault, { rename, clients, until: healAt(spec) });
    return fitting === undefined ? [] : [fitting];
  });
}

function healAt({ ending }: RunSpec): number {
  return Math.max(1, ending.kind === 'quiet' ? ending.healAt : ending.at);
}

function pickOrNone<T>(choices: readonly T[], stream: Stream): T | undefined {
  return choices.length === 0 ? undefined : stream.pick(choices);
}
