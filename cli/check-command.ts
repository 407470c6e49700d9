/** `quorumlab check`: judges recorded histories, one verdict each, as soon as it is known. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { plural } from '../reports/words.ts';
import { type CheckInput, inputsOf } from './check-inputs.ts';
import type { CheckedHistory, CheckTask, Judged } from './check-job.ts';
import { CheckProgress } from './check-progress.ts';
import { assertReportFile, ReportedHistories } from './check-report.ts';
import { CheckRunner } from './check-runner.ts';
import { type CheckSettings, settingsOf } from './check-settings.ts';
import { type CheckTally, fileNamed, tallyText, verdictText } from './check-text.ts';
import { EXIT, type ExitCode, severest } from './exit.ts';
import { STANDARD_INPUT } from './files.ts';
import type { Given } from './given.ts';
import { type Interrupt, listenForInterrupt } from './interrupt.ts';

export async function checkCommand(given: Given): Promise<ExitCode> {
  const settings = settingsOf(given);
  const inputs = inputsOf(given.words('file'));
  if (settings.html !== undefined) assertReportFile(settings.html, inputs);
  const interrupt = listenForInterrupt('');
  try {
    return await new CheckSession(settings, interrupt).run(inputs);
  } finally {
    interrupt.release();
  }
}

const EXIT_OF: { readonly [verdict in CheckedHistory['verdict']]: ExitCode } = {
  linearizable: EXIT.passed,
  'not-linearizable': EXIT.violated,
  consistent: EXIT.passed,
  inconsistent: EXIT.violated,
  unknown: EXIT.inconclusive,
};

/** One run of the command: what it has found, and where that goes. */
class CheckSession {
  private readonly settings: CheckSettings;
  private readonly interrupt: Interrupt;
  private readonly runner: CheckRunner;
  private readonly progress: CheckProgress;
  private readonly report = new ReportedHistories();
  private readonly codes: ExitCode[] = [];
  private readonly startedAt = performance.now();
  private notRead = 0;

  constructor(settings: CheckSettings, interrupt: Interrupt) {
    this.settings = settings;
    this.interrupt = interrupt;
    this.runner = new CheckRunner({ timeMs: settings.timeMs, interrupt });
    this.progress = new CheckProgress(settings.timeMs);
  }

  async run(inputs: readonly CheckInput[]): Promise<ExitCode> {
    let begun = 0;
    try {
      for (const input of inputs) {
        // A signal is heard between two files that take no time.
        await nextTurn();
        if (this.interrupt.signal.aborted) break;
        begun++;
        const place = inputs.length > 1 ? `${begun}/${inputs.length}` : '';
        await this.one(input, place);
      }
    } finally {
      await this.runner.close();
    }
    this.finish(inputs, begun);
    return this.interrupt.exitCode() ?? severest(this.codes);
  }

  private async one(input: CheckInput, place: string): Promise<void> {
    if (input.kind === 'refused') return this.refused(input.file, input.message);
    const { file } = input;
    if (file === STANDARD_INPUT && process.stdin.isTTY && process.stderr.isTTY) {
      process.stderr.write('reading a history from the terminal; Ctrl-D ends it\n');
    }
    try {
      await this.runner.run(this.taskFor(file), {
        judged: (judged) => {
          this.progress.stop();
          this.judged(judged);
        },
        refused: (message) => {
          this.progress.stop();
          this.refused(file, message);
        },
        goesOn: (state) => this.progress.start(file, place, state),
      });
    } finally {
      this.progress.stop();
    }
  }

  private taskFor(file: string): CheckTask {
    const { reading, level, memoryBytes, html } = this.settings;
    return {
      file,
      reading,
      level,
      isReported: html !== undefined,
      ...(memoryBytes === undefined ? {} : { memoryBytes }),
    };
  }

  private judged(judged: Judged): void {
    const { checked } = judged;
    const { settings } = this;
    this.codes.push(EXIT_OF[checked.verdict]);
    this.report.add(judged, settings);
    const text = settings.isJson
      ? `${JSON.stringify({ ...checked, file: fileNamed(checked.file) })}\n`
      : verdictText(judged, settings);
    process.stdout.write(text);
  }

  /** A file that cannot be read does not keep the others from being judged. */
  private refused(file: string, message: string): void {
    this.codes.push(EXIT.usage);
    this.notRead++;
    this.report.refused(file, message);
    if (this.settings.isJson) {
      const refused = { file: fileNamed(file), error: message };
      process.stdout.write(`${JSON.stringify(refused)}\n`);
    }
    process.stderr.write(`quorumlab: ${message}\n`);
  }

  private finish(inputs: readonly CheckInput[], begun: number): void {
    const { html, isJson } = this.settings;
    const notJudged = inputs.length - begun;
    if (inputs.length > 1 && !isJson) {
      process.stdout.write(tallyText(this.tally(notJudged), performance.now() - this.startedAt));
    } else if (notJudged > 0) {
      process.stderr.write(`quorumlab: interrupted: ${plural(notJudged, 'file')} not judged\n`);
    }
    if (html === undefined) return;
    this.report.write(html);
    if (!isJson) process.stdout.write(`  report   ${html}\n`);
  }

  private tally(notJudged: number): CheckTally {
    const count = (code: ExitCode): number => this.codes.filter((each) => each === code).length;
    return {
      passed: count(EXIT.passed),
      failed: count(EXIT.violated),
      unknown: count(EXIT.inconclusive),
      notRead: this.notRead,
      notJudged,
    };
  }
}
