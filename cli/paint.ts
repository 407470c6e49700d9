/** Colour where the terminal has any; `NO_COLOR` and `FORCE_COLOR` are chalk's business. */
import chalk from 'chalk';

export const paint = {
  pass: (): string => chalk.green.bold('PASS'),
  fail: (): string => chalk.red.bold('FAIL'),
  unknown: (): string => chalk.yellow.bold('UNKNOWN'),
  stale: (): string => chalk.yellow.bold('STALE'),
  differs: (): string => chalk.yellow.bold('DIFFERS'),
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
