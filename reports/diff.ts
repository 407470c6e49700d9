/** Two runs held against each other, as text for a terminal. */
import { Chalk, type ChalkInstance } from 'chalk';
import type { RunComparison, StatePair } from '../scenarios/diff/compare-runs.ts';
import type { Divergence } from '../scenarios/diff/divergence.ts';
import type { HistoryEntry, RunResult } from '../scenarios/spec.ts';
import type { NumberNames } from '../sim/number-names.ts';
import type { EventRecord } from '../sim/record.ts';
import { eventRow, fitted } from './event-row.ts';
import { fateInWords, recordInWords } from './event-words.ts';
import { namedRecord } from './named-numbers.ts';
import { specDifferenceLines } from './spec-words.ts';
import {
  formatCount,
  formatOperation,
  formatPlain,
  formatTimeExact,
  nodeName,
  oracleName,
  plural,
} from './words.ts';

/** One of the two runs; it must have been made with its event log. */
export interface DiffSide {
  /** As the person named it, with what holds for this side alone. */
  readonly title: string;
  readonly run: RunResult;
  /** How its protocol's numbers are read. */
  readonly numberNames?: NumberNames | undefined;
}

export interface DiffStyle {
  readonly colour?: boolean;
  /** Characters of a line. */
  readonly width?: number;
  /** Records of each side that are shown from where they part. */
  readonly rows?: number;
}

export const ROWS_DEFAULT = 8;
const WIDTH_DEFAULT = 120;
/** Records that both have, before they part. */
const SHARED_ROWS = 2;
const INDENT = '  ';

