import type { Mutant } from '../../sim/contract.ts';

export const mutants: readonly Mutant[] = [];
