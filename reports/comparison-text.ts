/** A comparison for the terminal: contenders beside each other, and against the first of them. */
import Table from 'cli-table3';
import type {
  ComparedScenario,
  ComparisonResult,
  ContenderHead,
  StandingInMetric,
} from '../scenarios/compare/compared.ts';
import type { Duel } from '../scenarios/compare/statistics.ts';
import type { Metric, MetricUnit } from '../scenarios/measure/metrics.ts';
import { replaySavedCommand } from './commands.ts';
import { comparisonNotes, isTelling, serversInWords } from './comparison-words.ts';
import { IDLE_MARK, idleNotes, isDuelUnfair, isUnearned } from './idle-contenders.ts';
import { formatDifference, formatMeasure, formatSummary, NOTHING } from './measured-words.ts';
import { formatTime, oracleName, plural } from './words.ts';

export interface ComparisonStyle {
  /** Characters of a line. */
  readonly width: number;
  readonly paint: Paint;
  /** Folder that commands name for saved failures. */
  readonly outDir: string;
}

/** How words are set off; each returns its text as it is where there is no colour. */
export interface Paint {
  strong(text: string): string;
  dim(text: string): string;
  fail(): string;
  unknown(): string;
}

export function comparisonText(result: ComparisonResult, style: ComparisonStyle): string {
  return [
    ...result.scenarios.map((scenario) => scenarioText(result, scenario, style)),
    ...troubleText(result, style),
  ].join('\n');
}

function scenarioText(
  { contenders, metrics }: ComparisonResult,
  scenario: ComparedScenario,
  { width, paint }: ComparisonStyle,
): string {
  const { name, title, seeds, standings } = scenario;
  const shown = metrics.filter((metric) => isTelling(scenario, metric));
  const cellsOf = (write: CellWriter): readonly (readonly string[])[] =>
    shown.map((metric) => {
      const cells = standings.map((each, place) => {
        const standing = each.metrics.find((entry) => entry.metric === metric.id);
        return standing === undefined ? NOTHING : write(standing, metric, place);
      });
      return [metric.title, ...cells];
    });
  const names = contenders.map(({ label }) => label);
  const marked = (write: CellWriter): CellWriter => {
    return (standing, metric, place) => {
      const cell = write(standing, metric, place);
      return isUnearned(scenario, metric, place) ? `${cell} ${IDLE_MARK}` : cell;
    };
  };
  const inDuel: CellWriter = ({ duel }, metric, place) =>
    duelInWords(duel, metric.unit, isDuelUnfair(scenario, metric, place));
  const full = cellsOf(marked(({ summary }, metric) => formatSummary(summary, metric)));
  const isNarrow = widthOf(names, full) > width;
  const cells = isNarrow ? cellsOf(marked(medianOnly)) : full;
  const what = isNarrow ? 'median' : 'median (what one in ten, and nine in ten, do not exceed)';
  const lines = [
    `${paint.strong(name)}  ${title}`,
    ` ${plural(seeds.length, 'seed')} · ${serversInWords(scenario)} · ${what}`,
    ...tables(names, cells, width, paint),
    ...duelLines(contenders, cellsOf(inDuel), { width, paint }),
    ...[...idleNotes(contenders, scenario, shown), ...comparisonNotes(contenders, scenario)].map(
      (note) => paint.dim(` ${note}`),
    ),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

type CellWriter = (standing: StandingInMetric, metric: Metric, place: number) => string;

function medianOnly({ summary }: StandingInMetric, { unit }: Metric): string {
  return summary === undefined ? NOTHING : formatMeasure(summary.median, unit);
}

/** `98:1 −1.15 s`: better in 98 seeds, worse in one; `* −1.15 s` where that would be unfair. */
function duelInWords(duel: Duel | undefined, unit: MetricUnit, isUnfair: boolean): string {
  if (duel === undefined) return NOTHING;
  const { wins, losses, difference } = duel;
  return `${isUnfair ? IDLE_MARK : `${wins}:${losses}`} ${formatDifference(difference, unit)}`;
}

function duelLines(
  [first, ...others]: readonly ContenderHead[],
  cells: readonly (readonly string[])[],
  { width, paint }: Pick<ComparisonStyle, 'width' | 'paint'>,
): readonly string[] {
  if (first === undefined || others.length === 0) return [];
  const names = others.map(({ label }) => label);
  // The first has no duel with itself.
  const rows = cells.map(([title = '', , ...rest]) => [title, ...rest]);
  return [
    ` against ${first.label}, seed by seed: better:worse, median of the differences`,
    ...tables(names, rows, width, paint),
  ];
}

const INDENT = 1;
const GAP = 2;

/** As many contenders beside each other as fit; the others in further tables below. */
function tables(
  names: readonly string[],
  rows: readonly (readonly string[])[],
  width: number,
  paint: Paint,
): readonly string[] {
  const lines: string[] = [];
  for (let from = 0; from < names.length; ) {
    let to = from + 1;
    while (to < names.length && widthOf(...slice(names, rows, from, to + 1)) <= width) to += 1;
    lines.push(...tableLines(...slice(names, rows, from, to), paint));
    from = to;
  }
  return lines;
}

type Cells = [names: readonly string[], rows: readonly (readonly string[])[]];

function slice(
  names: readonly string[],
  rows: readonly (readonly string[])[],
  from: number,
  to: number,
): Cells {
  return [
    names.slice(from, to),
    rows.map(([title = '', ...cells]) => [title, ...cells.slice(from, to)]),
  ];
}

function widthOf(names: readonly string[], rows: readonly (readonly string[])[]): number {
  const widths = ['', ...names].map((name, column) =>
    Math.max(name.length, ...rows.map((cells) => cells[column]?.length ?? 0)),
  );
  return widths.reduce((sum, each) => sum + each + GAP, INDENT - GAP);
}

const NO_LINES = {
  ...Object.fromEntries(
    ['top', 'bottom', 'left', 'right', 'mid'].flatMap((side) =>
      ['', '-mid', '-left', '-right'].map((end) => [side + end, '']),
    ),
  ),
  left: ' '.repeat(INDENT),
  middle: ' '.repeat(GAP),
};

function tableLines(
  names: readonly string[],
  rows: readonly (readonly string[])[],
  paint: Paint,
): readonly string[] {
  const table = new Table({
    chars: NO_LINES,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    colAligns: ['left', ...names.map((): 'right' => 'right')],
  });
  table.push(['', ...names.map((name) => paint.strong(name))]);
  for (const cells of rows) table.push([...cells]);
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
}

/** Failures with their commands, and runs without a verdict. */
function troubleText(
  { failures, inconclusive, interrupted }: ComparisonResult,
  { paint, outDir }: ComparisonStyle,
): readonly string[] {
  const failed = failures.map(({ name, contender, seed, failure, savedAs }) => {
    const lines = [
      `${paint.fail()}  ${name} ${contender}  seed ${seed}  ${oracleName(failure)}`,
      `  ${failure.message} (${formatTime(failure.at)})`,
      ...(savedAs === undefined ? [] : [`  replay   ${replaySavedCommand(savedAs, outDir)}`]),
    ];
    return lines.map((line) => `${line}\n`).join('');
  });
  const undecided = inconclusive.map(
    ({ name, contender, seed, why }) =>
      `${paint.unknown()}  ${[name, contender].join(' ').trimEnd()}  seed ${seed}  ${why}\n`,
  );
  const note = 'interrupted: these are the seeds that every contender has run\n';
  return [...failed, ...undecided, ...(interrupted ? [note] : [])];
}
