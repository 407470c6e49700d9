#!/usr/bin/env node
/** The binary: a command as a process, with its streams and its exit code. */
import { InputError } from './exit.ts';
import { reasonOf } from './files.ts';
import { outcomeOf, report } from './outcome.ts';

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

process.exitCode = await outcomeOf(process.argv.slice(2));
