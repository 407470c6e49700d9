/** One seed in full: when each contender answered, who led, and which faults held meanwhile. */
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { ContenderHead } from '../../scenarios/compare/compared.ts';
import type { Availability, ReportSeed } from '../comparison-document.ts';
import type { ReportIndex } from '../document.ts';
import { spanInWords } from '../faults.ts';
import { formatTime, plural } from '../words.ts';
import { Command } from './command.tsx';
import { palette, roundColour } from './palette.ts';
import { runHref } from './route.ts';
import type { Range } from './run-view.ts';
import { GUTTER, type Plane, ticksOf, xOf } from './surface.ts';

export interface AvailabilityPaneProps {
  readonly seed: ReportSeed;
  readonly contenders: readonly ContenderHead[];
  readonly index: ReportIndex;
}

const BARS_HEIGHT = 44;
const LEADER_HEIGHT = 12;
const GAP = 3;
const HEIGHT = BARS_HEIGHT + GAP + LEADER_HEIGHT;
const AXIS_HEIGHT = 18;
const TICK_LABEL_WIDTH = 56;

export function AvailabilityPane({ seed, contenders, index }: AvailabilityPaneProps) {
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
  const until = Math.max(...seed.runs.map((run) => run.until));
  const most = Math.max(1, ...seed.runs.flatMap(({ returns }) => returns));
  const heading = `availability-${seed.name}`;
  const range = { from: 0, to: until };
  return (
    <section class="pane availability" aria-labelledby={heading}>
      <header>
        <h3 id={heading}>One seed of {seed.name} in full</h3>
        <span class="quiet">
          seed {seed.seed}, index {seed.index}
        </span>
      </header>
      <p class="quiet keys">
        <span class="key returned" /> answers over time <span class="key outage" /> outage: asked,
        and no answer <span class="key fault" /> a fault holds <span class="key led" /> somebody
        leads, a colour a round
      </p>
      <div ref={frame}>
        {seed.runs.map((run, place) => (
          <div class="contender" key={contenders[place]?.label}>
            <h4>
              {contenders[place]?.label} <a href={runHref(run.run)}>open the run</a>{' '}
              <span class="quiet">{inWords(run)}</span>
            </h4>
            {width.value <= GUTTER ? null : (
              <Strip run={run} range={range} most={most} width={width.value} />
            )}
            <Command label="replay" line={index.runs[run.run]?.replay ?? ''} />
          </div>
        ))}
        {width.value <= GUTTER ? null : <Times range={range} width={width.value} />}
      </div>
      <p class="quiet facts">{seed.runs[0]?.faults.map(spanInWords).join(' · ')}</p>
    </section>
  );
}

/** What the picture shows. */
function inWords({ returns, outages, leaderships }: Availability): string {
  const answers = returns.reduce((sum, count) => sum + count, 0);
  const down = outages.reduce((sum, { from, to }) => sum + to - from, 0);
  const led = leaderships.filter(({ leader }) => leader !== undefined).length;
  const without =
    outages.length === 0
      ? 'no outage'
      : `${plural(outages.length, 'outage')}, ${formatTime(down)} in all`;
  return `${plural(answers, 'answer')} · ${without} · ${plural(led, 'round')} led`;
}

interface StripProps {
  readonly run: Availability;
  readonly range: Range;
  /** Answers in the busiest part of all contenders. */
  readonly most: number;
  readonly width: number;
}

/** The text beside it says the same. */
function Strip({ run, range, most, width }: StripProps) {
  const plane: Plane = { range, width, scroll: 0 };
  const span = (from: number, to: number): { x: number; width: number } => ({
    x: xOf(plane, from),
    width: Math.max(1, xOf(plane, Math.min(to, range.to)) - xOf(plane, from)),
  });
  const part = run.until / run.returns.length;
  const bars = run.returns.flatMap((count, at) => {
    if (count === 0) return [];
    const { x, width: wide } = span(at * part, (at + 1) * part);
    const top = BARS_HEIGHT - (count / most) * BARS_HEIGHT;
    const [left, right] = [x, x + wide].map((each) => each.toFixed(1));
    return `M${left} ${BARS_HEIGHT}H${right}V${top.toFixed(1)}H${left}z`;
  });
  return (
    <svg width={width} height={HEIGHT} aria-hidden="true">
      {run.faults.map((fault) => (
        <rect
          key={fault.fault}
          class="fault-band"
          {...span(fault.from, fault.until)}
          y={0}
          height={HEIGHT}
        />
      ))}
      {run.outages.map(({ from, to }) => (
        <rect key={from} class="outage" {...span(from, to)} y={0} height={BARS_HEIGHT} />
      ))}
      <path class="returned" d={bars.join('')} />
      <path class="grid-line" d={`M${GUTTER} ${BARS_HEIGHT}H${width}`} />
      <text x={GUTTER - 6} y={BARS_HEIGHT - 4} text-anchor="end">
        answers
      </text>
      <text x={GUTTER - 6} y={HEIGHT - 2} text-anchor="end">
        leads
      </text>
      <Leaders run={run} span={span} />
    </svg>
  );
}

interface LeadersProps {
  readonly run: Availability;
  span(from: number, to: number): { readonly x: number; readonly width: number };
}

function Leaders({ run, span }: LeadersProps) {
  const colours = palette.value;
  return (
    <>
      {run.leaderships.map(({ at, leader, round = '0' }, place) => {
        if (leader === undefined) return null;
        const bar = span(at, run.leaderships[place + 1]?.at ?? run.until);
        const name = `n${leader}`;
        const y = BARS_HEIGHT + GAP;
        return (
          <g key={at}>
            <rect {...bar} y={y} height={LEADER_HEIGHT} fill={roundColour(colours, place)}>
              <title>{`${name} leads round ${round}`}</title>
            </rect>
            {bar.width < 7 * name.length + 4 ? null : (
              <text class="on-round" x={bar.x + 3} y={y + LEADER_HEIGHT - 2.5}>
                {name}
              </text>
            )}
          </g>
        );
      })}
    </>
  );
}

function Times({ range, width }: { readonly range: Range; readonly width: number }) {
  const plane: Plane = { range, width, scroll: 0 };
  return (
    <svg width={width} height={AXIS_HEIGHT} aria-hidden="true">
      {ticksOf(range, width - GUTTER).map(({ time, label }) => {
        const x = xOf(plane, time);
        const isLast = x + TICK_LABEL_WIDTH > width;
        return (
          <g key={time}>
            <path class="grid-line" d={`M${x} 0v5`} />
            <text x={x} y={15} text-anchor={isLast ? 'end' : 'start'}>
              {label}
            </text>
          </g>
        );
      })}
    </svg>
  );
}
