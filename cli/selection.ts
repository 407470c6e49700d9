/** Scenarios, oracles, mutants and options by name; a wrong name gets a hint. */

import { mutants, protocols } from '../protocols/index.ts';
import { unjudgedInWords } from '../reports/unjudged.ts';
import { assemble } from '../scenarios/assemble.ts';
import { DETERMINISM } from '../scenarios/campaign-run.ts';
import type { StrategyName } from '../scenarios/campaign-types.ts';
import {
  type DrawSettings,
  findScenarios,
  type Scenario,
  scenarios,
} from '../scenarios/catalogue/index.ts';
import { oracles } from '../scenarios/oracles/index.ts';
import { checkPlan } from '../scenarios/plan-fit.ts';
import { DEFAULT_STRATEGY } from '../scenarios/strategies.ts';
import type { OptionSchema, OptionValue, Protocol } from '../sim/contract.ts';
import { InputError } from './exit.ts';
import { type Given, quoted } from './given.ts';
import { didYouMean, didYouMeanOne } from './hints.ts';
import { CLIENTS_MAX, EVENTS_MAX, MICROS_MAX, OPERATIONS_MAX, REPLICAS_MAX } from './limits.ts';

const MICROS_PER_MS = 1000;

/** The scenarios that the words name, each once, in the order of the words; all for none. */
export function selectScenarios(words: readonly string[]): readonly Scenario[] {
  if (words.length === 0) return scenarios;
  const selected = new Set<Scenario>();
  for (const word of words) {
    const found = findScenarios(word);
    if (found.length === 0) throw new InputError(unknownScenario(word));
    for (const scenario of found) selected.add(scenario);
  }
  return [...selected];
}

/**
 * How a campaign over what the words name chooses its runs: whole protocols by a strategy, named
 * scenarios as they are.
 */
export function strategyFor(
  asked: StrategyName | undefined,
  words: readonly string[],
): StrategyName | undefined {
  const named = words.find((word) => word.includes('/'));
  if (named === undefined) return asked ?? DEFAULT_STRATEGY;
  if (asked === undefined) return undefined;
  throw new InputError(
    `--strategy ${asked} chooses among all of a protocol: ${quoted(named)} is one scenario, ` +
      'and is run as it is',
  );
}

/** The shortest words that select these ids in this order: `vr` for all of VR. */
export function shortSelection(ids: readonly string[]): readonly string[] {
  const words: string[] = [];
  for (let at = 0; at < ids.length; ) {
    const protocol = ids[at]?.split('/')[0] ?? '';
    const all = findScenarios(protocol).map((scenario) => scenario.id);
    const isWhole = all.length > 0 && all.every((id, offset) => ids[at + offset] === id);
    words.push(isWhole ? protocol : (ids[at] ?? ''));
    at += isWhole ? all.length : 1;
  }
  return words;
}

/** The one scenario of this id. */
export function scenarioNamed(id: string): Scenario {
  const scenario = scenarios.find((candidate) => candidate.id === id);
  if (scenario === undefined) throw new InputError(unknownScenario(id));
  return scenario;
}

/** The simulation options, checked as far as they can be without drawing. */
export function drawSettings(given: Given, selected: readonly Scenario[]): DrawSettings {
  return withoutUndefined({
    replicas: given.count('nodes', 1, REPLICAS_MAX),
    clients: given.count('clients', 1, CLIENTS_MAX),
    operations: given.count('ops', 1, OPERATIONS_MAX),
    duration: virtualTime(given, 'duration'),
    serviceTime: virtualTime(given, 'service-time'),
    maxEvents: given.count('max-events', 1, EVENTS_MAX),
    options: protocolOptions(given.words('set'), protocolsOf(selected)),
    faults: given.word('faults'),
    mutant: mutantNamed(given.word('mutant')),
    oracles: oraclesNamed(given.list('check')),
  });
}

/** Micros of virtual time. */
function virtualTime(given: Given, name: string): number | undefined {
  const ms = given.milliseconds(name);
  if (ms !== undefined && ms > MICROS_MAX / MICROS_PER_MS) {
    throw new InputError(`--${name} takes at most ${MICROS_MAX / MICROS_PER_MS}ms of virtual time`);
  }
  return ms === undefined ? undefined : Math.max(1, Math.round(ms * MICROS_PER_MS));
}

