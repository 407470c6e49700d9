import type { Invariant } from '../../sim/contract.ts';
import type { ChainState } from './index.ts';

export const invariants: readonly Invariant<ChainState>[] = [];
