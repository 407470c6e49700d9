/** Draws the faults of a plan: how many of each kind the spec says, where and how hard the seed. */
import type { OptionSchema, Options, OptionValue, Protocol } from '../sim/contract.ts';
import {
  BEHAVIOURS,
  type ByzantineFault,
  type ClientFault,
  type ClockFault,
  type DiskFault,
  FAULT_KINDS,
  type Fault,
  type FaultKind,
  type FaultNode,
  faultKinds,
  type LinkFault,
  type ProcessFault,
} from '../sim/fault.ts';
import type { PlannedFault } from '../sim/plan.ts';
import type { Stream, Streams } from '../sim/streams.ts';
import { SpecError } from './assemble.ts';
import { possibleMembers, withPossibleMembers } from './possible-members.ts';
import type { FaultConfig, RunSpec } from './spec.ts';

const MS = 1_000;
const MILLION = 1_000_000;
/** Targeted faults wait for one of the first occurrences of a mark. */
const NTH_MAX = 6;
/** And strike at once, or after at most this long (Micros). */
const AFTER_MAX = 2 * MS;
/** How much longer messages take over a slowed link (Micros). */
const SLOW_MIN = 2 * MS;
const SLOW_MAX = 60 * MS;
/** How long an event takes at a slow node, and a record on a slow disk (Micros). */
const SERVICE_MAX = 3 * MS;
const DISK_SLOW_MAX = 20 * MS;
/** Clocks gain or lose up to so many parts per million, and leap by up to so much (Micros). */
const DRIFT_MAX = 300_000;
const JUMP_MAX = 200 * MS;
/** Clients lose patience up to so many times too early, and repeat requests after so long. */
const IMPATIENCE_MAX = 20;
const REPEAT_MAX = 30 * MS;

/** What a fault is drawn from. */
export interface FaultDraw {
  readonly replicas: number;
  readonly clients: number;
  readonly optionSchema: readonly OptionSchema[];
  readonly stream: Stream;
  /** The node that the fault is about: a replica, or the one that reaches the mark. */
  readonly node: FaultNode;
  readonly lasts: number;
}

export function drawFaults(spec: RunSpec, protocol: Protocol, streams: Streams): PlannedFault[] {
  const { ending } = spec;
  const until = ending.kind === 'quiet' ? ending.healAt : ending.at;
  const unknown = Object.keys(spec.faults.kinds).find((kind) => !(kind in FAULT_KINDS));
  if (unknown !== undefined) throw new SpecError(`unknown fault "${unknown}"`);
  // A stream a kind: how often one is drawn moves no other.
  const marks = Object.keys(protocol.marks);
  const members = possibleMembers(protocol, spec.options, spec.replicas);
  const faults: PlannedFault[] = [];
  for (const kind of faultKinds) {
    const count = spec.faults.kinds[kind] ?? 0;
    if (count === 0 || !isPossible(kind, spec.clients)) continue;
    const stream = streams.get(`faults:${kind}`);
    for (let i = 0; i < count; i++) {
      const drawn = drawPlanned(kind, spec, protocol, marks, stream, until);
      faults.push(...drawn.map((fault) => withPossibleMembers(fault, members)));
    }
  }
  return faults.sort((a, b) => (a.at ?? until) - (b.at ?? until));
}

/** Without clients nothing happens to clients. */
export function isPossible(kind: FaultKind, clients: number): boolean {
  return clients > 0 || FAULT_KINDS[kind].group !== 'client';
}

function drawPlanned(
  kind: FaultKind,
  spec: RunSpec,
  protocol: Protocol,
  marks: readonly string[],
  stream: Stream,
  until: number,
): PlannedFault[] {
  const isTargeted = marks.length > 0 && stream.below(100) < spec.faults.targeted;
  const node = isTargeted ? 'it' : stream.below(spec.replicas);
  const lasts = drawLength(spec.faults, stream);
  const { replicas, clients } = spec;
  const { optionSchema } = protocol;
  const fault = drawFault(kind, { replicas, clients, optionSchema, stream, node, lasts });
  const trigger = isTargeted
    ? { when: drawTrigger(marks, stream) }
    : { at: stream.below(Math.max(1, until)) };
  const planned: PlannedFault = { ...trigger, ...fault };
  return [planned, ...companionOf(planned, spec.faults, stream)];
}

function drawTrigger(
  marks: readonly string[],
  stream: Stream,
): { readonly mark: string; readonly nth: number; readonly after: number } {
  const after = stream.below(2) === 0 ? 0 : stream.below(AFTER_MAX);
  return { mark: stream.pick(marks), nth: 1 + stream.below(NTH_MAX), after };
}

