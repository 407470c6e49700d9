/**
 * Assertions about recorded histories, as test runners in the manner of Jest call them. They judge
 * in the test's own thread: time is bounded, since no runner can end a computation there.
 */
import {
  asKnownThen,
  type BudgetOptions,
  type ConsistencyLevel,
  checkConsistency,
  describeOperation,
  type History,
  type HistoryOperation,
  type LevelResult,
  levelNames,
  type Model,
  type ModelName,
  modelNamed,
  type Plain,
  shownThen,
  statesAlong,
} from '../checker/index.ts';
import { CHECK_OPTIONS } from '../checker/judgeable.ts';
import { assertLevel } from '../checker/levels/level-arguments.ts';
import { assertOptions, type OptionTable } from '../checker/shown-argument.ts';
import { counterexampleLines } from '../reports/counterexample-text.ts';
import { cutShort } from '../reports/lines.ts';
import { plural } from '../reports/words.ts';

export interface HistoryMatcherOptions extends BudgetOptions {
  /** The value that each object has before the first operation; the history's own, or `null`. */
  readonly initial?: Plain;
  /** Wall-clock limit in milliseconds; 4,000 if absent, which a test has by default. */
  readonly timeMs?: number;
}

/** What a matcher answers to its runner. */
export interface MatcherAnswer {
  readonly pass: boolean;
  readonly message: () => string;
}

const { shouldStop, maxSteps, maxMemoryBytes, initial } = CHECK_OPTIONS;
const MATCHER_OPTIONS: OptionTable<HistoryMatcherOptions> = {
  shouldStop,
  maxSteps,
  maxMemoryBytes,
  initial,
  timeMs: 'a number from 0 on',
};
const TIME_MS_DEFAULT = 4_000;
const WIDTH = 100;
/** Of a longer witness the beginning is shown. */
const WITNESS_LINES = 24;
const TEXT_MAX = 72;

/** For `expect.extend`: `quorumlab/vitest` has done that already for the `expect` of Vitest. */
export const historyMatchers = {
  /**
   * Passes if some order of the operations explains every answer and respects real time. A history
   * that cannot be judged within its budget fails, with `not` as well. Throws, with `not` as well,
   * `TypeError` for what is no history, model or option, `UnknownModelError`, and `HistoryError` as
   * `checkLinearizable` does.
   */
  toBeLinearizable(
    this: { readonly isNot?: boolean },
    received: unknown,
    model?: ModelName | Model<unknown>,
    options: HistoryMatcherOptions = {},
  ): MatcherAnswer {
    return answer('linearizable', this.isNot === true, received, model, options);
  },

  /**
   * The same for any level that `checkConsistency` knows, such as `'sequential'` or
   * `{ staleness: { by: 'versions', most: 2 } }`. Throws `TypeError` for any other, and
   * `UnsupportedModelError` where a model does not say enough for it.
   */
  toBeConsistent(
    this: { readonly isNot?: boolean },
    received: unknown,
    level: ConsistencyLevel,
    model?: ModelName | Model<unknown>,
    options: HistoryMatcherOptions = {},
  ): MatcherAnswer {
    return answer(level, this.isNot === true, received, model, options);
  },
};

function answer(
  level: ConsistencyLevel,
  isNot: boolean,
  received: unknown,
  model: ModelName | Model<unknown> | undefined,
  options: HistoryMatcherOptions,
): MatcherAnswer {
  assertLevel(level, levelNames);
  assertOptions(options, MATCHER_OPTIONS, 'the matcher');
  const histories = historiesIn(received, model);
  const judged = histories.map((history) => judge(level, history, options));
  const unknown = judged.find(({ result }) => result.verdict === 'unknown');
  const failing = judged.find(({ result }) => FAILING.includes(result.verdict));
  if (failing !== undefined) return { pass: false, message: () => failureText(failing) };
  if (unknown === undefined) return { pass: true, message: () => successText(judged) };
  // The runner turns the answer round after `not`: neither way is this a pass.
  return { pass: isNot, message: () => unknownText(unknown) };
}

const FAILING: readonly LevelResult['verdict'][] = ['not-linearizable', 'inconsistent'];

interface Judgeable {
  readonly model: Model<unknown>;
  readonly initial: Plain;
  readonly operations: readonly HistoryOperation[];
}

interface Judged extends Judgeable {
  readonly level: ConsistencyLevel;
  readonly result: LevelResult;
}

