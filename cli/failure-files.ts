/** Saves the failures of a campaign where `replay` finds them. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { INTERNAL_ERROR } from '../scenarios/campaign-run.ts';
import type { FailureGroup } from '../scenarios/campaign-types.ts';
import type { RunResult, RunSpec } from '../scenarios/spec.ts';
import { assertWritableFolder, writeFileWhole } from './files.ts';
import { FAILURE_FORMAT, type SavedFailure } from './saved-files.ts';
import { version } from './version.ts';

const FAILURES_FOLDER = 'failures';

/** What is in the way of the folder is found out while it is cheap; none is made yet. */
export function assertFailuresFolder(outDir: string): void {
  const folder = join(outDir, FAILURES_FOLDER);
  if (existsSync(folder)) assertWritableFolder(folder);
}

/** Writes one file for each group; the groups come back saying where. */
export function saveFailures(
  groups: readonly FailureGroup[],
  outDir: string,
  isExpected: boolean,
): readonly FailureGroup[] {
  return groups.map((group) => {
    const savedAs = `${FAILURES_FOLDER}/${group.signature.replaceAll(/[^\w.-]/g, '_')}.json`;
    const saved = savedFailure(group, isExpected);
    writeFileWhole(join(outDir, savedAs), `${JSON.stringify(saved, null, 2)}\n`);
    return { ...group, savedAs };
  });
}

/** Failures of an earlier campaign stay, they may be wanted, but are not to be taken for new. */
export function tellOlderFailures(groups: readonly FailureGroup[], outDir: string): void {
  const folder = join(outDir, FAILURES_FOLDER);
  if (!existsSync(folder)) return;
  const saved = new Set(groups.map(({ savedAs }) => savedAs));
  const older = readdirSync(folder).filter(
    (name) => name.endsWith('.json') && !saved.has(`${FAILURES_FOLDER}/${name}`),
  );
  if (older.length === 0) return;
  const what = older.length === 1 ? '1 file' : `${older.length} files`;
  process.stderr.write(`quorumlab: ${folder} also holds ${what} of earlier campaigns\n`);
}

function savedFailure(group: FailureGroup, isExpected: boolean): SavedFailure {
  const { signature, oracle, message, example } = group;
  return {
    format: FAILURE_FORMAT,
    version: version(),
    signature,
    oracle,
    message,
    traceHash: example.traceHash,
    ...(isExpected ? { expect: 'fail' } : {}),
    spec: specToSave(oracle, example),
  };
}

/** A run that the engine threw out of has no plan of its own: replaying it draws one. */
function specToSave(oracle: string, example: RunResult): RunSpec {
  const { plan, ...spec } = example.spec;
  const isDrawn = plan.faults.length > 0 || plan.operations.length > 0;
  return oracle === INTERNAL_ERROR && !isDrawn ? spec : example.spec;
}
