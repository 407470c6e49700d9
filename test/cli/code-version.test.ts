import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { codeVersion, fingerprint } from '../../cli/code-version.ts';
import { temporaryFolder } from './binary.ts';

const folder = temporaryFolder();
afterAll(folder.remove);

/** A project of its own, whose files are these. */
function project(name: string, files: { readonly [path: string]: string }): URL {
  const root = join(folder.path, name);
  for (const layer of ['sim', 'protocols/vr', 'checker', 'scenarios']) {
    mkdirSync(join(root, layer), { recursive: true });
  }
  for (const [path, content] of Object.entries(files)) writeFileSync(join(root, path), content);
  return pathToFileURL(`${root}/`);
}

const FILES = { 'sim/node.js': 'a', 'protocols/vr/replica.js': 'b', 'checker/search.js': 'c' };
const original = fingerprint(project('original', FILES), '.js');

describe('the fingerprint of the code', () => {
  it('is the same for the same files, wherever they lie', () => {
    cpSync(join(folder.path, 'original'), join(folder.path, 'copy'), { recursive: true });
    expect(fingerprint(pathToFileURL(join(folder.path, 'copy/')), '.js')).toBe(original);
    expect(original).toMatch(/^[0-9a-f]{12}$/);
  });

  it.each([
    ['another content', { ...FILES, 'protocols/vr/replica.js': 'B' }],
    ['a file more', { ...FILES, 'scenarios/run.js': '' }],
    ['a file of another name', { 'sim/node2.js': 'a', ...withoutNode() }],
    ['what moved from one file to the next', { ...FILES, 'sim/node.js': '', 'sim/x.js': 'a' }],
  ])('changes with %s', (title, files) => {
    expect(fingerprint(project(title, files), '.js')).not.toBe(original);
  });

  it('does not change with what never runs', () => {
    const files = { ...FILES, 'sim/node.d.ts': 'x', 'sim/notes.md': 'y' };
    expect(fingerprint(project('typed', files), '.js')).toBe(original);
  });

  it('is that of this very code', () => {
    expect(codeVersion()).toBe(fingerprint(new URL('../../', import.meta.url), '.ts'));
  });
});

function withoutNode(): { readonly [path: string]: string } {
  const { 'sim/node.js': _node, ...rest } = FILES;
  return rest;
}
