/**
 * The workload: hands each client its planned operations one by one and writes the history. A
 * client that gives up or crashes leaves its operation open for ever and goes on as a new process.
 */
import type { Micros, NodeId } from './contract.ts';
import { INVOKE, plainEvent } from './event.ts';
import type { Level, WeakerLevel } from './level.ts';
import type { Node } from './node.ts';
import type { Plain } from './plain.ts';
import type { PlannedOperation } from './plan.ts';
import type { Simulation } from './simulation.ts';
import type { SimulationConfig } from './simulation-config.ts';

/** One operation as its client saw it. `end` is null while it is open, or open for ever. */
export interface HistoryRecord {
  readonly process: number;
  readonly node: NodeId;
  readonly operation: Plain;
  /** What the client was asked for, which is what it is judged by. */
  readonly level: Level;
  readonly call: Micros;
  end: Micros | null;
  output: Plain | undefined;
  /** The client knows that it never happened: it does not count. */
  isRefused: boolean;
}

interface ClientProgress {
  readonly operations: readonly PlannedOperation[];
  next: number;
  /** History process of the client's current incarnation. */
  process: number;
  /** Index in the history of the operation that is open now, or -1. */
  open: number;
}

export class Clients {
  readonly history: HistoryRecord[] = [];
  /** Operations that are planned and neither ended nor given up. */
  remaining: number;
  private readonly world: Simulation;
  private readonly firstClient: NodeId;
  private readonly weakerLevels: readonly WeakerLevel[];
  private readonly progress: ClientProgress[];
  private nextProcess: number;

  constructor(world: Simulation, { protocol, replicas, clients, plan }: SimulationConfig) {
    this.world = world;
    this.firstClient = replicas;
    this.weakerLevels = protocol.weakerLevels ?? [];
    const shares = Array.from({ length: clients }, (): PlannedOperation[] => []);
    for (const operation of plan.operations) shares[operation.client]?.push(operation);
    this.progress = shares.map((share, client) => ({
      operations: share.sort((a, b) => a.at - b.at),
      next: 0,
      process: client,
      open: -1,
    }));
    this.nextProcess = clients;
    this.remaining = shares.reduce((sum, share) => sum + share.length, 0);
  }

  /** Index in the history of the operation that the client waits for, or -1. */
  openOperation(node: NodeId): number {
    return this.of(node).open;
  }

  /** Whether the client has nothing left to ask, and waits for nothing. */
  isDone(node: NodeId): boolean {
    const progress = this.of(node);
    return progress.open < 0 && progress.next >= progress.operations.length;
  }

  /** Queues the client's next operation, if it has one and waits for none. */
  queueNext(node: Node): void {
    const progress = this.of(node.id);
    const planned = progress.operations[progress.next];
    if (planned === undefined || progress.open >= 0) return;
    // One microsecond after the previous return: closed intervals of one process never touch.
    const at = Math.max(planned.at, this.world.now + 1);
    this.world.queueEvent(plainEvent(at, INVOKE, node.id, node.incarnation));
  }

  invoke(node: Node): void {
    const progress = this.of(node.id);
    const planned = progress.operations[progress.next];
    if (planned === undefined || progress.open >= 0 || node.client === undefined) return;
    progress.next += 1;
    progress.open = this.history.length;
    const { operation } = planned;
    const level = this.levelOf(planned);
    this.history.push({
      process: progress.process,
      node: node.id,
      operation,
      level,
      call: this.world.now,
      end: null,
      output: undefined,
      isRefused: false,
    });
    this.world.counts.invoked += 1;
    this.world.log?.invoke(node.id, progress.open, operation, level);
    const returned: unknown = node.client.invoke(operation, level, planned.via);
    if (returned !== undefined) this.world.checks.refuseReturned(node.id, 'invoke', returned);
  }

  private levelOf({ level }: PlannedOperation): Level {
    return level !== undefined && this.weakerLevels.includes(level) ? level : 'linearizable';
  }

  complete(node: Node, output: Plain): void {
    const index = this.close(node);
    const entry = this.history[index];
    if (entry === undefined) throw new Error('complete() without an open operation');
    entry.end = this.world.now;
    entry.output = output;
    this.world.counts.completed += 1;
    this.world.log?.ended('return', node.id, index, output);
    this.world.observer?.returned(index);
    this.queueNext(node);
  }

  abandon(node: Node): void {
    const index = this.close(node);
    this.world.counts.abandoned += 1;
    this.world.log?.ended('abandon', node.id, index, null);
    this.of(node.id).process = this.nextProcess++;
    this.queueNext(node);
  }

  refuse(node: Node): void {
    const index = this.close(node);
    const entry = this.history[index];
    if (entry === undefined) throw new Error('refuse() without an open operation');
    entry.isRefused = true;
    this.world.counts.refused += 1;
    this.world.log?.ended('refuse', node.id, index, null);
    this.queueNext(node);
  }

  /** The client has crashed: its open operation stays open, a new process will follow. */
  crashed(node: Node): void {
    const progress = this.of(node.id);
    if (progress.open >= 0) {
      progress.open = -1;
      this.remaining -= 1;
    }
    progress.process = this.nextProcess++;
  }

  private close(node: Node): number {
    const progress = this.of(node.id);
    const index = progress.open;
    if (index < 0) throw new Error('a client ended an operation while none was open');
    progress.open = -1;
    this.remaining -= 1;
    return index;
  }

  private of(node: NodeId): ClientProgress {
    const progress = this.progress[node - this.firstClient];
    if (progress === undefined) throw new Error(`node ${node} is not a client`);
    return progress;
  }
}
