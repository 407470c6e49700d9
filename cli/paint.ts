/** Colour where the terminal has any, or `FORCE_COLOR` says so; `NO_COLOR` has the last word. */
import { Chalk } from 'chalk';

const { NO_COLOR } = process.env;
/** As no-color.org has it: any value but the empty one. chalk knows of `FORCE_COLOR` alone. */
const isPlain = NO_COLOR !== undefined && NO_COLOR !== '';
const chalk = new Chalk(isPlain ? { level: 0 } : {});

export const paint = {
  pass: (): string => chalk.green.bold('PASS'),
  fail: (): string => chalk.red.bold('FAIL'),
  unknown: (): string => chalk.yellow.bold('UNKNOWN'),
  stale: (): string => chalk.yellow.bold('STALE'),
  differs: (): string => chalk.yellow.bold('DIFFERS'),
  failing: (text: string): string => chalk.red(text),
  dim: (text: string): string => chalk.dim(text),
  strong: (text: string): string => chalk.bold(text),
};

/** Whether stdout shows colour. */
export function hasColour(): boolean {
  return chalk.level > 0;
}

/** Whether stdout is a terminal that shows block characters. */
export function hasBlocks(): boolean {
  const { TERM, LC_ALL, LC_CTYPE, LANG, WT_SESSION } = process.env;
  if (process.stdout.isTTY !== true || TERM === 'dumb' || TERM === 'linux') return false;
  const locale = [LC_ALL, LC_CTYPE, LANG].find((name) => name !== undefined && name !== '') ?? '';
  return /utf-?8/i.test(locale) || WT_SESSION !== undefined;
}
