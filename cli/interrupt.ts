/** Ctrl-C and SIGTERM: the first one asks for an end, the second one ends at once. */
import { EXIT, type ExitCode } from './exit.ts';

export interface Interrupt {
  readonly signal: AbortSignal;
  /** The exit code that the signal stands for, once it has come. */
  exitCode(): ExitCode | undefined;
  /** Does what no signal can be heard in: meanwhile one ends the process, as by default. */
  pausedFor<T>(work: () => T): T;
  /** Gives the signals back to the system. */
  release(): void;
}

const STOPPING = '\nstopping; once more to stop at once\n';

/** `told` is written to stderr at the first signal; nothing, where the end follows at once. */
export function listenForInterrupt(told = STOPPING): Interrupt {
  const abort = new AbortController();
  let exitCode: ExitCode | undefined;
  const hear = (code: ExitCode) => (): void => {
    if (exitCode !== undefined) process.exit(code);
    exitCode = code;
    process.stderr.write(told);
    abort.abort();
  };
  const onInterrupt = hear(EXIT.interrupted);
  const onTerminate = hear(EXIT.terminated);
  const listen = (): void => {
    process.on('SIGINT', onInterrupt);
    process.on('SIGTERM', onTerminate);
  };
  const release = (): void => {
    process.off('SIGINT', onInterrupt);
    process.off('SIGTERM', onTerminate);
  };
  listen();
  return {
    signal: abort.signal,
    exitCode: () => exitCode,
    pausedFor: (work) => {
      release();
      try {
        return work();
      } finally {
        listen();
      }
    },
    release,
  };
}
