/**
 * Judging one file, from its text to what is printed of it. Told step by step, so that what was
 * found is kept when the rest takes too long.
 */
import {
  type ConsistencyLevel,
  type History,
  HistoryError,
  HistoryFormatError,
  type HistoryOperation,
  type LevelResult,
  placeOfOperation,
  type ReadOptions,
  readHistories,
  type ShownOperation,
  UnknownModelError,
  UnsupportedModelError,
} from '../checker/index.ts';
import type { ReportHistory } from '../reports/history-document.ts';
import { judgeAt, LEVEL_DEFAULT, levelText } from './check-levels.ts';
import { InputError } from './exit.ts';
import { readText, STANDARD_INPUT } from './files.ts';
import { reportedOperations, reportHistory, shownOperations } from './shown-history.ts';

export interface CheckTask {
  /** As it was named. */
  readonly file: string;
  /** What is in it, where it has been read already. */
  readonly text?: string;
  readonly reading: ReadOptions;
  readonly level: ConsistencyLevel;
  readonly memoryBytes?: number;
  /** Whether histories are wanted as an HTML report holds them. */
  readonly isReported: boolean;
}

/** What `--json` prints, one object a history. */
export interface CheckedHistory {
  readonly file: string;
  /** Which one in its file, from 1, where there are several. */
  readonly history?: number;
  /** What was read; absent where the limit ended that. */
  readonly model?: string;
  readonly operations?: number;
  /** What it was held against; absent for linearizability. */
  readonly level?: string;
  readonly verdict: LevelResult['verdict'];
  readonly elapsedMs: number;
  /** Absent where the check had to be ended by force. */
  readonly peakBytes?: number;
  readonly reason?: NonNullable<LevelResult['reason']> | 'interrupted';
  readonly witness?: LevelResult['witness'];
  readonly counterexample?: LevelResult['counterexample'];
}

/** A history with all that is shown of it. */
export interface Judged {
  readonly checked: CheckedHistory;
  /** The counterexample's operations, in its order. */
  readonly shown: readonly ShownOperation[];
  /** States after each step of the counterexample's first partial order. */
  readonly states: readonly string[];
  /** No operation says anything that could be wrong, so that the verdict says nothing either. */
  readonly isIdle?: boolean;
  readonly report?: ReportHistory;
}

/** What is known of a history before it is judged. */
export interface BegunHistory {
  readonly file: string;
  readonly history?: number;
  readonly model: string;
  readonly operations: number;
  /** As it is reported if nothing is found, where a report is wanted. */
  readonly report?: ReportHistory;
}

export type CheckNews =
  | { readonly kind: 'begun'; readonly begun: BegunHistory }
  /** It fails, which stays so however evidence fares. */
  | { readonly kind: 'violated'; readonly elapsedMs: number }
  | { readonly kind: 'judged'; readonly judged: Judged }
  /** The file is no good; what was judged of it before stands. */
  | { readonly kind: 'refused'; readonly message: string };

export interface CheckWatch {
  tell(news: CheckNews): void;
  /** Why to stop, if there is a reason; told the steps so far. */
  stopReason(steps: number): 'time' | 'memory' | undefined;
}

/** Reads and judges a file. What is wrong with it is told; anything else is thrown. */
export function checkFile(task: CheckTask, watch: CheckWatch): void {
  const name = task.file === STANDARD_INPUT ? 'standard input' : task.file;
  let text: string | undefined;
  try {
    text = task.text ?? readText(task.file);
    assertText(name, task, text);
    const histories = readHistories(text, task.reading);
    for (const [place, history] of histories.entries()) {
      const number = histories.length === 1 ? {} : { history: place + 1 };
      judge(task, history, { file: task.file, ...number }, watch);
    }
  } catch (error) {
    watch.tell({ kind: 'refused', message: messageOf(name, error, placeIn(task, text, error)) });
  }
}

