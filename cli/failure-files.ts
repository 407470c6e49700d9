/** Saves the failures of a campaign where `replay` finds them. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { replayGroupCommand } from '../reports/commands.ts';
import { INTERNAL_ERROR } from '../scenarios/campaign-run.ts';
import type { CampaignResult, FailureGroup } from '../scenarios/campaign-types.ts';
import type { RunResult, RunSpec } from '../scenarios/spec.ts';
import { assertWritableFolder, writeFileWhole } from './files.ts';
import { readableJson } from './readable-json.ts';
import { briefExplanation } from './saved-explanation.ts';
import {
  blameOf,
  FAILURE_FORMAT,
  type Found,
  failureText,
  type RunRecord,
  recordOf,
  type SavedFailure,
} from './saved-failure.ts';
import { savedShrinking } from './saved-shrinking.ts';
import { version } from './version.ts';

const FAILURES_FOLDER = 'failures';
const ORIGINALS_FOLDER = 'originals';
/** Of a time in ISO 8601. */
const DAY_LENGTH = 10;

/** What is in the way of a folder is found out while it is cheap; none is made yet. */
export function assertFailureFolders(outDir: string): void {
  for (const name of [FAILURES_FOLDER, ORIGINALS_FOLDER]) {
    const folder = join(outDir, name);
    if (existsSync(folder)) assertWritableFolder(folder);
  }
}

/** Writes one file for each group; the groups come back saying where. */
export function saveFailures(
  campaign: CampaignResult,
  outDir: string,
  isExpected: boolean,
): readonly FailureGroup[] {
  return campaign.groups.map((group) => {
    const savedAs = `${FAILURES_FOLDER}/${fileNameOf(group.signature)}.json`;
    const saved = savedFailure(group, campaign, isExpected);
    writeFileWhole(join(outDir, savedAs), failureText(saved));
    return { ...group, savedAs, ...saveOriginal(group, outDir) };
  });
}

/** A varied run as it was found: no seed brings it back. */
function saveOriginal(
  { signature, original }: FailureGroup,
  outDir: string,
): Pick<FailureGroup, 'originalAs'> {
  if (original === undefined) return {};
  const originalAs = `${ORIGINALS_FOLDER}/${fileNameOf(signature)}.json`;
  writeFileWhole(join(outDir, originalAs), readableJson(original));
  return { originalAs };
}

function fileNameOf(signature: string): string {
  return signature.replaceAll(/[^\w.-]/g, '_');
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

function savedFailure(
  group: FailureGroup,
  campaign: CampaignResult,
  isExpected: boolean,
): SavedFailure {
  const { oracle, example, explanation } = group;
  return {
    format: FAILURE_FORMAT,
    ...blameOf(group),
    ...(isExpected ? { expect: 'fail' } : {}),
    found: foundBy(group, campaign),
    ...shrinkingOf(group),
    ...recordBy(campaign, example),
    ...(explanation === undefined ? {} : { explanation: briefExplanation(explanation) }),
    spec: specToSave(oracle, example),
  };
}

function shrinkingOf({ shrunk, seeds, example }: FailureGroup): Partial<SavedFailure> {
  return shrunk === undefined ? {} : savedShrinking(shrunk, seeds[0] ?? example.spec);
}

function foundBy(group: FailureGroup, campaign: CampaignResult): Found {
  const { metadata } = campaign;
  return {
    command: replayGroupCommand(group, group.example, campaign),
    version: metadata?.version ?? version(),
    ...(metadata === undefined ? {} : { date: metadata.startedAt.slice(0, DAY_LENGTH) }),
  };
}

/** Parts of a campaign may have been run by other code than that which merges them. */
function recordBy({ metadata }: CampaignResult, example: RunResult): RunRecord {
  const { code: ownCode, version: ownVersion, ...shown } = recordOf(example);
  if (metadata === undefined) return { version: ownVersion, code: ownCode, ...shown };
  const { version: itsVersion, code } = metadata;
  return { version: itsVersion, ...(code === undefined ? {} : { code }), ...shown };
}

/** A run that the engine threw out of has no plan of its own: replaying it draws one. */
function specToSave(oracle: string, example: RunResult): RunSpec {
  const { plan, ...spec } = example.spec;
  const isDrawn = plan.faults.length > 0 || plan.operations.length > 0;
  return oracle === INTERNAL_ERROR && !isDrawn ? spec : example.spec;
}
