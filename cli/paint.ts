/** Colour where the terminal has any; `NO_COLOR` and `FORCE_COLOR` are chalk's business. */
import chalk from 'chalk';

export const paint = {
  pass: (): string => chalk.green.bold('PASS'),
  fail: (): string => chalk.red.bold('FAIL'),
  unknown: (): string => chalk.yellow.bold('UNKNOWN'),
  dim: (text: string): string => chalk.dim(text),
  strong: (text: string): string => chalk.bold(text),
};

/** Whether stdout shows colour. */
export function hasColour(): boolean {
  return chalk.level > 0;
}
