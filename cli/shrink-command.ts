/** `quorumlab shrink`: a failing run made small, shown as a person reads it, and saved. */
import { existsSync } from 'node:fs';
import { OUT_DIR, replayFileCommand } from '../reports/commands.ts';
import { firstFailure } from '../scenarios/campaign-run.ts';
import type { Explanation } from '../scenarios/explain/explanation.ts';
import type { NotShrunk, SmallFailure } from '../scenarios/shrink/shrink.ts';
import { isCalled } from '../scenarios/signature.ts';
import type { Failure, RunResult } from '../scenarios/spec.ts';
import { EXIT, type ExitCode, exitOfOracle, InputError, severest } from './exit.ts';
import { explainSmall } from './explain-failures.ts';
import { assertWritableFile, writeFileWhole } from './files.ts';
import type { Given } from './given.ts';
import { type Interrupt, listenForInterrupt } from './interrupt.ts';
import { RUN_MS_DEFAULT, SHRINK_MS_DEFAULT } from './limits.ts';
import { endingSoon, oneWorker } from './one-worker.ts';
import { SWITCH } from './options.ts';
import type { PoolAnswer, WorkerPool } from './pool.ts';
import { LOST } from './progress.ts';
import { readTarget, type Target } from './replay-target.ts';
import { exitOfRun } from './run-output.ts';
import { runText } from './run-text.ts';
import { briefExplanation } from './saved-explanation.ts';
import {
  blameOf,
  type Expected,
  FAILURE_FORMAT,
  failureText,
  recordOf,
  type SavedFailure,
} from './saved-failure.ts';
import { readReplayable } from './saved-files.ts';
import { originalWorld, savedShrinking } from './saved-shrinking.ts';
import { jobFor, outcomeOf } from './shrink-failures.ts';
import { ShrinkProgress } from './shrink-progress.ts';
import { shrunkText } from './shrink-text.ts';
import { today } from './today.ts';
import { version } from './version.ts';
import type { WorkerJob } from './worker-protocol.ts';

const FOLDER = `${OUT_DIR}/failures`;
const INTERRUPTED = 'it was interrupted';

interface Settings {
  readonly target: Target;
  /** Where the saved failure goes; named after its signature if nothing is said. */
  readonly out: string | undefined;
  readonly withinMs: number;
  /** A signature, `''` for any failure, undefined when none is expected. */
  readonly expected: string | undefined;
  readonly explains: boolean;
  readonly isJson: boolean;
}

export async function shrinkCommand(given: Given): Promise<ExitCode> {
  const out = given.word('out');
  if (out === '-') throw new InputError('--out takes a file, not "-"; /dev/stdout is one');
  const settings: Settings = {
    target: readTarget(given.words('target')[0] ?? '', given),
    out,
    withinMs: given.milliseconds('shrink-time') ?? SHRINK_MS_DEFAULT,
    expected: given.text('expect-failure'),
    explains: given.choice('explain', SWITCH) !== 'off',
    isJson: given.flag('json'),
  };
  // A file that cannot be written is found out while nothing is lost by it.
  assertWritableFile(out ?? `${FOLDER}/any.json`);
  const interrupt = listenForInterrupt();
  const pool = oneWorker(settings.target.spec, given.milliseconds('timeout') ?? RUN_MS_DEFAULT);
  try {
    const exitCode = await shrinkTarget(settings, pool, interrupt);
    return interrupt.exitCode() ?? exitCode;
  } finally {
    interrupt.release();
    await pool.close();
  }
}

async function shrinkTarget(
  settings: Settings,
  pool: WorkerPool,
  interrupt: Interrupt,
): Promise<ExitCode> {
  const { target, expected } = settings;
  const { spec, again, name } = target;
  const result = resultOf(await pool.run({ kind: 'replay', spec, again }), name);
  const failure = firstFailure(result);
  if (failure === undefined) {
    leaveAlone(settings, result, 'it does not fail');
    return expected === undefined ? exitOfRun(result) : EXIT.expectedNone;
  }
  if (interrupt.signal.aborted) {
    leaveAlone(settings, result, INTERRUPTED);
    return EXIT.interrupted;
  }
  const job = jobFor(result.spec, failure, settings.withinMs);
  const answer = await watched(pool, job, interrupt, result.counts.events);
  if (answer.kind === 'broken') throw new Error(`${name}: ${answer.message}`);
  const outcome = ofOriginal(outcomeOf(answer), target);
  if (outcome?.kind !== 'shrunk') {
    leaveAlone(settings, result, outcome?.reason ?? INTERRUPTED);
    return exitCodeOf(failure, failure.signature, expected);
  }
  const elapsedMs = answer.kind === 'shrink' ? answer.elapsedMs : 0;
  const explanation = settings.explains
    ? await explainSmall(pool, interrupt.signal, outcome)
    : undefined;
  keep(settings, { small: outcome, elapsedMs, explanation });
  return exitCodeOf(failure, outcome.signature, expected);
}

