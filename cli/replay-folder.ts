/** `quorumlab replay FOLDER`: every saved failure in it, a line each, and what they come to. */

import { visible } from '../reports/lines.ts';
import { formatCount, formatElapsed } from '../reports/words.ts';
import { firstFailure } from '../scenarios/campaign-run.ts';
import type { RunResult } from '../scenarios/spec.ts';
import { type CorpusEntry, readCorpus, tellForeign, tellUnreadable } from './corpus-folder.ts';
import { NO_CAMPAIGN } from './corpus-runner.ts';
import { EXIT, type ExitCode, InputError, severest } from './exit.ts';
import type { Given } from './given.ts';
import { listenForInterrupt } from './interrupt.ts';
import { NO_TIMEOUT_MS } from './one-worker.ts';
import { SHOWN } from './options.ts';
import { paint } from './paint.ts';
import { WorkerPool } from './pool.ts';
import { LOST } from './progress.ts';
import { type Comparison, compare } from './replay-command.ts';
import { assertNoSimulationOptions, savedTarget } from './replay-target.ts';

export async function replayFolder(folder: string, given: Given): Promise<ExitCode> {
  assertNoSimulationOptions(folder, given);
  const ofOne = [...Object.keys(SHOWN), 'explain'];
  const single = ofOne.find((name) => given.words(name).length > 0);
  if (single !== undefined) {
    throw new InputError(
      `--${single} is for one run, and ${folder} is a folder: name a file of it`,
    );
  }
  const { entries, unreadable, foreign } = readCorpus([folder]);
  if (entries.length + unreadable.length === 0) {
    tellForeign(foreign);
    throw new InputError(`${folder} holds no saved failures: nothing to replay`);
  }
  const startedAt = performance.now();
  const interrupt = listenForInterrupt();
  const replayed = await replayEach(entries, given, interrupt.signal);
  interrupt.release();
  if (!given.flag('json')) {
    const elapsed = formatElapsed(performance.now() - startedAt);
    const facts = { replayed, entries: entries.length, unreadable: unreadable.length };
    process.stdout.write(`${summary(facts)}  (${elapsed})\n`);
  }
  tellForeign(foreign);
  tellUnreadable(unreadable);
  return interrupt.exitCode() ?? worstOf(replayed, unreadable.length);
}

type Replayed = Pick<Comparison, 'exitCode' | 'isEdited'>;

/** One after the other, until there is an interrupt. */
async function replayEach(
  entries: readonly CorpusEntry[],
  given: Given,
  interrupt: AbortSignal,
): Promise<readonly Replayed[]> {
  const entry = new URL('./worker.js', import.meta.url);
  const pool = new WorkerPool({ entry, campaign: NO_CAMPAIGN, jobs: 1, timeoutMs: NO_TIMEOUT_MS });
  const stop = (): void => pool.stopNow();
  interrupt.addEventListener('abort', stop, { once: true });
  const replayed: Replayed[] = [];
  try {
    for (const each of entries) {
      const one = interrupt.aborted ? undefined : await replayEntry(pool, each, given);
      if (one === undefined) break;
      replayed.push(one);
    }
    return replayed;
  } finally {
    interrupt.removeEventListener('abort', stop);
    await pool.close();
  }
}

/** Undefined when it was stopped by an interrupt. */
async function replayEntry(
  pool: WorkerPool,
  { path, saved, misfit, isEdited }: CorpusEntry,
  given: Given,
): Promise<Replayed | undefined> {
  const cannot = (why: string, exitCode: ExitCode): Replayed => {
    process.stderr.write(`quorumlab: ${visible(`${path}: ${why}`)}\n`);
    return { exitCode };
  };
  if (misfit !== undefined) return cannot(misfit, EXIT.usage);
  const target = savedTarget(path, { ...saved, ...(isEdited ? { isEdited } : {}) }, given);
  const answer = await pool.run({ kind: 'replay', spec: target.spec, again: target.again });
  if (answer.kind === 'stopped') return undefined;
  if (answer.kind === 'lost') return cannot(`the run ${LOST[answer.reason]}`, EXIT.inconclusive);
  if (answer.kind === 'broken') return cannot(answer.message, EXIT.usage);
  if (answer.kind !== 'replay') throw new Error(`a replay was answered with ${answer.kind}`);
  const { result } = answer;
  const comparison = compare(target, result);
  const write = given.flag('json') ? asJson : asText;
  process.stdout.write(write(path, result, comparison));
  return comparison;
}

function asText(path: string, result: RunResult, comparison: Comparison): string {
  const { lines, exitCode, isAsExpected } = comparison;
  const found = firstFailure(result);
  // What is expected is told by the comparison; what is not has its say here.
  const verdict =
    isAsExpected !== undefined
      ? []
      : [found === undefined ? VERDICTS[result.verdict] : `it fails with ${found.signature}`];
  const said = [...verdict, ...lines].join('; ');
  return `${badge(exitCode)}  ${paint.strong(visible(path))}  ${said}\n`;
}

const VERDICTS: { readonly [verdict in RunResult['verdict']]: string } = {
  passed: 'it passes',
  failed: 'it fails',
  inconclusive: 'it comes to no verdict',
};

function asJson(path: string, result: RunResult, comparison: Comparison): string {
  return `${JSON.stringify({ file: path, ...result, replay: comparison })}\n`;
}

function badge(exitCode: ExitCode): string {
  switch (exitCode) {
    case EXIT.passed:
      return paint.pass();
    case EXIT.stale:
      return paint.differs();
    case EXIT.inconclusive:
      return paint.unknown();
    default:
      return paint.fail();
  }
}

interface Facts {
  readonly replayed: readonly Replayed[];
  /** How many there were to replay. */
  readonly entries: number;
  readonly unreadable: number;
}

/** `PASS  12 of 14 as they should be · 1 not as recorded · 1 failing`. */
function summary({ replayed, entries, unreadable }: Facts): string {
  const many = (...those: readonly ExitCode[]): number =>
    replayed.filter(({ exitCode }) => those.includes(exitCode)).length;
  const unsaid = replayed.filter(
    ({ exitCode, isEdited }) => exitCode === EXIT.passed && isEdited === true,
  ).length;
  const well = many(EXIT.passed) - unsaid;
  const facts: readonly (readonly [number, string])[] = [
    [many(EXIT.stale), 'not as recorded'],
    [many(EXIT.violated, EXIT.internal), 'failing'],
    [unsaid, 'passing, but edited'],
    [many(EXIT.inconclusive), 'unknown'],
    [many(EXIT.usage) + unreadable, 'unreadable'],
  ];
  const isCutShort = replayed.length < entries;
  const all = formatCount(replayed.length + unreadable);
  const said = [
    `${formatCount(well)} of ${all} as they should be`,
    ...facts.filter(([count]) => count > 0).map(([count, what]) => `${formatCount(count)} ${what}`),
    ...(isCutShort ? [`interrupted: ${replayed.length} of ${entries} replayed`] : []),
  ];
  const worst = worstOf(replayed, unreadable);
  // What was not replayed may be as it should be, or not.
  const known = worst === EXIT.passed && isCutShort ? EXIT.inconclusive : worst;
  return `${badge(known)}  ${said.join(' · ')}`;
}

function worstOf(replayed: readonly Replayed[], unreadable: number): ExitCode {
  const codes = replayed.map(({ exitCode }) => exitCode);
  return severest([...codes, ...(unreadable > 0 ? [EXIT.usage] : [])]);
}
