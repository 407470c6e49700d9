/**
 * Most steps leave a replica in normal status, in the same view, knowing of no other crash: steady,
 * for claims about view changes and recovery. Of those, a third change neither what it has logged
 * nor what it has executed: idle, for claims about logs.
 */
import type { Steadiness } from '../../sim/contract.ts';
import { type Glance, steadinessBy } from '../glances.ts';
import type { CrashVector, Request } from './messages.ts';
import type { ReplicaState } from './state.ts';

/** What a replica was like at the last look. */
class ReplicaGlance implements Glance<ReplicaState> {
  private state: ReplicaState | undefined;
  private isNormal = false;
  private viewNumber = -1;
  private lastNormalView = -1;
  private crashVector: CrashVector | undefined;
  private log: readonly Request[] | undefined;
  private logLength = 0;
  private opNumber = 0;
  private commitNumber = 0;

  /** A state is one object from start to crash; a crash vector is never changed in place. */
  isSteady(state: ReplicaState): boolean {
    return (
      this.isNormal &&
      state.status === 'normal' &&
      this.state === state &&
      this.viewNumber === state.viewNumber &&
      this.lastNormalView === state.lastNormalView &&
      this.crashVector === state.crashVector
    );
  }

  /** A log is the same array while it grows, and another one where it is replaced or cut. */
  isIdle({ log, opNumber, commitNumber }: ReplicaState): boolean {
    return (
      this.log === log &&
      this.logLength === log.length &&
      this.opNumber === opNumber &&
      this.commitNumber === commitNumber
    );
  }

  take(state: ReplicaState): void {
    this.state = state;
    this.isNormal = state.status === 'normal';
    this.viewNumber = state.viewNumber;
    this.lastNormalView = state.lastNormalView;
    this.crashVector = state.crashVector;
    this.log = state.log;
    this.logLength = state.log.length;
    this.opNumber = state.opNumber;
    this.commitNumber = state.commitNumber;
  }
}

export function steadiness(): Steadiness<ReplicaState> {
  return steadinessBy(() => new ReplicaGlance());
}
