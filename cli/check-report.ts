/** What `check --html` gathers while files are judged, and writes when they are. */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { sentenceOf } from '../reports/counterexample-text.ts';
import type { HistoryHead, ReportHistory } from '../reports/history-document.ts';
import { renderHistories } from '../reports/history-page.ts';
import type { CheckInput } from './check-inputs.ts';
import type { Judged } from './check-job.ts';
import type { CheckSettings } from './check-settings.ts';
import { nameOf, reasonInWords, WHY_UNKNOWN } from './check-text.ts';
import { InputError } from './exit.ts';
import { assertWritableFile, writeFileWhole } from './files.ts';

export class ReportedHistories {
  private readonly heads: HistoryHead[] = [];
  private readonly histories: ReportHistory[] = [];

  add(judged: Judged, settings: CheckSettings): void {
    const { checked, report } = judged;
    const { level, verdict, model, operations } = checked;
    const sentence = whyOf(judged, settings);
    this.heads.push({
      name: nameOf(checked),
      verdict,
      ...(level === undefined ? {} : { level }),
      ...(model === undefined ? {} : { model }),
      ...(operations === undefined ? {} : { operations }),
      ...(sentence === undefined ? {} : { sentence }),
      ...(report === undefined ? {} : { block: this.histories.push(report) - 1 }),
    });
  }

  refused(file: string, message: string): void {
    this.heads.push({ name: nameOf({ file }), verdict: 'not-read', sentence: message });
  }

  /** Writes one page about all. Throws an InputError if the file cannot be written. */
  write(path: string): void {
    writeFileWhole(path, renderHistories(this.heads, this.histories));
  }
}

/** Why it fails, or why there is no verdict. */
function whyOf({ checked }: Judged, settings: CheckSettings): string | undefined {
  const { verdict, reason, counterexample } = checked;
  if (counterexample !== undefined) return sentenceOf(counterexample);
  if (reason !== undefined) return reasonInWords(reason, settings);
  const isNo = verdict === 'not-linearizable' || verdict === 'inconsistent';
  return isNo ? WHY_UNKNOWN : undefined;
}

const LOOK_BYTES = 64;

/** Proves that the report can be written, and that no history is lost to it. */
export function assertReportFile(path: string, inputs: readonly CheckInput[]): void {
  const isInput = inputs.some(({ file }) => resolve(file) === resolve(path));
  const isOther = statSync(path, { throwIfNoEntry: false })?.isFile() === true && !isHtml(path);
  if (isInput || isOther) {
    throw new InputError(
      `--html takes the file to write the report to: ${path} is there, and is no HTML file`,
    );
  }
  assertWritableFile(path);
}

function isHtml(path: string): boolean {
  const start = Buffer.alloc(LOOK_BYTES);
  const file = openSync(path, 'r');
  try {
    const length = readSync(file, start);
    return length === 0 || /^\s*<(?:!doctype html|html)/i.test(start.toString('utf8', 0, length));
  } finally {
    closeSync(file);
  }
}
