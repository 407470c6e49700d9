/**
 * Most steps leave a replica in normal status, in the same view, knowing of no other crash. Claims
 * about view changes and recovery need not be looked at after those: half of all claims.
 */
import type { NodeId, Steadiness } from '../../sim/contract.ts';
import type { CrashVector } from './messages.ts';
import type { ReplicaState } from './state.ts';

class Glance {
  private state: ReplicaState | undefined;
  private isNormal = false;
  private viewNumber = -1;
  private lastNormalView = -1;
  private crashVector: CrashVector | undefined;

  /** A state is one object from start to crash; a crash vector is never changed in place. */
  isStill(state: ReplicaState): boolean {
    return (
      this.isNormal &&
      state.status === 'normal' &&
      this.state === state &&
      this.viewNumber === state.viewNumber &&
      this.lastNormalView === state.lastNormalView &&
      this.crashVector === state.crashVector
    );
  }

  take(state: ReplicaState): void {
    this.state = state;
    this.isNormal = state.status === 'normal';
    this.viewNumber = state.viewNumber;
    this.lastNormalView = state.lastNormalView;
    this.crashVector = state.crashVector;
  }
}

export function steadiness(): Steadiness<ReplicaState> {
  const glances: Glance[] = [];
  return {
    isSteady(replica: NodeId, state) {
      const glance = (glances[replica] ??= new Glance());
      if (glance.isStill(state)) return true;
      glance.take(state);
      return false;
    },
  };
}
