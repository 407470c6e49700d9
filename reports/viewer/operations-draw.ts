/**
 * Draws the history: a row a client process, an interval an operation. It numbers the order that
 * explains a history; of one that is not linearizable, the longest partial linearization, and marks
 * the operation that cannot come next. At a level without real time a number says the place alone.
 */
import { ABSENT } from '../document.ts';
import { at, countBelow } from './event-log.ts';
import type { TimelineView } from './run-view.ts';
import {
  drawAxis,
  drawMoments,
  fitLabel,
  GUTTER,
  inGutter,
  inPlot,
  placeMoments,
  type Surface,
  xNear,
  xOf,
  yOf,
} from './surface.ts';
import type { Evidence, LinearizationPoint, OperationRow, Timeline } from './timeline.ts';

/** Pixels of a row, and of the bar at its bottom. */
const ROW_HEIGHT = 26;
const BAR_HEIGHT = 18;
const BAR_GAP = 4;
/** Radius of a numbered linearization point, which stands above its bar. */
const POINT_RADIUS = 7.5;
const POINT_HEIGHT = 14;
/** Pixels left of a row's name. */
const NAME_LEFT = 8;
/** As many numbered points can be told apart; of more, up to the second bound, only places. */
const NUMBERED_MAX = 250;
const PLACES_MAX = 4_000;
/** Opacity of what the counterexample does not need. */
const FADED = 0.45;

/** Pixels from one row to the next: numbered points need room above the bars. */
export function rowHeight(model: Timeline): number {
  return (model.evidence?.points.length ?? 0) === 0 ? ROW_HEIGHT : ROW_HEIGHT + POINT_HEIGHT;
}

export function drawOperations(surface: Surface, view: TimelineView): void {
  const { model } = view;
  const { palette } = surface;
  const { time } = view.cursor.value;
  const cursor = { time, colour: palette.accent, flag: model.clock.exact(time) };
  const moments = placeMoments(surface, [cursor]);
  drawAxis(surface, moments);
  const [first, last] = visibleRows(surface, model);
  const { evidence } = model;
  const points = evidence === undefined ? [] : placePoints(surface, view, evidence);
  inPlot(surface, () => {
    if (evidence?.words.hasInstants === true) drawOrder(surface, points);
    for (let row = first; row < last; row += 1) drawRow(surface, view, row);
    drawPoints(surface, points, evidence?.words.hasInstants === true);
  });
  inGutter(surface, () => {
    surface.context.textAlign = 'left';
    surface.context.textBaseline = 'middle';
    for (let row = first; row < last; row += 1) {
      const y = yOf(surface, barTop(model, row) + BAR_HEIGHT / 2);
      surface.context.fillStyle = palette.text;
      const name = fitLabel(model.rows[row]?.name ?? '', GUTTER - NAME_LEFT, surface.charWidth);
      surface.context.fillText(name, NAME_LEFT, y);
    }
  });
  drawMoments(surface, moments);
}

/** The operation drawn at a time and height, with a few pixels' grace; `ABSENT` when none is. */
export function operationAt(
  model: Timeline,
  time: number,
  y: number,
  microsPerPixel: number,
): number {
  const row = model.rows[Math.floor(y / rowHeight(model))];
  if (row === undefined) return ABSENT;
  const grace = 4 * microsPerPixel;
  const place = countBelow(row.calls, time + grace) - 1;
  const operation = row.operations[place];
  const entry = operation === undefined ? undefined : model.history[operation];
  if (operation === undefined || entry === undefined) return ABSENT;
  return (entry.return ?? model.end) + grace >= time ? operation : ABSENT;
}

function visibleRows(surface: Surface, model: Timeline): readonly [number, number] {
  const height = rowHeight(model);
  const first = Math.max(0, Math.floor(surface.scroll / height));
  const last = Math.min(model.rows.length, Math.ceil((surface.scroll + surface.height) / height));
  return [first, last];
}

function barTop(model: Timeline, row: number): number {
  return (row + 1) * rowHeight(model) - BAR_HEIGHT - BAR_GAP;
}

