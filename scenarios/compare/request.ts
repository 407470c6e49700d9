/** What goes into a comparison: plain JSON. */
import type { Contender } from './contender.ts';
import type { WorldSettings } from './shared-world.ts';

export interface ComparisonRequest {
  /** Names of scenarios, without a protocol. */
  readonly names: readonly string[];
  readonly contenders: readonly Contender[];
  readonly baseSeed: string;
  readonly settings: WorldSettings;
}
