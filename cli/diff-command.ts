/** `quorumlab diff`: two runs held against each other, down to the event in which they part. */
import { existsSync } from 'node:fs';
import { type DiffSide, formatDiff, ROWS_DEFAULT } from '../reports/diff.ts';
import { mutantNamed } from '../scenarios/assemble.ts';
import type { DrawSettings } from '../scenarios/catalogue/index.ts';
import { compareRuns, type RunComparison } from '../scenarios/diff/compare-runs.ts';
import type { RunResult, RunSpec } from '../scenarios/spec.ts';
import { EXIT, type ExitCode, InputError } from './exit.ts';
import type { Given } from './given.ts';
import { numberNamesOf } from './number-names.ts';
import { SIDES, SIMULATION, type Side } from './options.ts';
import { hasColour } from './paint.ts';
import { readTarget, runTarget, savedTarget, type Target } from './replay-target.ts';
import { readReplayable } from './saved-files.ts';
import { drawSettings, scenarioNamed, simulationWords } from './selection.ts';
import { fittingSpec } from './spec-fit.ts';

export const DIFF_FORMAT = 'quorumlab-diff/1';

/** As `diff` and its like have it: 0 is "the same", 1 is "different", 2 is trouble. */
const SAME = EXIT.passed;
const DIFFERENT = EXIT.violated;

const ROWS_MAX = 1_000;
const WIDTH_MIN = 80;
const WIDTH_MAX = 200;
/** Not on a terminal. */
const WIDTH_ELSEWHERE = 120;

export async function diffCommand(given: Given): Promise<ExitCode> {
  const targets = targetsOf(given);
  const rows = given.count('rows', 1, ROWS_MAX) ?? ROWS_DEFAULT;
  const [a, b] = SIDES.map((side) => sideOf(side, targets[side], given));
  if (a === undefined || b === undefined) throw new Error('there are two sides');
  const sides = { a: ran(a), b: ran(b) };
  const comparison = compareRuns(sides.a.run, sides.b.run);
  if (given.flag('json')) {
    process.stdout.write(`${JSON.stringify(asJson(comparison, sides))}\n`);
  } else {
    const style = { colour: hasColour(), width: widthOfOutput(), rows };
    process.stdout.write(`${formatDiff(comparison, sides, style)}\n`);
  }
  return comparison.isSame ? SAME : DIFFERENT;
}

function ran({ title, target }: Planned): DiffSide {
  const run = runTarget(target, { events: true });
  return { title, run, numberNames: numberNamesOf(run) };
}

/** With one target, its two sides must be told apart by options. */
function targetsOf(given: Given): { readonly [side in Side]: string } {
  const words = given.words('target');
  const [a = '', b = a] = words;
  if (words.length > 2) throw new InputError(`diff takes two targets, not ${words.length}`);
  if (words.length < 2 && !SIDES.some((side) => given.ofSide(side).isApart)) {
    throw new InputError(
      `diff takes two targets, or one and what is different on a side: ${a} --b-mutant VR-3`,
    );
  }
  return { a, b };
}

/** What is to be run on one side, and what it is called. */
interface Planned {
  readonly title: string;
  readonly target: Target;
}

function sideOf(side: Side, name: string, given: Given): Planned {
  // A file of that name wins: an '@' is legal in both.
  if (!name.includes('@') || existsSync(name)) return savedSide(side, name, given);
  const target = readTarget(name, given.ofSide(side).given);
  return { title: target.replay.replace(/^quorumlab replay /, ''), target };
}

/** A saved world stays as it is but for its build: the planted bug and the protocol's options. */
function savedSide(side: Side, path: string, given: Given): Planned {
  if (!existsSync(path)) {
    throw new InputError(`there is no file ${path}; a seed is named as SCENARIO@SEED`);
  }
  for (const name of Object.keys(SIMULATION)) {
    if (given.words(name).length > 0) throw cannotChange(`--${name}`, path, side);
    const isBuild = name === 'mutant' || name === 'set';
    const isGiven = given.words(`${side}-${name}`).length > 0;
    if (isGiven && !isBuild) throw cannotChange(`--${side}-${name}`, path, side);
  }
  const target = savedTarget(path, readReplayable(path), given);
  const { given: own, isWithoutMutant } = given.ofSide(side);
  const settings = drawSettings(own, [scenarioNamed(target.spec.scenario)]);
  const spec = fittingSpec(rebuilt(target.spec, settings, isWithoutMutant), `${path}: `);
  const words = [...mutantWords(settings, isWithoutMutant), ...simulationWords(own)];
  // One run is held against one: whether it is the same each time is another question.
  return { title: [path, ...words].join(' '), target: { ...target, spec, again: 0 } };
}

function mutantWords({ mutant }: DrawSettings, isWithout: boolean): readonly string[] {
  if (mutant !== undefined) return ['--mutant', mutant];
  return isWithout ? ['--mutant', 'none'] : [];
}

function cannotChange(option: string, path: string, side: Side): InputError {
  return new InputError(
    `${option} cannot change a saved run: ${path} says it all, ` +
      `but for --${side}-mutant and --${side}-set`,
  );
}

/** The same world on another build. */
function rebuilt(spec: RunSpec, settings: DrawSettings, isWithoutMutant: boolean): RunSpec {
  const { mutant = spec.mutant } = settings;
  const planted = isWithoutMutant ? undefined : mutant;
  const given = settings.mutant;
  const needed = given === undefined ? {} : mutantNamed(given, spec.protocol).options;
  const { mutant: _mutant, ...rest } = spec;
  return {
    ...rest,
    ...(planted === undefined ? {} : { mutant: planted }),
    options: { ...spec.options, ...needed, ...settings.options },
  };
}

function widthOfOutput(): number {
  const { isTTY, columns } = process.stdout;
  return isTTY ? Math.min(WIDTH_MAX, Math.max(WIDTH_MIN, columns)) : WIDTH_ELSEWHERE;
}

/** What `--json` prints. */
function asJson(
  comparison: RunComparison,
  sides: { readonly a: DiffSide; readonly b: DiffSide },
): object {
  const summary = ({ title, run }: DiffSide): object => {
    const { spec, verdict, failures, inconclusive, traceHash, ended, counts }: RunResult = run;
    return { title, verdict, failures, inconclusive, traceHash, ended, counts, spec };
  };
  return { format: DIFF_FORMAT, ...comparison, a: summary(sides.a), b: summary(sides.b) };
}
