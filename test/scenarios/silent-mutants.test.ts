/**
 * A planted bug shows under the faults that it needs, and stays silent under others: an oracle that
 * fires without a cause would find every bug, and mean nothing.
 */
import { describe, expect, test } from 'vitest';
import { mutants } from '../../protocols/index.ts';
import { findScenarios } from '../../scenarios/catalogue/index.ts';
import { run } from '../../scenarios/run.ts';
import type { RunSpec } from '../../scenarios/spec.ts';
import type { Options } from '../../sim/contract.ts';

/** A world that a bug cannot show in: a scenario, and what of it is changed. */
interface Harmless {
  readonly because: string;
  readonly scenario: string;
  readonly options?: Options;
  readonly replicas?: number;
  change?(spec: RunSpec): Partial<RunSpec>;
}

const SEEDS = 40;
/** Longer than any run: no silence is ever noticed, no request ever sent again. */
const NEVER = 60_000_000;
const NO_VIEW_CHANGE = { viewChangeTimeout: NEVER, viewChangeSpread: 0 };
const FIXED = { kind: 'fixed', min: 500, spread: 0 } as const;

/** Copies and disorder, but nothing is lost, and nobody is ever thought to be silent. */
const copies: Harmless = {
  because: 'no view ever changes, and nobody forgets anything',
  scenario: 'vr/calm',
  options: NO_VIEW_CHANGE,
  change: ({ network }) => ({
    network: { ...network, duplicate: 200_000, reorder: 300_000, reorderBy: 10_000 },
  }),
};

const calm: Harmless = { because: 'nothing is ever sent again', scenario: 'vr/calm' };

function inOrder({ network }: RunSpec): Partial<RunSpec> {
  return { network: { ...network, delay: FIXED, calmDelay: FIXED } };
}

const HARMLESS: { readonly [mutant: string]: Harmless } = {
  'VR-1': copies,
  'VR-3': copies,
  'VR-5': copies,
  'VR-6': copies,
  'VR-8': copies,
  'VR-9': copies,
  'VR-10': copies,
  'VR-24': copies,
  'VR-12': {
    because: 'no PrepareOk is ever repeated or overtaken',
    scenario: 'vr/calm',
    options: { prepareResend: NEVER },
    change: inOrder,
  },
  'VR-13': {
    because: 'nothing is lost and nothing overtaken',
    scenario: 'vr/calm',
    change: inOrder,
  },
  'VR-15': { because: 'there is no backup', scenario: 'vr/calm', replicas: 1 },
  'VR-21': { because: 'no client crashes', scenario: 'vr/partitions' },
  'CL-1': calm,
  'CL-2': calm,
  'CL-6': { because: 'no message is damaged', scenario: 'vr/crashes' },
  'ST-1': { because: 'no power is ever lost', scenario: 'vr/lossy' },
  'ST-2': {
    because: 'a crash never tears a record',
    scenario: 'vr/crashes',
    change: ({ disk }) => ({ disk: { ...disk, torn: 0 } }),
  },
  'ST-6': { because: 'no record is ever damaged', scenario: 'vr/crashes' },
  'SM-1': {
    because: 'nothing is ever put',
    scenario: 'vr/chaos',
    change: ({ workload }) => ({ workload: { ...workload, mix: { get: 50, delete: 50 } } }),
  },
  'SM-3': {
    because: 'nothing is ever compared and set',
    scenario: 'vr/chaos',
    change: ({ workload }) => ({ workload: { ...workload, mix: { get: 50, put: 50 } } }),
  },
};

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

describe.each(mutants)('$id', ({ id }) => {
  const harmless = HARMLESS[id];

  test(`is silent where ${harmless?.because ?? 'nobody has said why it should be'}`, () => {
    if (harmless === undefined) throw new Error(`say in which world ${id} cannot show`);
    expect(runsOf(id, harmless).filter((failure) => failure !== '')).toEqual([]);
  });
});
