/** Draws a plan: the operations of the workload and the faults, up front and explicit. */
import type { Protocol } from '../sim/contract.ts';
import type { Plain } from '../sim/plain.ts';
import type {
  Fault,
  FaultKind,
  FaultNode,
  Plan,
  PlannedFault,
  PlannedOperation,
} from '../sim/plan.ts';
import { type Stream, Streams } from '../sim/streams.ts';
import type { FaultConfig, RunSpec, WorkloadConfig } from './spec.ts';

/** Targeted faults wait for one of the first occurrences of a mark. */
const NTH_MAX = 6;
/** How much longer messages take over a slowed link (Micros). */
const SLOW_MIN = 2_000;
const SLOW_MAX = 60_000;
/** And strike at once, or after at most this long (Micros). */
const AFTER_MAX = 2_000;

interface SlowLinks {
  readonly from: readonly FaultNode[];
  readonly to: readonly FaultNode[];
  readonly by: number;
}

export function drawPlan(spec: RunSpec, protocol: Protocol): Plan {
  const streams = new Streams(spec.seed);
  const workload = streams.get('workload');
  const operations: PlannedOperation[] = [];
  const writer = new OperationWriter(spec.workload, workload);
  for (let client = 0; client < spec.clients; client++) {
    let at = 0;
    for (let i = 0; i < operationsOf(spec, client); i++) {
      if (spec.workload.thinkTime > 0) at += workload.below(2 * spec.workload.thinkTime + 1);
      operations.push({ at, client, operation: writer.next() });
    }
  }
  return { faults: drawFaults(spec, protocol, streams.get('faults')), operations };
}

/** The operations are shared out evenly; the first clients take what is left over. */
function operationsOf(spec: RunSpec, client: number): number {
  const { operations } = spec.workload;
  return Math.floor(operations / spec.clients) + (client < operations % spec.clients ? 1 : 0);
}

/** Writes operations as the state machines understand them; values written are unique. */
class OperationWriter {
  private readonly config: WorkloadConfig;
  private readonly stream: Stream;
  private readonly weights: readonly (readonly [string, number])[];
  private readonly weightTotal: number;
  private lastValue = 0;

  constructor(config: WorkloadConfig, stream: Stream) {
    this.config = config;
    this.stream = stream;
    this.weights = Object.entries(config.mix).sort(([a], [b]) => (a < b ? -1 : 1));
    this.weightTotal = this.weights.reduce((sum, [, weight]) => sum + weight, 0);
  }

  next(): Plain {
    const f = this.drawName();
    const key = this.config.keys > 0 ? { key: `k${this.stream.below(this.config.keys)}` } : {};
    switch (f) {
      case 'put':
      case 'write':
      case 'add':
      case 'append':
        return { f, ...key, value: this.newValue() };
      case 'cas':
        // The old value is a recent one, so that some of them succeed.
        return { f, ...key, value: [this.recentValue(), this.newValue()] };
      default:
        return { f, ...key };
    }
  }

  private drawName(): string {
    let draw = this.stream.below(this.weightTotal);
    for (const [name, weight] of this.weights) {
      if (draw < weight) return name;
      draw -= weight;
    }
    throw new Error('the workload has no operations to draw from');
  }

  private newValue(): number {
    this.lastValue += 1;
    return this.lastValue;
  }

  private recentValue(): number | null {
    const age = this.stream.below(2 * this.config.keys + 2);
    return age === 0 || age > this.lastValue ? null : this.lastValue - age + 1;
  }
}

function drawFaults(spec: RunSpec, protocol: Protocol, stream: Stream): PlannedFault[] {
  const { kinds, targeted } = spec.faults;
  const until = spec.ending.kind === 'quiet' ? spec.ending.healAt : spec.ending.at;
  const marks = Object.keys(protocol.marks);
  const faults: PlannedFault[] = [];
  const ordered = Object.entries(kinds).sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [kind, count] of ordered) {
    for (let i = 0; i < count; i++) {
      const isTargeted = marks.length > 0 && stream.below(100) < targeted;
      const fault = drawFault(asKind(kind), spec, isTargeted, stream);
      if (isTargeted) {
        const after = stream.below(2) === 0 ? 0 : stream.below(AFTER_MAX);
        const when = { mark: stream.pick(marks), nth: 1 + stream.below(NTH_MAX), after };
        faults.push({ when, ...fault });
      } else {
        faults.push({ at: stream.below(until), ...fault });
      }
    }
  }
  return faults.sort((a, b) => (a.at ?? until) - (b.at ?? until));
}

function drawFault(kind: FaultKind, spec: RunSpec, isTargeted: boolean, stream: Stream): Fault {
  const lasts = drawLength(spec.faults, stream);
  const all = Array.from({ length: spec.replicas }, (_, replica) => replica);
  const node = isTargeted ? 'it' : stream.pick(all);
  switch (kind) {
    case 'partition':
      return { fault: 'partition', groups: drawGroups(spec, node, stream), lasts };
    case 'one-way': {
      const others = all.filter((replica) => replica !== node);
      const some = stream.shuffle(others).slice(0, 1 + stream.below(others.length));
      return stream.below(2) === 0
        ? { fault: 'one-way', from: [node], to: some, lasts }
        : { fault: 'one-way', from: some, to: [node], lasts };
    }
    case 'slow':
      return { fault: 'slow', ...drawSlow(all, node, stream), lasts: stream.between(1, lasts) };
    case 'crash':
      return { fault: 'crash', node, lasts };
    case 'pause':
      return { fault: 'pause', node, lasts };
    case 'client-crash':
      return { fault: 'client-crash', client: stream.below(spec.clients), lasts };
    default:
      return kind satisfies never;
  }
}

/** What one node sends, or what it is sent. */
function drawSlow(all: readonly number[], node: FaultNode, stream: Stream): SlowLinks {
  const by = stream.between(SLOW_MIN, SLOW_MAX);
  const isSender = stream.below(2);
  return isSender > 0 ? { from: [node], to: all, by } : { from: all, to: [node], by };
}

/** One replica alone, or a split in two; clients stay with everyone or are dealt to the sides. */
function drawGroups(spec: RunSpec, node: FaultNode, stream: Stream): FaultNode[][] {
  const all = Array.from({ length: spec.replicas }, (_, replica) => replica);
  const others = stream.shuffle(all.filter((replica) => replica !== node));
  const isAlone = stream.below(2) === 0;
  const cut = isAlone ? 0 : stream.below(others.length);
  const groups: FaultNode[][] = [[node, ...others.slice(0, cut)], others.slice(cut)];
  if (stream.below(2) === 0) return groups;
  for (let client = 0; client < spec.clients; client++) {
    groups[stream.below(2)]?.push(spec.replicas + client);
  }
  return groups;
}

/** Short ones are as likely as long ones: the length is drawn between the bounds twice over. */
function drawLength(config: FaultConfig, stream: Stream): number {
  const longest = stream.between(config.lastsMin, config.lastsMax);
  return stream.between(config.lastsMin, longest);
}

function asKind(kind: string): FaultKind {
  switch (kind) {
    case 'partition':
    case 'one-way':
    case 'slow':
    case 'crash':
    case 'pause':
    case 'client-crash':
      return kind;
    default:
      throw new Error(`unknown fault "${kind}"`);
  }
}
