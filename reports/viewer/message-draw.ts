/** Draws messages as arrows from sending to arrival; where there are too many, as densities. */
import { ABSENT } from '../document.ts';
import { at, type EventLog, text } from './event-log.ts';
import type { RunView } from './run-view.ts';
import type { SpaceTimeLayout } from './space-time-layout.ts';
import { GUTTER, type Labels, type Plane, type Surface, xNear, yOf } from './surface.ts';

/** With at most this many messages in the window each says its type, where there is room. */
const LABELS_MAX = 160;
const OPACITY_MIN = 0.25;
const UNUSUAL_OPACITY_MIN = 0.6;
/** A message lost the moment it was sent has no flight: its arrow gets this many pixels. */
const STUB_WIDTH = 14;
/** Share of the way to the receiver at which a dropped message ends. */
const DROP_SHARE = 0.55;
const CROSS = 4;
const ARROW = 5;

/** One message in pixels. */
interface Arrow {
  readonly record: number;
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
  readonly isDrop: boolean;
  readonly fate: string;
}

export function drawMessages(
  surface: Surface,
  view: RunView,
  log: EventLog,
  layout: SpaceTimeLayout,
  visible: readonly number[],
  labels: Labels,
): void {
  const selected = view.cursor.value.record;
  const arrows = visible.flatMap((record) => arrowOf(surface, log, layout, record) ?? []);
  const { context } = surface;
  // Many arrows are drawn fainter, so that drops, faults and rounds still show among them.
  const opacity = Math.max(OPACITY_MIN, Math.min(1, LABELS_MAX / arrows.length));
  for (const arrow of arrows) {
    if (arrow.record === selected) continue;
    const isUsual = !arrow.isDrop && arrow.fate === '';
    context.globalAlpha = isUsual ? opacity : Math.max(opacity, UNUSUAL_OPACITY_MIN);
    drawArrow(surface, arrow, false);
  }
  context.globalAlpha = 1;
  const marked = arrows.find((arrow) => arrow.record === selected);
  if (marked !== undefined) {
    drawArrow(surface, marked, true);
    labelArrow(surface, log, marked, labels, true);
  }
  if (arrows.length > LABELS_MAX) return;
  for (const arrow of arrows) {
    if (arrow.record !== selected) labelArrow(surface, log, arrow, labels, false);
  }
}

/** The message whose arrow passes within `reach` pixels of a point; `ABSENT` when none does. */
export function messageNear(
  plane: Plane,
  log: EventLog,
  layout: SpaceTimeLayout,
  visible: readonly number[],
  x: number,
  y: number,
  reach: number,
): number {
  let nearest = ABSENT;
  let best = reach;
  for (const record of visible) {
    const arrow = arrowOf(plane, log, layout, record);
    if (arrow === undefined) continue;
    const distance = distanceTo(arrow, x, y);
    if (distance < best) {
      best = distance;
      nearest = record;
    }
  }
  return nearest;
}

/** Bars of arrivals above each lane and of drops below it, two pixels wide. */
export function drawDensity(
  surface: Surface,
  log: EventLog,
  layout: SpaceTimeLayout,
  visible: readonly number[],
): void {
  const { context, palette, width, range } = surface;
  const binWidth = 2;
  const bins = Math.max(1, Math.ceil((width - GUTTER) / binWidth));
  const arrivals = layout.lanes.map(() => new Int32Array(bins));
  const drops = layout.lanes.map(() => new Int32Array(bins));
  const dropKind = log.strings.indexOf('drop');
  const perMicro = bins / (range.to - range.from);
  let most = 1;
  for (const record of visible) {
    const bin = Math.floor((at(log.time, record) - range.from) * perMicro);
    const counts = (at(log.kind, record) === dropKind ? drops : arrivals)[at(log.node, record)];
    if (counts === undefined || bin < 0 || bin >= bins) continue;
    const count = (counts[bin] ?? 0) + 1;
    counts[bin] = count;
    most = Math.max(most, count);
  }
  layout.lanes.forEach((place, lane) => {
    const y = yOf(surface, place.middle);
    const scale = (place.height / 2 - 8) / most;
    for (let bin = 0; bin < bins; bin += 1) {
      const x = GUTTER + bin * binWidth;
      const arrived = (arrivals[lane]?.[bin] ?? 0) * scale;
      const dropped = (drops[lane]?.[bin] ?? 0) * scale;
      context.fillStyle = palette.message;
      if (arrived > 0) context.fillRect(x, y - 5 - arrived, binWidth, Math.max(1, arrived));
      context.fillStyle = palette.drop;
      if (dropped > 0) context.fillRect(x, y + 5, binWidth, Math.max(1, dropped));
    }
  });
}

