/** Nodes as lanes, messages as arrows, faults behind: what happened where, and when. */
import { useCallback, useMemo } from 'preact/hooks';
import { ABSENT } from '../document.ts';
import { formatCount } from '../words.ts';
import { CanvasPane } from './canvas-pane.tsx';
import { at, countBelow } from './event-log.ts';
import { Legend } from './legend.tsx';
import { messageNear } from './message-draw.ts';
import { forEachMessage, type RunModel } from './run-model.ts';
import { moveToRecord, moveToTime, type RunView } from './run-view.ts';
import { DENSITY_FROM, drawSpaceTime } from './space-time-draw.ts';
import { laneAt, layOut } from './space-time-layout.ts';
import { AXIS_HEIGHT, GUTTER, type Plane, type Surface, xOf } from './surface.ts';

/** Taller than this the lanes are scrolled. */
const HEIGHT_MAX = 640;
/** Pixels around a click in which something is hit. */
const REACH = 6;

export function SpaceTimePane({ view }: { readonly view: RunView }) {
  const { model } = view;
  const layout = useMemo(() => layOut(model), [model]);
  const draw = useCallback((surface: Surface) => drawSpaceTime(surface, view, layout), [layout]);
  const pick = useCallback(
    (time: number, y: number, microsPerPixel: number) => {
      const record = recordNear(view, layout, time, y, microsPerPixel);
      if (record === ABSENT) moveToTime(view, time);
      else moveToRecord(view, record);
    },
    [view, layout],
  );
  return (
    <section class="pane" aria-labelledby="space-time-heading">
      <header>
        <h2 id="space-time-heading">Space-time</h2>
        <VisibleCount view={view} />
      </header>
      {model.log === undefined ? (
        <p class="quiet">
          This run's events were not recorded: the lanes show its faults alone. Replay it to see the
          messages.
        </p>
      ) : null}
      <CanvasPane
        view={view}
        label={`Messages between ${model.lanes.length} nodes; the event table lists them.`}
        contentHeight={layout.height}
        heightMax={HEIGHT_MAX}
        draw={draw}
        onPick={pick}
      />
      <Legend words={model.words} />
    </section>
  );
}

function VisibleCount({ view }: { readonly view: RunView }) {
  const { from, to } = view.range.value;
  let count = 0;
  forEachMessage(view.model, from, to, () => {
    count += 1;
  });
  if (view.model.log === undefined) return null;
  const how = count > DENSITY_FROM ? ' · drawn as densities, zoom in for arrows' : '';
  return <p class="quiet">{`${formatCount(count)} messages in the window${how}`}</p>;
}

/** What a click means: a point on the lane, else the message whose arrow is there. */
function recordNear(
  view: RunView,
  layout: ReturnType<typeof layOut>,
  time: number,
  y: number,
  microsPerPixel: number,
): number {
  const { model } = view;
  const { log } = model;
  if (log === undefined) return ABSENT;
  const place = laneAt(layout, y);
  if (place === undefined) return ABSENT;
  if (Math.abs(y - place.middle) <= REACH) {
    const point = nearestPoint(model, place.lane.points, time);
    const isNear =
      point !== ABSENT && Math.abs(at(log.time, point) - time) <= REACH * microsPerPixel;
    if (isNear) return point;
  }
  const range = view.range.value;
  const width = GUTTER + (range.to - range.from) / microsPerPixel;
  const plane: Plane = { range, width, scroll: 0 };
  const visible: number[] = [];
  forEachMessage(model, range.from, range.to, (record) => visible.push(record));
  if (visible.length > DENSITY_FROM) return ABSENT;
  return messageNear(plane, log, layout, visible, xOf(plane, time), y + AXIS_HEIGHT, REACH);
}

function nearestPoint(model: RunModel, points: Int32Array, time: number): number {
  const { log } = model;
  if (log === undefined || points.length === 0) return ABSENT;
  const after = countBelow(points, countBelow(log.time, time));
  const candidates = [points[after - 1], points[after]].filter((point) => point !== undefined);
  candidates.sort((a, b) => Math.abs(at(log.time, a) - time) - Math.abs(at(log.time, b) - time));
  return candidates[0] ?? ABSENT;
}