/** Damage is met by a start only: soon after it, mostly, the node restarts. */
export function companionOf(
  fault: PlannedFault,
  lengths: FaultLengths,
  stream: Stream,
): PlannedFault[] {
  const isDamage =
    fault.fault === 'bit-rot' ||
    fault.fault === 'read-error' ||
    fault.fault === 'misdirected-write' ||
    fault.fault === 'lying-fsync';
  if (!isDamage || stream.below(4) === 0) return [];
  const soon = 1 + stream.below(Math.max(1, Math.floor((fault.lasts ?? MS) / 2)));
  const crash = {
    fault: 'crash',
    node: fault.node,
    lasts: drawLength(lengths, stream),
  } as const;
  if (fault.when === undefined) return [{ at: fault.at + soon, ...crash }];
  return [{ when: { ...fault.when, after: fault.when.after + soon }, ...crash }];
}

/** One fault of the kind, about `node` where it is about one. */
export function drawFault(kind: FaultKind, draw: FaultDraw): Fault {
  switch (FAULT_KINDS[kind].group) {
    case 'partition':
    case 'network':
      return linkFault(kind as LinkFault['fault'], draw);
    case 'process':
      return processFault(kind as ProcessFault['fault'], draw);
    case 'disk':
      return diskFault(kind as DiskFault['fault'], draw);
    case 'clock':
      return clockFault(kind as ClockFault['fault'], draw);
    case 'client':
      return clientFault(kind as ClientFault['fault'], draw);
    case 'byzantine':
      return byzantineFault(draw);
    case 'configuration':
      return { fault: 'reconfigure', members: someOf(replicasOf(draw), draw.stream) };
    default:
      return FAULT_KINDS[kind].group satisfies never;
  }
}

function linkFault(fault: LinkFault['fault'], draw: FaultDraw): LinkFault {
  const { node, lasts, stream } = draw;
  const all = replicasOf(draw);
  const others = stream.shuffle(all.filter((replica) => replica !== node));
  switch (fault) {
    case 'partition':
      return { fault, groups: drawGroups(draw, others), lasts };
    case 'flapping': {
      const period = stream.between(MS, Math.max(MS, Math.floor(lasts / 2)));
      return { fault, groups: drawGroups(draw, others), period, lasts };
    }
    case 'one-way': {
      const peers = drawPeers(draw).filter((peer) => peer !== node);
      const some = peers.length > 0 ? someOf(peers, stream) : [node];
      return stream.below(2) === 0
        ? { fault, from: [node], to: some, lasts }
        : { fault, from: some, to: [node], lasts };
    }
    case 'bridge': {
      const half = Math.floor(others.length / 2);
      return { fault, node, groups: [others.slice(0, half), others.slice(half)], lasts };
    }
    case 'ring':
    case 'chained':
      return { fault, order: stream.shuffle<FaultNode>([node, ...others]), lasts };
    case 'quorum-loss':
      // The node of a mark is often the leader, and it is another one that keeps its links.
      return { fault, node: stream.below(2) === 0 ? node : (others[0] ?? node), lasts };
    case 'constrained-election':
      return { fault, node: others[0] ?? node, leader: node, lag: stream.below(30 * MS), lasts };
    case 'slow':
      return {
        fault,
        ...drawSide(draw),
        by: stream.between(SLOW_MIN, SLOW_MAX),
        lasts: stream.between(1, lasts),
      };
    case 'clog':
      return { fault, ...drawSide(draw), lasts };
    default:
      return fault satisfies never;
  }
}

function processFault(fault: ProcessFault['fault'], draw: FaultDraw): ProcessFault {
  const { node, lasts, stream, optionSchema } = draw;
  switch (fault) {
    case 'crash':
    case 'amnesia':
    case 'pause':
      return { fault, node, lasts };
    case 'slow-node':
      return { fault, node, by: stream.between(10, SERVICE_MAX), lasts };
    case 'rolling-restart': {
      const order = stream.shuffle<FaultNode>(replicasOf(draw));
      const pace = Math.max(MS, Math.floor(lasts / order.length));
      return { fault, order, down: stream.between(1, pace), up: stream.between(1, pace) };
    }
    case 'version-change':
      return { fault, node, options: drawUpgrade(optionSchema, stream), lasts };
    default:
      return fault satisfies never;
  }
}

