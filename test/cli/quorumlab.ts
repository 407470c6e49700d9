/**
 * The built command line within this process: what the binary does, without the third of a second
 * that a process takes to load it. `binary.test.ts` holds the two against each other.
 */
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { assertBuilt, BINARY, type Ended, VARIABLES } from './binary.ts';

/** Folder, variables and streams belong to the whole process, so commands take turns. */
let last: Promise<unknown> = Promise.resolve();

/** Runs a command in a folder: without standard input, and on no terminal. */
export function quorumlab(folder: string, ...words: readonly string[]): Promise<Ended> {
  const ended = last.then(() => endedIn(folder, words));
  last = ended.catch(() => {});
  return ended;
}

async function endedIn(folder: string, words: readonly string[]): Promise<Ended> {
  assertBuilt();
  const { outcomeOf } = await builtOutcome();
  const leaveFolder = entered(folder);
  const restoreVariables = withVariables(VARIABLES);
  const stdout = captured(process.stdout);
  const stderr = captured(process.stderr);
  const { log } = console;
  // yargs shows its help and its version by this, which belongs to the test runner here.
  console.log = (text: string) => process.stdout.write(`${text}\n`);
  try {
    const code = await outcomeOf(words);
    return { code, stdout: stdout.text(), stderr: stderr.text() };
  } finally {
    console.log = log;
    for (const undo of [stderr.release, stdout.release, restoreVariables, leaveFolder]) undo();
  }
}

/** The build, not the sources: its workers are files that Node can run. */
function builtOutcome(): Promise<typeof import('../../cli/outcome.ts')> {
  return import(pathToFileURL(join(dirname(BINARY), 'outcome.js')).href);
}

function entered(folder: string): () => void {
  const before = process.cwd();
  process.chdir(folder);
  return () => process.chdir(before);
}

function withVariables(variables: { readonly [name: string]: string }): () => void {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, variables);
  return () => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
}

interface Captured {
  text(): string;
  release(): void;
}

/** Keeps what is written to the stream from now on, in place of writing it. */
function captured(stream: NodeJS.WriteStream): Captured {
  const write = stream.write;
  let text = '';
  stream.write = (chunk: Uint8Array | string): boolean => {
    text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
    return true;
  };
  return {
    text: () => text,
    release: () => {
      stream.write = write;
    },
  };
}