/** What was shrunk before had its luck in the run that it was in the beginning. */
function ofOriginal(
  outcome: SmallFailure | NotShrunk | undefined,
  { saved }: Target,
): SmallFailure | NotShrunk | undefined {
  const original = originalWorld(saved?.original);
  if (outcome?.kind !== 'shrunk' || original === undefined) return outcome;
  return { ...outcome, account: { ...outcome.account, original } };
}

function resultOf(answer: PoolAnswer, name: string): RunResult {
  if (answer.kind === 'replay') return answer.result;
  if (answer.kind === 'broken') throw new InputError(`${name}: ${answer.message}`);
  const why = answer.kind === 'lost' ? LOST[answer.reason] : 'was stopped before it had ended';
  throw new InputError(`${name}: the run ${why}`);
}

async function watched(
  pool: WorkerPool,
  job: WorkerJob,
  interrupt: Interrupt,
  events: number,
): Promise<PoolAnswer> {
  const progress = new ShrinkProgress(events);
  const shrinking = () => pool.run(job, (at) => progress.show(at));
  return endingSoon(pool, interrupt.signal, shrinking).finally(() => progress.stop());
}

function leaveAlone({ target, isJson }: Settings, result: RunResult, reason: string): void {
  const text = runText(result, { prints: [], repeat: target.replay });
  const printed = isJson ? `${JSON.stringify({ notShrunk: reason, result })}\n` : text;
  process.stdout.write(isJson ? printed : `${text}  not shrunk: ${reason}\n`);
}

interface Findings {
  readonly small: SmallFailure;
  readonly elapsedMs: number;
  readonly explanation: Explanation | undefined;
}

/** Writes what is left, and tells of it. */
function keep(settings: Settings, { small, elapsedMs, explanation }: Findings): void {
  const { target, out, expected, isJson } = settings;
  const path = out ?? `${FOLDER}/${small.signature}.json`;
  const said = out === undefined ? saidOf(path, small) : {};
  const expect = expected === undefined ? (target.expect ?? said.expect) : 'fail';
  const brief = explanation === undefined ? {} : { explanation: briefExplanation(explanation) };
  const kept = { ...said, ...savedFailure(small, target, expect), ...brief };
  writeFileWhole(path, failureText(kept));
  const told = explanation === undefined ? {} : { explanation };
  if (!isJson) {
    const commands = { replay: replayFileCommand(path), original: target.replay };
    process.stdout.write(shrunkText(small, { ...commands, elapsedMs, ...told }));
    return;
  }
  const { account, signature } = small;
  const { events: _events, ...minimal } = small.minimal;
  const printed = { signature, path, account, elapsedMs, minimal, ...told };
  process.stdout.write(`${JSON.stringify(printed)}\n`);
}

/** What was said of the same failure when a campaign saved it there stays said. */
function saidOf(path: string, { signature }: SmallFailure): Pick<SavedFailure, 'expect' | 'note'> {
  if (!existsSync(path)) return {};
  try {
    const { saved } = readReplayable(path);
    if (saved?.signature !== signature) return {};
    const { expect, note } = saved;
    return { ...(expect === undefined ? {} : { expect }), ...(note === undefined ? {} : { note }) };
  } catch (error) {
    // What nobody can read says nothing; it is written anew.
    if (error instanceof InputError) return {};
    throw error;
  }
}

function savedFailure(
  { minimal, failure, account, signature }: SmallFailure,
  { saved, replay }: Target,
  expect: Expected | undefined,
): SavedFailure {
  return {
    format: FAILURE_FORMAT,
    ...blameOf({ ...failure, signature, provisional: failure.signature }),
    ...(expect === undefined ? {} : { expect }),
    ...(saved?.note === undefined ? {} : { note: saved.note }),
    found: saved?.found ?? { command: replay, version: version(), date: today() },
    ...savedShrinking(account, minimal.spec),
    ...recordOf(minimal),
    spec: minimal.spec,
  };
}

function exitCodeOf(
  { oracle, signature: provisional }: Failure,
  signature: string,
  expected: string | undefined,
): ExitCode {
  const code = exitOfOracle(oracle);
  if (expected === undefined || code === EXIT.internal) return code;
  const isFound = expected === '' || isCalled({ signature, provisional }, expected);
  return isFound ? EXIT.passed : severest([code, EXIT.expectedNone]);
}
