/** Who takes part in a comparison: a protocol, with options of its own, or with a planted bug. */
import type { Options } from '../../sim/contract.ts';

export interface Contender {
  /** As it was named: `mp`, `mp:readMode=lease`. */
  readonly label: string;
  readonly protocol: string;
  /** Options other than the defaults. */
  readonly options: Options;
  /** Id of a planted bug. */
  readonly mutant?: string;
}
