/** `quorumlab check` over files, patterns and pipes: what it prints, and how it ends. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CheckedHistory } from '../../cli/check-job.ts';
import { type Ended, interrupted, start, temporaryFolder } from './binary.ts';
import { quorumlab } from './quorumlab.ts';

const folder = temporaryFolder();
afterAll(folder.remove);

const HEADER = '{"format":"quorumlab-history/1","model":"register","initial":0}';
const WRITE = '{"process":1,"f":"write","value":1,"call":1,"return":2}';
const STALE = '{"process":2,"f":"read","call":3,"return":4,"output":0}';
const GOOD = `${HEADER}\n${WRITE}\n`;
const WRONG = `${HEADER}\n${WRITE}\n${STALE}\n`;

/** Many clients, few values, and an end that no order explains: for ever is not long enough. */
function hardHistory(): string {
  const lines = ['{"format":"quorumlab-history/1","model":"cas-register","initial":0}'];
  const clients = 40;
  for (let place = 0; place < 4_000; place++) {
    const process = place % clients;
    const call = Math.floor(place / clients) * 100 + (process % 10);
    const old = (place * 7) % 5;
    const step = { process, call, return: call + 80, f: 'cas', value: [old, (old + 1) % 5] };
    lines.push(JSON.stringify(place % 3 === 0 ? { ...step, output: true } : step));
  }
  for (const [process, output] of [3, 4, 3].entries()) {
    const call = 20_000 + process * 10;
    lines.push(JSON.stringify({ process, f: 'read', call, return: call + 5, output }));
  }
  return lines.join('\n');
}