/** Where the operation stands that the level has no use for. */
function placeIn({ reading }: CheckTask, text: string | undefined, error: unknown): string {
  if (text === undefined || !(error instanceof HistoryError)) return '';
  const place = placeOfOperation(text, reading, error.operation);
  return place === undefined ? '' : `:${place.line}:${place.column}`;
}

interface Label {
  readonly file: string;
  readonly history?: number;
}

function judge(task: CheckTask, history: History, label: Label, watch: CheckWatch): void {
  const { model, operations } = history;
  const begun = { ...label, model, operations: operations.length };
  const known = task.isReported ? reportedOperations(history, task.level) : undefined;
  watch.tell({ kind: 'begun', begun: known === undefined ? begun : { ...begun, report: known } });
  const startedAt = performance.now();
  let violatedAt: number | undefined;
  let stopped: 'time' | 'memory' | undefined;
  const result = judgeAt(task.level, history, {
    evidence: true,
    shouldStop: (steps) => (stopped ??= watch.stopReason(steps)) !== undefined,
    onViolation: () => {
      violatedAt = performance.now();
      watch.tell({ kind: 'violated', elapsedMs: rounded(violatedAt - startedAt) });
    },
    ...(task.memoryBytes === undefined ? {} : { maxMemoryBytes: task.memoryBytes }),
  });
  const elapsedMs = rounded((violatedAt ?? performance.now()) - startedAt);
  const checked = checkedHistory(begun, task.level, result, elapsedMs, stopped);
  const { shown, states } = shownOperations(history, result);
  const report = known === undefined ? {} : { report: reportHistory(known, history, result) };
  const isIdle = !operations.some((operation) => isTelling(model, operation));
  watch.tell({ kind: 'judged', judged: { checked, shown, states, isIdle, ...report } });
}

/** Whether the operation has an answer. That of a lock may be left out where it was got. */
function isTelling(model: string, { output, return: returned }: HistoryOperation): boolean {
  return output !== undefined || (model === 'mutex' && returned !== null);
}

function checkedHistory(
  begun: BegunHistory,
  level: ConsistencyLevel,
  result: LevelResult,
  elapsedMs: number,
  stopped: 'time' | 'memory' | undefined,
): CheckedHistory {
  const { verdict, peakBytes, witness, counterexample } = result;
  // To the checker whatever stops it from outside is want of time.
  const reason = result.reason === 'time' ? (stopped ?? 'time') : result.reason;
  return {
    ...begun,
    ...(level === LEVEL_DEFAULT ? {} : { level: levelText(level) }),
    verdict,
    elapsedMs,
    peakBytes,
    ...(reason === undefined ? {} : { reason }),
    ...(witness === undefined ? {} : { witness }),
    ...(counterexample === undefined ? {} : { counterexample }),
  };
}

const MS_DECIMALS = 100;

export function rounded(ms: number): number {
  return Math.round(ms * MS_DECIMALS) / MS_DECIMALS;
}

/** Says of what is no text at all more than where it is not a history. */
function assertText(file: string, { reading }: CheckTask, text: string): void {
  if (text.trim() === '' && reading.format === undefined) {
    throw new InputError(`${file}:1:1: the file is empty: expected a history`);
  }
  const at = text.indexOf('\0');
  if (at < 0) return;
  const line = text.slice(0, at).split('\n').length;
  throw new InputError(`${file}:${line}: not a text: it has a zero byte (is it a binary file?)`);
}

/** Only what is wrong with the input; anything else is thrown on. */
function messageOf(file: string, error: unknown, place: string): string {
  if (error instanceof InputError) return error.message;
  if (error instanceof HistoryFormatError) {
    const { line, column, expected, found } = error;
    return `${file}:${line}:${column}: expected ${expected}, found ${found}`;
  }
  const isNamed = error instanceof UnknownModelError || error instanceof UnsupportedModelError;
  if (isNamed || error instanceof HistoryError) return `${file}${place}: ${error.message}`;
  throw error;
}
