/** What can be run again: a seed of a scenario, or a file that was saved. */
import { existsSync } from 'node:fs';
import { replayFileCommand, replaySeedCommand } from '../reports/commands.ts';
import { SpecError } from '../scenarios/assemble.ts';
import {
  type CampaignEngine,
  DETERMINISM,
  DETERMINISM_TRIES,
  judge,
  type RunOptions,
} from '../scenarios/campaign-run.ts';
import { nameOfScenario } from '../scenarios/seeds.ts';
import type { RunResult } from '../scenarios/spec.ts';
import { engineFor } from './engine.ts';
import { InputError } from './exit.ts';
import { type Given, seedFrom } from './given.ts';
import { SIMULATION } from './options.ts';
import { type Replayable, readReplayable } from './saved-files.ts';
import {
  assertDrawable,
  drawSettings,
  scenarioNamed,
  simulationWords,
  wantsDeterminism,
} from './selection.ts';

/** A target as it was named, with all that its run needs. */
export interface Target extends Replayable {
  readonly name: string;
  readonly isSeed: boolean;
  /** How many further runs it takes at most to judge it. */
  readonly again: number;
  /** Command that runs it again. */
  readonly replay: string;
}

/** `vr/chaos@0x5eed` with simulation options, or a file, which takes none. */
export function readTarget(name: string, given: Given): Target {
  // A file of that name wins: an '@' is legal in both.
  const isSeed = name.includes('@') && !existsSync(name);
  return isSeed ? drawnTarget(name, given) : fileTarget(name, given);
}

function drawnTarget(name: string, given: Given): Target {
  const cut = name.indexOf('@');
  const seed = seedFrom(name.slice(cut + 1), name);
  const scenario = scenarioNamed(name.slice(0, cut));
  const settings = drawSettings(given, [scenario]);
  assertDrawable(scenario, settings);
  const { mutant } = settings;
  const asked = { ...(mutant === undefined ? {} : { mutant }), flags: simulationWords(given) };
  return {
    name,
    spec: engineFor(settings).draw(scenario.id, seed),
    isSeed: true,
    again: wantsDeterminism(given) ? 1 : 0,
    replay: replaySeedCommand(scenario.id, seed, asked),
  };
}

function fileTarget(path: string, given: Given): Target {
  assertNoSimulationOptions(path, given);
  if (!existsSync(path) && nameOfScenario(path) !== path && !path.endsWith('.json')) {
    throw new InputError(`there is no file ${path}; a seed is replayed as ${path}@SEED`);
  }
  return savedTarget(path, readReplayable(path), given);
}

/** What was read of a file. */
export function savedTarget(path: string, saved: Replayable, given: Given): Target {
  return {
    ...saved,
    name: path,
    isSeed: false,
    again: saved.oracle === DETERMINISM ? DETERMINISM_TRIES : wantsDeterminism(given) ? 1 : 0,
    replay: replayFileCommand(path),
  };
}

/** What was saved is run as it is. */
export function assertNoSimulationOptions(path: string, given: Given): void {
  const simulation = Object.keys(SIMULATION).filter((name) => name !== 'determinism');
  const overridden = simulation.find((name) => given.words(name).length > 0);
  if (overridden === undefined) return;
  throw new InputError(`--${overridden} cannot change a saved run: ${path} says it all`);
}

/** Runs the target once, or as often as it takes. */
export function runTarget(target: Target, wanted: RunOptions = {}): RunResult {
  const engine: CampaignEngine = engineFor({});
  try {
    return judge(engine, target.spec, { ...wanted, again: target.again });
  } catch (error) {
    if (error instanceof SpecError) throw new InputError(`${target.name}: ${error.message}`);
    throw error;
  }
}
