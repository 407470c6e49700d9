/** One measure of all contenders on one scale: a dot a seed, most of them in a bar, the median. */
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { ComparedScenario, ContenderHead } from '../../scenarios/compare/compared.ts';
import type { Metric } from '../../scenarios/measure/metrics.ts';
import { formatMeasure, formatSummary, NEVER } from '../measured-words.ts';

export interface MetricFigureProps {
  readonly metric: Metric;
  readonly contenders: readonly ContenderHead[];
  readonly scenario: ComparedScenario;
}

const ROW_HEIGHT = 34;
const AXIS_HEIGHT = 18;
const SIDE = 8;
/** Room at the right for what never happened. */
const NEVER_WIDTH = 46;
/** Dots stand in so many lines, one below the other, so that equal ones can be told apart. */
const DOT_LINES = 5;
const DOT_DISTANCE = 2.4;

export function MetricFigure({ metric, contenders, scenario }: MetricFigureProps) {
  const frame = useRef<HTMLDivElement>(null);
  const width = useSignal(0);
  useEffect(() => {
    const element = frame.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => {
      width.value = element.clientWidth;
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const rows = scenario.standings.map(({ metrics }) =>
    metrics.find((entry) => entry.metric === metric.id),
  );
  const height = rows.length * ROW_HEIGHT + AXIS_HEIGHT;
  return (
    <figure class="pane metric">
      <figcaption>
        {metric.title} <span class="quiet">({metric.better} is better)</span>
      </figcaption>
      <div ref={frame} style={{ minHeight: `${height}px` }}>
        {width.value === 0 ? null : (
          // The table above says the same in numbers.
          <svg width={width.value} height={height} aria-hidden="true">
            <Rows metric={metric} rows={rows} contenders={contenders} width={width.value} />
          </svg>
        )}
      </div>
    </figure>
  );
}

type Entry = ComparedScenario['standings'][number]['metrics'][number];

interface RowsProps {
  readonly metric: Metric;
  readonly rows: readonly (Entry | undefined)[];
  readonly contenders: readonly ContenderHead[];
  readonly width: number;
}

function Rows({ metric, rows, contenders, width }: RowsProps) {
  const values = rows.flatMap((entry) => entry?.values ?? []);
  const finite = values.flatMap((value) => (typeof value === 'number' ? value : []));
  const most = Math.max(0, ...finite);
  const hasNever = values.includes(null);
  const end = width - SIDE - (hasNever ? NEVER_WIDTH : 0);
  const xOf = (value: number | null): number =>
    value === null
      ? width - SIDE - NEVER_WIDTH / 2
      : SIDE + (most === 0 ? 0 : (value / most) * (end - SIDE));
  const bottom = rows.length * ROW_HEIGHT;
  return (
    <>
      <path class="grid-line" d={`M${SIDE} 0V${bottom}M${end} 0V${bottom}`} />
      <text x={SIDE} y={bottom + 13}>
        0
      </text>
      <text x={end} y={bottom + 13} text-anchor="end">
        {formatMeasure(most, metric.unit)}
      </text>
      {hasNever ? (
        <text x={xOf(null)} y={bottom + 13} text-anchor="middle">
          {NEVER}
        </text>
      ) : null}
      {rows.map((entry, place) => (
        <Row
          key={contenders[place]?.label}
          label={contenders[place]?.label ?? ''}
          metric={metric}
          entry={entry}
          top={place * ROW_HEIGHT}
          xOf={xOf}
        />
      ))}
    </>
  );
}

interface RowProps {
  readonly label: string;
  readonly metric: Metric;
  readonly entry: Entry | undefined;
  readonly top: number;
  xOf(value: number | null): number;
}

function Row({ label, metric, entry, top, xOf }: RowProps) {
  const summary = entry?.summary;
  if (entry === undefined || summary === undefined) {
    return (
      <text x={SIDE + 4} y={top + 12}>
        {label}: nothing to measure
      </text>
    );
  }
  const { least, p10, median, p90, most } = summary;
  const y = top + 24;
  // Of what is better when it is more, the least is the worst.
  const [low, high] = [xOf(p10), xOf(p90)].sort((one, other) => one - other) as [number, number];
  const dots = entry.values.flatMap((value, at) => {
    if (value === 'none') return [];
    const line = (at % DOT_LINES) - (DOT_LINES - 1) / 2;
    return `M${xOf(value).toFixed(1)} ${(y + line * DOT_DISTANCE).toFixed(1)}h0`;
  });
  return (
    <>
      <title>{`${label}: ${formatSummary(summary, metric)}`}</title>
      <path class="range" d={`M${xOf(least)} ${y}H${xOf(most)}`} />
      <rect class="most" x={low} y={y - 6} width={Math.max(1, high - low)} height={12} />
      <path class="dots" d={dots.join('')} />
      <path class="median" d={`M${xOf(median)} ${y - 8}v16`} />
      <text class="label" x={SIDE + 4} y={top + 12}>
        {label}
      </text>
    </>
  );
}
