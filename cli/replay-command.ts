/** `quorumlab replay`: the same run again, held against what was recorded of it. */
import { existsSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { replaySavedCommand } from '../reports/commands.ts';
import { type CampaignEngine, firstFailure, judge } from '../scenarios/campaign-run.ts';
import { nameOfScenario } from '../scenarios/seeds.ts';
import type { RunResult, RunSpec } from '../scenarios/spec.ts';
import { engineFor } from './engine.ts';
import { EXIT, type ExitCode, InputError, severest } from './exit.ts';
import { type Given, seedFrom } from './given.ts';
import { SIMULATION } from './options.ts';
import { exitOfRun, RunOutput } from './run-output.ts';
import { type Replayable, readReplayable } from './saved-files.ts';
import { assertDrawable, drawSettings, scenarioNamed, simulationWords } from './selection.ts';
import { version } from './version.ts';

export async function replayCommand(given: Given): Promise<ExitCode> {
  const target = given.words('target')[0] ?? '';
  // A file of that name wins: an '@' is legal in both.
  const isSeed = target.includes('@') && !existsSync(target);
  return isSeed ? replaySeed(target, given) : replayFile(target, given);
}

async function replaySeed(target: string, given: Given): Promise<ExitCode> {
  const cut = target.indexOf('@');
  const seed = seedFrom(target.slice(cut + 1), target);
  const scenario = scenarioNamed(target.slice(0, cut));
  const settings = drawSettings(given, [scenario]);
  assertDrawable([scenario], settings);
  const engine = engineFor(settings);
  const output = new RunOutput(given, simulationWords(given));
  const result = rerun(engine, engine.draw(scenario.id, seed), output, given);
  output.add(result);
  await output.finish();
  return exitOfRun(result);
}

async function replayFile(path: string, given: Given): Promise<ExitCode> {
  const simulation = Object.keys(SIMULATION).filter((name) => name !== 'determinism');
  const overridden = simulation.find((name) => given.words(name).length > 0);
  if (overridden !== undefined) {
    throw new InputError(`--${overridden} cannot change a saved run: ${path} says it all`);
  }
  if (!existsSync(path) && nameOfScenario(path) !== path && !path.endsWith('.json')) {
    throw new InputError(`there is no file ${path}; a seed is replayed as ${path}@SEED`);
  }
  const saved = readReplayable(path);
  const output = new RunOutput(given, []);
  const result = rerun(engineFor({}), saved.spec, output, given);
  const comparison = compare(saved, result);
  output.add(result, comparison.note, replaySavedCommand(basename(path), dirname(path)));
  await output.finish();
  return comparison.exit;
}

function rerun(engine: CampaignEngine, spec: RunSpec, output: RunOutput, given: Given): RunResult {
  try {
    return judge(engine, spec, { events: output.wantsEvents, twice: given.flag('determinism') });
  } catch (error) {
    if (error instanceof Error && error.name === 'SpecError') throw new InputError(error.message);
    throw error;
  }
}

/** What a replay is told about the record, and its exit code. */
export function compare(
  saved: Replayable,
  result: RunResult,
): { readonly note: string; readonly exit: ExitCode } {
  const found = firstFailure(result)?.signature;
  const codes: ExitCode[] = [];
  const lines: string[] = [];
  if (saved.traceHash !== undefined) {
    const isSame = saved.traceHash === result.traceHash;
    lines.push(isSame ? 'trace hash as recorded' : differs(saved, result));
    if (!isSame) codes.push(EXIT.stale);
  }
  if (saved.expect === 'fail') {
    const isAsExpected = found !== undefined && found === saved.signature;
    if (isAsExpected) lines.push(`fails as expected, with ${found}`);
    else {
      lines.push(`expected to fail with ${saved.signature}, but ${outcome(result, found)}`);
      codes.push(EXIT.stale);
    }
  } else codes.push(exitOfRun(result));
  return { note: lines.map((line) => `  ${line}\n`).join(''), exit: severest(codes) };
}

function differs(saved: Replayable, result: RunResult): string {
  const recordedBy = saved.version === undefined ? '' : ` by version ${saved.version}`;
  const isOther = saved.version !== undefined && saved.version !== version();
  const now = isOther ? `; this is version ${version()}` : '';
  return `trace hash differs: ${saved.traceHash} was recorded${recordedBy}, now ${result.traceHash}${now}`;
}

function outcome(result: RunResult, found: string | undefined): string {
  return found === undefined ? `it ${result.verdict}` : `it failed with ${found}`;
}
