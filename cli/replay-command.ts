/** `quorumlab replay`: the same run again, held against what was recorded of it. */
import { existsSync } from 'node:fs';
import { replayFileCommand } from '../reports/commands.ts';
import { SpecError } from '../scenarios/assemble.ts';
import {
  type CampaignEngine,
  DETERMINISM,
  firstFailure,
  judge,
} from '../scenarios/campaign-run.ts';
import { nameOfScenario } from '../scenarios/seeds.ts';
import type { RunResult, RunSpec } from '../scenarios/spec.ts';
import { engineFor } from './engine.ts';
import { EXIT, type ExitCode, InputError, severest } from './exit.ts';
import { explainRun } from './explain-run.ts';
import { type Given, seedFrom } from './given.ts';
import { SIMULATION } from './options.ts';
import { exitOfRun, type Known, RunOutput } from './run-output.ts';
import { type Replayable, readReplayable } from './saved-files.ts';
import {
  assertDrawable,
  drawSettings,
  scenarioNamed,
  simulationWords,
  wantsDeterminism,
} from './selection.ts';
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
  const result = rerun(
    engine,
    engine.draw(scenario.id, seed),
    target,
    output,
    wantsDeterminism(given),
  );
  output.add(result, explained(engine, result, given));
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
  const isTwice = wantsDeterminism(given) || saved.oracle === DETERMINISM;
  const engine = engineFor({});
  const result = rerun(engine, saved.spec, path, output, isTwice);
  const comparison = compare(saved, result);
  const replayed = { comparison, replay: replayFileCommand(path) };
  output.add(result, { replayed, ...explained(engine, result, given) });
  await output.finish();
  return comparison.exitCode;
}

function explained(engine: CampaignEngine, result: RunResult, given: Given): Known {
  const explanation = given.flag('explain') ? explainRun(engine, result) : undefined;
  return explanation === undefined ? {} : { explanation };
}

/** `where` is the file or seed that a wrong spec comes from. */
function rerun(
  engine: CampaignEngine,
  spec: RunSpec,
  where: string,
  output: RunOutput,
  isTwice: boolean,
): RunResult {
  try {
    return judge(engine, spec, { events: output.wantsEvents, twice: isTwice });
  } catch (error) {
    if (error instanceof SpecError) throw new InputError(`${where}: ${error.message}`);
    throw error;
  }
}

/** How a replay stands to what was recorded; what `--json` prints as `replay`. */
export interface Comparison {
  readonly recordedHash?: string;
  readonly isSameHash?: boolean;
  /** Only where the record says what to expect. */
  readonly isAsExpected?: boolean;
  /** What to tell people. */
  readonly lines: readonly string[];
  readonly exitCode: ExitCode;
}

export function compare(saved: Replayable, result: RunResult): Comparison {
  const found = firstFailure(result)?.signature;
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
  if (saved.expect === 'fail') {
    const isAsExpected = found !== undefined && found === saved.signature;
    comparison = { ...comparison, isAsExpected };
    if (isAsExpected) lines.push(`it fails as expected, with ${found}`);
    else {
      lines.push(`it was expected to fail with ${saved.signature}, but ${outcome(result, found)}`);
      codes.push(EXIT.stale);
    }
  } else codes.push(exitOfRun(result));
  return { ...comparison, lines, exitCode: severest(codes) };
}

function differs(saved: Replayable, result: RunResult): string {
  const { traceHash: recorded, version: recordedBy } = saved;
  const by = recordedBy === undefined ? '' : ` by version ${recordedBy}`;
  const isOther = recordedBy !== undefined && recordedBy !== version();
  const now = isOther ? `; this is version ${version()}` : '';
  return `the trace hash differs: ${recorded} was recorded${by}, it is ${result.traceHash}${now}`;
}

function outcome(result: RunResult, found: string | undefined): string {
  if (found !== undefined) return `it failed with ${found}`;
  return result.verdict === 'passed' ? 'it passed' : 'it came to no verdict';
}
