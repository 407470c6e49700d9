/**
 * A counterexample for people, as lines: the sentence, the few operations that suffice, and how far
 * an order of them gets.
 */
import type { Counterexample, ShownOperation } from '../checker/index.ts';
import { cutShort, wrapped } from './lines.ts';
import { formatCount, plural } from './words.ts';

export interface ShownCounterexample {
  readonly counterexample: Counterexample;
  /** Its operations, in its order. */
  readonly shown: readonly ShownOperation[];
  /** States after each step of its first partial order. */
  readonly states: readonly string[];
  /** Operations of the whole history. */
  readonly of: number;
}

export interface LineSettings {
  readonly width: number;
  /** Makes the failing operation stand out. */
  readonly mark: (text: string) => string;
}

/** Of a counterexample that is larger, the last operations before it fails are shown. */
const LINES_MAX = 24;
/** Operations that are shown of one that was not made as small as it goes. */
const UNFINISHED_MAX = 64;
/** An operation in words that is longer is cut; a sentence as well, which may name several. */
const TEXT_MAX = 72;
const SENTENCE_MAX = 600;
/** Of a longer order the end is told. */
const ORDER_MAX = 8;
const INDENT = '  ';

/** Lines without their breaks, indented by two. */
export function counterexampleLines(
  example: ShownCounterexample,
  settings: LineSettings,
): readonly string[] {
  const { counterexample } = example;
  const told = (text: string): readonly string[] =>
    wrapped(text, settings.width - INDENT.length, INDENT).map((line) => INDENT + line);
  const sentence = told(cutShort(sentenceOf(counterexample), SENTENCE_MAX));
  if (!isSmall(counterexample)) return sentence;
  return [
    ...sentence,
    '',
    ...told(sizeInWords(example)),
    ...operationLines(example, settings.mark),
    ...(counterexample.partial.length === 0 ? [] : told(orderInWords(example))),
  ];
}

/** Whether it was made as small as it goes, or is so small that it can be looked at. */
export function isSmall({ minimal, operations }: Counterexample): boolean {
  return minimal || operations.length <= UNFINISHED_MAX;
}

/** Why no order explains the history, and of a large one how much there is to it. */
export function sentenceOf(counterexample: Counterexample): string {
  if (isSmall(counterexample)) return counterexample.sentence;
  const all = plural(counterexample.operations.length, 'operation');
  return `${counterexample.sentence}; ${all} together fail, and perhaps fewer do`;
}

/**
 * Whether there are orders, and none has the failing operation. At levels without real time one
 * may have it, or orders may not be what fails.
 */
export function isLeftOut(failing: number, partial: Counterexample['partial']): boolean {
  return partial.length > 0 && partial.every((order) => !order.includes(failing));
}

function sizeInWords({ counterexample, shown, of }: ShownCounterexample): string {
  const few = formatCount(shown.length);
  const suffice = shown.length === 1 ? 'suffices' : 'suffice';
  if (!counterexample.minimal) return `${few} of ${plural(of, 'operation')} ${suffice}, or fewer:`;
  if (shown.length === of) return of === 1 ? 'The one operation:' : `All ${few} operations matter:`;
  return `${few} of ${plural(of, 'operation')} ${suffice}:`;
}

/** One a line, in columns; the failing one is marked. */
function operationLines(
  { counterexample, shown }: ShownCounterexample,
  mark: LineSettings['mark'],
): readonly string[] {
  const listed = shown.slice(-LINES_MAX);
  const failing = shown.find(({ index }) => index === counterexample.failing);
  if (failing !== undefined && !listed.includes(failing)) listed.unshift(failing);
  const rows = listed.map((operation) => ({
    isFailing: operation === failing,
    process: `c${operation.process}`,
    text: cutShort(operation.text, TEXT_MAX),
    call: String(operation.call),
    end: operation.return === null ? 'never' : String(operation.return),
  }));
  type Column = 'process' | 'text' | 'call' | 'end';
  const width = (column: Column): number => Math.max(...rows.map((row) => row[column].length));
  const widths = { process: width('process'), text: width('text') };
  const times = { call: width('call'), end: width('end') };
  const left = shown.length - listed.length;
  const isStuck = isLeftOut(counterexample.failing, counterexample.partial.slice(0, 1));
  const why = isStuck ? '  cannot come next' : '';
  return [
    ...(left > 0 ? [`    … ${formatCount(left)} earlier`] : []),
    ...rows.map(({ isFailing, process, text, call, end }) => {
      const columns = [
        process.padEnd(widths.process),
        text.padEnd(widths.text),
        `${call.padStart(times.call)} to ${end.padStart(times.end)}`,
      ].join(INDENT);
      return isFailing ? `  ${mark(`✗ ${columns}${why}`)}` : `    ${columns}`;
    }),
  ];
}

/** The longest order that explains a part, and where it leads. */
function orderInWords({ counterexample, shown, states }: ShownCounterexample): string {
  const order = counterexample.partial[0] ?? [];
  if (order.length === 0) return 'Nothing can come first.';
  const named = order.slice(-ORDER_MAX).map((index) => {
    const operation = shown.find((each) => each.index === index);
    const text = cutShort(operation?.text ?? '', TEXT_MAX);
    return `${text} by c${operation?.process ?? '?'}`;
  });
  const before = order.length > named.length ? `… ${order.length - named.length} more, ` : '';
  const state = states.at(-1);
  const after = state === undefined ? '' : `; the state is then ${cutShort(state, TEXT_MAX)}`;
  return `Longest order that explains a part: ${before}${named.join(', then ')}${after}`;
}