function drawRow(surface: Surface, view: TimelineView, rowIndex: number): void {
  const row = view.model.rows[rowIndex];
  if (row === undefined) return;
  const { context, palette, range } = surface;
  const bottom = Math.round(yOf(surface, (rowIndex + 1) * rowHeight(view.model))) - 0.5;
  context.strokeStyle = palette.line;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(GUTTER, bottom);
  context.lineTo(surface.width, bottom);
  context.stroke();
  // The operation before the first call in the window may still be open in it.
  let place = Math.max(0, countBelow(row.calls, range.from) - 1);
  const top = yOf(surface, barTop(view.model, rowIndex));
  let drawnTo = Number.NEGATIVE_INFINITY;
  for (; place < row.operations.length && at(row.calls, place) <= range.to; place += 1) {
    drawnTo = drawOperation(surface, view, row, place, top, drawnTo);
  }
}

/** Returns where the bar ends; one that ends within the pixel already drawn is not drawn again. */
function drawOperation(
  surface: Surface,
  view: TimelineView,
  row: OperationRow,
  place: number,
  top: number,
  drawnTo: number,
): number {
  const { model } = view;
  const operation = row.operations[place] ?? ABSENT;
  const entry = model.history[operation];
  if (entry === undefined) return drawnTo;
  const isOpen = entry.return === null;
  const left = xNear(surface, entry.call);
  const right = Math.max(left + 1, xNear(surface, entry.return ?? model.end));
  const isMember = model.evidence?.members.has(operation) ?? false;
  const isSelected = view.operation.value === operation;
  if (right < GUTTER || (right <= drawnTo + 1 && !isMember && !isSelected)) return drawnTo;
  const { context, palette } = surface;
  const isStuck = model.evidence?.stuckAt === operation;
  const isFaded = !isMember && !isSelected && isBesideThePoint(model, operation);
  context.fillStyle = isStuck ? palette.fail : palette.operation;
  context.globalAlpha = isFaded ? FADED : 1;
  fillInterval(surface, left, right, top, isOpen);
  context.globalAlpha = 1;
  if (isMember || isSelected) {
    context.strokeStyle = isStuck ? palette.fail : isSelected ? palette.accent : palette.text;
    context.lineWidth = isSelected ? 2.5 : 1.5;
    context.strokeRect(left, top, right - left + (isOpen ? 9 : 0), BAR_HEIGHT);
  }
  const next = row.calls[place + 1];
  const free = (next === undefined ? surface.width : xNear(surface, next)) - right;
  const colours = {
    inside: isStuck ? palette.panel : isFaded ? palette.quiet : palette.operationText,
    beside: isFaded ? palette.quiet : palette.text,
  };
  // What is wrong has to be read, be it at the very end: there is room before it as well.
  const previous = model.history[row.operations[place - 1] ?? ABSENT];
  const freeBefore = isStuck ? left - xNear(surface, previous?.return ?? model.start) : 0;
  const label = model.outcome(operation);
  labelOperation(surface, label, { left, right, free, freeBefore, top, colours });
  return right;
}

/** Whether the counterexample is about another key than this operation's. */
function isBesideThePoint(model: Timeline, operation: number): boolean {
  // Where the counterexample was not found, nothing is known to be beside the point.
  if (model.evidence === undefined || model.evidence.operations.length === 0) return false;
  const { key } = model.evidence;
  return key === undefined || model.names.keyOf(operation) !== key;
}

/** An operation that never returned fades out behind its start and has no right edge. */
function fillInterval(
  surface: Surface,
  left: number,
  right: number,
  top: number,
  isOpen: boolean,
): void {
  const { context } = surface;
  if (!isOpen) {
    // A hair's breadth between an operation and the next that is called at its return.
    const gap = right - left > 3 ? 1 : 0;
    context.fillRect(left, top, right - left - gap, BAR_HEIGHT);
    return;
  }
  const opacity = context.globalAlpha;
  context.fillRect(left, top, 3, BAR_HEIGHT);
  context.globalAlpha = opacity * 0.45;
  context.fillRect(left, top, right - left, BAR_HEIGHT);
  context.globalAlpha = opacity;
  for (let x = left; x < Math.min(right, surface.width); x += DASH * 2) {
    context.fillRect(x, top, DASH, 1.5);
    context.fillRect(x, top + BAR_HEIGHT - 1.5, DASH, 1.5);
  }
}

