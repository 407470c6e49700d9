/** What people get wrong about `quorumlab check`: it is said, and where, and nothing passes. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from './binary.ts';
import { quorumlab } from './quorumlab.ts';

const folder = temporaryFolder();
afterAll(folder.remove);

const header = (model: string) => `{"format":"quorumlab-history/1","model":"${model}"}`;
const WRITE = '{"process":1,"f":"write","value":1,"call":1,"return":2}';
const READ = '{"process":2,"f":"read","call":3,"return":4,"output":1}';

/** Judges a file of these lines. */
function check(lines: readonly string[], ...words: readonly string[]) {
  writeFileSync(join(folder.path, 'history.ndjson'), `${lines.join('\n')}\n`);
  return quorumlab(folder.path, 'check', 'history.ndjson', ...words);
}

describe('a file is refused', () => {
  it.each([
    ['register', 'read', 'of a read has its answer as its value'],
    ['queue', 'dequeue', 'of a dequeue has its answer as its value'],
    ['stack', 'pop', 'of a pop has its answer as its value'],
    ['mutex', 'release', 'of a release has an argument'],
  ])('where a line of a %s, of a %s, %s', async (model, f) => {
    const line = `{"process":1,"f":"${f}","value":5,"call":0,"return":1}`;

    const { code, stderr } = await check([header(model), '', line]);

    expect(stderr).toBe(
      `quorumlab: history.ndjson:3:${line.indexOf('5,') + 1}: ` +
        `expected ${f} to have no value (an answer is its output), found 5\n`,
    );
    expect(code).toBe(2);
  });

  it('where a counter answers a text', async () => {
    const line = '{"process":1,"f":"read","call":0,"return":1,"output":"0"}';

    const { stderr } = await check([header('counter'), line]);

    expect(stderr).toContain(
      'history.ndjson:2:54: expected output of read to be a number, found "0"',
    );
  });

  it('where a lock answers neither true nor false', async () => {
    const taken = '{"process":1,"f":"acquire","call":0,"return":1}';
    const line = '{"process":2,"f":"acquire","call":2,"return":3,"output":"no"}';

    const { code, stderr } = await check([header('mutex'), taken, line]);

    expect(stderr).toBe(
      'quorumlab: history.ndjson:3:57: ' +
        'expected output of acquire to be true or false, found "no"\n',
    );
    expect(code).toBe(2);
  });

  it('where its second character is another byte order mark', async () => {
    const lines = [header('register'), WRITE, READ];
    const marked = (marks: string) => check([`${marks}${lines[0]}`, ...lines.slice(1)]);

    expect((await marked('\ufeff')).code).toBe(0);
    const { code, stderr } = await marked('\ufeff\ufeff');
    expect(stderr).toContain('cannot read history.ndjson: it has two byte order marks');
    expect(code).toBe(2);
  });

  it('where it is to begin as what JSON cannot say', async () => {
    const { code, stderr } = await check([header('register'), WRITE], '--initial', '1e999');

    expect(stderr).toBe(
      'quorumlab: history.ndjson:1:1: expected an initial value that JSON can say, ' +
        'found Infinity, which was asked for\n',
    );
    expect(code).toBe(2);
  });

  it('where its name is empty', async () => {
    const { code, stderr } = await quorumlab(folder.path, 'check', '');

    expect(stderr).toBe('quorumlab: the name of a file is empty\n');
    expect(code).toBe(2);
  });
});

describe('an operation that a level has no use for is located', () => {
  const put = '{"process":4,"f":"put","key":"k1","value":1,"call":1,"return":2}';

  it('in our own format by line, process and time', async () => {
    const gone = '{"process":5,"f":"delete","key":"k1","call":7,"return":8,"output":true}';

    const { code, stderr } = await check([header('kv'), put, '', gone], '--level', 'sessions');

    expect(stderr).toBe(
      'quorumlab: history.ndjson:4:1: delete k1 by process 5, called at 7, is no read, write or ' +
        'swap with a known effect, and session guarantees are decided for these alone\n',
    );
    expect(code).toBe(2);
  });

  it('in EDN by the line of its invocation', async () => {
    const lines = [
      '{:process 0, :type :invoke, :f :read, :value ["x" nil]}',
      '{:process 1, :type :invoke, :f :write, :value ["x" 1]}',
      '{:process 1, :type :fail, :f :write, :value ["x" 1]}',
      '  {:process 2, :type :invoke, :f :append, :value ["x" "a"]}',
      '{:process 0, :type :ok, :f :read, :value ["x" nil]}',
      '{:process 2, :type :ok, :f :append, :value ["x" "a"]}',
    ];
    writeFileSync(join(folder.path, 'append.edn'), lines.join('\n'));

    const words = ['append.edn', '--level', 'read-your-writes', '--model', 'kv'];
    const { stderr } = await quorumlab(folder.path, 'check', ...words);

    expect(stderr).toContain('append.edn:4:3: append x = "a" by process 2, called at 3, is no');
  });
});

describe('an option', () => {
  it('names our own format as its header does, or for short', async () => {
    for (const name of ['quorumlab-history/1', 'quorumlab']) {
      const { stdout } = await check([header('register'), WRITE, READ], '--format', name);
      expect(stdout).toContain('PASS  history.ndjson');
    }
  });

  it.each(['1KB', '63MB'])('does not take %s of memory for enough', async (memory) => {
    const { code, stdout, stderr } = await check([header('register')], '--memory', memory);

    expect(stderr).toContain(`--memory takes 64MB or more, which the process itself needs, not "`);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });
});

describe('a pass that says nothing', () => {
  it.each([
    ['of no operations', [header('register')], '0 operations: nothing was checked'],
    [
      'of operations without answers',
      [header('register'), WRITE, READ.replace(',"output":1', '')],
      '2 operations, none with an answer: nothing was checked',
    ],
  ])('%s is told', async (_title, lines, told) => {
    const { code, stdout } = await check(lines);
    expect(stdout).toMatch(/^PASS {2}history\.ndjson {2}linearizable {2}register {2}/);
    expect(stdout).toContain(`  ${told}  `);
    expect(code).toBe(0);

    const members = Object.keys(JSON.parse((await check(lines, '--json')).stdout));
    const usual = ['file', 'model', 'operations', 'verdict', 'elapsedMs', 'peakBytes', 'witness'];
    expect(members).toEqual(usual);
  });

  it('is not told where an answer was right, or a lock was got', async () => {
    const lock = '{"process":1,"f":"acquire","call":0,"return":1}';
    for (const lines of [
      [header('register'), WRITE, READ],
      [header('mutex'), lock],
    ]) {
      expect((await check(lines)).stdout).not.toContain('nothing was checked');
    }
  });
});
