/** `quorumlab replay FOLDER`: every saved failure in it, a line each, and what they come to. */
import { formatCount, formatElapsed } from '../reports/words.ts';
import { firstFailure } from '../scenarios/campaign-run.ts';
import type { RunResult } from '../scenarios/spec.ts';
import { type CorpusEntry, readCorpus, tellForeign, tellUnreadable } from './corpus-folder.ts';
import { EXIT, type ExitCode, InputError, severest } from './exit.ts';
import type { Given } from './given.ts';
import { SHOWN } from './options.ts';
import { paint } from './paint.ts';
import { type Comparison, compare } from './replay-command.ts';
import { assertNoSimulationOptions, runTarget, savedTarget } from './replay-target.ts';
import { visible } from './table.ts';

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
    throw new InputError(`${folder} holds no saved failures: nothing to replay`);
  }
  const startedAt = performance.now();
  const isJson = given.flag('json');
  const replayed = entries.map((entry) => replayEntry(entry, given, isJson));
  if (!isJson) {
    const elapsed = formatElapsed(performance.now() - startedAt);
    process.stdout.write(`${summary(replayed, unreadable.length)}  (${elapsed})\n`);
  }
  tellForeign(foreign);
  tellUnreadable(unreadable);
  const codes = replayed.map(({ exitCode }) => exitCode);
  return severest([...codes, ...(unreadable.length > 0 ? [EXIT.usage] : [])]);
}

type Replayed = Pick<Comparison, 'exitCode' | 'isEdited'>;

function replayEntry(entry: CorpusEntry, given: Given, isJson: boolean): Replayed {
  const { path, saved, misfit, isEdited } = entry;
  if (misfit !== undefined) {
    process.stderr.write(`quorumlab: ${visible(`${path}: ${misfit}`)}\n`);
    return { exitCode: EXIT.usage };
  }
  const target = savedTarget(path, { ...saved, ...(isEdited ? { isEdited } : {}) }, given);
  const result = runTarget(target);
  const comparison = compare(target, result);
  process.stdout.write(
    isJson ? asJson(path, result, comparison) : asText(path, result, comparison),
  );
  return comparison;
}

function asText(path: string, result: RunResult, comparison: Comparison): string {
  const { lines, exitCode, isAsExpected } = comparison;
  const found = firstFailure(result);
  // What is expected is told by the comparison; what is not has its say here.
  const verdict =
    isAsExpected !== undefined
      ? []
      : [found === undefined ? 'it passes' : `it fails with ${found.signature}`];
  const said = [...verdict, ...lines].join('; ');
  return `${badge(exitCode)}  ${paint.strong(visible(path))}  ${said}\n`;
}

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

/** `PASS  12 of 14 as recorded · 1 differs · 1 fails`. */
function summary(replayed: readonly Replayed[], unreadable: number): string {
  const codes = replayed.map(({ exitCode }) => exitCode);
  const many = (...those: readonly ExitCode[]): number =>
    codes.filter((code) => those.includes(code)).length;
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
  const all = formatCount(codes.length + unreadable);
  const said = facts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  const worst = severest([...codes, ...(unreadable > 0 ? [EXIT.usage] : [])]);
  return [`${badge(worst)}  ${well} of ${all} as they should be`, ...said].join(' · ');
}