/** Pixels of a dash along an operation that never returned, and of the gap after it. */
const DASH = 5;

interface LabelPlace {
  readonly left: number;
  readonly right: number;
  /** Pixels between this bar and the next. */
  readonly free: number;
  /** Pixels between the bar before and this one, if the label may stand there. */
  readonly freeBefore: number;
  readonly top: number;
  /** Of a label on the bar, and of one on the panel. */
  readonly colours: { readonly inside: string; readonly beside: string };
}

/** Pixels between a bar's edge and its label. */
const INSET = 4;

/** In the bar where it fits, beside it where there is room, else as much of it as fits. */
function labelOperation(surface: Surface, label: string, place: LabelPlace): void {
  const { context, charWidth } = surface;
  const left = Math.max(GUTTER, place.left);
  const room = Math.min(place.right, surface.width) - left - 2 * INSET;
  const y = place.top + BAR_HEIGHT / 2 + 0.5;
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  const width = label.length * charWidth;
  if (width > room && width + 10 <= place.free && place.right > GUTTER) {
    context.fillStyle = place.colours.beside;
    context.fillText(label, place.right + INSET + 1, y);
    return;
  }
  if (width > room && width + 10 <= place.freeBefore) {
    context.fillStyle = place.colours.beside;
    context.fillText(label, place.left - width - INSET - 1, y);
    return;
  }
  const shown = fitLabel(label, room, charWidth);
  context.fillStyle = place.colours.inside;
  if (shown !== '') context.fillText(shown, left + INSET, y);
}

interface PlacedPoint extends LinearizationPoint {
  readonly x: number;
  readonly y: number;
}

/** Those in the window, and the next one on either side. */
function placePoints(
  surface: Surface,
  { model, partial }: TimelineView,
  evidence: Evidence,
): readonly PlacedPoint[] {
  const points = evidence.drawn[partial.value] ?? [];
  const { from, to } = surface.range;
  const first = Math.max(0, firstFrom(points, from) - 1);
  const last = Math.min(points.length, firstFrom(points, to + 1) + 1);
  if (last - first > PLACES_MAX) return [];
  return points.slice(first, last).map((point) => {
    const bar = barTop(model, model.rowOf[point.operation] ?? 0);
    const x = xOf(surface, point.time);
    return Object.assign({ x, y: yOf(surface, bar - POINT_RADIUS - 2) }, point);
  });
}

/** Index of the first point at that time or later; they are in order of time. */
function firstFrom(points: readonly LinearizationPoint[], time: number): number {
  let [low, high] = [0, points.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((points[middle]?.time ?? time) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Behind the bars: from each point to the next. */
function drawOrder(surface: Surface, points: readonly PlacedPoint[]): void {
  if (points.length > NUMBERED_MAX) return;
  const { context, palette } = surface;
  context.strokeStyle = palette.accent;
  context.lineWidth = 1;
  context.setLineDash([3, 3]);
  context.beginPath();
  for (const { x, y } of points) context.lineTo(x, y);
  context.stroke();
  context.setLineDash([]);
}

/** A number above its bar, with a line down to it where the operation has an instant. */
function drawPoints(surface: Surface, points: readonly PlacedPoint[], hasInstants: boolean): void {
  const { context, palette } = surface;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  for (const { x, y, step, isIllegal } of points) {
    context.fillStyle = isIllegal ? palette.fail : palette.accent;
    if (hasInstants) context.fillRect(x - 1, y, 2, POINT_RADIUS + 2 + BAR_HEIGHT);
    if (points.length > NUMBERED_MAX && !isIllegal) continue;
    context.strokeStyle = palette.panel;
    context.lineWidth = 1.5;
    const shown = isIllegal ? '✕' : String(step);
    // A longer number needs more than a circle.
    const half = Math.max(POINT_RADIUS, (shown.length * surface.charWidth) / 2 + 3);
    context.beginPath();
    const middle = hasInstants ? x : x + half;
    context.roundRect(middle - half, y - POINT_RADIUS, 2 * half, 2 * POINT_RADIUS, POINT_RADIUS);
    context.fill();
    context.stroke();
    context.fillStyle = palette.panel;
    context.fillText(shown, middle, y + 0.5);
  }
}
