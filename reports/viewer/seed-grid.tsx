/** Every seed of a campaign as a cell, or as many to a cell as it takes to see them all. */
import { useSignalEffect } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { ReportCampaign } from '../document.ts';
import { formatCount, plural } from '../words.ts';
import { type Palette, palette } from './palette.ts';

/** More seeds than this share cells. */
const CELLS_MAX = 4000;
const CELL = 9;
const GAP = 2;

type Verdict = ReportCampaign['grid'][number]['verdict'];

export function SeedGrid({ campaign }: { readonly campaign: ReportCampaign }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { cells, perCell } = useMemo(() => toCells(campaign.grid), [campaign]);
  const { totals } = campaign;
  const draw = () => {
    const element = canvas.current;
    if (element !== null) drawCells(element, cells, palette.peek());
  };
  useSignalEffect(() => {
    void palette.value;
    draw();
  });
  useEffect(() => {
    const observer = new ResizeObserver(draw);
    if (canvas.current?.parentElement) observer.observe(canvas.current.parentElement);
    return () => observer.disconnect();
  }, [cells]);
  if (cells.length === 0) return null;
  const label =
    `${formatCount(totals.passed)} seeds passed, ${formatCount(totals.failed)} failed, ` +
    `${formatCount(totals.inconclusive)} were inconclusive.`;
  return (
    <section class="pane" aria-labelledby="grid-heading">
      <header>
        <h2 id="grid-heading">Seeds</h2>
        <p class="quiet">
          {perCell === 1
            ? 'a cell a seed'
            : `a cell is ${plural(perCell, 'seed')}, the worst shows`}
          {', in order of their index: ✕ failed, ? inconclusive, plain passed'}
        </p>
      </header>
      <div class="grid">
        <canvas ref={canvas} role="img" aria-label={label} />
      </div>
      <FirstFailures campaign={campaign} />
    </section>
  );
}

/** For those who do not see the grid, and for those who want the numbers. */
const RANGES_MAX = 12;

function FirstFailures({ campaign }: { readonly campaign: ReportCampaign }) {
  const ranges: string[] = [];
  let start = campaign.from;
  let count = 0;
  for (const { verdict, count: length } of campaign.grid) {
    if (verdict === 'f') {
      count += 1;
      const last = start + length - 1;
      if (count <= RANGES_MAX) ranges.push(length === 1 ? `${start}` : `${start}–${last}`);
    }
    start += length;
  }
  if (count === 0) return null;
  const more = count > RANGES_MAX ? ' …' : '';
  return <p class="quiet">{`Failing indices: ${ranges.join(', ')}${more}`}</p>;
}

/** The worst verdict of each cell's seeds. */
function toCells(grid: ReportCampaign['grid']): {
  readonly cells: readonly Verdict[];
  readonly perCell: number;
} {
  const total = grid.reduce((sum, run) => sum + run.count, 0);
  const perCell = Math.max(1, Math.ceil(total / CELLS_MAX));
  const cells: Verdict[] = Array.from({ length: Math.ceil(total / perCell) }, () => 'p');
  let start = 0;
  for (const { verdict, count } of grid) {
    if (verdict !== 'p' && count > 0) {
      const last = Math.floor((start + count - 1) / perCell);
      for (let cell = Math.floor(start / perCell); cell <= last; cell += 1) {
        if (cells[cell] !== 'f') cells[cell] = verdict;
      }
    }
    start += count;
  }
  return { cells, perCell };
}

function drawCells(element: HTMLCanvasElement, cells: readonly Verdict[], colours: Palette): void {
  const context = element.getContext('2d');
  const width = element.parentElement?.clientWidth ?? 0;
  if (context === null || width === 0) return;
  const columns = Math.max(1, Math.floor(width / (CELL + GAP)));
  const height = Math.ceil(cells.length / columns) * (CELL + GAP);
  const scale = window.devicePixelRatio || 1;
  element.width = Math.round(width * scale);
  element.height = Math.round(height * scale);
  element.style.width = `${width}px`;
  element.style.height = `${height}px`;
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.font = `bold ${CELL}px sans-serif`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  cells.forEach((verdict, index) => {
    const x = (index % columns) * (CELL + GAP);
    const y = Math.floor(index / columns) * (CELL + GAP);
    const colour = { p: colours.line, f: colours.fail, i: colours.damage }[verdict];
    context.fillStyle = colour;
    context.fillRect(x, y, CELL, CELL);
    if (verdict === 'p') return;
    context.fillStyle = colours.panel;
    context.fillText(verdict === 'f' ? '✕' : '?', x + CELL / 2, y + CELL / 2 + 0.5);
  });
}
