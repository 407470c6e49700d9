/** What was given on the command line, read option by option; what is wrong throws InputError. */
import type { Shard } from '../scenarios/campaign-types.ts';
import { normaliseSeed, SEED_RULE } from '../scenarios/seeds.ts';
import { InputError } from './exit.ts';
import { didYouMean } from './hints.ts';
import {
  type IndexRange,
  parseBytes,
  parseCount,
  parseMilliseconds,
  parseRange,
  parseShard,
  SHARDS_MAX,
} from './quantities.ts';

/** The parsed command line, as yargs hands it to a command. */
export type ParsedArguments = { readonly [name: string]: unknown };

/** What holds for one of two sides: options given for both, and in their place its own. */
export interface GivenOfSide {
  readonly given: Given;
  /** Something was given for this side alone. */
  readonly isApart: boolean;
  /** `--a-mutant none`. */
  readonly isWithoutMutant: boolean;
}

const WITHOUT = 'none';

export class Given {
  private readonly parsed: ParsedArguments;

  constructor(parsed: ParsedArguments) {
    this.parsed = parsed;
  }

  /** Words in place of `<name..>`. */
  words(name: string): readonly string[] {
    const value = this.parsed[name];
    if (value === undefined) return [];
    return (Array.isArray(value) ? value : [value]).map(String);
  }

  /** `--a-nodes 5` stands for `--nodes 5` on side `a`, and wins over what holds for both. */
  ofSide(side: string): GivenOfSide {
    const prefix = `${side}-`;
    const own = Object.entries(this.parsed).filter(
      ([name, value]) => name.startsWith(prefix) && value !== undefined,
    );
    const parsed: { [name: string]: unknown } = { ...this.parsed };
    for (const [name, value] of own) parsed[name.slice(prefix.length)] = value;
    const isWithoutMutant = parsed.mutant === WITHOUT;
    if (isWithoutMutant) delete parsed.mutant;
    return { given: new Given(parsed), isApart: own.length > 0, isWithoutMutant };
  }

  flag(name: string): boolean {
    const value = this.parsed[name];
    // Repeating a flag that says the same again is harmless.
    return Array.isArray(value) ? value.at(-1) === true : value === true;
  }

  /** The option's text; undefined when it was not given. */
  text(name: string): string | undefined {
    const value = this.parsed[name];
    if (value === undefined) return undefined;
    if (Array.isArray(value)) throw new InputError(`--${name} was given ${value.length} times`);
    return String(value);
  }

  /** Text that must say something. */
  word(name: string): string | undefined {
    const text = this.text(name);
    if (text === '') throw new InputError(`--${name} needs a value`);
    return text;
  }

  /** Every value of a repeatable option, comma-separated ones taken apart. */
  list(name: string): readonly string[] | undefined {
    if (this.parsed[name] === undefined) return undefined;
    const parts = this.words(name).flatMap((text) => text.split(','));
    const named = parts.map((part) => part.trim()).filter((part) => part !== '');
    if (named.length === 0) throw new InputError(`--${name} needs a value`);
    return named;
  }

  count(name: string, min: number, max = Number.MAX_SAFE_INTEGER): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = parseCount(text);
    if (value === undefined || value < min || value > max) {
      const range = max === Number.MAX_SAFE_INTEGER ? `from ${min} up` : `from ${min} to ${max}`;
      throw new InputError(`--${name} takes a whole number ${range}, not ${quoted(text)}`);
    }
    return value;
  }

  milliseconds(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = parseMilliseconds(text);
    if (value === 0) throw new InputError(`--${name} takes a time above zero, not ${quoted(text)}`);
    if (value === undefined || value < 0) {
      throw new InputError(
        `--${name} takes a time with its unit, such as 500ms, 90s or 5m, not ${quoted(text)}`,
      );
    }
    return value;
  }

  bytes(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = parseBytes(text);
    if (value === undefined || value <= 0) {
      throw new InputError(`--${name} takes a size such as 300MB or 2GB, not ${quoted(text)}`);
    }
    return value;
  }

  range(name: string): IndexRange | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = parseRange(text);
    if (value === undefined) {
      throw new InputError(
        `--${name} takes a number of seeds such as 1000, or A..B for the indices ` +
          `from A up to, not including, B; not ${quoted(text)}`,
      );
    }
    return value;
  }

  shard(name: string): Shard | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = parseShard(text);
    if (value === undefined) {
      const most = `of at most ${SHARDS_MAX} parts`;
      throw new InputError(`--${name} takes I/N, part I ${most}, such as 1/4, not ${quoted(text)}`);
    }
    return value;
  }

  /** A seed in normal form. */
  seed(name: string): string | undefined {
    const text = this.text(name);
    return text === undefined ? undefined : seedFrom(text, `--${name}`);
  }

  /** One of a few words. */
  choice<T extends string>(name: string, choices: readonly T[]): T | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    return chosen(text, choices, `--${name}`);
  }

  /** Several of a few words, comma-separated or repeated. */
  choices<T extends string>(name: string, choices: readonly T[]): readonly T[] | undefined {
    return this.list(name)?.map((text) => chosen(text, choices, `--${name}`));
  }
}

/** A seed in normal form; `where` says where it stood. */
export function seedFrom(text: string, where: string): string {
  const seed = normaliseSeed(text);
  if (seed === undefined) {
    throw new InputError(`${where}: ${quoted(text)} is no seed: ${SEED_RULE}`);
  }
  return seed;
}

/** The one of these that the text is; `where` says what takes it. */
export function chosen<T extends string>(text: string, choices: readonly T[], where: string): T {
  const choice = choices.find((each) => each === text);
  if (choice !== undefined) return choice;
  const known = `${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}`;
  throw new InputError(`${where} takes ${known}, not ${quoted(text)}${didYouMean(text, choices)}`);
}

/** Text in quotes, cut short, with control characters made visible. */
export function quoted(text: string): string {
  const shown = text.length > 80 ? `${text.slice(0, 80)}…` : text;
  return JSON.stringify(shown);
}
