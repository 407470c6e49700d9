/** `quorumlab run --script`: a session by hand, and its answers as they came. */
import { protocols } from '../protocols/index.ts';
import { commandLine } from '../reports/commands.ts';
import { sessionText } from '../reports/session.ts';
import { SpecError } from '../scenarios/assemble.ts';
import { judge } from '../scenarios/campaign-run.ts';
import { findScenarios, type Scenario } from '../scenarios/catalogue/index.ts';
import { run } from '../scenarios/run.ts';
import type { Script } from '../scenarios/script/commands.ts';
import { parseScript } from '../scenarios/script/parse.ts';
import { performScript, type Session } from '../scenarios/script/perform.ts';
import { transcriptOf } from '../scenarios/script/transcript.ts';
import { ScriptError, type Word } from '../scenarios/script/words.ts';
import { sessionWorld } from '../scenarios/script/world.ts';
import type { RunResult } from '../scenarios/spec.ts';
import type { Options, OptionValue } from '../sim/contract.ts';
import { engineFor } from './engine.ts';
import { EXIT, type ExitCode, InputError, severest } from './exit.ts';
import { readText, STANDARD_INPUT } from './files.ts';
import { type Given, quoted } from './given.ts';
import { didYouMean } from './hints.ts';
import { numberNamesOf } from './number-names.ts';
import { hasColour } from './paint.ts';
import { exitOfRun, RunOutput, type TypedSession } from './run-output.ts';
import {
  drawSettings,
  protocolOptions,
  scenarioNamed,
  selectScenarios,
  simulationWords,
  wantsDeterminism,
} from './selection.ts';

/** A session is the same every time, unless another seed is asked for. */
const SEED = '0x1';
const CALM = 'calm';
/** Stands for a file in commands that repeat what was typed; a comment behind them says so. */
const FILE = 'FILE';
const SAVE = `save the lines of the session as ${FILE} before`;

export async function scriptCommand(given: Given, path: string): Promise<ExitCode> {
  assertUseful(given);
  const script = located(path, () =>
    parseScript(readText(isStandardInput(path) ? STANDARD_INPUT : path)),
  );
  const seed = given.seed('seed') ?? SEED;
  const output = new RunOutput(given, []);
  const asked = { given, path, seed };
  const { sessions, refusals } = sessionsOf(given.words('scenario'), script, asked);
  for (const refusal of refusals) process.stderr.write(`quorumlab: ${refusal}\n`);
  const codes: ExitCode[] = refusals.map(() => EXIT.usage);
  const options = simulationWords(given);
  for (const session of sessions) {
    const result = judge(engineFor({}), session.spec, {
      events: output.wantsEvents,
      states: output.wantsStates,
      twice: wantsDeterminism(given),
    });
    output.add(result, { session: typed(session, result, { path, options }) });
    codes.push(exitOfRun(result));
  }
  await output.finish();
  return severest(codes);
}

/** What is to be shown, and what is refused and why. */
interface Sessions {
  readonly sessions: readonly NamedSession[];
  readonly refusals: readonly string[];
}

type NamedSession = Session & { readonly words: readonly string[] };

/**
 * All of them before the first is shown, so that what is wrong with one is told at once. One that
 * cannot be refuses itself alone; if none can be, the first refusal is thrown.
 */
function sessionsOf(names: readonly string[], script: Script, asked: Asked): Sessions {
  const sessions: NamedSession[] = [];
  const refused: { readonly name: string; readonly error: InputError }[] = [];
  const file = isStandardInput(asked.path) ? FILE : asked.path;
  for (const name of names) {
    try {
      const words = [name, '--script', file, '--seed', asked.seed];
      sessions.push({ ...sessionOf(name, script, asked), words });
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      refused.push({ name, error });
    }
  }
  const [first] = refused;
  if (first !== undefined && sessions.length === 0) throw first.error;
  const refusals = refused.map(({ name, error }) => `${name} is left out: ${error.message}`);
  return { sessions, refusals };
}

/** The script says who asks for what, and how long it takes. */
function assertUseful(given: Given): void {
  const useless = ['clients', 'ops', 'duration'].find((name) => given.text(name) !== undefined);
  if (useless === undefined) return;
  throw new InputError(`--${useless} changes nothing of a session: the script says all of it`);
}

/** As it looks, and what brings it back. */
function typed(
  session: NamedSession,
  result: RunResult,
  { path, options }: { readonly path: string; readonly options: readonly string[] },
): TypedSession {
  const { servers, spec, words } = session;
  const transcript = transcriptOf(session, result, run);
  const text = sessionText(transcript, {
    colour: hasColour(),
    protocol: spec.protocol,
    name: (node) => servers.name(node),
    numberNames: numberNamesOf(session),
    servers: servers.nodes,
  });
  const mutant = spec.mutant === undefined ? [] : ['--mutant', spec.mutant];
  const command = commandLine('run', ...words, ...mutant, ...options);
  const repeat = isStandardInput(path) ? `${command}  # ${SAVE}` : command;
  return { text, transcript, repeat };
}

/** What comes from there is gone once it is read. */
function isStandardInput(path: string): boolean {
  return path === '-' || path === STANDARD_INPUT;
}

interface Asked {
  readonly given: Given;
  readonly path: string;
  readonly seed: string;
}

function sessionOf(word: string, script: Script, { given, path, seed }: Asked): Session {
  const scenario = scenarioOf(word);
  const settings = drawSettings(given, [scenario]);
  return located(path, () => {
    const options = scriptOptions(script, scenario);
    const isWhole = word.includes('/');
    const { spec, servers } = sessionWorld(script, seed, { scenario, isWhole, options, settings });
    return performScript(script, spec, servers, run);
  });
}

/** A protocol stands for a calm world of its own. */
function scenarioOf(word: string): Scenario {
  const [first] = selectScenarios([word]);
  const isProtocol = protocols.some(({ name }) => name === word);
  if (!isProtocol) return scenarioNamed(word);
  const calm = findScenarios(`${word}/${CALM}`)[0] ?? first;
  if (calm === undefined) throw new InputError(`${word} has no scenario`);
  return calm;
}

/** Of what the script sets, what is about this protocol: `set vr.window=3` is about vr alone. */
function scriptOptions({ settings }: Script, { protocol }: Scenario): Options {
  const chosen: { [name: string]: OptionValue } = {};
  for (const { text, word } of settings) {
    const [, prefix, setting = ''] = /^(?:([^.=]+)\.)?(.*)$/.exec(text) ?? [];
    if (prefix !== undefined) assertProtocol(prefix, word);
    if ((prefix ?? protocol) === protocol) Object.assign(chosen, optionOf(setting, protocol, word));
  }
  return chosen;
}

function assertProtocol(prefix: string, word: Word): void {
  const known = protocols.map(({ name }) => name);
  if (known.includes(prefix)) return;
  const message = `there is no protocol ${quoted(prefix)}`;
  throw new ScriptError(word, message, { word: prefix, known });
}

function optionOf(setting: string, protocol: string, word: Word): Options {
  const named = protocols.filter(({ name }) => name === protocol);
  try {
    return protocolOptions([setting], named) ?? {};
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new ScriptError(word, error.message.replace('--set', 'set'));
  }
}

/** What is wrong with a script is told with its place in the file. */
function located<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof ScriptError) {
      const { line, column, message, word, known } = error;
      const hint = word === undefined ? '' : didYouMean(word, known);
      throw new InputError(`${path}:${line}:${column}: ${message}${hint}`);
    }
    if (error instanceof SpecError) throw new InputError(`${path}: ${error.message}`);
    throw error;
  }
}