function diskFault(fault: DiskFault['fault'], draw: FaultDraw): DiskFault {
  const { node, lasts, stream } = draw;
  switch (fault) {
    case 'write-error':
    case 'disk-full':
    case 'lying-fsync':
      return { fault, node, lasts };
    case 'read-error':
    case 'bit-rot':
    case 'misdirected-write':
      return { fault, node, place: stream.below(MILLION), lasts };
    case 'slow-disk':
      return { fault, node, by: stream.between(100, DISK_SLOW_MAX), lasts };
    default:
      return fault satisfies never;
  }
}

function clockFault(fault: ClockFault['fault'], { node, lasts, stream }: FaultDraw): ClockFault {
  switch (fault) {
    case 'clock-jump':
      return { fault, node, by: stream.between(MS, JUMP_MAX) };
    case 'clock-drift':
      return { fault, node, rate: stream.between(-DRIFT_MAX, DRIFT_MAX), lasts };
    case 'clock-freeze':
      return { fault, node, lasts };
    default:
      return fault satisfies never;
  }
}

function clientFault(fault: ClientFault['fault'], draw: FaultDraw): ClientFault {
  const { replicas, clients, lasts, stream } = draw;
  const client = stream.below(clients);
  switch (fault) {
    case 'client-crash':
      return { fault, client, lasts };
    case 'duplicate-request':
      return { fault, client, by: stream.below(REPEAT_MAX), lasts };
    case 'wrong-node':
      return { fault, client, shift: stream.between(1, Math.max(1, replicas - 1)), lasts };
    case 'impatience':
      return { fault, client, factor: stream.between(2, IMPATIENCE_MAX), lasts };
    default:
      return fault satisfies never;
  }
}

function byzantineFault(draw: FaultDraw): ByzantineFault {
  const { node, lasts, stream } = draw;
  return {
    fault: 'byzantine',
    node,
    behaviour: stream.pick(BEHAVIOURS),
    to: someOf(replicasOf(draw), stream),
    rate: stream.pick([50_000, 300_000, MILLION]),
    by: stream.between(MS, 50 * MS),
    lasts,
  };
}

/** What a rolling upgrade may change: one option that nodes may have differently. */
function drawUpgrade(schema: readonly OptionSchema[], stream: Stream): Options {
  const open = schema.filter(({ mayDiffer }) => mayDiffer === true);
  if (open.length === 0) return {};
  const option = stream.pick(open);
  return { [option.name]: drawOption(option, stream) };
}

/** One of the values that are worth trying, the default among them. */
export function drawOption(option: OptionSchema, stream: Stream): OptionValue {
  return stream.pick([option.default, ...(option.trials ?? [])]);
}

function replicasOf({ replicas }: FaultDraw): number[] {
  return Array.from({ length: replicas }, (_, replica) => replica);
}

/** The replicas; now and then clients are cut off and slowed too. */
function drawPeers({ replicas, clients, stream }: FaultDraw): number[] {
  const count = replicas + (stream.below(3) === 0 ? clients : 0);
  return Array.from({ length: count }, (_, peer) => peer);
}

/** What one node sends to some, or what it is sent by some. */
function drawSide(draw: FaultDraw): {
  readonly from: readonly FaultNode[];
  readonly to: readonly FaultNode[];
} {
  const { node, stream } = draw;
  const some = someOf(drawPeers(draw), stream);
  return stream.below(3) > 0 ? { from: [node], to: some } : { from: some, to: [node] };
}

/** One replica alone, or a split in two; clients stay with everyone or are dealt to the sides. */
function drawGroups(draw: FaultDraw, others: readonly number[]): FaultNode[][] {
  const { replicas, clients, node, stream } = draw;
  const isAlone = stream.below(2) === 0;
  const cut = isAlone ? 0 : stream.below(others.length);
  const groups: FaultNode[][] = [[node, ...others.slice(0, cut)], others.slice(cut)];
  if (stream.below(2) === 0) return groups;
  for (let client = 0; client < clients; client++) {
    groups[stream.below(2)]?.push(replicas + client);
  }
  return groups;
}

/** At least one of them, in a drawn order. */
function someOf(nodes: readonly number[], stream: Stream): number[] {
  return stream.shuffle(nodes).slice(0, 1 + stream.below(nodes.length));
}

/** Short ones are as likely as long ones: the length is drawn between the bounds twice over. */
function drawLength(config: FaultLengths, stream: Stream): number {
  const longest = stream.between(config.lastsMin, config.lastsMax);
  return stream.between(config.lastsMin, longest);
}

/** How long faults may last (Micros). */
type FaultLengths = Pick<FaultConfig, 'lastsMin' | 'lastsMax'>;
