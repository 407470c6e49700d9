/** Saved failures to put into folders: small runs, real ones. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  digestOfSpec,
  FAILURE_FORMAT,
  recordOf,
  type SavedFailure,
} from '../../cli/saved-failure.ts';
import { firstFailure } from '../../scenarios/campaign-run.ts';
import { findScenarios } from '../../scenarios/catalogue/index.ts';
import { run } from '../../scenarios/run.ts';
import { runSeed } from '../../scenarios/seeds.ts';
import type { RunResult, RunSpec } from '../../scenarios/spec.ts';

const SEEDS_MAX = 200;

/** Other code than any: a fingerprint has no such letters. */
export const OTHER_CODE = 'other-code';

/** The first run of the scenario that ends like this. */
export function runThat(
  verdict: RunResult['verdict'],
  scenario: string,
  mutant?: string,
): RunResult {
  const [found] = findScenarios(scenario);
  const settings = mutant === undefined ? {} : { mutant };
  for (let index = 0; index < SEEDS_MAX; index++) {
    const spec = found?.draw(runSeed('0x1', scenario, index), settings);
    const result = spec === undefined ? undefined : run(spec);
    if (result?.verdict === verdict) return result;
  }
  throw new Error(`no run of ${scenario} is ${verdict}`);
}

/** The run as an entry, with whatever is to be otherwise about it. */
export function entryOf(result: RunResult, edit: Partial<SavedFailure> = {}): SavedFailure {
  const failure = firstFailure(result);
  return {
    format: FAILURE_FORMAT,
    signature: failure?.signature ?? 'L-0123',
    oracle: failure?.oracle ?? 'linearizability',
    ...(failure?.invariant === undefined ? {} : { invariant: failure.invariant }),
    message: failure?.message ?? 'c0 get k0 = 1, but it was deleted',
    expect: failure === undefined ? 'pass' : 'fail',
    ...recordOf(result),
    specDigest: digestOfSpec(result.spec),
    spec: result.spec,
    ...edit,
  };
}

/** As if it had been recorded with another spec; the rest of its record stays as it was. */
export function edited(entry: SavedFailure, edit: Partial<RunSpec>): SavedFailure {
  const spec = { ...entry.spec, ...edit };
  return { ...entry, specDigest: digestOfSpec(spec), spec };
}

/** As somebody leaves it who edits the spec in its file. */
export function editedByHand(entry: SavedFailure, edit: Partial<RunSpec>): SavedFailure {
  return { ...entry, spec: { ...entry.spec, ...edit } };
}

/** Writes documents below a folder: entries as they are saved, text as it is. */
export function putInto(
  folder: string,
  files: { readonly [path: string]: SavedFailure | string },
): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    writeFileSync(join(folder, path), text);
  }
}
