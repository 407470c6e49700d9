/** What of a comparison is there without scripts: its tables. */
import type { ComparedScenario, ComparisonResult } from '../scenarios/compare/compared.ts';
import type { Metric } from '../scenarios/measure/metrics.ts';
import type { ReportComparison } from './comparison-document.ts';
import { comparisonNotes, isTelling, serversInWords } from './comparison-words.ts';
import { escapeHtml } from './escape-html.ts';
import { IDLE_MARK, idleNotes, isUnearned } from './idle-contenders.ts';
import { formatSummary } from './measured-words.ts';
import { plural } from './words.ts';

export function comparisonSummary({ result, repeat }: ReportComparison): string {
  const { contenders, scenarios, failures } = result;
  const labels = contenders.map(({ label }) => label).join(' · ');
  return [
    `<h1>${escapeHtml(labels)}</h1>`,
    `<p><code>${escapeHtml(repeat)}</code></p>`,
    ...failures.map(
      ({ name, contender, seed, failure }) =>
        `<p>${escapeHtml(`${name} ${contender} seed ${seed}: ${failure.message}`)}</p>`,
    ),
    ...scenarios.map((scenario) => scenarioSummary(result, scenario)),
  ].join('');
}

function scenarioSummary(
  { contenders, metrics }: ComparisonResult,
  scenario: ComparedScenario,
): string {
  const { name, title, seeds } = scenario;
  const heads = ['', ...contenders.map(({ label }) => label)].map(
    (head) => `<th>${escapeHtml(head)}</th>`,
  );
  const shown = metrics.filter((metric) => isTelling(scenario, metric));
  const rows = shown.map((metric) => rowOf(metric, scenario));
  const facts = [
    plural(seeds.length, 'seed'),
    serversInWords(scenario),
    ...comparisonNotes(contenders, scenario),
  ];
  return [
    `<h2>${escapeHtml(`${name}: ${title}`)}</h2>`,
    `<p>${escapeHtml(facts.join(' · '))}</p>`,
    `<table><thead><tr>${heads.join('')}</tr></thead>`,
    `<tbody>${rows.join('')}</tbody></table>`,
    ...idleNotes(contenders, scenario, shown).map((note) => `<p>${escapeHtml(note)}</p>`),
  ].join('');
}

function rowOf(metric: Metric, scenario: ComparedScenario): string {
  const cells = scenario.standings.map(({ metrics }, place) => {
    const entry = metrics.find((each) => each.metric === metric.id);
    const mark = isUnearned(scenario, metric, place) ? ` ${IDLE_MARK}` : '';
    return `<td>${escapeHtml(formatSummary(entry?.summary, metric) + mark)}</td>`;
  });
  return `<tr><th>${escapeHtml(metric.title)}</th>${cells.join('')}</tr>`;
}
