/** What a saved failure says of the run that it was shrunk from. */
import { z } from 'zod';
import { shrinkingSentences } from '../reports/shrunk.ts';
import type { OriginalWorld, ShrinkAccount, Tally } from '../scenarios/shrink/account.ts';
import { ending, network } from './spec-schema.ts';

/**
 * How big a failing run was before it was shrunk, and what luck it had: `replay --explain` draws
 * from that network anew. Older files do not have it.
 */
export interface Original extends Partial<OriginalWorld> {
  /** `vr/chaos@0x5eed`, and whether a campaign had varied it. */
  readonly run: string;
  readonly events: number;
  readonly faults: number;
  readonly operations: number;
}

/** What was taken away, for people. */
export interface SavedShrinking {
  readonly runs: number;
  /** Whether no single fault, operation, client or replica can go. */
  readonly isMinimal: boolean;
  readonly sentences: readonly string[];
}

export function savedShrinking(
  account: ShrinkAccount,
  { scenario, seed, isVaried }: { scenario: string; seed: string; isVaried?: boolean },
): { readonly original: Original; readonly shrunk: SavedShrinking } {
  const { from, runs, isMinimal, original } = account;
  return {
    original: {
      run: `${scenario}@${seed}${isVaried === true ? ', varied' : ''}`,
      events: from.events,
      faults: total(from.faults),
      operations: total(from.operations),
      ...original,
    },
    shrunk: { runs, isMinimal, sentences: shrinkingSentences(account) },
  };
}

const count = z.int().min(0);

export const originalSchema: z.ZodType<Original> = z.strictObject({
  run: z.string(),
  events: count,
  faults: count,
  operations: count,
  network: network.exactOptional(),
  ending: ending.exactOptional(),
});

/** What is known of the world of the run that a saved one was shrunk from. */
export function originalWorld(original: Original | undefined): OriginalWorld | undefined {
  const { network: itsNetwork, ending: itsEnding } = original ?? {};
  if (itsNetwork === undefined || itsEnding === undefined) return undefined;
  return { network: itsNetwork, ending: itsEnding };
}

export const shrunkSchema: z.ZodType<SavedShrinking> = z.strictObject({
  runs: count,
  isMinimal: z.boolean(),
  sentences: z.array(z.string()),
});

function total(tally: Tally): number {
  return Object.values(tally).reduce((sum, many) => sum + many, 0);
}
