/** `quorumlab/vitest` and `quorumlab/checker` from outside, by the package's own export map. */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../cli/binary.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const folder = temporaryFolder();
afterAll(folder.remove);

const SUITE = `import { models, readHistories } from 'quorumlab/checker';
import 'quorumlab/vitest';
import { expect, test } from 'vitest';

const stale = [
  { process: 0, f: 'write', value: 1, call: 0, return: 10 },
  { process: 0, f: 'write', value: 2, call: 20, return: 30 },
  { process: 1, f: 'read', call: 40, return: 50, output: 1 },
];

test('holds', () => {
  expect(stale.slice(0, 2)).toBeLinearizable('register');
  expect(stale).not.toBeLinearizable(models.register, { timeMs: 1000 });
  const text = '{"format":"quorumlab-history/1","model":"register","initial":0}';
  expect(readHistories(text)).toBeLinearizable();
});

test('does not hold', () => {
  expect(stale).toBeLinearizable('register');
});
`;

beforeAll(() => {
  mkdirSync(join(folder.path, 'node_modules'));
  symlinkSync(ROOT, join(folder.path, 'node_modules/quorumlab'));
  symlinkSync(join(ROOT, 'node_modules/vitest'), join(folder.path, 'node_modules/vitest'));
  writeFileSync(join(folder.path, 'package.json'), '{ "private": true, "type": "module" }');
  writeFileSync(join(folder.path, 'histories.test.ts'), SUITE);
});

/** Runs a program of the project's `node_modules` in the folder. */
function run(program: string, ...words: readonly string[]) {
  const path = join(ROOT, 'node_modules', program);
  const environment = { ...process.env, NO_COLOR: '1', FORCE_COLOR: '', CI: '' };
  const options = { cwd: folder.path, encoding: 'utf8', env: environment } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [path, ...words], options);
  return { status, text: stdout + stderr };
}

describe('a project that has installed the package', () => {
  it('asserts about histories in its own tests, and reads why one fails', () => {
    const { status, text } = run('vitest/vitest.mjs', 'run');
    expect(text).toContain('1 failed | 1 passed');
    expect(text).toContain('c1 read = 1 at 50, but write = 2 by c0 had completed at 30');
    expect(text).toContain('✗ c1  read = 1   40 to 50  cannot come next');
    expect(status).toBe(1);
  });

  it('has types for them, which refuse a model that is none', () => {
    const words = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--types', ''];
    expect(run('typescript/bin/tsc', ...words, 'histories.test.ts')).toEqual({
      status: 0,
      text: '',
    });
    const wrong = SUITE.replaceAll("'register')", "'regster')");
    writeFileSync(join(folder.path, 'wrong.test.ts'), wrong);
    const refused = run('typescript/bin/tsc', ...words, 'wrong.test.ts');
    expect(refused.text).toContain('"regster"');
    expect(refused.status).not.toBe(0);
  });

  it('need not have Vitest for anything else', () => {
    const { peerDependenciesMeta, exports } = JSON.parse(
      readFileSync(join(ROOT, 'package.json'), 'utf8'),
    );
    expect(peerDependenciesMeta.vitest).toEqual({ optional: true });
    const built = readFileSync(join(ROOT, exports['./checker'].default), 'utf8');
    expect(built).not.toContain('vitest');
  });
});

describe('the package', () => {
  const { files, scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const packed: readonly string[] = [...files, 'package.json'];
  const documents = packed.flatMap((name) => {
    if (name !== 'docs') return name.endsWith('.md') ? [name] : [];
    return readdirSync(join(ROOT, name)).flatMap((file) =>
      file.endsWith('.md') ? [`${name}/${file}`] : [],
    );
  });

  it.each(documents)('has every file that %s links to', (document) => {
    const text = readFileSync(join(ROOT, document), 'utf8');
    const links = [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(([, link = '']) => link);
    const own = links.filter((link) => !/^[a-z]+:/.test(link));
    const missing = own.filter((link) => {
      const path = join(document, '..', link).replaceAll('\\', '/');
      const isPacked = packed.some((name) => path === name || path.startsWith(`${name}/`));
      return !isPacked || !existsSync(join(ROOT, path));
    });

    expect(missing).toEqual([]);
  });

  it('is built anew: what an earlier build has left is removed first', () => {
    const [first = ''] = scripts.build.split(' && ');
    const project = join(folder.path, 'project');
    mkdirSync(join(project, 'dist/checker'), { recursive: true });
    writeFileSync(join(project, 'dist/checker/deleted.js'), '');
    writeFileSync(join(project, 'kept.js'), '');

    // Twice: the first build of all finds nothing to remove.
    for (let build = 0; build < 2; build++) {
      const { status, stderr } = spawnSync(first, { cwd: project, shell: true, encoding: 'utf8' });
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    }

    expect(readdirSync(project)).toEqual(['kept.js']);
  });
});
