/**
 * What holds after the event from which on a try draws anew. A shrunk run has nothing left to
 * chance and ends as soon as it has failed: its tries go on as the run it was shrunk from would.
 */
import type { Ending, NetworkConfig } from '../../sim/plan.ts';
import type { OriginalWorld } from '../shrink/account.ts';
import { isPlain } from '../shrink/world.ts';
import type { RunSpec } from '../spec.ts';

/** Absent is what stays as it is in the run itself. */
export type Afterwards = Partial<OriginalWorld>;

/** What the tries of a shrunk run meet; nothing else where it is known of no original. */
export function afterwardsOf(shown: RunSpec, original: OriginalWorld | undefined): Afterwards {
  if (original === undefined) return {};
  const isFixed = isPlain(shown.network) && !isPlain(original.network);
  const isCutShort = shown.ending.kind === 'cut' && endOf(original.ending) > shown.ending.at;
  return {
    ...(isFixed ? { network: withoutOverrides(original.network) } : {}),
    ...(isCutShort ? { ending: withoutCore(original.ending) } : {}),
  };
}

function endOf(ending: Ending): number {
  return ending.kind === 'cut' ? ending.at : ending.healAt;
}

/** They name messages of the original, whose nodes may have had other numbers. */
function withoutOverrides({ overrides: _overrides, ...network }: NetworkConfig): NetworkConfig {
  return network;
}

function withoutCore(ending: Ending): Ending {
  return ending.kind === 'cut' ? ending : { kind: ending.kind, healAt: ending.healAt };
}
