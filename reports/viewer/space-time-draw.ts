/** Draws the space-time diagram: faults behind, lanes, messages, what happens at the nodes. */
import { ABSENT } from '../document.ts';
import { formatTimeExact } from '../words.ts';
import { at, countBelow, type EventLog, text } from './event-log.ts';
import { drawFaultBands, drawFaultBars, drawStops } from './fault-draw.ts';
import { drawDensity, drawMessages } from './message-draw.ts';
import { type Palette, roundColour } from './palette.ts';
import { forEachMessage, type RoundSpan, type RunModel } from './run-model.ts';
import type { RunView } from './run-view.ts';
import type { LanePlace, SpaceTimeLayout } from './space-time-layout.ts';
import {
  drawAxis,
  drawMoments,
  fitLabel,
  GUTTER,
  inGutter,
  inPlot,
  Labels,
  type Moment,
  placeMoments,
  type Surface,
  xNear,
  xOf,
  yOf,
} from './surface.ts';

/** Above this many messages or points in the window, their density is drawn instead. */
export const DENSITY_FROM = 4000;
/** With at most this many points in the window the marks among them have their names. */
const NAMED_MARKS_MAX = 500;
/** Points closer than this many pixels are left out, unless they are rare. */
const POINT_DISTANCE = 8;

export function drawSpaceTime(surface: Surface, view: RunView, layout: SpaceTimeLayout): void {
  const { model } = view;
  const { palette } = surface;
  const { from, to } = surface.range;
  const visible: number[] = [];
  forEachMessage(model, from, to, (record) => visible.push(record));
  const labels = new Labels(surface);
  const moments = placeMoments(surface, momentsOf(view, palette));
  inPlot(surface, () => drawFaultBands(surface, layout));
  drawAxis(surface, moments);
  inPlot(surface, () => {
    for (const place of layout.lanes) drawLane(surface, place, labels, model);
    drawStops(surface, layout, labels);
    const { log } = model;
    if (log !== undefined) {
      drawPoints(surface, model, layout, labels);
      if (visible.length > DENSITY_FROM) drawDensity(surface, log, layout, visible);
      else drawMessages(surface, view, log, layout, visible, labels);
      drawCursorRecord(surface, view, log, layout);
    }
    labels.draw();
    drawFailures(surface, model, layout);
    drawFaultBars(surface, layout);
  });
  drawNames(surface, layout);
  drawMoments(surface, moments);
}

/** The cursor, and where the first oracle complained. */
function momentsOf(view: RunView, palette: Palette): readonly Moment[] {
  const { time } = view.cursor.value;
  const cursor = { time, colour: palette.accent, flag: formatTimeExact(time) };
  const failure = view.model.run.failures[0];
  if (failure === undefined) return [cursor];
  return [{ time: failure.at, colour: palette.fail, flag: 'violation' }, cursor];
}

/** The node's line; thick and starred while it leads, in the colour of its round. */
function drawLane(surface: Surface, place: LanePlace, labels: Labels, model: RunModel): void {
  const { context, palette, charWidth, width } = surface;
  const y = yOf(surface, place.middle);
  context.strokeStyle = palette.line;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(GUTTER, Math.round(yOf(surface, place.top)) - 0.5);
  context.lineTo(width, Math.round(yOf(surface, place.top)) - 0.5);
  context.stroke();
  context.fillStyle = palette.quiet;
  context.fillRect(GUTTER, y - 0.5, width - GUTTER, 1);
  for (const span of place.lane.rounds) {
    const left = Math.max(GUTTER, xNear(surface, span.from));
    const right = Math.min(width, xNear(surface, span.until));
    if (right <= left || span.round === ABSENT) continue;
    const thickness = span.leads ? 9 : 3;
    const colour = roundColour(palette, span.round);
    context.fillStyle = colour;
    context.fillRect(left, y - thickness / 2, Math.max(1, right - left), thickness);
    const label = fitLabel(roundLabel(span, model), right - left - 6, charWidth);
    labels.add(label, left + 3, y - thickness / 2 - 9, colour);
  }
}

function roundLabel({ round, leads }: RoundSpan, { words, roundName }: RunModel): string {
  return `${leads ? '★ ' : ''}${words.round} ${roundName(round)}`;
}

function drawNames(surface: Surface, layout: SpaceTimeLayout): void {
  const { context, palette } = surface;
  inGutter(surface, () => {
    context.textAlign = 'left';
    context.textBaseline = 'middle';
    for (const { lane, middle } of layout.lanes) {
      context.fillStyle = lane.isReplica ? palette.text : palette.quiet;
      context.fillText(lane.name, 8, yOf(surface, middle));
    }
    if (layout.stripHeight > 0) {
      context.fillStyle = palette.quiet;
      context.fillText('faults', 8, yOf(surface, layout.stripHeight / 2));
    }
  });
}

