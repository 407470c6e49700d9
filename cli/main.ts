#!/usr/bin/env node
/** The binary: turns whatever happens into one message and an exit code. */
import { execute } from './command-line.ts';
import { EXIT, type ExitCode, InputError } from './exit.ts';
import { reasonOf } from './files.ts';

for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // A reader that has seen enough (`| head`) closes the pipe. What is written after that is
    // lost without a word, but the work goes on: its files and its exit code still count.
    if (error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED') return;
    throw new InputError(`cannot write the output: ${reasonOf(error)}`);
  });
}

process.on('uncaughtException', (error) => {
  process.exit(report(error));
});

try {
  process.exitCode = await execute(process.argv.slice(2));
} catch (error) {
  process.exitCode = report(error);
}

/** Says what went wrong, without a stack; the exit code that it stands for. */
function report(error: unknown): ExitCode {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof InputError) {
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
