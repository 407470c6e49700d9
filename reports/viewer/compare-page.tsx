/** Contenders side by side: what each is measured by, and one seed of each scenario in full. */
import type { ComparedScenario, ContenderHead } from '../../scenarios/compare/compared.ts';
import type { Duel } from '../../scenarios/compare/statistics.ts';
import type { Metric } from '../../scenarios/measure/metrics.ts';
import { replaySavedCommand } from '../commands.ts';
import type { ReportComparison } from '../comparison-document.ts';
import { comparisonNotes, isTelling, serversInWords } from '../comparison-words.ts';
import type { ReportIndex } from '../document.ts';
import { IDLE_MARK, idleNotes, isDuelUnfair, isUnearned } from '../idle-contenders.ts';
import { formatDifference, formatMeasure, formatRange, NOTHING } from '../measured-words.ts';
import { oracleName, plural } from '../words.ts';
import { AvailabilityPane } from './availability-pane.tsx';
import { Command } from './command.tsx';
import { MetricFigure } from './metric-figure.tsx';
import { ScrollArea } from './scroll-area.tsx';

export interface ComparePageProps {
  readonly index: ReportIndex;
  readonly comparison: ReportComparison;
}

export function ComparePage({ index, comparison }: ComparePageProps) {
  const { result, repeat, shown } = comparison;
  const { contenders, scenarios, failures, inconclusive, interrupted } = result;
  const labels = contenders.map(({ label }) => label);
  const trouble = failures.length + inconclusive.length;
  return (
    <main class="page compare">
      <header class="verdict">
        <h1>{labels.join(' · ')}</h1>
        <p class="sentence">
          {plural(scenarios.length, 'scenario')}, the same worlds for{' '}
          {plural(contenders.length, 'contender')}
          {interrupted ? '; interrupted before its end' : ''}
        </p>
        <Command label="repeat" line={repeat} />
      </header>
      {trouble === 0 ? null : <Trouble index={index} comparison={comparison} />}
      {scenarios.map((scenario) => (
        <ScenarioSection
          key={scenario.name}
          scenario={scenario}
          index={index}
          comparison={comparison}
          seed={shown.find(({ name }) => name === scenario.name)}
        />
      ))}
      <Terms metrics={result.metrics} />
    </main>
  );
}

function Trouble({ index, comparison }: ComparePageProps) {
  const { failures, inconclusive } = comparison.result;
  return (
    <section aria-labelledby="trouble-heading">
      <h2 id="trouble-heading">
        {[
          ...(failures.length > 0 ? [plural(failures.length, 'failing run')] : []),
          ...(inconclusive.length > 0 ? [`${inconclusive.length} without a verdict`] : []),
        ].join(', ')}
      </h2>
      {failures.map(({ name, contender, seed, failure, savedAs }) => (
        <article class="card fail-edge" key={`${name} ${contender} ${seed}`}>
          <h3>
            {name} {contender} <span class="count">{oracleName(failure)}</span>
          </h3>
          <p class="sentence">{failure.message}</p>
          {savedAs === undefined ? null : (
            <Command label="replay" line={replaySavedCommand(savedAs, index.outDir)} />
          )}
        </article>
      ))}
      {inconclusive.map(({ name, contender = '', seed, why }) => (
        <p class="note" key={`${name} ${contender} ${seed}`}>
          {name} {contender} seed {seed}: {why}
        </p>
      ))}
    </section>
  );
}

interface ScenarioProps extends ComparePageProps {
  readonly scenario: ComparedScenario;
  readonly seed: ReportComparison['shown'][number] | undefined;
}

function ScenarioSection({ scenario, index, comparison, seed }: ScenarioProps) {
  const { contenders, metrics } = comparison.result;
  const shown = metrics.filter((metric) => isTelling(scenario, metric));
  const heading = `scenario-${scenario.name}`;
  return (
    <section aria-labelledby={heading}>
      <h2 id={heading}>
        {scenario.name}: {scenario.title}
      </h2>
      <p class="quiet">
        {scenario.about} · {plural(scenario.seeds.length, 'seed')} · {serversInWords(scenario)}
      </p>
      {comparisonNotes(contenders, scenario).map((note) => (
        <p class="note" key={note}>
          {note}
        </p>
      ))}
      <div class="pane">
        <p class="quiet">
          The median, and what one in ten and nine in ten seeds do not exceed
          {contenders.length > 1 ? `; and against ${contenders[0]?.label}, seed by seed` : ''}
        </p>
        <MeasureTable contenders={contenders} scenario={scenario} metrics={shown} />
        {idleNotes(contenders, scenario, shown).map((note) => (
          <p class="note" key={note}>
            {note}
          </p>
        ))}
      </div>
      <div class="figures">
        {shown.map((metric) => (
          <MetricFigure
            key={metric.id}
            metric={metric}
            contenders={contenders}
            scenario={scenario}
          />
        ))}
      </div>
      {seed === undefined ? null : (
        <AvailabilityPane seed={seed} contenders={contenders} index={index} />
      )}
      <MessageTable contenders={contenders} scenario={scenario} />
    </section>
  );
}