const WORDS_OF_WORLDS = [
  'nodes',
  'clients',
  'ops',
  'duration',
  'max-events',
  'service-time',
  'faults',
  'check',
];

/** The same simulation options as words of a command line, for commands that are printed. */
export function simulationWords(given: Given): readonly string[] {
  const words: string[] = [];
  for (const name of WORDS_OF_WORLDS) {
    const value = name === 'check' ? given.list(name)?.join(',') : given.text(name);
    if (value !== undefined) words.push(`--${name}`, value);
  }
  for (const setting of given.words('set')) words.push('--set', setting);
  // What only a second run shows needs a second run again.
  if (given.flag('determinism')) words.push('--determinism');
  return words;
}

/** Where none is given, one seed speaks for all: what does not go together does not for any. */
const SOME_SEED = '0x1';

/** Draws one seed of the scenario, to find out before a run what does not go together. */
export function assertDrawable(scenario: Scenario, settings: DrawSettings): void {
  const reason = whyNotDrawable(scenario, settings, SOME_SEED);
  if (reason !== undefined) throw new InputError(reason);
}

/**
 * Of several scenarios those that can be drawn like this; what is left out is told. If none can,
 * and so if the only one cannot, the wish is refused.
 */
export function drawableOf(
  selected: readonly Scenario[],
  settings: DrawSettings,
  tell: (text: string) => void,
  seed = SOME_SEED,
): readonly Scenario[] {
  const reasons = selected.map((scenario) => whyNotDrawable(scenario, settings, seed));
  const drawable = selected.filter((_, index) => reasons[index] === undefined);
  const [reason] = reasons.filter((each) => each !== undefined);
  if (reason === undefined) return selected;
  if (drawable.length === 0) throw new InputError(reason);
  const others = selected.length - drawable.length - 1;
  tell(`left out: ${reason}${others > 0 ? `, and ${others} more` : ''}`);
  return drawable;
}

function whyNotDrawable(
  scenario: Scenario,
  settings: DrawSettings,
  seed: string,
): string | undefined {
  try {
    const { plan, ...spec } = scenario.draw(seed, settings);
    // A planted bug that cannot be planted is found here, before workers are.
    assemble(spec);
    if (plan !== undefined) checkPlan(plan, spec);
    return undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return `${scenario.id} cannot be drawn like this: ${reason}`;
  }
}

/** What is not judged with these settings; a planted bug is caught by what it breaks anyway. */
export function unjudgedNote(
  selected: readonly Scenario[],
  { mutant: _mutant, ...settings }: DrawSettings,
): string | undefined {
  const specs = selected.map((scenario) => scenario.draw(SOME_SEED, settings));
  const [first, ...others] = specs.flatMap((spec) => (spec.unjudged === undefined ? [] : spec));
  const note = first && unjudgedInWords(first);
  if (note === undefined || others.length === 0) return note;
  return `${note}; the same holds for ${others.length} more of the scenarios`;
}

function unknownScenario(word: string): string {
  const seeList = 'see quorumlab list scenarios';
  const [protocol, name] = word.split('/');
  const known = protocols.map((candidate) => candidate.name);
  if (protocol !== undefined && !known.includes(protocol)) {
    if (name === undefined) {
      const all = [...known, ...scenarios.map((scenario) => scenario.id)];
      const meant = scenariosNumbered(word).map(({ id }) => id);
      const hint = didYouMeanOne(meant) || didYouMean(word, all);
      return `there is no scenario or protocol ${quoted(word)}${hint}; ${seeList}`;
    }
    const hint = didYouMean(protocol, known) || `: there are ${known.join(', ')}`;
    return `${quoted(word)}: there is no protocol ${quoted(protocol)}${hint}`;
  }
  const ids = scenarios.map((scenario) => scenario.id);
  const meant = scenariosNumbered(name ?? '', protocol).map(({ id }) => id);
  const hint = didYouMeanOne(meant) || didYouMean(word, ids);
  return `there is no scenario ${quoted(word)}${hint}; ${seeList}`;
}

/** Those whose titles begin with the number: `D18` is `quorum-loss` of several protocols. */
export function scenariosNumbered(number: string, protocol?: string): readonly Scenario[] {
  return scenarios.filter(
    (scenario) =>
      (protocol === undefined || scenario.protocol === protocol) &&
      numbersOf(scenario.title).includes(number.toUpperCase()),
  );
}

