/** Writes what a campaign came to: files for machines, text for people. */
import { join } from 'node:path';
import type { InconclusiveRun } from '../scenarios/campaign.ts';
import type { CampaignResult } from '../scenarios/campaign-types.ts';
import { writeFileWhole } from './files.ts';
import type { Reporter } from './options.ts';
import { say } from './streamed.ts';

export interface ReportSettings {
  readonly reporters: readonly Reporter[];
  readonly outDir: string;
  /** Print the whole result as JSON instead of text. */
  readonly isJson: boolean;
  readonly inconclusive: readonly InconclusiveRun[];
  /** The signature that was expected, `''` for any; undefined when none was. */
  readonly expected: string | undefined;
}

export async function writeReports(
  campaign: CampaignResult,
  settings: ReportSettings,
): Promise<void> {
  const { outDir } = settings;
  const json = (): string => `${JSON.stringify(campaign)}\n`;
  // Files first: the text names them, and what it names must be there.
  for (const reporter of new Set(settings.reporters)) {
    switch (reporter) {
      case 'json':
        writeFileWhole(join(outDir, 'campaign.json'), json());
        break;
      case 'blob':
        writeFileWhole(join(outDir, `blob-${campaign.from}-${campaign.to}.json`), json());
        break;
      case 'html': {
        const { renderReport } = await import('../reports/html.ts');
        writeFileWhole(join(outDir, 'report.html'), renderReport({ campaign, runs: [], outDir }));
        break;
      }
      case 'junit': {
        const { renderJunit } = await import('../reports/junit.ts');
        writeFileWhole(join(outDir, 'junit.xml'), renderJunit(campaign, outDir));
        break;
      }
      case 'line':
      case 'dot':
      case 'ndjson':
        break;
      default:
        reporter satisfies never;
    }
  }
  if (settings.isJson) process.stdout.write(json());
  else await printText(campaign, settings);
}

async function printText(campaign: CampaignResult, settings: ReportSettings): Promise<void> {
  if (settings.reporters.includes('ndjson')) {
    const { totals, verdict, from, to, interrupted } = campaign;
    say({ type: 'end', verdict, interrupted, from, to, totals });
    return;
  }
  if (!settings.reporters.includes('line') && !settings.reporters.includes('dot')) return;
  const { campaignText } = await import('./campaign-text.ts');
  process.stdout.write(campaignText(campaign, settings));
}