function arrowOf(
  plane: Plane,
  log: EventLog,
  layout: SpaceTimeLayout,
  record: number,
): Arrow | undefined {
  const isDrop = text(log, log.kind, record) === 'drop';
  const node = layout.lanes[at(log.node, record)];
  const peer = layout.lanes[at(log.peer, record)];
  if (node === undefined || peer === undefined) return undefined;
  const sender = isDrop ? node : peer;
  const receiver = isDrop ? peer : node;
  const x1 = xNear(plane, at(log.sentAt, record));
  const y1 = yOf(plane, sender.middle);
  const x2 = xNear(plane, at(log.time, record));
  const y2 = yOf(plane, receiver.middle);
  const fate = text(log, log.fate, record);
  if (!isDrop) return { record, x1, y1, x2, y2, isDrop, fate };
  const stub = Math.max(x2, x1 + STUB_WIDTH);
  return { record, x1, y1, x2: stub, y2: y1 + (y2 - y1) * DROP_SHARE, isDrop, fate };
}

function drawArrow(surface: Surface, arrow: Arrow, isSelected: boolean): void {
  const { context, palette } = surface;
  const { x1, y1, x2, y2, isDrop, fate } = arrow;
  const usual = isDrop ? palette.drop : fate === 'corrupt' ? palette.damage : palette.message;
  context.strokeStyle = isSelected ? palette.accent : usual;
  context.fillStyle = context.strokeStyle;
  context.lineWidth = isSelected ? 2.5 : 1;
  if (fate === 'duplicate') context.setLineDash([5, 4]);
  if (fate === 'corrupt') context.setLineDash([1.5, 3]);
  context.beginPath();
  context.moveTo(x1, y1);
  context.lineTo(x2, y2);
  context.stroke();
  context.setLineDash([]);
  if (isDrop) drawCross(surface, x2, y2);
  else drawHead(surface, arrow, fate === 'corrupt');
}

function drawCross(surface: Surface, x: number, y: number): void {
  const { context } = surface;
  context.lineWidth += 0.75;
  context.beginPath();
  context.moveTo(x - CROSS, y - CROSS);
  context.lineTo(x + CROSS, y + CROSS);
  context.moveTo(x + CROSS, y - CROSS);
  context.lineTo(x - CROSS, y + CROSS);
  context.stroke();
}

/** A filled head; a corrupted message arrives as a hollow square. */
function drawHead(surface: Surface, { x1, y1, x2, y2 }: Arrow, isCorrupt: boolean): void {
  const { context, palette } = surface;
  const length = Math.hypot(x2 - x1, y2 - y1);
  if (length === 0) return;
  const dx = (x2 - x1) / length;
  const dy = (y2 - y1) / length;
  if (isCorrupt) {
    const side = ARROW + 2;
    context.save();
    context.fillStyle = palette.panel;
    context.lineWidth = 1.5;
    context.fillRect(x2 - dx * 8 - side / 2, y2 - dy * 8 - side / 2, side, side);
    context.strokeRect(x2 - dx * 8 - side / 2, y2 - dy * 8 - side / 2, side, side);
    context.restore();
    return;
  }
  context.beginPath();
  context.moveTo(x2, y2);
  context.lineTo(
    x2 - dx * ARROW * 1.5 - dy * ARROW * 0.6,
    y2 - dy * ARROW * 1.5 + dx * ARROW * 0.6,
  );
  context.lineTo(
    x2 - dx * ARROW * 1.5 + dy * ARROW * 0.6,
    y2 - dy * ARROW * 1.5 - dx * ARROW * 0.6,
  );
  context.closePath();
  context.fill();
}

/** The type beside the middle of the arrow, unless another label is there already. */
function labelArrow(
  surface: Surface,
  log: EventLog,
  { record, x1, y1, x2, y2, isDrop }: Arrow,
  labels: Labels,
  isSelected: boolean,
): void {
  const { palette, charWidth, width } = surface;
  const label = text(log, log.label, record);
  const share = isDrop ? 0.8 : 0.5;
  const x = x1 + (x2 - x1) * share + 6;
  const y = y1 + (y2 - y1) * share;
  if (x < GUTTER || x + label.length * charWidth > width) return;
  labels.add(label, x, y, isSelected ? palette.accent : isDrop ? palette.drop : palette.quiet);
}

/** Distance of a point from the arrow's line, between its ends. */
function distanceTo({ x1, y1, x2, y2 }: Arrow, x: number, y: number): number {
  const dx = x2 - x1;
  const dy = y2 - y1;
  const square = dx * dx + dy * dy;
  const share = square === 0 ? 0 : ((x - x1) * dx + (y - y1) * dy) / square;
  const clamped = Math.min(1, Math.max(0, share));
  return Math.hypot(x - (x1 + dx * clamped), y - (y1 + dy * clamped));
}