/** Several lines, the last without a line break. */
export function formatDiff(
  comparison: RunComparison,
  sides: { readonly a: DiffSide; readonly b: DiffSide },
  style: DiffStyle = {},
): string {
  const page: Page = {
    ...sides,
    ink: new Chalk({ level: style.colour === true ? 1 : 0 }),
    width: style.width ?? WIDTH_DEFAULT,
    rows: style.rows ?? ROWS_DEFAULT,
  };
  const blocks = [
    [sideLine('a', sides.a, page), sideLine('b', sides.b, page)],
    specDifferenceLines(comparison.spec, {
      a: sides.a.run.spec.replicas,
      b: sides.b.run.spec.replicas,
    }),
    ...divergenceBlocks(comparison, page),
    consequences(comparison, page),
  ];
  return blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

interface Page {
  readonly a: DiffSide;
  readonly b: DiffSide;
  readonly ink: ChalkInstance;
  readonly width: number;
  readonly rows: number;
}

function sideLine(name: 'a' | 'b', side: DiffSide, { a, b, ink }: Page): string {
  const titleWidth = Math.max(a.title.length, b.title.length);
  const { verdict, traceHash, counts, failures } = side.run;
  const badge = { passed: 'PASS', failed: 'FAIL', inconclusive: 'UNKNOWN' }[verdict];
  const [failure] = failures;
  const why = failure === undefined ? '' : `  ${failure.signature}  ${oracleName(failure)}`;
  const facts = `${plural(counts.events, 'event')} · hash ${traceHash}${why}`;
  return `${name}  ${ink.bold(side.title.padEnd(titleWidth))}  ${badge}  ${facts}`;
}

function divergenceBlocks(comparison: RunComparison, page: Page): readonly (readonly string[])[] {
  const { divergence, isSame, states = [] } = comparison;
  if (isSame) return [[`The runs are the same, event by event: hash ${page.a.run.traceHash}.`]];
  if (divergence === undefined) {
    return [
      [
        'The event logs are the same, but the traces differ: what clients were told, or what the',
        'nodes were in the end, is not the same.',
      ],
    ];
  }
  return [
    [sharedLine(divergence, page), ...partingLines(divergence, page)],
    sideBySide(divergence, page),
    stateLines(states, page),
  ];
}

/** What both have gone through. */
function sharedLine({ shared }: Divergence, { a }: Page): string {
  const last = a.run.events?.[shared - 1];
  if (last === undefined) return 'They part at once.';
  const place = `event ${formatCount(last.event)} at ${formatTimeExact(last.time)}`;
  return `They are the same for ${plural(shared, 'record')} of the log, up to ${place}; then:`;
}

function partingLines(divergence: Divergence, page: Page): readonly string[] {
  const { a, b, laterA, laterB, fields, isSameThing } = divergence;
  return [
    `${INDENT}a  ${recordLine(a, page.a)}`,
    `${INDENT}b  ${recordLine(b, page.b)}`,
    ...(isSameThing && a !== undefined && b !== undefined ? fieldLines(a, b, fields, page) : []),
    ...laterLines('b', a, laterB, page.b),
    ...laterLines('a', b, laterA, page.a),
  ];
}

function recordLine(record: EventRecord | undefined, { run }: DiffSide): string {
  if (record === undefined) {
    return `ends after ${plural(run.counts.events, 'event')}, at ${formatTimeExact(run.ended.at)}`;
  }
  const { event, time } = record;
  const what = recordInWords(record, run.spec.replicas);
  return `event ${formatCount(event)} at ${formatTimeExact(time)}: ${what}`;
}

/** Where both are about the same thing: what of it is not the same. */
function fieldLines(
  a: EventRecord,
  b: EventRecord,
  fields: Divergence['fields'],
  page: Page,
): readonly string[] {
  const [shownA, shownB] = [namedRecord(a, page.a.numberNames), namedRecord(b, page.b.numberNames)];
  return fields.flatMap((field) => {
    const [ofA, ofB] = [shownA[field], shownB[field]].map((value) => String(value ?? 'none'));
    return [`${INDENT}${field}:`, `${INDENT}${INDENT}a  ${ofA}`, `${INDENT}${INDENT}b  ${ofB}`];
  });
}

/** What the one side did first comes later on the other side, and is not the same there. */
function laterLines(
  other: 'a' | 'b',
  record: EventRecord | undefined,
  later: EventRecord | undefined,
  { run }: DiffSide,
): readonly string[] {
  if (record === undefined || later === undefined || isUnchanged(record, later)) return [];
  const { replicas } = run.spec;
  const isMessage = later.kind === 'deliver' || later.kind === 'drop';
  const what = isMessage ? fateInWords(later, replicas) : recordInWords(later, replicas);
  const when = `event ${formatCount(later.event)} at ${formatTimeExact(later.time)}`;
  return [`${INDENT}in ${other} later: ${what}, ${when}`];
}

function isUnchanged(record: EventRecord, later: EventRecord): boolean {
  return (
    record.kind === later.kind && record.time === later.time && record.summary === later.summary
  );
}

/** The last records that both have, then those of each side beside each other. */
function sideBySide({ shared }: Divergence, page: Page): readonly string[] {
  const { ink, rows, width } = page;
  const columnWidth = Math.floor((width - 7) / 2);
  const from = Math.max(0, shared - SHARED_ROWS);
  const row = (place: number, { run, numberNames }: DiffSide): string => {
    const record = run.events?.[place];
    if (record === undefined) return '';
    return eventRow(namedRecord(record, numberNames), run.spec.replicas);
  };
  const lines: string[] = [];
  for (let place = from; place < shared + rows; place++) {
    const [left, right] = [row(place, page.a), row(place, page.b)];
    if (left === '' && right === '') break;
    const isFirst = place === shared;
    const mark = place < shared ? '=' : left === right ? ' ' : '≠';
    const text =
      `${mark} ${fitted(left, columnWidth)} │ ${fitted(right, columnWidth).trimEnd()}`.trimEnd();
    lines.push(INDENT + (isFirst ? ink.bold(text) : place < shared ? ink.dim(text) : text));
  }
  return [`${INDENT}  ${fitted('a', columnWidth)} │ b`, ...lines];
}

/** What each node was then: once where both agree. */
function stateLines(states: readonly StatePair[], { a }: Page): readonly string[] {
  if (states.length === 0) return [];
  const lines = states.flatMap(({ node, a: ofA = '?', b: ofB = '?' }) => {
    const name = nodeName(node, a.run.spec.replicas).padEnd(4);
    if (ofA === ofB) return [`${INDENT}${name}   ${ofA}`];
    return [`${INDENT}${name} a ${ofA}`, `${INDENT}${' '.repeat(name.length)} b ${ofB}`];
  });
  return ['The nodes then:', ...lines];
}

function consequences(comparison: RunComparison, page: Page): readonly string[] {
  if (comparison.isSame) return [];
  const { decision, answer } = comparison;
  const lines = [
    ...(decision === undefined
      ? []
      : [
          `decided  at position ${decision.position}: a ${formatOperation(decision.a)} · ` +
            `b ${formatOperation(decision.b)}`,
        ]),
    ...(answer === undefined
      ? []
      : [
          `answers  c${answer.client} ${formatOperation(answer.operation)}: ` +
            `a ${answerInWords(answer.a)} · b ${answerInWords(answer.b)}`,
        ]),
    ...verdictLines(page),
  ];
  return ['What follows of it:', ...lines.map((line) => INDENT + line)];
}

function answerInWords(entry: HistoryEntry | undefined): string {
  if (entry === undefined) return 'did not call it, or refused it';
  if (entry.return === null) return 'never returned';
  const value = entry.output === undefined ? 'nothing' : formatPlain(entry.output);
  const level = entry.level === undefined ? '' : `, ${entry.level}`;
  return `returned ${value} at ${formatTimeExact(entry.return)}${level}`;
}

function verdictLines({ a, b }: Page): readonly string[] {
  const [ofA, ofB] = [a, b].map(({ run }) => verdictInWords(run));
  if (ofA === ofB) return [`verdict  both ${ofA}`];
  return [`verdict  a ${ofA}`, `         b ${ofB}`];
}

function verdictInWords({ verdict, failures, inconclusive, ended }: RunResult): string {
  const [failure] = failures;
  if (failure !== undefined) {
    const { signature, message, at } = failure;
    return `failed at ${formatTimeExact(at)} with ${signature}: ${message}`;
  }
  const when = `at ${formatTimeExact(ended.at)}`;
  return verdict === 'passed' ? `passed ${when}` : `ended ${when}: ${inconclusive.join('; ')}`;
}
