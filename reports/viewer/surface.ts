/** A canvas with a gutter for names, a time axis on top, and everything below it scrolled. */
import { type Clock, VIRTUAL } from './clock.ts';
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
  readonly clock: Clock;
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

/** A vertical line through all rows with a flag in the axis. */
export interface Moment {
  readonly time: number;
  readonly colour: string;
  readonly flag: string;
}

interface PlacedMoment extends Moment {
  readonly x: number;
  /** Of the flag. */
  readonly left: number;
  readonly right: number;
}

/** The moments in the window, their flags beside each other where they would overlap. */
export function placeMoments(
  surface: Surface,
  moments: readonly Moment[],
): readonly PlacedMoment[] {
  const { from, to } = surface.range;
  const placed: PlacedMoment[] = [];
  for (const moment of moments) {
    if (moment.time < from || moment.time > to) continue;
    const x = Math.round(xOf(surface, moment.time)) + 0.5;
    const flagWidth = moment.flag.length * surface.charWidth + 8;
    const inside = (left: number) => Math.min(Math.max(GUTTER, left), surface.width - flagWidth);
    let left = inside(x - flagWidth / 2);
    const other = placed.find((flag) => left < flag.right && flag.left < left + flagWidth);
    if (other !== undefined) {
      const isRoomLeft = other.left - flagWidth - 2 >= GUTTER;
      left = inside(isRoomLeft ? other.left - flagWidth - 2 : other.right + 2);
    }
    placed.push({ ...moment, x, left, right: left + flagWidth });
  }
  return placed;
}

export interface Tick {
  readonly time: number;
  readonly label: string;
}

/** Round times in a window of so many pixels, each with room for its label. */
export function ticksOf(range: Range, width: number, clock = VIRTUAL): readonly Tick[] {
  const size = tickSize(range, width);
  const ticks: Tick[] = [];
  for (let time = Math.ceil(range.from / size) * size; time <= range.to; time += size) {
    ticks.push({ time, label: clock.tick(time, size) });
  }
  return ticks;
}

/** Grid lines and, where no flag stands, their times. */
export function drawAxis(surface: Surface, moments: readonly PlacedMoment[]): void {
  const { context, width, height, range, palette, clock } = surface;
  context.textBaseline = 'middle';
  context.textAlign = 'left';
  context.lineWidth = 1;
  let labelledTo = 0;
  for (const { time, label } of ticksOf(range, width - GUTTER, clock)) {
    const x = Math.round(xOf(surface, time)) + 0.5;
    context.strokeStyle = palette.line;
    context.beginPath();
    context.moveTo(x, AXIS_HEIGHT - 5);
    context.lineTo(x, height);
    context.stroke();
    const left = x + 4;
    const right = left + label.length * surface.charWidth;
    const isCovered = moments.some((flag) => left < flag.right + 2 && flag.left - 2 < right);
    if (isCovered || right > width || left < labelledTo) continue;
    labelledTo = right + LABEL_GAP;
    context.fillStyle = palette.quiet;
    context.fillText(label, left, AXIS_HEIGHT / 2);
  }
  context.strokeStyle = palette.line;
  context.beginPath();
  context.moveTo(0, AXIS_HEIGHT - 0.5);
  context.lineTo(width, AXIS_HEIGHT - 0.5);
  context.stroke();
}

export function drawMoments(surface: Surface, moments: readonly PlacedMoment[]): void {
  const { context, height, palette } = surface;
  for (const { x, left, right, colour, flag } of moments) {
    context.strokeStyle = colour;
    context.lineWidth = 1.5;
    context.beginPath();
    context.moveTo(x, AXIS_HEIGHT - 4);
    context.lineTo(x, height);
    context.stroke();
    context.fillStyle = colour;
    context.fillRect(left, 2, right - left, AXIS_HEIGHT - 6);
    context.fillStyle = palette.panel;
    context.textAlign = 'left';
    context.textBaseline = 'middle';
    context.fillText(flag, left + 4, AXIS_HEIGHT / 2 - 0.5);
  }
}

/** As much of `label` as fits into `width` pixels; empty when that would say nothing. */
export function fitLabel(label: string, width: number, charWidth: number): string {
  const room = Math.floor(width / charWidth);
  if (label.length <= room) return label;
  return room < 4 ? '' : `${label.slice(0, room - 1)}…`;
}

/** Pixels of a label's height, and those kept free beside it. */
const LABEL_HEIGHT = 13;
const LABEL_GAP = 5;

interface Label {
  readonly label: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly colour: string;
}

/**
 * Labels that do not cover each other: the first to ask for a place has it. They are drawn last, on
 * a halo of the panel's colour, so that no line runs through them.
 */
export class Labels {
  readonly #placed: Label[] = [];
  readonly #surface: Surface;

  constructor(surface: Surface) {
    this.#surface = surface;
  }

  /** Asks for the place right of `left` and around `y`, moved inside at the right edge. */
  add(label: string, left: number, y: number, colour: string): void {
    const width = label.length * this.#surface.charWidth;
    if (label === '' || left + width < GUTTER || left > this.#surface.width) return;
    const x = Math.min(left, this.#surface.width - width - 2);
    for (const other of this.#placed) {
      const isApart =
        x + width + LABEL_GAP <= other.x ||
        other.x + other.width + LABEL_GAP <= x ||
        Math.abs(y - other.y) >= LABEL_HEIGHT;
      if (!isApart) return;
    }
    this.#placed.push({ label, x, y, width, colour });
  }

  draw(): void {
    const { context, palette } = this.#surface;
    context.textAlign = 'left';
    context.textBaseline = 'middle';
    context.lineJoin = 'round';
    for (const { label, x, y, colour } of this.#placed) {
      context.lineWidth = 4;
      context.strokeStyle = palette.panel;
      context.strokeText(label, x, y);
      context.fillStyle = colour;
      context.fillText(label, x, y);
    }
  }
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
