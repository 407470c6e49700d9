/** Shows runs as the options ask: text or JSON on stdout, an HTML report, the event log. */
import { replayRunCommand } from '../reports/commands.ts';
import { firstFailure } from '../scenarios/campaign-run.ts';
import type { Explanation } from '../scenarios/explain/explanation.ts';
import type { Entry } from '../scenarios/script/transcript.ts';
import type { RunResult } from '../scenarios/spec.ts';
import { EXIT, type ExitCode, exitOfOracle, InputError } from './exit.ts';
import { assertWritableFile, writeFileWhole } from './files.ts';
import type { Given } from './given.ts';
import { numberNamesOf } from './number-names.ts';
import type { Comparison } from './replay-command.ts';
import { PRINTS, type Print, runText } from './run-text.ts';

const HTML_DEFAULT = 'quorumlab-out/report.html';

export class RunOutput {
  private readonly html: string | undefined;
  private readonly trace: string | undefined;
  private readonly isJson: boolean;
  private readonly prints: readonly Print[];
  private readonly words: readonly string[];
  /** Each result, the command that brings it back, and what is known of it. */
  private readonly results = new Map<RunResult, Shown>();

  /** `words` are the simulation options, for the commands that are printed. */
  constructor(given: Given, words: readonly string[]) {
    const html = given.text('html');
    this.html = html === '' ? HTML_DEFAULT : html;
    this.trace = given.word('trace');
    this.isJson = given.flag('json');
    this.prints = given.choices('print', PRINTS) ?? [];
    this.words = words;
    for (const [option, path] of [
      ['html', this.html],
      ['trace', this.trace],
    ] as const) {
      if (path === '-') {
        throw new InputError(`--${option} takes a file, not "-"; /dev/stdout is standard output`);
      }
      if (path !== undefined) assertWritableFile(path);
    }
  }

  /** Whether anything that was asked for needs the event log. */
  get wantsEvents(): boolean {
    const prints = this.prints.includes('events') || this.prints.includes('state');
    return prints || this.html !== undefined || this.trace !== undefined;
  }

  /** Whether all that replicas know is to be shown. */
  get wantsStates(): boolean {
    return this.prints.includes('state');
  }

  add(result: RunResult, { replayed, explanation, refined, session }: Known = {}): void {
    if (this.results.size > 0 && !this.isJson) process.stdout.write('\n');
    const repeat = replayed?.replay ?? session?.repeat ?? replayRunCommand(result, this.words);
    const explained = explanation === undefined ? {} : { explanation };
    const named = refined === undefined ? {} : { refined };
    this.results.set(result, { repeat, ...explained, ...named });
    if (this.isJson) {
      const replay = replayed === undefined ? {} : { replay: replayed.comparison };
      const told = session === undefined ? {} : { session: session.transcript };
      process.stdout.write(`${JSON.stringify({ ...result, ...told, ...replay, ...explained })}\n`);
      return;
    }
    if (session !== undefined) process.stdout.write(`${session.text}\n\n`);
    const lines = (replayed?.comparison.lines ?? []).map((line) => `  ${line}\n`);
    const text = runText(result, { prints: this.prints, repeat, ...explained, ...named });
    process.stdout.write(text + lines.join(''));
  }

  /** Writes the files. */
  async finish(): Promise<void> {
    if (this.trace !== undefined) {
      const lines = [...this.results.keys()].flatMap((result) => [
        JSON.stringify({ scenario: result.spec.scenario, seed: result.spec.seed }),
        ...(result.events ?? []).map((event) => JSON.stringify(event)),
      ]);
      writeFileWhole(this.trace, `${lines.join('\n')}\n`);
    }
    if (this.html !== undefined) {
      const { renderReport } = await import('../reports/html.ts');
      const shown = this.results;
      const input = {
        runs: [...shown.keys()],
        replay: (run: RunResult) => shown.get(run)?.repeat ?? replayRunCommand(run, this.words),
        explanation: (run: RunResult) => shown.get(run)?.explanation,
        refined: (run: RunResult) => shown.get(run)?.refined,
        numberNames: numberNamesOf,
      };
      writeFileWhole(this.html, renderReport(input));
      if (!this.isJson) process.stdout.write(`  report   ${this.html}\n`);
    }
  }
}

interface Shown {
  readonly repeat: string;
  readonly explanation?: Explanation;
  readonly refined?: string;
}

/** What there is to tell of a run besides its result. */
export interface Known {
  readonly replayed?: Replayed;
  readonly explanation?: Explanation;
  /** The refined signature that a file has for the failure that the run shows. */
  readonly refined?: string;
  readonly session?: TypedSession;
}

/** A session by hand: how it looked, what it came to, and the command that brings it back. */
export interface TypedSession {
  readonly text: string;
  readonly transcript: readonly Entry[];
  readonly repeat: string;
}

/** A run out of a file: how it stands to the record, and its own command. */
export interface Replayed {
  readonly comparison: Comparison;
  readonly replay: string;
}

/** The exit code that a run's verdict stands for. */
export function exitOfRun(result: RunResult): ExitCode {
  const failure = firstFailure(result);
  if (failure !== undefined) return exitOfOracle(failure.oracle);
  return result.verdict === 'inconclusive' ? EXIT.inconclusive : EXIT.passed;
}
