/**
 * Notes the course of a run while it goes on. It stands between the simulation and whoever judges,
 * and passes everything on; a run that is not measured has none, and pays nothing.
 */
import type { Message, Micros, NodeId, Protocol } from '../../sim/contract.ts';
import type { Simulation } from '../../sim/simulation.ts';
import type { Observer } from '../../sim/simulation-config.ts';
import type { RunSpec } from '../spec.ts';
import type { Course, Leadership, Reach } from './course.ts';
import { hasQuorumWithinReach } from './reach.ts';

interface Claim {
  readonly round: number;
  readonly leads: boolean;
}

export class CourseRecorder implements Observer {
  private readonly simulation: Simulation;
  private readonly next: Observer;
  private readonly protocol: Protocol;
  private readonly servers: readonly NodeId[];
  /** Nothing that happens later is noted. */
  private readonly until: Micros;
  private readonly claims = new Map<NodeId, Claim>();
  private readonly leaderships: Leadership[] = [{ at: 0 }];
  private readonly reach: Reach[] = [{ at: 0, hasQuorum: true }];
  private readonly sent = new Map<string, number>();
  /** By replica: records taken before its last start, less those that it started with. */
  private readonly syncsBefore = new Map<NodeId, number>();
  /** The records taken by the time that the noting stopped; undefined before. */
  private syncs: number | undefined;

  /** `servers` are the replicas that may be members, which faults and quorums are about. */
  constructor(
    simulation: Simulation,
    next: Observer,
    protocol: Protocol,
    { spec, servers }: { readonly spec: RunSpec; readonly servers: readonly NodeId[] },
  ) {
    this.simulation = simulation;
    this.next = next;
    this.protocol = protocol;
    this.servers = servers;
    this.until = endOfNoting(spec);
  }

  /** What was noted; asked when the run is over. */
  course(): Course {
    const sent = [...this.sent].map(([type, count]) => ({ type, count }));
    return {
      until: Math.min(this.until, this.simulation.now),
      leaderships: this.leaderships,
      reach: this.reach,
      sent: sent.sort((a, b) => (a.type < b.type ? -1 : 1)),
      syncs: this.syncs ?? this.countSyncs(),
    };
  }

  replicaStepped(replica: NodeId, state: object): void {
    this.next.replicaStepped(replica, state);
    if (!this.isNoting()) return;
    const { round, leads } = this.protocol.leadership(state);
    const before = this.claims.get(replica);
    if (before?.round === round && before.leads === leads) return;
    this.claims.set(replica, { round, leads });
    this.noteLeader();
  }

  released(from: NodeId, to: NodeId, message: Message): void {
    this.next.released(from, to, message);
    if (from === to || !this.isNoting()) return;
    this.sent.set(message.type, (this.sent.get(message.type) ?? 0) + 1);
  }

  returned(operation: number): void {
    this.next.returned(operation);
  }

  crashed(node: NodeId): void {
    this.next.crashed(node);
    if (!this.isNoting()) return;
    this.bankSyncs(node, 1);
    if (this.claims.delete(node)) this.noteLeader();
    this.noteReach();
  }

  restarted(node: NodeId): void {
    this.next.restarted(node);
    if (!this.isNoting()) return;
    this.bankSyncs(node, -1);
    this.noteReach();
  }

  worldChanged(): void {
    this.next.worldChanged?.();
    if (this.isNoting()) this.noteReach();
    else this.syncs ??= this.countSyncs();
  }

  isSettled(replicas: readonly NodeId[]): boolean {
    return this.next.isSettled(replicas);
  }

  private isNoting(): boolean {
    return this.simulation.now < this.until;
  }

  /** Of those that claim to lead, the one of the latest round does. */
  private noteLeader(): void {
    let leader: NodeId | undefined;
    let round = -1;
    for (const [replica, claim] of this.claims) {
      if (!claim.leads || claim.round < round) continue;
      if (claim.round === round && leader !== undefined && leader < replica) continue;
      leader = replica;
      round = claim.round;
    }
    const last = this.leaderships.at(-1);
    if (last?.leader === leader && (leader === undefined || last?.round === round)) return;
    const at = this.simulation.now;
    // What changes within one moment is one change.
    if (last?.at === at) this.leaderships.pop();
    this.leaderships.push(leader === undefined ? { at } : { at, leader, round });
  }

  private noteReach(): void {
    const hasQuorum = hasQuorumWithinReach(this.simulation, this.servers);
    const last = this.reach.at(-1);
    if (last?.hasQuorum === hasQuorum) return;
    const at = this.simulation.now;
    if (last?.at === at) this.reach.pop();
    this.reach.push({ at, hasQuorum });
  }

  /** A disk that is wiped while its node is down begins to count anew. */
  private bankSyncs(node: NodeId, sign: 1 | -1): void {
    const { isReplica, disk } = this.simulation.node(node);
    if (!isReplica) return;
    this.syncsBefore.set(node, (this.syncsBefore.get(node) ?? 0) + sign * disk.durableCount);
  }

  private countSyncs(): number {
    const banked = [...this.syncsBefore.values()].reduce((sum, count) => sum + count, 0);
    const running = this.simulation.nodes.filter(({ isReplica, isUp }) => isReplica && isUp);
    return running.reduce((sum, { disk }) => sum + disk.durableCount, banked);
  }
}

/** What comes after the healing is what the protocol owes, not what it is measured by. */
function endOfNoting({ ending }: RunSpec): Micros {
  return ending.kind === 'quiet' ? ending.healAt : ending.at;
}
