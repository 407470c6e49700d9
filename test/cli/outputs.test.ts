import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { InputError } from '../../cli/exit.ts';
import { assertWritableFile, readText, writeFileWhole } from '../../cli/files.ts';
import { start, temporaryFolder } from './binary.ts';
import { quorumlab } from './quorumlab.ts';

const folder = temporaryFolder();
afterAll(folder.remove);

function at(name: string): string {
  return join(folder.path, name);
}

async function makePipe(name: string): Promise<string> {
  const code = await new Promise((resolve) => spawn('mkfifo', [at(name)]).on('close', resolve));
  expect(code).toBe(0);
  return at(name);
}

describe('a file that is written', () => {
  it('replaces what a symbolic link leads to, and not the link', () => {
    writeFileSync(at('real.txt'), 'old');
    chmodSync(at('real.txt'), 0o600);
    symlinkSync('real.txt', at('link.txt'));
    assertWritableFile(at('link.txt'));
    writeFileWhole(at('link.txt'), 'new');
    expect(lstatSync(at('link.txt')).isSymbolicLink()).toBe(true);
    expect(readFileSync(at('real.txt'), 'utf8')).toBe('new');
    expect(statSync(at('real.txt')).mode & 0o777).toBe(0o600);
  });

  it('comes to be where a link leads that leads nowhere yet', () => {
    symlinkSync('later.txt', at('dangling.txt'));
    assertWritableFile(at('dangling.txt'));
    writeFileWhole(at('dangling.txt'), 'text');
    expect(lstatSync(at('dangling.txt')).isSymbolicLink()).toBe(true);
    expect(readFileSync(at('later.txt'), 'utf8')).toBe('text');
  });

  it('leaves nothing behind, and one message, when it cannot be written', () => {
    mkdirSync(at('place/report.html'), { recursive: true });
    expect(() => assertWritableFile(at('place/report.html'))).toThrow(InputError);
    expect(() => writeFileWhole(at('place/report.html'), 'x')).toThrow(
      /report\.html: it is a fold/,
    );
    expect(readdirSync(at('place'))).toEqual(['report.html']);
  });

  it('is written through when it is a pipe', async () => {
    const pipe = await makePipe('trace.pipe');
    const reader = spawn('cat', [pipe]);
    let read = '';
    reader.stdout.setEncoding('utf8').on('data', (text: string) => {
      read += text;
    });
    const isRead = new Promise((resolve) => reader.on('close', resolve));
    const { code } = await quorumlab(folder.path, 'run', 'vr/calm', '--seed', '1', '--trace', pipe);
    await isRead;
    expect(code).toBe(0);
    expect(lstatSync(pipe).isFIFO()).toBe(true);
    expect(read.split('\n')[0]).toBe('{"scenario":"vr/calm","seed":"0x1"}');
  });

  it.each(['trace', 'html'])('is never standard input: --%s -', async (option) => {
    const words = ['run', 'vr/calm', '--seed', '1', `--${option}`, '-'];
    const { code, stdout, stderr } = await quorumlab(folder.path, ...words);
    expect(stderr).toBe(
      `quorumlab: --${option} takes a file, not "-"; /dev/stdout is standard output\n`,
    );
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });

  it('can be standard output', async () => {
    const words = ['run', 'vr/calm', '--seed', '1', '--json', '--trace', '/dev/stdout'];
    const { code, stdout } = await quorumlab(folder.path, ...words);
    const lines = stdout.trimEnd().split('\n');
    expect(code).toBe(0);
    expect(lines[1]).toBe('{"scenario":"vr/calm","seed":"0x1"}');
    expect(lines.length).toBeGreaterThan(100);
  });
});

describe('a file that is read', () => {
  it('may begin with a byte order mark', () => {
    writeFileSync(at('marked.json'), '\uFEFF{"a": "\uFEFF"}');
    expect(readText(at('marked.json'))).toBe('{"a": "\uFEFF"}');
  });

  it('is read whole, in however many pieces, without breaking a letter', () => {
    // An odd number of bytes before letters of two bytes: one of them lies across each border.
    const text = `x${'é'.repeat(200_000)}`;
    writeFileSync(at('long.txt'), text);
    expect(readText(at('long.txt'))).toBe(text);
  });

  it('may be a pipe', async () => {
    const pipe = await makePipe('spec.pipe');
    spawn('sh', ['-c', `printf '{"format":"x/1"}' > '${pipe}'`]);
    const { code, stderr } = await quorumlab(folder.path, 'replay', pipe);
    expect(stderr).toContain('found "x/1"');
    expect(code).toBe(2);
  });

  it('is waited for when it comes late by standard input', async () => {
    const late = new Promise<string>((resolve) => setTimeout(resolve, 1_000, '{"format":"x/1"}'));
    const { code, stderr } = await start(['replay', '-'], folder.path, late).ended;
    expect(stderr).toContain('found "x/1"');
    expect(code).toBe(2);
  });

  it('is no device, which may have no end', async () => {
    const answers = ['replay', 'shrink', 'check', 'corpus verify'].map((command) => {
      return quorumlab(folder.path, ...command.split(' '), '/dev/zero');
    });
    for (const { code, stdout, stderr } of await Promise.all(answers)) {
      expect(stdout + stderr).toContain('it is a device or a socket, not a file');
      expect(code).toBe(2);
    }
  });

  it('is not larger than what can be held', () => {
    // Nothing is written but the length.
    writeFileSync(at('large.json'), '{}');
    truncateSync(at('large.json'), 500_000_001);
    expect(() => readText(at('large.json'))).toThrow(/large\.json: it is larger than 500 MB$/);
  });
});

describe('a standard output that is closed', () => {
  it('costs a campaign neither its failures nor its exit code', async () => {
    const words = ['fuzz', 'vr/chaos', 'vr/calm', '--mutant', 'SM-3', '--seeds', '300'];
    const more = ['--base-seed', '1', '--jobs', '1', '--reporter', 'ndjson', '--out-dir', 'cut'];
    const asFound = ['--explain', 'off', '--shrink', 'off'];
    const { child, ended } = start([...words, ...more, ...asFound], folder.path);
    child.stdout?.once('data', () => child.stdout?.destroy());
    const { code, stderr } = await ended;
    expect(stderr).toBe('');
    expect(code).toBe(1);
    expect(existsSync(at('cut/failures'))).toBe(true);
    expect(readdirSync(at('cut/failures')).length).toBeGreaterThan(0);
  });
});