interface TableProps {
  readonly contenders: readonly ContenderHead[];
  readonly scenario: ComparedScenario;
}

/** Medians with the range of most seeds; and against the first contender, seed by seed. */
function MeasureTable({
  contenders,
  scenario,
  metrics,
}: TableProps & { readonly metrics: readonly Metric[] }) {
  return (
    <ScrollArea label={`Measures of ${scenario.name}`}>
      <table class="plain measures">
        <thead>
          <tr>
            <th scope="col">Measure</th>
            {contenders.map(({ label }) => (
              <th scope="col" class="number" key={label}>
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {metrics.map((metric) => (
            <tr key={metric.id}>
              <th scope="row" title={metric.about}>
                {metric.title}
              </th>
              {scenario.standings.map((standing, place) => (
                <MeasureCell
                  key={contenders[place]?.label}
                  metric={metric}
                  entry={standing.metrics.find((each) => each.metric === metric.id)}
                  isUnearned={isUnearned(scenario, metric, place)}
                  isDuelUnfair={isDuelUnfair(scenario, metric, place)}
                />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollArea>
  );
}

interface MeasureCellProps {
  readonly metric: Metric;
  readonly entry: ComparedScenario['standings'][number]['metrics'][number] | undefined;
  readonly isUnearned: boolean;
  readonly isDuelUnfair: boolean;
}

function MeasureCell({ metric, entry, ...idle }: MeasureCellProps) {
  const duel = entry?.duel;
  return (
    <td class="number">
      {entry?.summary === undefined ? NOTHING : formatMeasure(entry.summary.median, metric.unit)}
      {idle.isUnearned ? ` ${IDLE_MARK}` : ''}
      <div class="more quiet">{formatRange(entry?.summary, metric)}</div>
      {duel === undefined ? null : (
        <div class="more quiet">{duelInWords(duel, metric, idle.isDuelUnfair)}</div>
      )}
    </td>
  );
}

function duelInWords({ wins, losses, difference }: Duel, { unit }: Metric, isUnfair: boolean) {
  const by = difference === null ? '' : formatDifference(difference, unit);
  if (isUnfair) return `${by} ${IDLE_MARK}`.trimStart();
  return [`${wins} better`, `${losses} worse`, ...(by === '' ? [] : [by])].join(', ');
}

function MessageTable({ contenders, scenario }: TableProps) {
  const tables = scenario.standings.map(({ messagesByType }) => messagesByType);
  if (tables.every((types) => types.length === 0)) return null;
  return (
    <details>
      <summary>Messages for each operation, by type</summary>
      <div class="columns">
        {tables.map((types, place) => (
          <table class="plain" key={contenders[place]?.label}>
            <caption>{contenders[place]?.label}</caption>
            <thead>
              <tr>
                <th scope="col">Type</th>
                <th scope="col" class="number">
                  For each operation
                </th>
              </tr>
            </thead>
            <tbody>
              {types.map(({ type, perOperation }) => (
                <tr key={type}>
                  <td>{type}</td>
                  <td class="number">{formatMeasure(perOperation, 'per-operation')}</td>
                </tr>
              ))}
              {types.length === 0 ? (
                <tr>
                  <td>{NOTHING}</td>
                  <td class="number">{NOTHING}</td>
                </tr>
              ) : null}
            </tbody>
          </table>
        ))}
      </div>
    </details>
  );
}

function Terms({ metrics }: { readonly metrics: readonly Metric[] }) {
  return (
    <section aria-labelledby="terms-heading">
      <h2 id="terms-heading">What the measures are</h2>
      <dl class="terms">
        {metrics.map(({ id, title, about }) => (
          <div key={id}>
            <dt>{title}</dt>
            <dd>{about}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