function put(name: string, text: string): void {
  const path = join(folder.path, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

beforeAll(() => {
  put('good.ndjson', GOOD);
  put('wrong.ndjson', WRONG);
  put('runs/a.ndjson', GOOD);
  put('runs/deep/b.ndjson', WRONG);
  put('runs/c[1].ndjson', GOOD);
  put('runs/notes.txt', 'once upon a time');
  put('hard.ndjson', hardHistory());
});

const check = (...words: readonly string[]) => quorumlab(folder.path, 'check', ...words);

/** Without how long it took. */
function timeless(text: string): string {
  return text.replaceAll(/ {2}\(?\d[\d.]* ?m?s\)?$/gm, '');
}

describe('a verdict', () => {
  it('of a no says why, which operations suffice, and how far an order gets', async () => {
    const { code, stdout, stderr } = await check('wrong.ndjson');
    expect(timeless(stdout)).toBe(
      [
        'FAIL  wrong.ndjson  not linearizable  register  2 operations',
        '  c2 read = 0 at 4, but write = 1 by c1 had completed at 2',
        '',
        '  All 2 operations matter:',
        '    c1  write = 1  1 to 2',
        '  ✗ c2  read = 0   3 to 4  cannot come next',
        '  Longest order that explains a part: write = 1 by c1; the state is then 1',
        '',
        '',
      ].join('\n'),
    );
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  });

  it('marks what fails in colour where there is any', async () => {
    const variables = { NO_COLOR: '', FORCE_COLOR: '1' };
    const { stdout } = await start(['check', 'wrong.ndjson'], folder.path, '', variables).ended;
    expect(stdout).toContain('\u001b[31m✗ c2  read = 0');
  });

  it('does not let what a file says move the cursor', async () => {
    const escapes = ['\u001b', '\u009b'];
    const key = JSON.stringify('\u001b[2J\u009b2J');
    const read = `{"process":1,"f":"get","key":${key},"call":1,"return":2,"output":"\\u001b[1m"}`;
    put('control.ndjson', `${HEADER.replace('register', 'kv').replace('0}', 'null}')}\n${read}`);
    const { stdout } = await check('control.ndjson');
    expect(stdout).toContain('get \\u001b[2J\\u009b2J = ');
    for (const sequence of escapes) expect(stdout).not.toContain(sequence);
  });

  it('is judged by the model, the initial value and the level of the command line', async () => {
    const initial = await check('wrong.ndjson', '--initial', '1', '--level', 'linearizable');
    expect(initial.code).toBe(1);
    const model = await check('good.ndjson', '--model', 'cas-register', '--json');
    expect(JSON.parse(model.stdout)).toMatchObject({ model: 'cas-register' });
    const level = await check('good.ndjson', '--level', 'linearisable');
    expect(level.stderr).toContain('(did you mean linearizable?)');
    expect(level.code).toBe(2);
  });
});

describe('a level', () => {
  it('is told beside the verdict, in text and in JSON', async () => {
    const ended = await check('wrong.ndjson', '--level', 'sequential');
    const json = await check('wrong.ndjson', '--level', 'sequential', '--json');

    expect(timeless(ended.stdout)).toBe(
      'PASS  wrong.ndjson  sequential: consistent  register  2 operations\n',
    );
    expect(ended.code).toBe(0);
    expect(JSON.parse(json.stdout)).toMatchObject({ level: 'sequential', verdict: 'consistent' });
  });

  it('that allows reads to be late says by how much', async () => {
    const allowed = await check('wrong.ndjson', '--level', 'stale-versions:1');
    expect(allowed.code).toBe(0);
    const late = await check('wrong.ndjson', '--level', 'stale-time:0');
    expect(late.code).toBe(1);
    expect(late.stdout).toContain('stale-time:0: inconsistent');
    expect(late.stdout).toContain('(reads may be late by 0)');
  });

  it('that there is none of, or that the model says too little for, ends with 2', async () => {
    const unknown = await check('good.ndjson', '--level', 'seqential');
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain('not "seqential" (did you mean sequential?)');
    put('queue.ndjson', '{"format":"quorumlab-history/1","model":"queue","initial":null}\n');
    const queue = await check('queue.ndjson', '--level', 'sessions');
    expect(queue.code).toBe(2);
    expect(queue.stderr).toContain('model queue cannot be checked for session guarantees');
  });
});

describe('several files', () => {
  it('are judged in their order, each once, and counted', async () => {
    const { code, stdout } = await check('good.ndjson', 'wrong.ndjson', 'good.ndjson');
    const lines = timeless(stdout).trimEnd().split('\n');
    expect(lines[0]).toMatch(/^PASS {2}good\.ndjson {2}linearizable {2}register {2}1 operation/);
    expect(lines[1]).toMatch(/^FAIL {2}wrong\.ndjson/);
    expect(lines.at(-1)).toBe('PASS 1 · FAIL 1 · UNKNOWN 0');
    expect(code).toBe(1);
  });

  it.each([
    ['runs/**/*.ndjson', ['runs/a.ndjson', 'runs/c[1].ndjson', 'runs/deep/b.ndjson']],
    ['runs/*.ndjson', ['runs/a.ndjson', 'runs/c[1].ndjson']],
    ['runs/{a,z}.ndjson', ['runs/a.ndjson']],
    ['runs/c[1].ndjson', ['runs/c[1].ndjson']],
  ])('may be a pattern that the shell has left alone: %s', async (pattern, files) => {
    const { stdout } = await check('--json', pattern);
    const judged = stdout.trimEnd().split('\n');
    expect(judged.map((line) => JSON.parse(line).file)).toEqual(files);
  });

  it.each([
    ['a folder', 'runs', "runs is a folder: name its files, such as 'runs/*.ndjson'"],
    ['a pattern without a match', 'runs/*.edn', 'no file matches "runs/*.edn"'],
    ['what is not there', 'nowhere.edn', 'there is no such file or folder'],
    ['a text that is no history', 'runs/notes.txt', 'runs/notes.txt:1:1: expected a history: '],
    ['a device', '/dev/null', 'it is a device or a socket'],
  ])('do without %s: it is refused, and the others are judged', async (_title, word, message) => {
    const { code, stdout, stderr } = await check(word, 'good.ndjson');
    expect(stderr).toContain(message);
    expect(timeless(stdout)).toContain('PASS 1 · FAIL 0 · UNKNOWN 0 · 1 not read');
    expect(code).toBe(2);
    expect((await check('wrong.ndjson', word)).code).toBe(1);
  });

  it.each([
    ['is empty', '', 'f:1:1: the file is empty: expected a history'],
    ['is binary', 'ELF\0\0', 'f:1: not a text'],
    [
      'is packed',
      Buffer.from([0x1f, 0x8b, 8, 0, 0]),
      'cannot read f: it is compressed: unpack it first',
    ],
    ['has two headers', `${GOOD}${GOOD}`, 'f:3:2: expected'],
  ])('are told what is wrong with one that %s', async (_title, content, message) => {
    writeFileSync(join(folder.path, 'f'), content);
    const { code, stderr } = await check('f');
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });

  it('may be joined by standard input, once', async () => {
    const { code, stdout } = await start(['check', 'good.ndjson', '-'], folder.path, WRONG).ended;
    expect(stdout).toContain('FAIL  -  not linearizable');
    expect(code).toBe(1);
    const bad = await start(['check', '-', '--json'], folder.path, 'nonsense').ended;
    expect(bad.stderr).toContain('standard input:1:1: expected a history: ');
    expect(JSON.parse(bad.stdout)).toMatchObject({ file: '-' });
    const twice = await check('-', 'good.ndjson', '-');
    expect(twice.stderr).toContain('- is given twice');
    expect({ code: twice.code, stdout: twice.stdout }).toEqual({ code: 2, stdout: '' });
  });

  it('may be pipes with names', async () => {
    expect(spawnSync('mkfifo', [join(folder.path, 'pipe')]).status).toBe(0);
    const { child, ended } = start(['check', 'pipe', 'good.ndjson'], folder.path);
    writeFileSync(join(folder.path, 'pipe'), WRONG);
    expect((await ended).stdout).toMatch(/FAIL {2}pipe[\s\S]*PASS {2}good/);
    expect(child.exitCode).toBe(1);
  });
});

/** Loaded before the command: says when it has given a check to a thread of its own. */
const TELLING = "process.on('worker', () => process.stderr.write('at work'));\n";

function interruptedAtWork(words: readonly string[], signal: NodeJS.Signals): Promise<Ended> {
  put('telling.mjs', TELLING);
  const options = { NODE_OPTIONS: `--import=${join(folder.path, 'telling.mjs')}` };
  const { child, ended } = start(words, folder.path, '', options);
  child.stderr?.on('data', (text: string) => {
    if (text.includes('at work')) child.kill(signal);
  });
  return ended;
}

describe('a check that takes too long', () => {
  it('ends at its limit of time without a verdict, and the next file is judged', async () => {
    const { code, stdout } = await check('hard.ndjson', 'good.ndjson', '--time', '500ms');
    expect(stdout).toContain(
      'UNKNOWN  hard.ndjson  unknown: out of time (--time 500ms)  cas-register  4,003 operations',
    );
    expect(stdout).toContain('PASS  good.ndjson');
    expect(code).toBe(3);
  });

  it('ends at its limit of memory', async () => {
    const { code, stdout } = await check('hard.ndjson', '--json', '--memory', '64MB');
    const checked: CheckedHistory = JSON.parse(stdout);
    expect(checked).toMatchObject({ verdict: 'unknown', reason: 'memory', operations: 4003 });
    expect(code).toBe(3);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('is ended by %s: what was found stays, exit %i', async (signal, code) => {
    const words = ['check', 'wrong.ndjson', 'hard.ndjson', 'good.ndjson', '--html', 'part.html'];
    const { stdout, stderr, code: exit } = await interruptedAtWork(words, signal);
    expect(stdout).toMatch(/^FAIL {2}wrong\.ndjson/);
    expect(stdout).toContain('UNKNOWN  hard.ndjson  unknown: interrupted');
    expect(stdout).toContain('PASS 0 · FAIL 1 · UNKNOWN 1 · 1 not judged');
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(exit).toBe(code);
    const page = readFileSync(join(folder.path, 'part.html'), 'utf8');
    expect(page).toMatch(/<\/html>\s*$/);
    // What was under way has a page of its own as well.
    expect(page.match(/id="quorumlab-history-\d+"/g)).toHaveLength(2);
  });

  it('names the level when it is ended by force, too', async () => {
    const words = ['check', 'hard.ndjson', '--level', 'stale-time:1', '--json'];
    const { stdout } = await interruptedAtWork(words, 'SIGINT');
    expect(JSON.parse(stdout)).toMatchObject({
      model: 'cas-register',
      level: 'stale-time:1',
      verdict: 'unknown',
      reason: 'interrupted',
    });
    expect(stdout).not.toContain('report');
  });

  it('is interrupted before it begins where the signal comes so early', async () => {
    const { code, stdout } = await interrupted(
      ['check', 'hard.ndjson', 'hard.ndjson'],
      folder.path,
    );
    expect(code).toBe(130);
    expect(stdout).not.toContain('PASS');
  });
});

describe('the report of a check', () => {
  it('never takes the place of a history', async () => {
    for (const words of [
      ['good.ndjson', '--html', 'good.ndjson'],
      ['--html', 'good.ndjson', 'wrong.ndjson'],
    ]) {
      const { code, stderr } = await check(...words);
      expect(stderr).toContain('good.ndjson is there, and is no HTML file');
      expect(code).toBe(2);
      expect(readFileSync(join(folder.path, 'good.ndjson'), 'utf8')).toBe(GOOD);
    }
  });

  it('is written anew over an older one, with the same bytes', async () => {
    const words = ['good.ndjson', 'wrong.ndjson', 'nowhere.edn', '--html', 'out/report.html'];
    expect((await check(...words)).stdout).toContain('  report   out/report.html\n');
    const page = readFileSync(join(folder.path, 'out/report.html'), 'utf8');
    await check(...words);
    expect(readFileSync(join(folder.path, 'out/report.html'), 'utf8')).toBe(page);
    expect(page).toContain('c2 read = 0 at 4, but write = 1 by c1 had completed at 2');
  });
});
