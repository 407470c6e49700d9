/** `quorumlab report`: merges the parts of a campaign and reports the whole. */
import { mergeCampaigns, whyNotMergeable } from '../scenarios/campaign-parts.ts';
import type { CampaignResult } from '../scenarios/campaign-types.ts';
import { assertWritableOutputs, writeReports } from './campaign-reports.ts';
import { type ExitCode, InputError } from './exit.ts';
import { saveFailures, tellOlderFailures } from './failure-files.ts';
import { folderNamed } from './files.ts';
import { exitCodeOf } from './fuzz-command.ts';
import type { Given } from './given.ts';
import type { Reporter } from './options.ts';
import type { IndexRange } from './quantities.ts';
import { readCampaign } from './saved-files.ts';

const MERGED_REPORTERS = ['line', 'json', 'junit', 'html'] as const;
const REPORTERS_DEFAULT: readonly Reporter[] = ['line', 'json', 'html'];

export async function reportCommand(given: Given): Promise<ExitCode> {
  const reporters = given.choices('reporter', MERGED_REPORTERS) ?? REPORTERS_DEFAULT;
  const outDir = folderNamed(given.word('out-dir') ?? 'quorumlab-out');
  const paths = given.words('blob');
  const parts = paths.map(readCampaign);
  parts.forEach((part, at) => {
    for (let before = 0; before < at; before++) {
      const other = parts[before];
      const reason = other === undefined ? undefined : whyNotMergeable(other, part);
      if (reason !== undefined) {
        throw new InputError(
          `${paths[before]} and ${paths[at]} are no parts of one campaign: ${reason}`,
        );
      }
    }
  });
  assertWritableOutputs(outDir, reporters);
  const merged = mergeCampaigns(parts);
  const groups = saveFailures(merged, outDir, false);
  const campaign = { ...merged, groups };
  await writeReports(campaign, {
    reporters,
    outDir,
    isJson: given.flag('json'),
    inconclusive: [],
  });
  tellOlderFailures(groups, outDir);
  for (const { from, to } of gapsBetween(parts)) {
    process.stderr.write(`quorumlab: no part holds the seeds ${from}..${to}\n`);
  }
  for (const shard of missingShards(merged.shards)) {
    process.stderr.write(`quorumlab: no part holds shard ${shard}\n`);
  }
  return exitCodeOf(campaign);
}

/** Indices between the first and the last that no part was to run. */
export function gapsBetween(parts: readonly IndexRange[]): readonly IndexRange[] {
  const gaps: IndexRange[] = [];
  let covered: number | undefined;
  for (const { from, to } of [...parts].sort((a, b) => a.from - b.from)) {
    if (covered !== undefined && from > covered) gaps.push({ from: covered, to: from });
    covered = Math.max(covered ?? to, to);
  }
  return gaps;
}

function missingShards(shards: CampaignResult['shards']): readonly string[] {
  if (shards === undefined) return [];
  const { count, held } = shards;
  const all = Array.from({ length: count }, (_, shard) => shard);
  return all.filter((shard) => !held.includes(shard)).map((shard) => `${shard + 1}/${count}`);
}
