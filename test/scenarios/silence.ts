/**
 * A planted bug shows under the faults that it needs, and stays silent under others: an oracle that
 * fires without a cause would find every bug, and mean nothing.
 */
import { describe, expect, test } from 'vitest';
import { preysNamed } from '../../bench/prey.ts';
import { findScenarios } from '../../scenarios/catalogue/index.ts';
import { run } from '../../scenarios/run.ts';
import type { RunSpec } from '../../scenarios/spec.ts';
import type { Options } from '../../sim/contract.ts';

/** A world that a bug cannot show in: a scenario, and what of it is changed. */
export interface Harmless {
  readonly because: string;
  readonly scenario: string;
  readonly options?: Options;
  readonly replicas?: number;
  change?(spec: RunSpec): Partial<RunSpec>;
}

/** By id of the mutant. */
export type HarmlessWorlds = { readonly [mutant: string]: Harmless };

const SEEDS = 40;
/** Longer than any run: no silence is ever noticed, no request ever sent again. */
export const NEVER = 60_000_000;
const FIXED = { kind: 'fixed', min: 500, spread: 0 } as const;

export function inOrder({ network }: RunSpec): Partial<RunSpec> {
  return { network: { ...network, delay: FIXED, calmDelay: FIXED } };
}

/** Copies and disorder, but nothing is lost. */
export function copied({ network }: RunSpec): Partial<RunSpec> {
  return { network: { ...network, duplicate: 200_000, reorder: 300_000, reorderBy: 10_000 } };
}

/** Crashes may cut off the end of a disk's queue, but tear nothing. */
export function untorn({ disk }: RunSpec): Partial<RunSpec> {
  return { disk: { ...disk, torn: 0 } };
}

function runsOf(mutant: string, harmless: Harmless): string[] {
  const [scenario] = findScenarios(harmless.scenario);
  const { options, replicas } = harmless;
  return Array.from({ length: SEEDS }, (_, seed) => {
    const drawn = scenario?.draw(`silent-${seed}`, {
      mutant,
      ...(options === undefined ? {} : { options }),
      ...(replicas === undefined ? {} : { replicas }),
    });
    if (drawn === undefined) throw new Error(`there is no ${harmless.scenario}`);
    const { failures } = run({ ...drawn, ...harmless.change?.(drawn) });
    return failures.map(({ oracle, message }) => `${oracle}: ${message}`).join('; ');
  });
}

/** One test for each bug of the protocol. */
export function describeSilence(protocol: string, worlds: HarmlessWorlds): void {
  describe.each(preysNamed(protocol))('$name', ({ mutant: { id } }) => {
    const harmless = worlds[id];

    test(`is silent where ${harmless?.because ?? 'nobody has said why it should be'}`, () => {
      if (harmless === undefined) throw new Error(`say in which world ${id} cannot show`);
      expect(runsOf(id, harmless).filter((failure) => failure !== '')).toEqual([]);
    });
  });
}
