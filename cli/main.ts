#!/usr/bin/env node
/** The binary: turns whatever happens into one message and an exit code. */
import { execute } from './command-line.ts';
import { EXIT, InputError } from './exit.ts';

// A reader that has seen enough (`| head`) closes the pipe: nothing is wrong then.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(process.exitCode ?? EXIT.passed);
  throw error;
});

process.on('uncaughtException', (error) => {
  report(error);
  process.exit(EXIT.internal);
});

try {
  process.exitCode = await execute(process.argv.slice(2));
} catch (error) {
  process.exitCode = error instanceof InputError ? EXIT.usage : EXIT.internal;
  report(error);
}

function report(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof InputError) {
    process.stderr.write(`quorumlab: ${message}\n`);
    return;
  }
  process.stderr.write(
    `quorumlab: internal error: ${message.split('\n')[0]}\n` +
      'this is a bug of quorumlab: please report it with this command as CONTRIBUTING.md says ' +
      '(QUORUMLAB_DEBUG=1 shows the stack)\n',
  );
  if (process.env.QUORUMLAB_DEBUG === '1' && error instanceof Error) {
    process.stderr.write(`${error.stack}\n`);
  }
}
