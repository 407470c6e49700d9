import type { Invariant } from '../../sim/contract.ts';
import type { ReplicaState } from './state.ts';

export const invariants: readonly Invariant<ReplicaState>[] = [];
