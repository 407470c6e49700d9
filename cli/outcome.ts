/** A command from its words to its exit code, whatever happens: all that the binary does. */
import { execute } from './command-line.ts';
import { loadConfig } from './config.ts';
import { EXIT, type ExitCode, InputError } from './exit.ts';

/** Runs the command; what goes wrong becomes one message on stderr and an exit code. */
export async function outcomeOf(words: readonly string[]): Promise<number> {
  try {
    await loadConfig();
    return await execute(words);
  } catch (error) {
    return report(error);
  }
}

/** Says what went wrong, without a stack; the exit code that it stands for. */
export function report(error: unknown): ExitCode {
  const message = error instanceof Error ? error.message : String(error);
  // By its name: to load the class would load all protocols for the sake of a message.
  const isOfSpec = error instanceof Error && error.name === 'SpecError';
  if (error instanceof InputError || isOfSpec) {
    process.stderr.write(`quorumlab: ${message}\n`);
    return EXIT.usage;
  }
  process.stderr.write(
    `quorumlab: internal error: ${message.split('\n')[0]}\n` +
      'this is a bug of quorumlab: please report it with this command as CONTRIBUTING.md says ' +
      '(QUORUMLAB_DEBUG=1 shows the stack)\n',
  );
  if (process.env.QUORUMLAB_DEBUG === '1' && error instanceof Error) {
    process.stderr.write(`${error.stack}\n`);
  }
  return EXIT.internal;
}
