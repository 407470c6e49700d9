/** What `check` prints of a history for people: the verdict, and why it is a no. */
import { counterexampleLines } from '../reports/counterexample-text.ts';
import { visible } from '../reports/lines.ts';
import { formatCount, formatElapsed, plural } from '../reports/words.ts';
import type { CheckedHistory, Judged } from './check-job.ts';
import type { CheckSettings } from './check-settings.ts';
import { STANDARD_INPUT } from './files.ts';
import { paint } from './paint.ts';

/** As wide as lines get where the terminal does not say. */
const WIDTH_DEFAULT = 100;
/** In a narrower one they are broken by the terminal. */
const WIDTH_MIN = 40;
/** Of a no without a counterexample. */
export const WHY_UNKNOWN = 'The check ended before it was found out why.';

/** A verdict with its reasons, on lines of their own. */
export function verdictText(judged: Judged, settings: CheckSettings): string {
  const { checked, shown, states } = judged;
  const { counterexample, operations = 0 } = checked;
  const lines = [headLine(judged, settings)];
  if (counterexample !== undefined) {
    const columns = process.stdout.columns || WIDTH_DEFAULT;
    const width = Math.max(WIDTH_MIN, Math.min(WIDTH_DEFAULT, columns));
    const example = { counterexample, shown, states, of: operations };
    lines.push(...counterexampleLines(example, { width, mark: paint.failing }), '');
  } else if (checked.verdict === 'not-linearizable' || checked.verdict === 'inconsistent') {
    lines.push(`  ${WHY_UNKNOWN}`, '');
  }
  return lines.map((line) => `${line}\n`).join('');
}

function headLine({ checked, isIdle = false }: Judged, settings: CheckSettings): string {
  const { level, verdict, reason, model, operations } = checked;
  const badge = {
    linearizable: paint.pass,
    'not-linearizable': paint.fail,
    consistent: paint.pass,
    inconsistent: paint.fail,
    unknown: paint.unknown,
  };
  const hasDuration = reason !== 'time' && reason !== 'memory';
  const facts = [
    badge[verdict](),
    paint.strong(visible(nameOf(checked))),
    (level === undefined ? '' : `${level}: `) +
      verdict.replace('-', ' ') +
      (reason === undefined ? '' : `: ${reasonInWords(reason, settings)}`),
    ...(model === undefined ? [] : [model]),
    operations === undefined
      ? 'while it was read'
      : plural(operations, 'operation') + (isIdle ? idleText(operations) : ''),
    ...(hasDuration ? [durationText(checked.elapsedMs)] : []),
  ];
  return facts.join('  ');
}

/** A pass of such a history says nothing, and whoever forgot to record answers should know. */
function idleText(operations: number): string {
  const why = operations === 0 ? '' : ', none with an answer';
  return `${why}: nothing was checked`;
}

/** A file as it was named on the command line. */
export function fileNamed(file: string): string {
  return file === STANDARD_INPUT ? '-' : file;
}

/** The file, and which history in it where there are several. */
export function nameOf({ file, history }: Pick<CheckedHistory, 'file' | 'history'>): string {
  const shown = fileNamed(file);
  return history === undefined ? shown : `${shown}#${history}`;
}

/** What ran out, and how much of it there was. */
export function reasonInWords(
  reason: NonNullable<CheckedHistory['reason']>,
  { timeText, memoryText }: Pick<CheckSettings, 'timeText' | 'memoryText'>,
): string {
  switch (reason) {
    case 'time':
      return `out of time (--time ${timeText})`;
    case 'memory':
      return memoryText === undefined
        ? 'out of memory (--memory gives more)'
        : `out of memory (--memory ${memoryText})`;
    case 'steps':
      return 'out of steps';
    case 'interrupted':
      return 'interrupted';
    default:
      return reason satisfies never;
  }
}

function durationText(ms: number): string {
  if (ms >= 1000) return formatElapsed(ms);
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}

export interface CheckTally {
  readonly passed: number;
  readonly failed: number;
  readonly unknown: number;
  readonly notRead: number;
  readonly notJudged: number;
}

/** `PASS 12 · FAIL 1 · UNKNOWN 0`, and what could not be judged. */
export function tallyText(tally: CheckTally, elapsedMs: number): string {
  const counted = [
    `${paint.pass()} ${formatCount(tally.passed)}`,
    `${paint.fail()} ${formatCount(tally.failed)}`,
    `${paint.unknown()} ${formatCount(tally.unknown)}`,
    ...(tally.notRead > 0 ? [`${formatCount(tally.notRead)} not read`] : []),
    ...(tally.notJudged > 0 ? [`${formatCount(tally.notJudged)} not judged`] : []),
  ];
  return `${counted.join(' · ')}  (${formatElapsed(elapsedMs)})\n`;
}
