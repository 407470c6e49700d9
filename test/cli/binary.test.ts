/** The binary adds a process to a command, and nothing else: other tests may do without one. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ended, start, temporaryFolder } from './binary.ts';
import { entryOf, putInto, runThat } from './corpus-fixtures.ts';
import { quorumlab } from './quorumlab.ts';

const folder = temporaryFolder();
afterAll(folder.remove);

const SMALL = ['--seeds', '3', '--base-seed', '1'];

/** One of each command and of each exit code that a command comes to by itself. */
const COMMANDS: readonly (readonly [number, ...string[]])[] = [
  [0, 'run', 'vr/calm', '--seed', '7', '--print', 'ops'],
  [1, 'fuzz', 'vr/lossy', '--mutant', 'CL-1', ...SMALL, '--explain', 'off', '--jobs', '1'],
  [5, 'fuzz', 'vr/calm', ...SMALL, '--expect-failure', '--reporter', 'dot'],
  [0, 'replay', 'vr/calm@7', '--json'],
  [3, 'replay', 'vr/chaos@5', '--max-events', '50'],
  [1, 'shrink', 'vr/lossy@0x1', '--mutant', 'CL-1', '--explain', 'off', '--out', 'small.json'],
  [1, 'diff', 'vr/lossy@1', '--b-mutant', 'CL-1'],
  [0, 'corpus', 'ls', 'kept'],
  [0, 'corpus', 'add', 'kept/a.json', '--dir', 'added'],
  [0, 'corpus', 'verify', 'kept'],
  [0, 'corpus', 'prune', 'kept', '--dry-run'],
  [4, 'replay', 'stale.json'],
  [0, 'check', 'history.ndjson'],
  [0, 'list', 'protocols'],
  [0, 'report', 'parts/campaign.json', '--out-dir', 'merged'],
  [0, 'completion', 'zsh'],
  [0, '--get-yargs-completions', 'quorumlab', 'run', 'vr/cal'],
  [0, 'corpus', '--help'],
  [0, '--version'],
  [2],
  [2, 'run', 'vr/clam'],
  [2, 'check', 'nowhere.edn'],
];

beforeAll(async () => {
  const entry = entryOf(runThat('passed', 'vr/calm'));
  for (const home of ['in-process', 'as-a-process']) {
    const path = join(folder.path, home);
    mkdirSync(path);
    putInto(path, {
      'kept/a.json': entry,
      'stale.json': { ...entry, expect: 'fail' },
      'history.ndjson': '{"format":"quorumlab-history/1","model":"register","initial":0}\n',
    });
  }
  const parts = ['--reporter', 'json', '--out-dir', 'parts'];
  await quorumlab(join(folder.path, 'in-process'), 'fuzz', 'vr/calm', ...SMALL, ...parts);
  await start(['fuzz', 'vr/calm', ...SMALL, ...parts], join(folder.path, 'as-a-process')).ended;
});

describe('a command ends as a process as it ends within one', () => {
  it.each(COMMANDS.map(([code, ...words]) => [words, code] as const))('%j', async (words, code) => {
    const within = await quorumlab(join(folder.path, 'in-process'), ...words);
    const alone = await start(words, join(folder.path, 'as-a-process')).ended;
    expect(timeless(alone)).toEqual(timeless(within));
    expect(alone.code).toBe(code);
  });
});

/** Without how long it took. */
function timeless({ code, stdout, stderr }: Ended): Ended {
  const strip = (text: string): string => text.replaceAll(/ *\d+(\.\d+)? ?m?s\b/g, ' T');
  return { code, stdout: strip(stdout), stderr: strip(stderr) };
}