/** Kinds that are worth a mark even where there is no room for the others. */
const RARE_KINDS = new Set(['restart']);
const POINT_KINDS = new Set(['start', 'timer', 'invoke', 'return', 'mark']);

function drawPoints(
  surface: Surface,
  model: RunModel,
  layout: SpaceTimeLayout,
  labels: Labels,
): void {
  const { log } = model;
  if (log === undefined) return;
  const { from, to } = surface.range;
  const firstRecord = countBelow(log.time, from);
  const lastRecord = countBelow(log.time, to + 1);
  const windows = layout.lanes.map(({ lane }) => ({
    first: countBelow(lane.points, firstRecord),
    last: countBelow(lane.points, lastRecord),
  }));
  const count = windows.reduce((sum, window) => sum + window.last - window.first, 0);
  if (count > DENSITY_FROM) return;
  layout.lanes.forEach((place, index) => {
    const window = windows[index];
    if (window === undefined) return;
    let drawnTo = Number.NEGATIVE_INFINITY;
    for (let point = window.first; point < window.last; point += 1) {
      const record = at(place.lane.points, point);
      const kind = text(log, log.kind, record);
      if (!RARE_KINDS.has(kind)) {
        const x = xOf(surface, at(log.time, record));
        if (x < drawnTo + POINT_DISTANCE || !POINT_KINDS.has(kind)) continue;
        drawnTo = x;
      }
      const names = count > NAMED_MARKS_MAX ? undefined : labels;
      drawPoint(surface, log, record, kind, yOf(surface, place.middle), names);
    }
  });
}

function drawPoint(
  surface: Surface,
  log: EventLog,
  record: number,
  kind: string,
  y: number,
  names: Labels | undefined,
): void {
  const { context, palette } = surface;
  const x = xOf(surface, at(log.time, record));
  context.strokeStyle = palette.text;
  context.fillStyle = palette.panel;
  context.lineWidth = 1;
  context.beginPath();
  switch (kind) {
    case 'timer':
      context.arc(x, y, 2.5, 0, Math.PI * 2);
      break;
    case 'invoke':
      trace(context, [x - 3, y - 5, x + 4, y, x - 3, y + 5]);
      break;
    case 'return':
      trace(context, [x + 3, y - 5, x - 4, y, x + 3, y + 5]);
      break;
    case 'mark':
      trace(context, [x, y - 5, x + 5, y, x, y + 5, x - 5, y]);
      context.fillStyle = palette.text;
      break;
    case 'restart':
    case 'start':
      trace(context, [x - 4, y + 5, x, y - 5, x + 4, y + 5]);
      break;
    default:
      return;
  }
  context.fill();
  context.stroke();
  if (kind === 'mark') names?.add(text(log, log.label, record), x - 2, y + 14, palette.text);
}

function drawCursorRecord(
  surface: Surface,
  view: RunView,
  log: EventLog,
  layout: SpaceTimeLayout,
): void {
  const { record } = view.cursor.value;
  if (record === ABSENT) return;
  const place = layout.lanes[at(log.node, record)];
  if (place === undefined) return;
  const { context, palette } = surface;
  context.strokeStyle = palette.accent;
  context.lineWidth = 2;
  context.beginPath();
  const x = xOf(surface, at(log.time, record));
  context.arc(x, yOf(surface, place.middle), 7, 0, Math.PI * 2);
  context.stroke();
}

/** A ringed cross on the lane of the node that showed the violation. */
function drawFailures(surface: Surface, model: RunModel, layout: SpaceTimeLayout): void {
  const { context, palette } = surface;
  for (const failure of model.run.failures) {
    const place = failure.node === undefined ? undefined : layout.lanes[failure.node];
    if (place === undefined) continue;
    const x = xOf(surface, failure.at);
    const y = yOf(surface, place.middle);
    context.strokeStyle = palette.fail;
    context.lineWidth = 2.5;
    context.beginPath();
    context.moveTo(x - 5, y - 5);
    context.lineTo(x + 5, y + 5);
    context.moveTo(x + 5, y - 5);
    context.lineTo(x - 5, y + 5);
    context.stroke();
    context.beginPath();
    context.arc(x, y, 10, 0, Math.PI * 2);
    context.stroke();
  }
}

function trace(context: CanvasRenderingContext2D, corners: readonly number[]): void {
  for (let index = 0; index + 1 < corners.length; index += 2) {
    context.lineTo(corners[index] ?? 0, corners[index + 1] ?? 0);
  }
  context.closePath();
}