function judge(
  level: ConsistencyLevel,
  history: Judgeable,
  options: HistoryMatcherOptions,
): Judged {
  const { timeMs = TIME_MS_DEFAULT, shouldStop, initial = history.initial, ...rest } = options;
  const deadline = performance.now() + timeMs;
  const result = checkConsistency(level, history.model, history.operations, {
    ...rest,
    initial,
    evidence: true,
    shouldStop: (steps) => performance.now() > deadline || shouldStop?.(steps) === true,
  });
  const { model, operations } = history;
  return { level, model, operations, initial, result };
}

/** What the history should be, or should not. */
function levelInWords(level: ConsistencyLevel): string {
  if (level === 'linearizable') return level;
  if (typeof level === 'string') return `consistent (${level})`;
  const { by, most } = level.staleness;
  return `consistent (reads late by at most ${most}${by === 'versions' ? ' versions' : ''})`;
}

function historiesIn(
  received: unknown,
  named: ModelName | Model<unknown> | undefined,
): readonly Judgeable[] {
  const given = typeof named === 'string' ? modelNamed(named) : named;
  if (isHistory(received)) return [withModel(received, given)];
  if (!Array.isArray(received)) throw new TypeError(EXPECTED);
  if (received.length > 0 && received.every(isHistory)) {
    return received.map((history) => withModel(history, given));
  }
  // Of operations that are none among others it is said which, when they are judged.
  if (received.length > 0 && !received.some(isLikeOperation)) throw new TypeError(EXPECTED);
  if (given === undefined) {
    throw new TypeError("operations alone name no model: toBeLinearizable('register'), say");
  }
  return [{ model: given, initial: null, operations: received }];
}

const EXPECTED =
  'expected a history, or an array of histories or of operations, such as readHistories returns';

function withModel(history: History, given: Model<unknown> | undefined): Judgeable {
  const { model, initial, operations } = history;
  return { model: given ?? modelNamed(model), initial, operations };
}

function isHistory(value: unknown): value is History {
  return (
    typeof value === 'object' &&
    value !== null &&
    'model' in value &&
    typeof value.model === 'string' &&
    'operations' in value &&
    Array.isArray(value.operations)
  );
}

function isLikeOperation(value: unknown): boolean {
  return typeof value === 'object' && value !== null && ('f' in value || 'call' in value);
}

function failureText({ level, model, initial, operations, result }: Judged): string {
  const { counterexample } = result;
  const size = sizeOf({ model, operations });
  const head = `expected the history to be ${levelInWords(level)}: ${size}`;
  if (counterexample === undefined) return head;
  const shown = shownThen(model, operations, counterexample);
  const known = asKnownThen(operations, counterexample);
  const states = statesAlong(model, initial, known, counterexample.partial[0] ?? []);
  const example = { counterexample, shown, states, of: operations.length };
  const lines = counterexampleLines(example, { width: WIDTH, mark: (text) => text });
  return [head, '', ...lines, '', CLOSER].join('\n');
}

const CLOSER =
  'To look closer, write it to a file (writeQuorumlabHistory of quorumlab/checker), and run\n' +
  'quorumlab check FILE --html report.html';

function successText(judged: readonly Judged[]): string {
  const [first] = judged;
  const many = plural(judged.length, 'history', 'histories');
  if (first === undefined || judged.length > 1) {
    const expected = first === undefined ? 'linearizable' : levelInWords(first.level);
    return `expected one of ${many} not to be ${expected}, but each one is`;
  }
  const { model, operations, result } = first;
  const order = result.witness ?? [];
  const lines = order.slice(0, WITNESS_LINES).map((index, place) => {
    const operation = operations[index]!;
    const { process, call, return: end } = operation;
    const text = cutShort(describeOperation(model, operation), TEXT_MAX);
    return `  ${place + 1}. ${text} by c${process}, ${call} to ${end ?? 'never'}`;
  });
  const left = order.length - lines.length;
  return [
    `expected the history not to be ${levelInWords(first.level)}: ${sizeOf(first)}`,
    first.level === 'linearizable' ? 'This order explains every answer:' : 'This order shows it:',
    ...lines,
    ...(left > 0 ? [`  … ${left} more`] : []),
  ].join('\n');
}

function unknownText({ result, ...judged }: Judged): string {
  return (
    `the history could not be judged: out of ${result.reason ?? 'budget'}: ${sizeOf(judged)}\n` +
    'timeMs, maxMemoryBytes and maxSteps in the options of the matcher give it more'
  );
}

function sizeOf({ model, operations }: Pick<Judged, 'model' | 'operations'>): string {
  return `${model.name}, ${plural(operations.length, 'operation')}`;
}
