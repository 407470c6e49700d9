/** `quorumlab check`: judges recorded histories, one verdict a file. */
import {
  type CheckOptions,
  type CheckResult,
  checkHistory,
  type FailedCas,
  type FormatName,
  formatNames,
  type History,
  HistoryError,
  HistoryFormatError,
  modelNames,
  type Plain,
  type ReadOptions,
  readHistories,
} from '../checker/index.ts';
import { formatCount, formatElapsed } from '../reports/words.ts';
import { EXIT, type ExitCode, InputError, severest } from './exit.ts';
import { readText } from './files.ts';
import { type Given, quoted } from './given.ts';
import { didYouMean } from './hints.ts';
import { paint } from './paint.ts';

const TIME_MS_DEFAULT = 60_000;
const FAILED_CAS: readonly FailedCas[] = ['observed', 'absent'];

interface CheckSettings {
  readonly reading: ReadOptions;
  readonly timeMs: number;
  readonly memoryBytes: number | undefined;
  readonly isJson: boolean;
}

/** What `--json` prints, one object a history. */
interface CheckedFile {
  readonly file: string;
  readonly model: string;
  readonly operations: number;
  readonly verdict: CheckResult['verdict'];
  readonly elapsedMs: number;
  readonly peakBytes: number;
  readonly reason?: CheckResult['reason'];
  readonly witness?: CheckResult['witness'];
  readonly counterexample?: CheckResult['counterexample'];
}

export async function checkCommand(given: Given): Promise<ExitCode> {
  const settings = settingsOf(given);
  const codes: ExitCode[] = [];
  // A file that cannot be read does not keep the others from being judged.
  for (const file of given.words('file')) {
    try {
      for (const checked of checkFile(file, settings)) {
        const text = settings.isJson ? JSON.stringify(checked) : inWords(checked);
        process.stdout.write(`${text}\n`);
        codes.push(EXIT_OF[checked.verdict]);
      }
    } catch (error) {
      const message = inputMessage(file, error);
      if (settings.isJson) process.stdout.write(`${JSON.stringify({ file, error: message })}\n`);
      process.stderr.write(`quorumlab: ${message}\n`);
      codes.push(EXIT.usage);
    }
  }
  return severest(codes);
}

const EXIT_OF: { readonly [verdict in CheckResult['verdict']]: ExitCode } = {
  linearizable: EXIT.passed,
  'not-linearizable': EXIT.violated,
  unknown: EXIT.inconclusive,
};

function checkFile(file: string, settings: CheckSettings): readonly CheckedFile[] {
  const histories = readHistories(readText(file), settings.reading);
  return histories.map((history) => {
    const startedAt = performance.now();
    const deadline = startedAt + settings.timeMs;
    const budget = {
      shouldStop: () => performance.now() > deadline,
      ...(settings.memoryBytes === undefined ? {} : { maxMemoryBytes: settings.memoryBytes }),
    };
    const verdict = checkHistory(history, budget);
    const elapsedMs = performance.now() - startedAt;
    return checkedFile(file, history, withEvidence(history, verdict, budget), elapsedMs);
  });
}

/** Evidence costs a multiple of the verdict: it is asked for afterwards, in the time left. */
function withEvidence(history: History, plain: CheckResult, budget: CheckOptions): CheckResult {
  if (plain.verdict === 'unknown') return plain;
  const shown = checkHistory(history, { ...budget, evidence: true });
  return shown.verdict === plain.verdict ? shown : plain;
}

function checkedFile(
  file: string,
  history: History,
  result: CheckResult,
  elapsedMs: number,
): CheckedFile {
  const { verdict, reason, peakBytes, witness, counterexample } = result;
  return {
    file,
    model: history.model,
    operations: history.operations.length,
    verdict,
    elapsedMs: Math.round(elapsedMs * 100) / 100,
    peakBytes,
    ...(reason === undefined ? {} : { reason }),
    ...(witness === undefined ? {} : { witness }),
    ...(counterexample === undefined ? {} : { counterexample }),
  };
}

function inWords(checked: CheckedFile): string {
  const { file, model, operations, verdict, reason, elapsedMs, counterexample } = checked;
  const head = { linearizable: paint.pass, 'not-linearizable': paint.fail, unknown: paint.unknown };
  const facts = [
    head[verdict](),
    file,
    verdict.replace('-', ' ') + (reason === undefined ? '' : `: out of ${reason}`),
    model,
    `${formatCount(operations)} ${operations === 1 ? 'operation' : 'operations'}`,
    elapsedMs < 1000
      ? `${elapsedMs < 10 ? elapsedMs.toFixed(1) : Math.round(elapsedMs)} ms`
      : formatElapsed(elapsedMs),
  ];
  const why = counterexample === undefined ? '' : `\n  ${counterexample.sentence}`;
  return facts.join('  ') + why;
}

/** Only what is wrong with the input; anything else is thrown on. */
function inputMessage(file: string, error: unknown): string {
  if (error instanceof InputError) return error.message;
  if (error instanceof HistoryFormatError) {
    const { line, column, expected, found } = error;
    return `${file}:${line}:${column}: expected ${expected}, found ${found}`;
  }
  if (error instanceof HistoryError) return `${file}: ${error.message}`;
  throw error;
}

function settingsOf(given: Given): CheckSettings {
  const format = given.word('format');
  const model = given.word('model');
  const failedCas = given.choice('failed-cas', FAILED_CAS);
  const initial = given.text('initial');
  return {
    reading: {
      ...(format === undefined ? {} : { format: formatNamed(format) }),
      ...(model === undefined ? {} : { model: knownModel(model) }),
      ...(initial === undefined ? {} : { initial: initialValue(initial) }),
      ...(failedCas === undefined ? {} : { failedCas }),
    },
    timeMs: given.milliseconds('time') ?? TIME_MS_DEFAULT,
    memoryBytes: given.bytes('memory'),
    isJson: given.flag('json'),
  };
}

function formatNamed(word: string): FormatName {
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
