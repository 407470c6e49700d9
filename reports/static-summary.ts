/** What of an HTML report is there without scripts: the verdict, the failures, commands. */
import type { CorpusAccount } from '../scenarios/campaign-types.ts';
import type { Failure, RunResult } from '../scenarios/spec.ts';
import { comparisonSummary } from './comparison-summary.ts';
import type { ReportCampaign, ReportGroup, ReportIndex } from './document.ts';
import { escapeHtml } from './escape-html.ts';
import { expectedRows } from './expected.ts';
import { sentencesOf } from './explanation.ts';
import { thrownLines } from './thrown.ts';
import {
  corpusInWords,
  expectationInWords,
  formatCompact,
  formatCount,
  outcomeInWords,
  plural,
  scenariosTitle,
} from './words.ts';

export function reportTitle(index: ReportIndex): string {
  if (index.comparison !== undefined) {
    const { scenarios, contenders } = index.comparison.result;
    const names = scenarios.map(({ name }) => name).join(', ');
    return `${names} · ${contenders.map(({ label }) => label).join(', ')} · quorumlab`;
  }
  if (index.campaign !== undefined) {
    const { verdict, scenarios, protocol } = index.campaign;
    return `${verdict} · ${scenariosTitle(scenarios, protocol)} · quorumlab`;
  }
  const run = index.runs[0];
  return run === undefined
    ? 'quorumlab'
    : `${run.verdict} · ${run.scenario}@${run.seed} · quorumlab`;
}

/** HTML for the body; the viewer replaces it. */
export function staticSummary(index: ReportIndex, runs: readonly RunResult[]): string {
  const parts = ['<main class="page static">'];
  if (index.campaign !== undefined) parts.push(...campaignSummary(index.campaign, index.repeat));
  if (index.comparison !== undefined) parts.push(comparisonSummary(index.comparison));
  runs.forEach((run, number) => {
    parts.push(...runSummary(run, index.runs[number]?.replay));
  });
  parts.push(SCRIPTS_NEEDED, '</main>');
  return parts.join('');
}

export const SCRIPTS_NEEDED =
  '<p class="quiet">The interactive report needs scripts, and a browser that knows ' +
  'DecompressionStream (Chrome 80, Firefox 113, Safari 16.4 or newer).</p>';

function campaignSummary(campaign: ReportCampaign, repeat: string | undefined): readonly string[] {
  const { totals, scenarios, protocol } = campaign;
  const heading = `${campaign.verdict.toUpperCase()} ${scenariosTitle(scenarios, protocol)}`;
  const facts = [
    plural(totals.seeds, 'seed'),
    `${formatCompact(totals.events)} events`,
    `${formatCount(totals.failed)} failing`,
    `${formatCount(totals.inconclusive)} inconclusive`,
    ...(campaign.interrupted ? ['interrupted'] : []),
  ];
  const rows = campaign.groups.map((group) =>
    [
      '<tr>',
      `<th scope="row">${escapeHtml(group.signature)}</th>`,
      `<td>${escapeHtml(group.oracle)}</td>`,
      `<td>${formatCount(group.count)}</td>`,
      `<td>${escapeHtml(whatOf(group))}</td>`,
      '</tr>',
    ].join(''),
  );
  const table =
    rows.length === 0
      ? []
      : [
          '<table><caption>Failure groups</caption><thead><tr><th scope="col">Signature</th>',
          '<th scope="col">Oracle</th><th scope="col">Seeds</th><th scope="col">What</th>',
          `</tr></thead><tbody>${rows.join('')}</tbody></table>`,
        ];
  return [
    `<h1>${escapeHtml(heading)}</h1>`,
    ...(campaign.expectation === undefined
      ? []
      : [`<p>${escapeHtml(expectationInWords(campaign.expectation))}</p>`]),
    `<p>${escapeHtml(facts.join(' · '))}</p>`,
    ...(repeat === undefined ? [] : [`<p>Repeat: <code>${escapeHtml(repeat)}</code></p>`]),
    ...(campaign.corpus === undefined ? [] : corpusSummary(campaign.corpus)),
    ...table,
  ];
}

function corpusSummary(corpus: CorpusAccount): readonly string[] {
  return [
    `<p>Corpus: ${escapeHtml(corpusInWords(corpus))}</p>`,
    ...corpus.others.map(
      ({ file, outcome, why }) =>
        `<p>${escapeHtml(`${file}: ${outcomeInWords(outcome)}: ${why}`)}</p>`,
    ),
  ];
}

/** What failed, and what decides it. */
function whatOf({ message, explanation }: ReportGroup): string {
  if (explanation === undefined) return message;
  return [`${message}.`, ...sentencesOf(explanation)].join(' ');
}

function runSummary(run: RunResult, replay: string | undefined): readonly string[] {
  const { scenario, seed } = run.spec;
  const sentences = [...run.failures.map((failure) => failure.message), ...run.inconclusive];
  return [
    `<h2>${escapeHtml(`${run.verdict.toUpperCase()} ${scenario}@${seed}`)}</h2>`,
    ...sentences.map((sentence) => `<p>${escapeHtml(sentence)}</p>`),
    ...run.failures.flatMap(thrownSummary),
    ...expectedSummary(run),
    ...(replay === undefined ? [] : [`<p>Replay: <code>${escapeHtml(replay)}</code></p>`]),
  ];
}

function thrownSummary(failure: Failure): readonly string[] {
  const lines = thrownLines(failure);
  return lines.length === 0 ? [] : [`<pre>${escapeHtml(lines.join('\n'))}</pre>`];
}

function expectedSummary(run: RunResult): readonly string[] {
  const rows = expectedRows(run).map(({ what, expected, counted, held }) => {
    const cells = [what, expected, formatCount(counted), held].map(escapeHtml);
    return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
  });
  if (rows.length === 0) return [];
  return [
    '<table><caption>Expected outcome</caption><thead><tr><th scope="col">What</th>',
    '<th scope="col">Expected</th><th scope="col">Counted</th><th scope="col">Verdict</th>',
    `</tr></thead><tbody>${rows.join('')}</tbody></table>`,
  ];
}
