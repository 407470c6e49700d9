/** The scoreboard as a page: which planted bug each strategy finds, and how fast. */

import type { Strategy } from '../scenarios/strategies.ts';
import type { Mutant } from '../sim/contract.ts';
import type { Measured } from './hunt-store.ts';

/** The hunts of one mutant by strategy, one for each base seed. */
export interface ScoreRow {
  readonly mutant: Mutant;
  readonly protocol: string;
  readonly hunts: ReadonlyMap<string, readonly Measured[]>;
}

export interface Scoreboard {
  readonly rows: readonly ScoreRow[];
  /** One column each. */
  readonly strategies: readonly Strategy[];
  readonly bases: number;
  /** CPU-seconds after which a hunt gave up. */
  readonly cap: number;
  /** Machine, Node and code, in words. */
  readonly measuredOn: string;
}

const CLASSES = ['easy', 'medium', 'hard'] as const;

export function scoreboardPage(board: Scoreboard): string {
  const protocols = [...new Set(board.rows.map(({ protocol }) => protocol))];
  return [
    '# Scoreboard',
    '',
    'How long each planted bug takes to find, by strategy (`npm run bench:hunt`).',
    '',
    ...reading(board),
    ...protocols.flatMap((protocol) => protocolSection(board, protocol)),
    '## All of them',
    '',
    ...totals(board),
    '',
    ...notFound(board),
    '',
  ].join('\n');
}

function reading({ strategies, bases, cap, measuredOn }: Scoreboard): string[] {
  return [
    `Measured on ${measuredOn}.`,
    '',
    '- A cell is one job in one process, after a warm-up of one second on the correct protocol:',
    '  `median (fastest–slowest) s / median seeds` to the first failure, in CPU-seconds, over',
    `  ${bases} base seeds. A hunt gives up after ${cap} s: it counts as ${cap} s in medians, and`,
    `  is shown as \`> ${cap}\`.`,
    '- *Found by* is the oracle that objects, with the invariant where there is one.',
    ...strategies.map(({ name, about }) => `- **${name}**: ${about}.`),
    '- What **swarm** takes longer than **targeted** is what faults at marks are worth: they',
    '  differ in nothing else.',
    '',
  ];
}

function protocolSection(board: Scoreboard, protocol: string): string[] {
  const rows = board.rows.filter((row) => row.protocol === protocol);
  const names = board.strategies.map(({ name }) => name);
  return [
    `## ${protocol}`,
    '',
    tableLine(['mutant', 'class', 'what is wrong', 'found by', ...names]),
    tableLine(['---', '---', '---', '---', ...names.map(() => '---:')]),
    ...rows.map((row) => mutantLine(row, board)),
    '',
  ];
}

function mutantLine({ mutant, hunts }: ScoreRow, { strategies, cap }: Scoreboard): string {
  const found = [...hunts.values()].flat().flatMap(({ foundBy }) => foundBy ?? []);
  const cells = strategies.map(({ name }) => cellText(hunts.get(name) ?? [], cap));
  const { id, difficulty, summary } = mutant;
  return tableLine([id, difficulty, summary, commonest(found), ...cells]);
}

/** `0.42 (0.10–3.1) s / 120`. */
export function cellText(hunts: readonly Measured[], cap: number): string {
  if (hunts.length === 0) return '–';
  const seconds = hunts.map((each) => secondsOf(each, cap));
  const median = shown(medianOf(seconds), cap);
  if (hunts.every(({ foundBy }) => foundBy === undefined)) return `${median} s`;
  const range = `${shown(Math.min(...seconds), cap)}–${shown(Math.max(...seconds), cap)}`;
  return `${median} (${range}) s / ${medianOf(hunts.map(({ seeds }) => seeds))}`;
}

/** What was not found took at least as long as the cap. */
function secondsOf({ foundBy, cpuSeconds }: Measured, cap: number): number {
  return foundBy === undefined ? cap : Math.min(cap, cpuSeconds);
}

function shown(seconds: number, cap: number): string {
  if (seconds >= cap) return `> ${cap}`;
  return seconds < 10 ? seconds.toFixed(2) : seconds.toFixed(1);
}

/** The one named most often, and a number for the others. */
function commonest(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  const sorted = [...counts].sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1));
  const [first] = sorted;
  if (first === undefined) return 'nothing';
  return sorted.length === 1 ? first[0] : `${first[0]} and ${sorted.length - 1} more`;
}

/** The medians of the medians: of all mutants, and of each class. */
function totals(board: Scoreboard): string[] {
  const { rows, strategies, cap } = board;
  const medians = (strategy: string, among: readonly ScoreRow[]): number[] =>
    among.flatMap(({ hunts }) => {
      const own = hunts.get(strategy) ?? [];
      return own.length === 0 ? [] : [medianOf(own.map((each) => secondsOf(each, cap)))];
    });
  const line = (what: string, among: readonly ScoreRow[], of: (values: number[]) => string) =>
    tableLine([what, ...strategies.map(({ name }) => of(medians(name, among)))]);
  const middle = (values: number[]): string =>
    values.length === 0 ? '–' : `${shown(medianOf(values), cap)} s`;
  const worst = (values: number[]): string =>
    values.length === 0 ? '–' : `${shown(Math.max(...values), cap)} s`;
  const missed = (values: number[]): string =>
    String(values.filter((value) => value >= cap).length);
  return [
    tableLine(['', ...strategies.map(({ name }) => name)]),
    tableLine(['---', ...strategies.map(() => '---:')]),
    line(`median of all ${rows.length}`, rows, middle),
    ...CLASSES.map((name) => line(`median of those classed ${name}`, ofClass(rows, name), middle)),
    line('slowest median', rows, worst),
    line(`not found by half of the base seeds`, rows, missed),
  ];
}

function ofClass(rows: readonly ScoreRow[], name: Mutant['difficulty']): ScoreRow[] {
  return rows.filter(({ mutant }) => mutant.difficulty === name);
}

function notFound({ rows, strategies, cap }: Scoreboard): string[] {
  const lines = rows.flatMap(({ mutant, hunts }) => {
    const missed = strategies.filter(({ name }) => {
      const own = hunts.get(name) ?? [];
      return own.length > 0 && own.every(({ foundBy }) => foundBy === undefined);
    });
    if (missed.length === 0) return [];
    const names = missed.map(({ name }) => name).join(', ');
    return [`- **${mutant.id}** (${mutant.summary}): not by ${names}`];
  });
  if (lines.length === 0) return [`Every mutant is found by every strategy within ${cap} s.`];
  return [`Not found within ${cap} s with any base seed:`, '', ...lines];
}

function medianOf(values: readonly number[]): number {
  const sorted = values.slice().sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] as number;
}

function tableLine(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
