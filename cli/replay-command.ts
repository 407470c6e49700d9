/** `quorumlab replay`: the same run again, held against what was recorded of it. */
import { statSync } from 'node:fs';
import { DETERMINISM, firstFailure } from '../scenarios/campaign-run.ts';
import type { ShownRun } from '../scenarios/explain/explain.ts';
import type { RunResult } from '../scenarios/spec.ts';
import { codeVersion } from './code-version.ts';
import { missingIn } from './corpus-verdict.ts';
import { EXIT, type ExitCode, severest } from './exit.ts';
import { explainRun } from './explain-run.ts';
import type { Given } from './given.ts';
import { readTarget, runTarget, type Target } from './replay-target.ts';
import { exitOfRun, type Known, RunOutput } from './run-output.ts';
import { failsAs } from './saved-failure.ts';
import type { Replayable } from './saved-files.ts';
import { originalWorld } from './saved-shrinking.ts';
import { simulationWords } from './selection.ts';
import { version } from './version.ts';

export async function replayCommand(given: Given): Promise<ExitCode> {
  const name = given.words('target')[0] ?? '';
  if (statSync(name, { throwIfNoEntry: false })?.isDirectory() === true) {
    const { replayFolder } = await import('./replay-folder.ts');
    return replayFolder(name, given);
  }
  const target = readTarget(name, given);
  const output = new RunOutput(given, target.isSeed ? simulationWords(given) : []);
  const result = runTarget(target, {
    events: output.wantsEvents,
    states: output.wantsStates,
  });
  const comparison = compare(target, result);
  const replayed = target.isSeed ? {} : { replayed: { comparison, replay: target.replay } };
  const { exitCode, ...explained } = given.flag('explain')
    ? await explainRun(result, knownOf(target))
    : {};
  output.add(result, { ...replayed, ...refinedIn(target, result), ...explained });
  await output.finish();
  if (exitCode !== undefined && explained.explanation === undefined) {
    process.stderr.write('quorumlab: not explained: it was interrupted\n');
  }
  return exitCode ?? comparison.exitCode;
}

/** A file of a shrunk failure names it by more than oracle and invariant. */
function refinedIn(saved: Replayable, result: RunResult): Known {
  const { signature, provisional, isEdited } = saved;
  if (signature === undefined || provisional === undefined || isEdited === true) return {};
  return failsAs(saved, firstFailure(result)) ? { refined: signature } : {};
}

/** What a file says of the run that its own was shrunk from. */
function knownOf({ saved }: Target): Omit<ShownRun, 'spec'> {
  const original = originalWorld(saved?.original);
  const isMinimal = saved?.shrunk?.isMinimal === true;
  return original === undefined ? { isMinimal } : { original, isMinimal };
}

/** How a replay stands to what was recorded; what `--json` prints as `replay`. */
export interface Comparison {
  readonly recordedHash?: string;
  readonly isSameHash?: boolean;
  /** Only where the record says what to expect. */
  readonly isAsExpected?: boolean;
  /** Its spec was edited since it was recorded: nothing is compared. */
  readonly isEdited?: true;
  /** What to tell people. */
  readonly lines: readonly string[];
  readonly exitCode: ExitCode;
}

export function compare(saved: Replayable, result: RunResult): Comparison {
  if (saved.isEdited === true) {
    const line = 'the spec was edited since it was recorded: its record is not compared';
    return { isEdited: true, lines: [line], exitCode: exitOfRun(result) };
  }
  const codes: ExitCode[] = [];
  const lines: string[] = [];
  let comparison: Pick<Comparison, 'recordedHash' | 'isSameHash' | 'isAsExpected'> = {};
  // A failure of determinism is that its hash differs each time: there is nothing to compare.
  if (saved.traceHash !== undefined && saved.oracle !== DETERMINISM) {
    const isSameHash = saved.traceHash === result.traceHash;
    comparison = { recordedHash: saved.traceHash, isSameHash };
    lines.push(isSameHash ? 'the trace hash is the same as recorded' : differs(saved, result));
    if (!isSameHash) codes.push(EXIT.stale);
  }
  const { expect, signature } = saved;
  if (expect === undefined) {
    codes.push(exitOfRun(result));
    if (signature !== undefined && result.verdict === 'passed') {
      lines.push(`it no longer fails with ${signature}`);
    }
  } else {
    const shown = expect === 'fail' ? asFailing(saved, result) : asPassing(saved, result);
    comparison = { ...comparison, isAsExpected: shown.exitCode === EXIT.passed };
    lines.push(shown.line);
    codes.push(shown.exitCode);
  }
  return { ...comparison, lines, exitCode: severest(codes) };
}

interface Shown {
  readonly line: string;
  readonly exitCode: ExitCode;
}

function asFailing(saved: Replayable, result: RunResult): Shown {
  const { signature } = saved;
  const failure = firstFailure(result);
  if (failsAs(saved, failure)) {
    const family = saved.provisional === undefined ? '' : ` (${saved.provisional})`;
    return { line: `it fails as expected, with ${signature}${family}`, exitCode: EXIT.passed };
  }
  const but = outcome(result, failure?.signature);
  const line = `it was expected to fail with ${signature}, but ${but}`;
  return { line, exitCode: EXIT.stale };
}

function asPassing(saved: Replayable, result: RunResult): Shown {
  if (result.verdict !== 'passed') {
    const found = firstFailure(result)?.signature;
    const line = `it was expected to pass, but ${outcome(result, found)}`;
    return { line, exitCode: exitOfRun(result) };
  }
  const missing = missingIn(saved, result);
  if (missing.length === 0) return { line: 'it passes as expected', exitCode: EXIT.passed };
  const line = `it passes, but no longer shows what it was kept for: ${missing.join('; ')}`;
  return { line, exitCode: EXIT.stale };
}

function differs(saved: Replayable, result: RunResult): string {
  const by = recorderOf(saved);
  const recorded = `${saved.traceHash} was recorded${by === undefined ? '' : ` by ${by}`}`;
  return `the trace hash differs: ${recorded}, it is ${result.traceHash}`;
}

/** Who recorded it, as far as the file says: a difference means much only by the same code. */
function recorderOf({ version: recordedBy, code }: Replayable): string | undefined {
  if (recordedBy === undefined) return undefined;
  if (recordedBy !== version()) return `version ${recordedBy} (this is ${version()})`;
  if (code === undefined) return `version ${recordedBy}`;
  return code === codeVersion() ? 'this very code' : `other code of version ${recordedBy}`;
}

function outcome(result: RunResult, found: string | undefined): string {
  if (found !== undefined) return `it failed with ${found}`;
  return result.verdict === 'passed' ? 'it passed' : 'it came to no verdict';
}
