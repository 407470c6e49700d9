/** A canvas with a gutter for names, a time axis on top, and everything below it scrolled. */
import { formatTime } from '../words.ts';
import type { Palette } from './palette.ts';
import type { Range } from './run-view.ts';

/** Pixels left of the plot, for the rows' names. */
export const GUTTER = 58;
/** Pixels above the rows, for the axis. */
export const AXIS_HEIGHT = 22;
export const FONT = '11px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace';
/** Least distance of two labelled ticks. */
const TICK_DISTANCE = 96;

/** What turns times and heights into pixels. */
export interface Plane {
  readonly width: number;
  readonly range: Range;
  /** Pixels that the rows are scrolled up. */
  readonly scroll: number;
}

export interface Surface extends Plane {
  readonly context: CanvasRenderingContext2D;
  readonly height: number;
  readonly palette: Palette;
  /** Width of one character of `FONT`. */
  readonly charWidth: number;
}

export function xOf(plane: Plane, time: number): number {
  const { from, to } = plane.range;
  return GUTTER + ((time - from) / (to - from)) * (plane.width - GUTTER);
}

/** The same, kept near the plot: far beyond it canvas lines lose their precision. */
export function xNear(plane: Plane, time: number): number {
  return Math.min(plane.width + 2000, Math.max(GUTTER - 2000, xOf(plane, time)));
}

export function timeOf(range: Range, width: number, x: number): number {
  return range.from + ((x - GUTTER) / (width - GUTTER)) * (range.to - range.from);
}

/** The y on the canvas of a `y` among the rows. */
export function yOf(plane: Plane, y: number): number {
  return AXIS_HEIGHT + y - plane.scroll;
}

/** Draws with everything outside the rows' area cut off. */
export function inPlot(surface: Surface, draw: () => void): void {
  const { context, width, height } = surface;
  context.save();
  context.beginPath();
  context.rect(GUTTER, AXIS_HEIGHT, width - GUTTER, height - AXIS_HEIGHT);
  context.clip();
  draw();
  context.restore();
}

/** Draws names beside the rows, cut off at the axis. */
export function inGutter(surface: Surface, draw: () => void): void {
  const { context, height } = surface;
  context.save();
  context.beginPath();
  context.rect(0, AXIS_HEIGHT, GUTTER, height - AXIS_HEIGHT);
  context.clip();
  draw();
  context.restore();
}

export function drawAxis(surface: Surface): void {
  const { context, width, height, range, palette } = surface;
  const size = tickSize(range, width - GUTTER);
  context.font = FONT;
  context.textBaseline = 'middle';
  context.textAlign = 'left';
  context.lineWidth = 1;
  for (let time = Math.ceil(range.from / size) * size; time <= range.to; time += size) {
    const x = Math.round(xOf(surface, time)) + 0.5;
    context.strokeStyle = palette.line;
    context.beginPath();
    context.moveTo(x, AXIS_HEIGHT - 5);
    context.lineTo(x, height);
    context.stroke();
    const label = tickLabel(time, size);
    const isCut = x + 4 + label.length * surface.charWidth > width;
    if (isCut) continue;
    context.fillStyle = palette.quiet;
    context.fillText(label, x + 4, AXIS_HEIGHT / 2);
  }
  context.strokeStyle = palette.line;
  context.beginPath();
  context.moveTo(0, AXIS_HEIGHT - 0.5);
  context.lineTo(width, AXIS_HEIGHT - 0.5);
  context.stroke();
}

/** A vertical line through all rows, with a flag in the axis. */
export function drawMoment(surface: Surface, time: number, colour: string, flag: string): void {
  const { context, width, height, palette, charWidth } = surface;
  const { from, to } = surface.range;
  if (time < from || time > to) return;
  const x = Math.round(xOf(surface, time)) + 0.5;
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  context.beginPath();
  context.moveTo(x, AXIS_HEIGHT);
  context.lineTo(x, height);
  context.stroke();
  const flagWidth = flag.length * charWidth + 8;
  const left = Math.min(Math.max(GUTTER, x - flagWidth / 2), width - flagWidth);
  context.fillStyle = colour;
  context.fillRect(left, 2, flagWidth, AXIS_HEIGHT - 6);
  context.fillStyle = palette.panel;
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  context.fillText(flag, left + 4, AXIS_HEIGHT / 2 - 0.5);
}

/** As much of `label` as fits into `width` pixels; empty when that would say nothing. */
export function fitLabel(label: string, width: number, charWidth: number): string {
  const room = Math.floor(width / charWidth);
  if (label.length <= room) return label;
  return room < 4 ? '' : `${label.slice(0, room - 1)}…`;
}

/** Keeps labels from covering each other: the first to ask for a place has it. */
export class LabelSpace {
  readonly #taken: { x: number; y: number; width: number; height: number }[] = [];

  tryTake(x: number, y: number, width: number, height: number): boolean {
    for (const box of this.#taken) {
      const isApart =
        x + width <= box.x ||
        box.x + box.width <= x ||
        y + height <= box.y ||
        box.y + box.height <= y;
      if (!isApart) return false;
    }
    this.#taken.push({ x, y, width, height });
    return true;
  }
}

/** Text on a halo of the panel's colour, so that lines below do not run through it. */
export function drawHaloText(surface: Surface, label: string, x: number, y: number): void {
  const { context, palette } = surface;
  context.lineJoin = 'round';
  context.lineWidth = 3;
  context.strokeStyle = palette.panel;
  context.strokeText(label, x, y);
  context.fillText(label, x, y);
}

/** 1, 2 or 5 times a power of ten micros. */
function tickSize(range: Range, width: number): number {
  const least = ((range.to - range.from) * TICK_DISTANCE) / Math.max(1, width);
  let size = 1;
  while (size * 10 <= least) size *= 10;
  for (const multiple of [1, 2, 5, 10]) {
    if (size * multiple >= least) return size * multiple;
  }
  return size * 10;
}

/** Ticks closer than what `formatTime` rounds to need their decimals. */
function tickLabel(time: number, size: number): string {
  if (time < 1000 || (size >= 1000 && time < 10_000_000) || size >= 10_000) return formatTime(time);
  const decimals = size >= 100 ? 1 : size >= 10 ? 2 : 3;
  return `${(time / 1000).toFixed(decimals)} ms`;
}
