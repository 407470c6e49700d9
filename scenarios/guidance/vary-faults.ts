/** Varies single faults: when they strike, whom, and for how long. */
import { type FaultNode, nodesOf, renameNodes } from '../../sim/fault.ts';
import type { MarkTrigger, PlannedFault } from '../../sim/plan.ts';
import type { Stream } from '../../sim/streams.ts';

export interface World {
  readonly replicas: number;
  readonly marks: readonly string[];
  /** When faults stop. */
  readonly until: number;
  readonly stream: Stream;
}

const MILLISECOND = 1_000;
const AFTER_MAX = 20 * MILLISECOND;
const NTH_MAX = 12;

export function changeFault(fault: PlannedFault, world: World): PlannedFault {
  switch (world.stream.below(4)) {
    case 0:
      return changeNodes(fault, world);
    case 1:
      return changeLength(fault, world);
    default:
      return changeTrigger(fault, world);
  }
}

/** The same again, a little later or at the next such mark. */
export function repeatFault(fault: PlannedFault, until: number, stream: Stream): PlannedFault {
  if (fault.when === undefined) {
    const at = Math.min(
      until - 1,
      fault.at + stream.between(1, stream.pick([300, 5_000, 100_000])),
    );
    return { ...fault, at };
  }
  const { when } = fault;
  const later =
    stream.below(2) === 0
      ? { ...when, nth: when.nth + 1 }
      : { ...when, after: when.after + 1 + stream.below(stream.pick([300, 5_000, 50_000])) };
  return { ...fault, when: later };
}

/** The fault in another world: other nodes, and a time before faults stop there. */
export function retime(
  fault: PlannedFault,
  {
    rename,
    clients,
    until,
  }: { rename(node: FaultNode): FaultNode; clients: number; until: number },
): PlannedFault | undefined {
  const renamed = renameNodes(fault, rename);
  if (renamed === undefined) return undefined;
  const fitting =
    'client' in renamed ? { ...renamed, client: renamed.client % Math.max(1, clients) } : renamed;
  if (fitting.when === undefined) return { ...fitting, at: Math.min(fitting.at, until - 1) };
  const { node } = fitting.when;
  if (node === undefined) return fitting;
  return { ...fitting, when: { ...fitting.when, node: rename(node) as number } };
}

function changeTrigger(fault: PlannedFault, world: World): PlannedFault {
  const { stream, until, marks } = world;
  if (fault.when === undefined) {
    if (stream.below(4) > 0 || marks.length === 0) return { ...fault, at: nearby(fault.at, world) };
    const { at: _, ...rest } = fault;
    const when = { mark: stream.pick(marks), nth: 1 + stream.below(NTH_MAX), after: 0 };
    return { ...rest, when } as PlannedFault;
  }
  if (stream.below(8) === 0) {
    // Nobody reaches a mark then: what concerned that node concerns one that is drawn.
    const someone = stream.below(world.replicas);
    const named = renameNodes(fault, (node) => (node === 'it' ? someone : node)) ?? fault;
    const { when: _, ...rest } = named;
    return { ...rest, at: stream.below(until) } as PlannedFault;
  }
  return { ...fault, when: changeMark(fault.when, world) };
}

function changeMark(when: MarkTrigger, { marks, replicas, stream }: World): MarkTrigger {
  switch (stream.below(4)) {
    case 0:
      return { ...when, nth: Math.max(1, when.nth + stream.pick([-2, -1, 1, 2, 4])) };
    case 1:
      return { ...when, after: stream.pick([0, stream.below(500), stream.below(AFTER_MAX)]) };
    case 2: {
      const { node: known, ...rest } = when;
      return known === undefined ? { ...rest, node: stream.below(replicas), nth: 1 } : rest;
    }
    default:
      return { ...when, mark: stream.pick(marks) };
  }
}

/** Some times a little earlier or later, sometimes far away. */
function nearby(at: number, { until, stream }: World): number {
  const reach = stream.pick([300, 3_000, 30_000, until]);
  const moved = at + stream.between(-reach, reach);
  return Math.min(until - 1, Math.max(0, moved));
}

function changeLength(fault: PlannedFault, { stream }: World): PlannedFault {
  if (fault.lasts === undefined) return fault;
  const factor = stream.pick([1, 2, 3, 6, 8, 12, 16, 32]);
  return { ...fault, lasts: Math.max(1, Math.floor((fault.lasts * factor) / 4)) };
}

/** Two nodes change places, or one takes the other's as well. */
function changeNodes(fault: PlannedFault, world: World): PlannedFault {
  const { stream } = world;
  const a = drawNode(fault, world);
  const b = drawNode(fault, world);
  const isSwap = stream.below(2) === 0;
  const changed = renameNodes(fault, (node) => (node === a ? b : isSwap && node === b ? a : node));
  return changed ?? fault;
}

/** A replica, or the one that is not known beforehand: a fault may speak of one such only. */
function drawNode(fault: PlannedFault, { replicas, stream }: World): FaultNode {
  const replica = stream.below(replicas);
  if (stream.below(3) > 0) return replica;
  const named = nodesOf(fault).flatMap(([, nodes]) => nodes);
  if (fault.when === undefined || named.includes('leader')) {
    return named.includes('it') ? replica : 'leader';
  }
  return 'it';
}
