/**
 * The lives of nodes: they start, crash and restart, pause and resume, become slow, end on a failed
 * write, and come back as another build.
 */
import type { Micros, NodeId } from './contract.ts';
import type { Node } from './node.ts';
import type { Simulation } from './simulation.ts';
import type { BuildChange, NodeBuild, SimulationConfig } from './simulation-config.ts';

export class Lifecycle {
  private readonly world: Simulation;
  private readonly config: SimulationConfig;

  constructor(world: Simulation, config: SimulationConfig) {
    this.world = world;
    this.config = config;
  }

  /** The node runs what it is built of, on the disk that it has. */
  start(node: Node, kind: 'start' | 'restart'): void {
    const { protocol, machine, options } = node.build ?? this.config;
    const { world } = this;
    const cluster = node.build === undefined ? world.cluster : { ...world.cluster, options };
    this.world.log?.write(kind, { node: node.id });
    this.world.running = node.id;
    if (node.isReplica) {
      node.process = protocol.replica(node, cluster, machine);
    } else {
      node.client = protocol.client(node, cluster);
      node.process = node.client;
    }
    node.process.start(node.disk.read());
    this.world.running = -1;
    if (!node.isReplica) this.world.clients.queueNext(node);
  }

  /** Each of these returns whether it took effect. */
  crash(id: NodeId): boolean {
    const node = this.world.node(id);
    if (!node.isUp) return false;
    this.world.counts.crashes += 1;
    this.world.log?.write('crash', { node: id });
    node.crash();
    if (!node.isReplica) this.world.clients.crashed(node);
    this.world.observer?.crashed(id);
    return true;
  }

  restart(id: NodeId): boolean {
    const node = this.world.node(id);
    if (node.isUp) return false;
    this.world.counts.restarts += 1;
    node.isUp = true;
    node.hasFailedToWrite = false;
    this.start(node, 'restart');
    this.world.observer?.restarted(id);
    this.world.finishStep(node);
    return true;
  }

  pause(id: NodeId): boolean {
    const node = this.world.node(id);
    if (!node.isUp || node.isPaused) return false;
    node.isPaused = true;
    this.world.log?.write('pause', { node: id });
    return true;
  }

  resume(id: NodeId): boolean {
    const node = this.world.node(id);
    if (!node.isUp || !node.isPaused) return false;
    node.isPaused = false;
    this.world.log?.write('resume', { node: id });
    this.world.turns.goOn(node);
    return true;
  }

  /** Every event takes the node `by` longer, or less long again. */
  serveSlowly(id: NodeId, by: Micros): void {
    const node = this.world.node(id);
    node.serviceTime += by;
    if (!node.isPaused) this.world.turns.goOn(node);
  }

  /** What a node runs that restarts as another build; undefined where there are no others. */
  buildFor(change: BuildChange): NodeBuild | undefined {
    return this.config.builds?.(change);
  }

  /** The build may take longer than others to do what it owes. */
  expectPatience({ protocol, options }: NodeBuild): void {
    const { progressWithin } = protocol.claims(options, this.config.replicas);
    this.world.progressWithin = Math.max(this.world.progressWithin, progressWithin);
  }

  /** Asks a running replica for other members; false if none can do that. */
  reconfigure(members: readonly NodeId[]): boolean {
    const node = this.world.nodes.find(
      (each) => each.isReplica && each.isUp && each.process?.reconfigure !== undefined,
    );
    if (node?.process?.reconfigure === undefined) return false;
    this.world.running = node.id;
    node.process.reconfigure(members);
    this.world.running = -1;
    this.world.finishStep(node);
    return true;
  }

  /** A process that does not handle it ends, unless that is more than the protocol survives. */
  failWrite(node: Node): boolean {
    const writer = node.process;
    if (writer?.writeFailed !== undefined) {
      this.world.log?.write('write-failed', { node: node.id });
      const lost = node.disk.fail();
      this.world.running = node.id;
      writer.writeFailed(lost);
      this.world.running = -1;
      this.world.finishStep(node);
      node.releaseHeld();
      return true;
    }
    const isHeldBack = this.config.withinClaims && node.isReplica;
    if (isHeldBack && !this.world.claims.survives('memory', node.id, this.world)) return false;
    this.world.log?.write('write-failed', { node: node.id });
    node.disk.loseOutstanding();
    this.crash(node.id);
    node.hasFailedToWrite = true;
    return true;
  }
}
