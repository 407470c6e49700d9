/** Draws a plan: the operations of the workload and the faults, up front and explicit. */
import type { Protocol, StateMachine } from '../sim/contract.ts';
import type { WeakerLevel } from '../sim/level.ts';
import type { Plain } from '../sim/plain.ts';
import type { Plan, PlannedOperation } from '../sim/plan.ts';
import { type Stream, Streams } from '../sim/streams.ts';
import { machineNamed, type Registry } from './assemble.ts';
import { drawFaults } from './draw-faults.ts';
import type { RunSpec, WorkloadConfig } from './spec.ts';

export function drawPlan(spec: RunSpec, protocol: Protocol, registry?: Registry): Plan {
  const streams = new Streams(spec.seed);
  const workload = streams.get('workload');
  const operations: PlannedOperation[] = [];
  const writer = new OperationWriter(spec.workload, workload);
  const levels = new LevelDrawer(spec.workload, streams, machineNamed(spec.machine, registry));
  for (let client = 0; client < spec.clients; client++) {
    let at = 0;
    for (let i = 0; i < operationsOf(spec, client); i++) {
      if (spec.workload.thinkTime > 0) at += workload.below(2 * spec.workload.thinkTime + 1);
      const operation = writer.next();
      operations.push({ at, client, operation, ...levels.next(operation) });
    }
  }
  return { faults: drawFaults(spec, protocol, streams), operations };
}

/** The operations are shared out evenly; the first clients take what is left over. */
function operationsOf(spec: RunSpec, client: number): number {
  const { operations } = spec.workload;
  return Math.floor(operations / spec.clients) + (client < operations % spec.clients ? 1 : 0);
}

/** Which reads may be stale: from a stream of its own, so that the operations stay as they are. */
class LevelDrawer {
  private readonly shares: readonly (readonly [WeakerLevel, number])[];
  private readonly streams: Streams;
  private readonly machine: StateMachine;

  constructor(
    { sequential = 0, eventual = 0, bounded = 0 }: WorkloadConfig,
    streams: Streams,
    machine: StateMachine,
  ) {
    const shares = [
      ['sequential', sequential],
      ['eventual', eventual],
      ['bounded', bounded],
    ] as const;
    this.shares = shares.filter(([, share]) => share > 0);
    this.streams = streams;
    this.machine = machine;
  }

  next(operation: Plain): Pick<PlannedOperation, 'level'> {
    if (this.shares.length === 0 || !this.machine.isReadOnly(operation)) return {};
    let draw = this.streams.get('levels').below(100);
    for (const [level, share] of this.shares) {
      if (draw < share) return { level };
      draw -= share;
    }
    return {};
  }
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
