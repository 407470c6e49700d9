/** Exit codes, which of them wins when several apply, and the errors that stand for them. */

export const EXIT = {
  passed: 0,
  violated: 1,
  usage: 2,
  inconclusive: 3,
  stale: 4,
  expectedNone: 5,
  internal: 70,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Worst first; being interrupted says more than anything found so far. */
const SEVERITY: readonly ExitCode[] = [
  EXIT.interrupted,
  EXIT.terminated,
  EXIT.internal,
  EXIT.stale,
  EXIT.violated,
  EXIT.expectedNone,
  EXIT.usage,
  EXIT.inconclusive,
];

/** The most severe of several exit codes; 0 when there is none. */
export function severest(codes: readonly ExitCode[]): ExitCode {
  return SEVERITY.find((code) => codes.includes(code)) ?? EXIT.passed;
}

/** What the person at the terminal, or a file of theirs, got wrong: one message, exit 2. */
export class InputError extends Error {
  override readonly name = 'InputError';
}

/** The exit code of a run that failed, from the oracle that failed it. */
export function exitOfOracle(oracle: string): ExitCode {
  return oracle === 'internal-error' ? EXIT.internal : EXIT.violated;
}
