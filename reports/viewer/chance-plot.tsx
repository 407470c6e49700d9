/** How likely the failure was from each time on: a step curve in its band of certainty. */
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { ChancePoint, Explanation, Jump } from '../../scenarios/explain/explanation.ts';
import { effectInWords } from '../explanation.ts';
import { formatCount, formatTime } from '../words.ts';
import type { Range } from './run-view.ts';
import { GUTTER, ticksOf, timeOf, xNear } from './surface.ts';

export interface ChancePlotProps {
  readonly explanation: Explanation;
  readonly range: Range;
  /** Virtual time of a line over everything. */
  readonly cursor?: number;
  readonly onPick?: (time: number) => void;
}

/** Pixels of the plot, and below it for the times and above it for the jump's name. */
const PLOT_HEIGHT = 96;
const FLAG_HEIGHT = 18;
const AXIS_HEIGHT = 20;
const HEIGHT = FLAG_HEIGHT + PLOT_HEIGHT + AXIS_HEIGHT;
const LEVELS = [0, 0.5, 1];
/** About that of a character of the flag. */
const CHARACTER_WIDTH = 7;

export function ChancePlot(props: ChancePlotProps) {
  const { explanation, range, cursor, onPick } = props;
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
  useEffect(() => {
    const element = frame.current;
    if (element === null || onPick === undefined) return undefined;
    const pick = ({ clientX }: MouseEvent) => {
      const { left } = element.getBoundingClientRect();
      if (clientX - left >= GUTTER) onPick(timeOf(range, element.clientWidth, clientX - left));
    };
    element.addEventListener('click', pick);
    return () => element.removeEventListener('click', pick);
  }, [range, onPick]);
  return (
    <div class="chance-plot" ref={frame}>
      {width.value <= GUTTER ? null : (
        // The picture only repeats what the text and the table beside it say.
        <svg width={width.value} height={HEIGHT} aria-hidden="true">
          <Levels width={width.value} />
          <Times width={width.value} range={range} />
          <svg aria-hidden="true" x={GUTTER} width={width.value - GUTTER} height={HEIGHT}>
            <g transform={`translate(${-GUTTER} 0)`}>
              <Faults {...props} width={width.value} />
              <Curve {...props} width={width.value} />
              {explanation.jumps.map((jump, place) => (
                <JumpLine
                  key={jump.after.event}
                  jump={jump}
                  isLargest={place === 0}
                  range={range}
                  width={width.value}
                />
              ))}
              {cursor === undefined ? null : (
                <path
                  class="cursor"
                  d={upright(xNear({ range, width: width.value, scroll: 0 }, cursor))}
                />
              )}
            </g>
          </svg>
        </svg>
      )}
    </div>
  );
}

interface Drawn extends ChancePlotProps {
  readonly width: number;
}

function Levels({ width }: { readonly width: number }) {
  return (
    <>
      {LEVELS.map((level) => (
        <g key={level}>
          <path class="grid-line" d={`M${GUTTER} ${yOf(level)}H${width}`} />
          <text x={GUTTER - 6} y={yOf(level)} text-anchor="end" dominant-baseline="central">
            {level * 100} %
          </text>
        </g>
      ))}
    </>
  );
}

function Times({ width, range }: { readonly width: number; readonly range: Range }) {
  const plane = { range, width, scroll: 0 };
  return (
    <>
      {ticksOf(range, width - GUTTER).map(({ time, label }) => {
        const x = xNear(plane, time);
        const isLast = x + label.length * CHARACTER_WIDTH > width;
        return (
          <g key={time}>
            <path class="grid-line" d={`M${x} ${yOf(0)}v5`} />
            <text x={x} y={yOf(0) + 13} text-anchor={isLast ? 'end' : 'start'}>
              {label}
            </text>
          </g>
        );
      })}
    </>
  );
}

function Faults({ explanation, range, width }: Drawn) {
  const plane = { range, width, scroll: 0 };
  return (
    <>
      {explanation.faults.map((effect) => {
        const { index, at, until = explanation.time } = effect;
        const left = xNear(plane, at);
        const right = Math.max(left + 2, xNear(plane, until));
        return (
          <rect
            key={index}
            class="fault-band"
            x={left}
            y={yOf(1)}
            width={right - left}
            height={PLOT_HEIGHT}
          >
            <title>{effectInWords(effect, explanation)}</title>
          </rect>
        );
      })}
    </>
  );
}

/** Between two points the chance is drawn as it was at the first. */
function Curve({ explanation, range, width }: Drawn) {
  const { points, time: end } = explanation;
  const plane = { range, width, scroll: 0 };
  const steps = (level: (point: ChancePoint) => number) =>
    points.map((point, place) => ({
      left: xNear(plane, point.time),
      right: xNear(plane, points[place + 1]?.time ?? end),
      y: yOf(level(point)),
    }));
  const middle = steps(({ failed, tries }) => (tries === 0 ? 0 : failed / tries));
  const upper = steps(({ high }) => high);
  const lower = steps(({ low }) => low).reverse();
  const line = middle.map(({ left, right, y }) => `L${left} ${y}H${right}`).join('');
  const band =
    upper.map(({ left, right, y }) => `L${left} ${y}H${right}`).join('') +
    lower.map(({ left, right, y }) => `L${right} ${y}H${left}`).join('');
  return (
    <>
      <path class="certainty" d={`M${band.slice(1)}Z`} />
      <path class="chance" d={`M${line.slice(1)}`} />
    </>
  );
}

function JumpLine(props: {
  readonly jump: Jump;
  readonly isLargest: boolean;
  readonly range: Range;
  readonly width: number;
}) {
  const { jump, isLargest, range, width } = props;
  const { event, time } = jump.after;
  const x = xNear({ range, width, scroll: 0 }, time);
  if (!isLargest) return <path class="jump smaller" d={upright(x)} />;
  const sign = time < range.from ? '◀' : time > range.to ? '▶' : '▼';
  const flag = `${sign} event ${formatCount(event)}, ${formatTime(time)}`;
  const room = (flag.length * CHARACTER_WIDTH) / 2;
  const middle = Math.min(width - room, Math.max(GUTTER + room, x));
  return (
    <>
      <path class="jump" d={upright(x)} />
      <text class="jump" x={middle} y={FLAG_HEIGHT - 6} text-anchor="middle">
        {flag}
      </text>
    </>
  );
}

function upright(x: number): string {
  return `M${x} ${yOf(1)}V${yOf(0)}`;
}

function yOf(chance: number): number {
  return FLAG_HEIGHT + (1 - chance) * PLOT_HEIGHT;
}
