/**
 * What an all-seeing observer remembers of a run, for the invariants: which requests were decided,
 * and how much of that each replica holds. Kept up to date at a cost that follows the change.
 */
import type { ClusterView, NodeId } from '../../sim/contract.ts';
import { quorumOf } from './context.ts';
import type { Request } from './messages.ts';
import type { ReplicaState } from './state.ts';

export interface Decided {
  readonly request: Request;
  /** View-number of the first replica seen to have it committed. */
  readonly viewNumber: number;
}

export class Ghost {
  readonly decided: Decided[] = [];
  readonly quorum: number;
  private readonly view: ClusterView<ReplicaState>;
  /** By replica: how far its commits have been compared with `decided`; 0 after a crash. */
  private readonly seen: number[] = [];
  /** By replica: the log it has in memory, or had when it lost it. */
  private readonly logs: Request[][] = [];
  private readonly lengths: number[] = [];
  /** By replica: length of the prefix of `decided` that its log holds. */
  private readonly held: number[] = [];

  constructor(view: ClusterView<ReplicaState>) {
    this.view = view;
    this.quorum = quorumOf(view.cluster.replicas.length);
    for (const replica of view.cluster.replicas) {
      this.seen[replica] = 0;
      this.held[replica] = 0;
      this.lengths[replica] = 0;
      this.logs[replica] = [];
    }
  }

  crashed(replica: NodeId): void {
    this.seen[replica] = 0;
  }

  /** Takes in what `changed` has committed since; says where that differs from what was decided. */
  learn(changed: NodeId, state: ReplicaState): string | undefined {
    let divergence: string | undefined;
    for (let index = this.seen[changed]!; index < state.commitNumber; index++) {
      const request = state.log[index];
      const known = this.decided[index];
      if (request === undefined) break;
      if (known === undefined) {
        this.decided.push({ request, viewNumber: state.viewNumber });
      } else if (!isSameRequest(known.request, request)) {
        divergence ??=
          `n${changed} has committed ${nameOf(request, state)} at op-number ${index + 1},` +
          ` where ${nameOf(known.request, state)} had been committed`;
      }
      this.seen[changed] = index + 1;
    }
    return divergence;
  }

  /**
   * Replicas whose log holds everything decided. One that has lost its memory counts as it was: it
   * stays out of every quorum until it has recovered at least that.
   */
  countHolders(): number {
    let count = 0;
    for (const replica of this.view.cluster.replicas) {
      this.updateHeld(replica);
      if (this.held[replica] === this.decided.length) count++;
    }
    return count;
  }

  /** Whether the replica's log has been cut or replaced since the last look. */
  hasNewLog(replica: NodeId, state: ReplicaState): boolean {
    return state.log !== this.logs[replica] || state.opNumber < this.lengths[replica]!;
  }

  private updateHeld(replica: NodeId): void {
    const state = this.view.stateOf(replica);
    if (state !== undefined && state.status !== 'recovering') {
      if (this.hasNewLog(replica, state)) {
        this.held[replica] = 0;
        this.logs[replica] = state.log;
      }
      this.lengths[replica] = state.opNumber;
    }
    const log = this.logs[replica]!;
    let held = this.held[replica]!;
    while (held < this.decided.length && held < log.length) {
      if (!isSameRequest(this.decided[held]!.request, log[held]!)) break;
      held++;
    }
    this.held[replica] = held;
  }
}

/** One ghost for all invariants that watch the same run. */
const ghosts = new WeakMap<ClusterView<ReplicaState>, Ghost>();

export function ghostOf(view: ClusterView<ReplicaState>): Ghost {
  const known = ghosts.get(view);
  if (known !== undefined) return known;
  const ghost = new Ghost(view);
  ghosts.set(view, ghost);
  return ghost;
}

export function isSameRequest(one: Request, other: Request): boolean {
  return (
    one === other || (one.clientId === other.clientId && one.requestNumber === other.requestNumber)
  );
}

/** As reports name clients: `c0` is the node that follows the last replica. */
export function nameOf(request: Request, { ackedOpNumbers }: ReplicaState): string {
  return `request ${request.requestNumber} of c${request.clientId - ackedOpNumbers.length}`;
}
