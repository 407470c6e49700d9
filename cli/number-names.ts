/** How the numbers of a run's protocol are read, for everything that shows runs to people. */
import { protocolNamed } from '../scenarios/assemble.ts';
import type { RunResult } from '../scenarios/spec.ts';
import type { NumberNames } from '../sim/number-names.ts';

export function numberNamesOf({ spec }: Pick<RunResult, 'spec'>): NumberNames | undefined {
  return protocolNamed(spec.protocol).numberNames;
}
