/** The properties that guard the readers: a verdict or a located error, and nothing guessed. */

import {
  checkHistory,
  detectFormat,
  type FormatName,
  type History,
  HistoryFormatError,
  readHistories,
} from '../../checker/index.ts';
import { type Broken, broken, damaged, unharmed } from './damage.ts';
import { Dice } from './random-histories.ts';
import { sampleFile } from './sample-files.ts';

/** So many steps a damaged history may take to be judged. */
const STEPS_MAX = 10_000;

const VERDICT = /^(?:linearizable|not-linearizable|unknown)$/;
const LOCATED = /^line [1-9]\d*, column [1-9]\d*: expected [\s\S]+, found [\s\S]+$/;

/** The verdict on a text, or the message of its error; other errors are not caught. */
export function outcomeOf(text: string, format?: FormatName): string {
  try {
    return readHistories(text, format === undefined ? {} : { format })
      .map((history) => checkHistory(history, { maxSteps: STEPS_MAX }).verdict)
      .join();
  } catch (error) {
    if (error instanceof HistoryFormatError) return error.message;
    throw error;
  }
}

export const isVerdict = (outcome: string) => VERDICT.test(outcome);
export const isLocated = (outcome: string) => LOCATED.test(outcome);

/** A file for which the property does not hold. */
export interface Surprise {
  readonly what: string;
  readonly text: string;
  readonly outcome: string;
}

const textOf = (text: string) => (text.length > 3_000 ? `${text.slice(0, 3_000)}…` : text);

/** Damages `count` files blindly, until one surprises. */
export function surpriseOfDamage(format: FormatName, count: number, first = 0) {
  const dice = new Dice(first);
  for (let seed = first; seed < first + count; seed++) {
    const text = damaged(sampleFile(format, seed), dice);
    for (const named of [format, undefined]) {
      const outcome = outcomeOf(text, named);
      if (isVerdict(outcome) || isLocated(outcome)) continue;
      return { what: 'neither a verdict nor a located error', text: textOf(text), outcome };
    }
  }
  return undefined;
}

/** Changes `count` files without harm, until the operations are others, or the format is. */
export function surpriseOfHarmless(
  format: FormatName,
  count: number,
  first = 0,
): Surprise | undefined {
  const dice = new Dice(first);
  for (let seed = first; seed < first + count; seed++) {
    const plain = sampleFile(format, seed);
    const text = unharmed(format, plain, dice);
    const [before, after] = [plain, text].map((each) => JSON.stringify(historyOf(each, format)));
    const detected = detectFormat(text);
    if (before === after && detected === format) continue;
    return { what: 'another history', text: textOf(text), outcome: `${detected} ${after}` };
  }
  return undefined;
}

function historyOf(text: string, format: FormatName): History {
  return readHistories(text, { format })[0]!;
}

/** A kind of damage that a file has no place for is not done to it: then it is another kind. */
function brokenFile(format: FormatName, seed: number, dice: Dice): Broken {
  for (;;) {
    const file = broken(format, sampleFile(format, seed), dice);
    if (file !== undefined) return file;
  }
}

/** Breaks `count` files, until a reader lets one pass. */
export function surpriseOfBroken(format: FormatName, count: number, first = 0) {
  const dice = new Dice(first);
  for (let seed = first; seed < first + count; seed++) {
    const file = brokenFile(format, seed, dice);
    const outcome = outcomeOf(file.text, format);
    if (!isLocated(outcome)) return { what: file.how, text: textOf(file.text), outcome };
  }
  return undefined;
}
