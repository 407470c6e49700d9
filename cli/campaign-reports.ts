/** Writes what a campaign came to: files for machines, text for people. */
import { join } from 'node:path';
import { repeatCommand } from '../reports/commands.ts';
import type { InconclusiveRun } from '../scenarios/campaign.ts';
import type { CampaignResult } from '../scenarios/campaign-types.ts';
import { assertFailureFolders } from './failure-files.ts';
import { assertWritableFile, assertWritableFolder, writeFileWhole } from './files.ts';
import { numberNamesOf } from './number-names.ts';
import type { Reporter } from './options.ts';
import { shortSelection } from './selection.ts';
import { say } from './streamed.ts';

export interface ReportSettings {
  readonly reporters: readonly Reporter[];
  readonly outDir: string;
  /** Print the whole result as JSON instead of text. */
  readonly isJson: boolean;
  readonly inconclusive: readonly InconclusiveRun[];
}

interface PrintedSettings extends ReportSettings {
  /** Command that runs the campaign again. */
  readonly repeat: string;
}

/** Report files of a fixed name. */
const FILES: { readonly [reporter in Reporter]?: string } = {
  json: 'campaign.json',
  html: 'report.html',
  junit: 'junit.xml',
};

/** Proves, before hours are spent, that all can be written; throws an InputError if not. */
export function assertWritableOutputs(outDir: string, reporters: readonly Reporter[]): void {
  assertWritableFolder(outDir);
  assertFailureFolders(outDir);
  for (const reporter of reporters) {
    const name = FILES[reporter];
    if (name !== undefined) assertWritableFile(join(outDir, name));
  }
}

export async function writeReports(
  campaign: CampaignResult,
  settings: ReportSettings,
): Promise<void> {
  // Files first: the text names them. One that fails must not cost the others, or the text.
  const errors: unknown[] = [];
  const repeat = repeatCommand(campaign, shortSelection(campaign.scenarios));
  for (const reporter of new Set(settings.reporters)) {
    try {
      await writeReport(campaign, reporter, { outDir: settings.outDir, repeat });
    } catch (error) {
      errors.push(error);
    }
  }
  if (settings.isJson) process.stdout.write(jsonOf(campaign));
  else await printText(campaign, { ...settings, repeat });
  if (errors.length > 0) throw errors[0];
}

async function writeReport(
  campaign: CampaignResult,
  reporter: Reporter,
  { outDir, repeat }: Pick<PrintedSettings, 'outDir' | 'repeat'>,
): Promise<void> {
  switch (reporter) {
    case 'json':
      writeFileWhole(join(outDir, 'campaign.json'), jsonOf(campaign));
      return;
    case 'blob': {
      writeFileWhole(join(outDir, blobName(campaign)), jsonOf(campaign));
      return;
    }
    case 'html': {
      const { renderReport } = await import('../reports/html.ts');
      const html = renderReport({ campaign, runs: [], outDir, repeat, numberNames: numberNamesOf });
      writeFileWhole(join(outDir, 'report.html'), html);
      return;
    }
    case 'junit': {
      const { renderJunit } = await import('../reports/junit.ts');
      writeFileWhole(join(outDir, 'junit.xml'), renderJunit(campaign, outDir));
      return;
    }
    case 'line':
    case 'dot':
    case 'ndjson':
      return;
    default:
      reporter satisfies never;
  }
}

/** Parts of one campaign may end up in one folder. */
function blobName({ from, to, shards }: CampaignResult): string {
  const shard = shards === undefined ? '' : `-shard-${shards.held.map((i) => i + 1).join('-')}`;
  return `blob-${from}-${to}${shard}.json`;
}

function jsonOf(campaign: CampaignResult): string {
  return `${JSON.stringify(campaign)}\n`;
}

async function printText(campaign: CampaignResult, settings: PrintedSettings): Promise<void> {
  if (settings.reporters.includes('ndjson')) {
    const { totals, verdict, expectation, from, to, interrupted } = campaign;
    const wanted = expectation === undefined ? {} : { expectation };
    say({ type: 'end', verdict, ...wanted, interrupted, from, to, totals });
    return;
  }
  if (!settings.reporters.includes('line') && !settings.reporters.includes('dot')) return;
  const { campaignText } = await import('./campaign-text.ts');
  process.stdout.write(campaignText(campaign, settings));
}
