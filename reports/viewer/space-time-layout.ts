/** Where the space-time diagram has its fault bars and its lanes, in pixels below the axis. */
import type { FaultSpan } from '../faults.ts';
import type { Lane, RunModel } from './run-model.ts';

export interface SpaceTimeLayout {
  readonly bars: readonly FaultBar[];
  readonly lanes: readonly LanePlace[];
  /** Height of the strip of fault bars above the lanes. */
  readonly stripHeight: number;
  readonly height: number;
}

export interface FaultBar {
  readonly span: FaultSpan;
  readonly top: number;
}

export interface LanePlace {
  readonly lane: Lane;
  readonly top: number;
  readonly height: number;
  /** The line on which the node lives. */
  readonly middle: number;
}

export const BAR_HEIGHT = 16;
const BAR_STEP = 19;
const STRIP_MARGIN = 4;
const REPLICA_HEIGHT = 54;
const CLIENT_HEIGHT = 34;

export function layOut(model: RunModel): SpaceTimeLayout {
  const { bars, rows } = stack(model.faults);
  const stripHeight = rows === 0 ? 0 : rows * BAR_STEP + STRIP_MARGIN * 2;
  let top = stripHeight;
  const lanes = model.lanes.map((lane) => {
    const height = lane.isReplica ? REPLICA_HEIGHT : CLIENT_HEIGHT;
    const place = { lane, top, height, middle: top + height / 2 };
    top += height;
    return place;
  });
  return { bars, lanes, stripHeight, height: top };
}

/** The lane whose line is nearest to `y`; undefined in the strip of fault bars. */
export function laneAt(layout: SpaceTimeLayout, y: number): LanePlace | undefined {
  return layout.lanes.find(({ top, height }) => y >= top && y < top + height);
}

/** Faults that overlap in time get bars below each other; the first free row takes each. */
function stack(spans: readonly FaultSpan[]): { bars: readonly FaultBar[]; rows: number } {
  const freeFrom: number[] = [];
  const bars = spans.map((span) => {
    let row = freeFrom.findIndex((free) => free <= span.from);
    if (row === -1) row = freeFrom.length;
    // What happens at a moment has its row to itself for that moment.
    freeFrom[row] = Math.max(span.until, span.from + 1);
    return { span, top: STRIP_MARGIN + row * BAR_STEP };
  });
  return { bars, rows: freeFrom.length };
}
