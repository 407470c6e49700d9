/** The options of `check`, read and looked at before any file is. */

import { QUORUMLAB_FORMAT } from '../checker/formats/quorumlab-history.ts';
import {
  type ConsistencyLevel,
  type FailedCas,
  type FormatName,
  formatNames,
  modelNames,
  type Plain,
  type ReadOptions,
} from '../checker/index.ts';
import { LEVEL_DEFAULT, levelNamed } from './check-levels.ts';
import { InputError } from './exit.ts';
import { type Given, quoted } from './given.ts';
import { didYouMean } from './hints.ts';

const TIME_DEFAULT = { ms: 60_000, text: '60s' };
/** What the process takes before it has read anything. */
const MEMORY_MIN = '64MB';
const MEMORY_BYTES_MIN = 64 * 1024 * 1024;
export const FAILED_CAS: readonly FailedCas[] = ['observed', 'absent'];

export interface CheckSettings {
  readonly reading: ReadOptions;
  readonly level: ConsistencyLevel;
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
      ...(format === undefined ? {} : { format: formatNamed(format) }),
      ...(model === undefined ? {} : { model: knownModel(model) }),
      ...(initial === undefined ? {} : { initial: initialValue(initial) }),
      ...(failedCas === undefined ? {} : { failedCas }),
    },
    level: level === undefined ? LEVEL_DEFAULT : levelNamed(level),
    timeMs: given.milliseconds('time') ?? TIME_DEFAULT.ms,
    memoryBytes: memoryOf(given),
    timeText: given.text('time') ?? TIME_DEFAULT.text,
    memoryText: given.text('memory'),
    html: given.word('html'),
    isJson: given.flag('json'),
  };
}

function memoryOf(given: Given): number | undefined {
  const bytes = given.bytes('memory');
  if (bytes === undefined || bytes >= MEMORY_BYTES_MIN) return bytes;
  const text = quoted(given.text('memory') ?? '');
  throw new InputError(
    `--memory takes ${MEMORY_MIN} or more, which the process itself needs, not ${text}`,
  );
}

function formatNamed(word: string): FormatName {
  // As the header of such a file has it.
  if (word === QUORUMLAB_FORMAT) return 'quorumlab';
  const format = formatNames.find((name) => name === word);
  if (format !== undefined) return format;
  const hint = didYouMean(word, formatNames);
  throw new InputError(`--format takes ${formatNames.join(', ')}, not ${quoted(word)}${hint}`);
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
