/** Draws faults: named bars above the lanes, bands behind them, hatched spans of a dead node. */
import type { FaultSpan } from '../faults.ts';
import { effectOf, spanInWords } from '../faults.ts';
import { sideColour } from './palette.ts';
import {
  BAR_HEIGHT,
  type FaultBar,
  type LanePlace,
  type SpaceTimeLayout,
} from './space-time-layout.ts';
import { fitLabel, GUTTER, type Labels, type Surface, xNear, yOf } from './surface.ts';

const BAND_OPACITY = 0.16;
const HATCH_DISTANCE = 7;

/** Behind everything: who was on which side of a cut, and from when to when. */
export function drawFaultBands(surface: Surface, layout: SpaceTimeLayout): void {
  const { context, palette } = surface;
  for (const { span } of layout.bars) {
    if (effectOf(span.kind) !== 'cut') continue;
    const [left, right] = edges(surface, span);
    if (right < GUTTER || left > surface.width) continue;
    span.groups.forEach((group, side) => {
      context.fillStyle = sideColour(palette, side);
      context.globalAlpha = BAND_OPACITY;
      for (const node of group) {
        const place = layout.lanes[node];
        if (place === undefined) continue;
        context.fillRect(left, yOf(surface, place.top), right - left, place.height);
      }
      context.globalAlpha = 1;
    });
    context.strokeStyle = palette.band;
    context.lineWidth = 1;
    context.setLineDash([2, 3]);
    for (const x of span.isHealed ? [left, right] : [left]) {
      context.beginPath();
      context.moveTo(Math.round(x) + 0.5, yOf(surface, layout.stripHeight));
      context.lineTo(Math.round(x) + 0.5, surface.height);
      context.stroke();
    }
    context.setLineDash([]);
  }
}

/** Above everything, with a ground of their own: the lanes scroll under them. */
export function drawFaultBars(surface: Surface, layout: SpaceTimeLayout): void {
  const { context, palette, charWidth, width } = surface;
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  for (const bar of layout.bars) {
    const { span, top } = bar;
    const [start, end] = edges(surface, span);
    const left = Math.max(GUTTER, start);
    const right = Math.min(width, end);
    if (right < GUTTER || left > width) continue;
    const y = yOf(surface, top);
    context.fillStyle = palette.band;
    context.globalAlpha = 0.28;
    context.fillRect(left, y, Math.max(2, right - left), BAR_HEIGHT);
    context.globalAlpha = 1;
    context.fillRect(left, y, 2, BAR_HEIGHT);
    const label = fitLabel(spanInWords(span), roomFor(surface, layout, bar) - left - 10, charWidth);
    context.fillStyle = palette.text;
    context.fillText(label, left + 6, y + BAR_HEIGHT / 2 + 0.5);
  }
}

/** A name may run on past its bar, up to the next bar of its row. */
function roomFor(surface: Surface, layout: SpaceTimeLayout, bar: FaultBar): number {
  const others = layout.bars.filter(
    ({ top, span }) => top === bar.top && span.from > bar.span.from,
  );
  const next = others.map(({ span }) => xNear(surface, span.from));
  return Math.min(surface.width, ...next);
}

/** Slanted lines over a node that is down, upright ones over a paused one, and the word. */
export function drawStops(surface: Surface, layout: SpaceTimeLayout, labels: Labels): void {
  const { palette, charWidth, width } = surface;
  for (const { span } of layout.bars) {
    const effect = effectOf(span.kind);
    if (effect !== 'down' && effect !== 'paused') continue;
    const place = layout.lanes[span.groups[0]?.[0] ?? -1];
    const [start, end] = edges(surface, span);
    const left = Math.max(GUTTER - 1, start);
    const right = Math.min(width + 1, end);
    if (place === undefined || right <= left) continue;
    fillStop(surface, place, left, right, effect === 'paused');
    const label = fitLabel(effect, right - left - 8, charWidth);
    labels.add(label, Math.max(GUTTER, left) + 6, yOf(surface, place.middle), palette.text);
  }
}

function fillStop(
  surface: Surface,
  place: LanePlace,
  left: number,
  right: number,
  isPause: boolean,
): void {
  const { context, palette } = surface;
  const top = yOf(surface, place.top) + 3;
  const height = place.height - 6;
  context.save();
  context.beginPath();
  context.rect(left, top, right - left, height);
  context.fillStyle = palette.panel;
  context.globalAlpha = isPause ? 0.6 : 0.85;
  context.fill();
  context.globalAlpha = 1;
  context.strokeStyle = palette.quiet;
  context.lineWidth = 1;
  context.stroke();
  context.clip();
  context.beginPath();
  // A pause is upright lines, a crash slanted ones: told apart without colour.
  const slant = isPause ? 0 : height;
  const firstLine = left - slant - (left % HATCH_DISTANCE);
  for (let x = firstLine; x < right; x += HATCH_DISTANCE) {
    context.moveTo(x, top + height);
    context.lineTo(x + slant, top);
  }
  context.globalAlpha = 0.55;
  context.stroke();
  context.restore();
}

function edges(surface: Surface, span: FaultSpan): readonly [number, number] {
  const left = xNear(surface, span.from);
  return [left, Math.max(left + 1, xNear(surface, span.until))];
}
