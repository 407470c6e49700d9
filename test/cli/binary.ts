/** The built command line as a process, for tests of streams, signals and processes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const BUILT = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
/** Another build to test, such as an installed package's. */
export const BINARY = process.env.QUORUMLAB_BINARY ?? BUILT;

/** What the environment of every command under test says, wherever it runs. */
export const VARIABLES = { NO_COLOR: '1', QUORUMLAB_DEBUG: '' } as const;

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

export function start(
  words: readonly string[],
  folder: string,
  input: string | Promise<string> = '',
  variables: { readonly [name: string]: string } = {},
): Running {
  assertBuilt();
  const environment = { ...process.env, ...VARIABLES, ...variables };
  const child = spawn(process.execPath, [BINARY, ...words], { cwd: folder, env: environment });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  void Promise.resolve(input).then((text) => child.stdin.end(text));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
  return { child, ended };
}

export function assertBuilt(): void {
  if (!existsSync(BINARY)) throw new Error(`${BINARY} is missing: run "npm run build" first`);
}

const LISTENING = 'listens for SIGINT';
/** Loaded before the command: says when it listens for interrupts, which would end it earlier. */
const TELLING = `process.on('newListener', (name) => {
  if (name === 'SIGINT') process.stderr.write('${LISTENING}');
});
`;

/** Runs a command that is interrupted as soon as it listens for that. */
export function interrupted(words: readonly string[], folder: string): Promise<Ended> {
  const telling = join(folder, 'telling.mjs');
  writeFileSync(telling, TELLING);
  const { child, ended } = start(words, folder, '', { NODE_OPTIONS: `--import=${telling}` });
  child.stderr?.on('data', (text: string) => {
    if (text.includes(LISTENING)) child.kill('SIGINT');
  });
  return ended;
}

/** A folder that is gone when the tests are. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'quorumlab-test-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
