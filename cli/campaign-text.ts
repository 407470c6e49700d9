/** A campaign as `fuzz` and `report` print it. */
import { replayPlaceCommand } from '../reports/commands.ts';
import { formatCampaign } from '../reports/terminal.ts';
import { expectationInWords, formatCount } from '../reports/words.ts';
import type { InconclusiveRun } from '../scenarios/campaign.ts';
import type { CampaignResult } from '../scenarios/campaign-types.ts';
import { hasBlocks, hasColour, paint } from './paint.ts';

export interface CampaignTextSettings {
  readonly outDir: string;
  /** Command that runs the campaign again. */
  readonly repeat: string;
  readonly reporters: readonly string[];
  readonly inconclusive: readonly InconclusiveRun[];
}

const INCONCLUSIVE_SHOWN = 3;

export function campaignText(campaign: CampaignResult, settings: CampaignTextSettings): string {
  const { outDir, reporters, repeat } = settings;
  const reportPath = reporters.includes('html') ? `${outDir}/report.html` : undefined;
  const text = formatCampaign(campaign, {
    colour: hasColour(),
    blocks: hasBlocks(),
    outDir,
    repeat,
    ...(reportPath === undefined ? {} : { reportPath }),
  });
  const blocks = [
    text,
    ...inconclusiveRuns(campaign, settings.inconclusive),
    ...expectation(campaign),
  ];
  return `${blocks.join('\n\n')}\n`;
}

function inconclusiveRuns(campaign: CampaignResult, runs: readonly InconclusiveRun[]): string[] {
  const shown = runs.slice(0, INCONCLUSIVE_SHOWN);
  const more = campaign.totals.inconclusive - shown.length;
  return shown.map((run, at) => {
    const { scenario, seed, reasons } = run;
    const others = at === shown.length - 1 && more > 0 ? `\n  and ${formatCount(more)} more` : '';
    const replay = replayPlaceCommand(run, campaign);
    return (
      `${paint.unknown()}  ${paint.strong(`${scenario}@${seed}`)}  ${reasons.join('; ')}\n` +
      `  replay   ${replay}${others}`
    );
  });
}

function expectation({ expectation }: CampaignResult): string[] {
  if (expectation === undefined) return [];
  const badge = expectation.isFound ? paint.pass() : paint.fail();
  return [`${badge}  ${expectationInWords(expectation)}`];
}
