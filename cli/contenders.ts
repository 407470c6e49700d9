/** Who takes part in a comparison, as words say it: `vr,mp:readMode=lease,vr:mutant=CL-1`. */
import { mutants, protocols } from '../protocols/index.ts';
import { type Scenario, scenarios } from '../scenarios/catalogue/index.ts';
import type { Contender } from '../scenarios/compare/contender.ts';
import type { Options, OptionValue } from '../sim/contract.ts';
import { InputError } from './exit.ts';
import { quoted } from './given.ts';
import { didYouMean, didYouMeanOne } from './hints.ts';
import { optionValue, scenariosNumbered } from './selection.ts';

/** Between a protocol and its options, and between one option and the next. */
const SEPARATOR = ':';
/** In the place of an option: no protocol has one of that name. */
const MUTANT = 'mutant';

/** Each word names a contender; none may be named twice. */
export function contendersOf(words: readonly string[]): readonly Contender[] {
  const contenders = words.map(contenderOf);
  for (const [at, { label }] of contenders.entries()) {
    if (contenders.findIndex((other) => other.label === label) < at) {
      throw new InputError(`--protocol names ${label} twice`);
    }
  }
  return contenders;
}

function contenderOf(word: string): Contender {
  const [name = '', ...settings] = word.split(SEPARATOR);
  const protocol = protocols.find((candidate) => candidate.name === name);
  if (protocol === undefined) {
    const known = protocols.map((candidate) => candidate.name);
    const hint = didYouMean(name, known) || `: there are ${known.join(', ')}`;
    throw new InputError(`--protocol ${word}: there is no protocol ${quoted(name)}${hint}`);
  }
  const place = `--protocol ${word}`;
  let mutant: string | undefined;
  const entries = settings.flatMap((setting): [string, OptionValue][] => {
    const cut = setting.indexOf('=');
    if (cut <= 0) {
      throw new InputError(
        `--protocol ${word}: options follow as ${name}:key=value, not ${quoted(setting)}`,
      );
    }
    const key = setting.slice(0, cut);
    if (settings.filter((other) => other.startsWith(`${key}=`)).length > 1) {
      throw new InputError(`${place}: ${key} is set twice`);
    }
    const value = setting.slice(cut + 1);
    if (key !== MUTANT) return [[key, optionValue(protocol, key, value, place)]];
    mutant = mutantOf(name, value, place);
    return [];
  });
  const options: Options = Object.fromEntries(entries);
  return { label: word, protocol: name, options, ...(mutant === undefined ? {} : { mutant }) };
}

/** The planted bug of the protocol, by its id in small letters or large ones. */
function mutantOf(protocol: string, word: string, place: string): string {
  const own = mutants.filter((each) => (each.protocol ?? protocol) === protocol);
  const ids = own.map(({ id }) => id);
  const found = ids.find((id) => id.toLowerCase() === word.toLowerCase());
  if (found !== undefined) return found;
  throw new InputError(
    `${place}: ${protocol} has no mutant ${quoted(word)}${didYouMean(word, ids)}; ` +
      'see quorumlab list mutants',
  );
}

/**
 * Of several contenders those that have all of these scenarios; who is left out is told. If nobody
 * has them all, and so if the only one has not, the wish is refused.
 */
export function contendersWith(
  names: readonly string[],
  contenders: readonly Contender[],
  tell: (text: string) => void,
): readonly Contender[] {
  assertScenarioNames(names);
  return takingPart(contenders, tell, ({ protocol }) => {
    const name = names.find((each) => !scenarios.some(({ id }) => id === `${protocol}/${each}`));
    if (name === undefined) return undefined;
    const owners = scenarios.filter((scenario) => scenario.name === name);
    const having = owners.map((scenario) => scenario.protocol).join(', ');
    return `${protocol} has no scenario ${name}: it is one of ${having}`;
  });
}

/** Who has no reason against it, which is told; throws if that is nobody. */
export function takingPart(
  contenders: readonly Contender[],
  tell: (text: string) => void,
  reasonAgainst: (contender: Contender) => string | undefined,
): readonly Contender[] {
  const reasons = contenders.map(reasonAgainst);
  const taking = contenders.filter((_, place) => reasons[place] === undefined);
  const told = reasons.filter((reason) => reason !== undefined);
  if (taking.length === 0) throw new InputError(told[0] ?? 'compare needs to know whom');
  for (const reason of told) tell(`left out: ${reason}`);
  return taking;
}

/** The names are of scenarios that somebody has. */
function assertScenarioNames(names: readonly string[]): void {
  for (const name of names) {
    if (name.includes('/')) {
      const bare = name.slice(name.indexOf('/') + 1);
      throw new InputError(
        `compare takes the name of a scenario alone: ${bare}, not ${name}; ` +
          'whom to put into it, --protocol says',
      );
    }
    if (scenarios.some((scenario) => scenario.name === name)) continue;
    const meant = namesOf(scenariosNumbered(name));
    const hint = didYouMeanOne(meant) || didYouMean(name, namesOf(scenarios));
    throw new InputError(
      `there is no scenario ${quoted(name)}${hint}; see quorumlab list scenarios`,
    );
  }
}

function namesOf(all: readonly Scenario[]): readonly string[] {
  return [...new Set(all.map(({ name }) => name))];
}
