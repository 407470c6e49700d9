/** The options of `check`, read and looked at before any file is. */
import {
  type FailedCas,
  type FormatName,
  formatNames,
  modelNames,
  type Plain,
  type ReadOptions,
} from '../checker/index.ts';
import { LEVELS, type LevelName } from './check-levels.ts';
import { InputError } from './exit.ts';
import { type Given, quoted } from './given.ts';
import { didYouMean } from './hints.ts';

const TIME_DEFAULT = { ms: 60_000, text: '60s' };
export const FAILED_CAS: readonly FailedCas[] = ['observed', 'absent'];

export interface CheckSettings {
  readonly reading: ReadOptions;
  readonly level: LevelName;
  /** Of one file. */
  readonly timeMs: number;
  readonly memoryBytes: number | undefined;
  /** As they were given, for messages. */
  readonly timeText: string;
  readonly memoryText: string | undefined;
  readonly html: string | undefined;
  readonly isJson: boolean;
}

export function settingsOf(given: Given): CheckSettings {
  const format = given.word('format');
  const model = given.word('model');
  const failedCas = given.choice('failed-cas', FAILED_CAS);
  const initial = given.text('initial');
  const level = given.word('level');
  return {
    reading: {
      ...(format === undefined ? {} : { format: named('--format', format, formatNames) }),
      ...(model === undefined ? {} : { model: knownModel(model) }),
      ...(initial === undefined ? {} : { initial: initialValue(initial) }),
      ...(failedCas === undefined ? {} : { failedCas }),
    },
    level: level === undefined ? LEVELS[0] : named('--level', level, LEVELS),
    timeMs: given.milliseconds('time') ?? TIME_DEFAULT.ms,
    memoryBytes: given.bytes('memory'),
    timeText: given.text('time') ?? TIME_DEFAULT.text,
    memoryText: given.text('memory'),
    html: given.word('html'),
    isJson: given.flag('json'),
  };
}

function named<T extends FormatName | LevelName>(
  option: string,
  word: string,
  known: readonly T[],
): T {
  const found = known.find((name) => name === word);
  if (found !== undefined) return found;
  const hint = didYouMean(word, known);
  throw new InputError(`${option} takes ${known.join(', ')}, not ${quoted(word)}${hint}`);
}

function knownModel(word: string): string {
  const names = modelNames();
  if (names.includes(word)) return word;
  const hint = didYouMean(word, names) || `: there are ${names.join(', ')}`;
  throw new InputError(`--model: there is no model ${quoted(word)}${hint}`);
}

/** The value as JSON; what is no JSON is not guessed to be text. */
function initialValue(text: string): Plain {
  try {
    const value: Plain = JSON.parse(text);
    return value;
  } catch {
    throw new InputError(
      `--initial takes a JSON value such as 0, null or '"a"', not ${quoted(text)}`,
    );
  }
}
