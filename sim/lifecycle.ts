/**
 * The lives of nodes: they start, crash and restart, pause and resume, become slow, end on a failed
 * write, and come back as another build.
 */
import type { Micros, NodeId } from './contract.ts';
import { plainEvent, RECONFIGURE } from './event.ts';
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
      const replica = protocol.replica(node, cluster, machine);
      world.checks.checkProcess(node, protocol, replica);
      node.process = replica;
    } else {
      const client = protocol.client(node, cluster, machine);
      world.checks.checkProcess(node, protocol, client);
      node.client = client;
      node.process = client;
    }
    const returned: unknown = node.process.start(node.disk.read());
    if (returned !== undefined) world.checks.refuseReturned(node.id, 'start', returned);
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

  /** Pauses may overlap: the node resumes when the last is over. */
  pause(id: NodeId): boolean {
    const node = this.world.node(id);
    if (!node.isUp) return false;
    node.pauses += 1;
    if (node.pauses === 1) this.world.log?.write('pause', { node: id });
    return true;
  }

  resume(id: NodeId): boolean {
    const node = this.world.node(id);
    if (!node.isPaused) return false;
    node.pauses -= 1;
    if (node.isPaused) return true;
    this.world.log?.write('resume', { node: id });
    this.world.turns.goOn(node);
    return true;
  }

  /** Every event takes the node `by` longer, or less long again. */
  serveSlowly(id: NodeId, by: Micros): void {
    const node = this.world.node(id);
    node.serve({ eventTime: node.eventTime + by });
    this.world.turns.goOn(node);
  }

  /** Messages take the node no time any more. */
  quicken(node: Node): void {
    if (node.messageTime === 0) return;
    node.serve({ messageTime: 0 });
    this.world.turns.goOn(node);
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

  /** The replica that leads in the latest round; the first one if none does. */
  leader(): NodeId {
    let leader = 0;
    let latest = -1;
    for (const replica of this.world.cluster.replicas) {
      const state = this.world.stateOf(replica);
      if (state === undefined) continue;
      const { round, leads } = this.config.protocol.leadership(state);
      if (!leads || round <= latest) continue;
      leader = replica;
      latest = round;
    }
    return leader;
  }

  /** Whether operators may ask for this node as a member. */
  canBeMember(node: NodeId): boolean {
    const { replicas, options } = this.world.cluster;
    if (!replicas.includes(node)) return false;
    return this.config.protocol.canBeMember?.(node, options) ?? true;
  }

  /** Asks a replica for other members, in its turn; false if none can do that now. */
  reconfigure(members: readonly NodeId[]): boolean {
    const node = this.world.nodes.find(
      (each) => each.isReplica && !each.isPaused && each.process?.reconfigure !== undefined,
    );
    if (node === undefined) return false;
    node.requests.push(members);
    this.world.requestedMembers.push(members);
    this.world.queueEvent(plainEvent(this.world.now, RECONFIGURE, node.id, node.incarnation));
    return true;
  }

  /** The node turns to the oldest request for other members. */
  takeRequest(node: Node): void {
    const members = node.requests.shift() ?? [];
    this.world.running = node.id;
    const returned: unknown = node.process?.reconfigure?.(members);
    if (returned !== undefined) this.world.checks.refuseReturned(node.id, 'reconfigure', returned);
    this.world.running = -1;
  }

  /** The node's oldest outstanding record has become durable, or could not be written. */
  completeRecord(node: Node): void {
    if (node.disk.failsNow && this.failWrite(node)) return;
    this.world.log?.write('durable', { node: node.id });
    node.disk.complete();
    node.releaseHeld();
  }

  /**
   * The node's oldest outstanding record fails. A process that does not handle that ends; false if
   * that is more than the protocol survives: then the record is written.
   */
  private failWrite(node: Node): boolean {
    const { world } = this;
    const writer = node.process;
    const isHandled = writer?.writeFailed !== undefined;
    const isHeldBack = !isHandled && this.config.withinClaims && node.isReplica;
    if (isHeldBack && !world.claims.survives('memory', node.id, world)) return false;
    world.log?.write('write-failed', { node: node.id });
    const lost = node.disk.fail();
    node.loseHeld();
    if (isHandled) {
      world.running = node.id;
      const returned: unknown = writer.writeFailed?.(lost);
      if (returned !== undefined) world.checks.refuseReturned(node.id, 'writeFailed', returned);
      world.running = -1;
      world.finishStep(node);
    } else {
      node.disk.loseOutstanding();
      this.crash(node.id);
      node.hasFailedToWrite = true;
    }
    return true;
  }
}