/** `D3, D4: no majority, and then one again` has two. */
function numbersOf(title: string): readonly string[] {
  return /^(D\d+(?:, D\d+)*): /.exec(title)?.[1]?.split(', ') ?? [];
}

function mutantNamed(word: string | undefined): string | undefined {
  if (word === undefined) return undefined;
  const ids = mutants.map((mutant) => mutant.id);
  const id = ids.find((candidate) => candidate.toLowerCase() === word.toLowerCase());
  if (id !== undefined) return id;
  throw new InputError(
    `there is no mutant ${quoted(word)}${didYouMean(word, ids)}; see quorumlab list mutants`,
  );
}

/** Whether every seed is to be run twice: `--determinism`, or the oracle of that name. */
export function wantsDeterminism(given: Given): boolean {
  return given.flag('determinism') || given.list('check')?.includes(DETERMINISM) === true;
}

function oraclesNamed(words: readonly string[] | undefined): readonly string[] | undefined {
  const ids = [...oracles.map((oracle) => oracle.id), DETERMINISM];
  const wrong = words?.find((word) => !ids.includes(word));
  // Determinism is judged over two runs, not by the oracles that sit in one.
  if (wrong === undefined) return words?.filter((word) => word !== DETERMINISM);
  throw new InputError(
    `there is no oracle ${quoted(wrong)}${didYouMean(wrong, ids)}: there are ${ids.join(', ')}`,
  );
}

function protocolsOf(selected: readonly Scenario[]): readonly Protocol[] {
  const names = new Set(selected.map((scenario) => scenario.protocol));
  return protocols.filter((protocol) => names.has(protocol.name));
}

/** `--set key=value`: each must be an option of every protocol that is run. */
export function protocolOptions(
  words: readonly string[],
  selected: readonly Protocol[],
): { [name: string]: OptionValue } | undefined {
  if (words.length === 0) return undefined;
  const entries = words.map((word): [string, OptionValue] => {
    const cut = word.indexOf('=');
    if (cut <= 0) throw new InputError(`--set takes key=value, not ${quoted(word)}`);
    const key = word.slice(0, cut);
    if (words.filter((other) => other.startsWith(`${key}=`)).length > 1) {
      throw new InputError(`--set ${key} is given twice`);
    }
    const values = selected.map((protocol) =>
      optionValue(protocol, key, word.slice(cut + 1), `--set ${key}`),
    );
    return [key, values[0] ?? ''];
  });
  return Object.fromEntries(entries);
}

/** What the text means for the option; `place` is what to call it in an error. */
export function optionValue(
  protocol: Protocol,
  key: string,
  text: string,
  place: string,
): OptionValue {
  const names = protocol.optionSchema.map((option) => option.name);
  const option = protocol.optionSchema.find((candidate) => candidate.name === key);
  if (option === undefined) {
    const hint = didYouMean(key, names) || `: it has ${names.join(', ') || 'none'}`;
    throw new InputError(`${place}: ${protocol.name} has no option ${quoted(key)}${hint}`);
  }
  const value = readOption(option, text);
  if (value !== undefined) return value;
  throw new InputError(`${place}: takes ${domainOf(option)}, not ${quoted(text)}`);
}

function readOption(option: OptionSchema, text: string): OptionValue | undefined {
  switch (option.type) {
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined;
    case 'integer': {
      const value = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
      return value >= option.min && value <= option.max ? value : undefined;
    }
    case 'choice':
      return option.choices.find((choice) => choice === text);
    default:
      return option satisfies never;
  }
}

/** What values an option takes, in words. */
function domainOf(option: OptionSchema): string {
  switch (option.type) {
    case 'boolean':
      return 'true or false';
    case 'integer':
      return option.unit === 'micros'
        ? `a whole number of microseconds from ${option.min} to ${option.max}`
        : `a whole number from ${option.min} to ${option.max}`;
    case 'choice':
      return option.choices.join(' or ');
    default:
      return option satisfies never;
  }
}

function withoutUndefined<T extends object>(
  given: T,
): { [K in keyof T]: Exclude<T[K], undefined> } {
  const present = Object.entries(given).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present) as { [K in keyof T]: Exclude<T[K], undefined> };
}
