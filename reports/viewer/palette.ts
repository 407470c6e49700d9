/** The page's colours for the canvases, from the style sheet's custom properties. */
import { signal } from '@preact/signals';

export interface Palette {
  readonly panel: string;
  readonly text: string;
  readonly quiet: string;
  readonly line: string;
  readonly fail: string;
  readonly accent: string;
  readonly message: string;
  readonly drop: string;
  readonly damage: string;
  readonly band: string;
  readonly operation: string;
  readonly operationText: string;
  /** One for a round, in turn; safe for the colour-blind, and never the red of a failure. */
  readonly rounds: readonly string[];
  /** One for a side of a partition, in turn. */
  readonly sides: readonly string[];
}

const ROUND_COLOURS = 5;
const SIDE_COLOURS = 3;

/** Read again when the colour scheme changes. */
export const palette = signal<Palette>(readPalette());

const scheme = matchMedia('(prefers-color-scheme: dark)');
scheme.addEventListener('change', () => {
  palette.value = readPalette();
});

export function roundColour(colours: Palette, round: number): string {
  return colours.rounds[round % ROUND_COLOURS] ?? colours.quiet;
}

export function sideColour(colours: Palette, side: number): string {
  return colours.sides[side % SIDE_COLOURS] ?? colours.band;
}

function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const series = (name: string, count: number) =>
    Array.from({ length: count }, (_, index) => colour(`${name}-${index}`));
  return {
    panel: colour('panel'),
    text: colour('text'),
    quiet: colour('quiet'),
    line: colour('line'),
    fail: colour('fail'),
    accent: colour('accent'),
    message: colour('message'),
    drop: colour('drop'),
    damage: colour('damage'),
    band: colour('band'),
    operation: colour('operation'),
    operationText: colour('operation-text'),
    rounds: series('round', ROUND_COLOURS),
    sides: series('side', SIDE_COLOURS),
  };
}
