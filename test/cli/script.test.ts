/** `quorumlab run --script`: how it is asked for, what it prints, and what is said of mistakes. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type Ended, start, temporaryFolder } from './binary.ts';
import { printed } from './printed.ts';
import { quorumlab } from './quorumlab.ts';

const folder = temporaryFolder();
afterAll(folder.remove);

function script(lines: string, name = 'a.script'): string {
  writeFileSync(join(folder.path, name), lines);
  return name;
}

const run = (...words: readonly string[]): Promise<Ended> => quorumlab(folder.path, ...words);

const HELLO = '1 write 35 hello\n2 read 35\nbreak_link 1 2\nget_links 1\n';

describe('quorumlab run --script', () => {
  it('prints each line, its answer below it, and then the verdict', async () => {
    const { code, stdout } = await run('run', 'mp', '--script', script(HELLO));
    expect(code).toBe(0);
    expect(stdout.replaceAll(/[\d.,]+ (?:ms|µs)/g, 'T').replaceAll(/^ +T/gm, 'T')).toContain(
      [
        'mp  servers s1 = n0, s2 = n1, s3 = n2',
        'T  > 1 write 35 hello',
        '                  ok  T',
        'T  > 2 read 35',
        '                  hello  T',
        'T  > break_link 1 2',
        'T  > get_links 1',
        '                  s1: cut off from s2; linked with s3',
        '',
        'PASS  mp/calm@0x1',
      ].join('\n'),
    );
  });

  it('is the same every time, in any process, and with the command that it prints', async () => {
    const words = ['run', 'vr', '--script', script(HELLO)];
    const [one, two] = await Promise.all([run(...words), start(words, folder.path).ended]);
    expect(two.stdout).toBe(one.stdout);
    const again = await run(...printed(one.stdout, 'replay'));
    expect(again.stdout).toBe(one.stdout);
  });

  it('runs several protocols, with the seed and the options that are asked for', async () => {
    const words = ['vr', 'mp', '--seed', '9', '--nodes', '5', '--set', 'clientRetry=20000'];
    const { stdout } = await run('run', ...words, '--script', script(HELLO));
    expect(stdout.match(/^(?:vr|mp) {2}servers.*n4$/gm)).toHaveLength(2);
    expect(printed(stdout, 'replay')).toEqual(
      expect.arrayContaining(['--seed', '0x9', '--nodes', '5', '--set', 'clientRetry=20000']),
    );
  });

  it('reads standard input as well', async () => {
    const words = ['run', 'vr', '--script', '-'];
    const { stdout } = await start(words, folder.path, 'put a 1\nget a\n').ended;
    expect(stdout).toMatch(/> get a\n +1 /);
    // What was typed is gone: no command can bring it back before it is saved.
    expect(stdout).toMatch(
      /^ +replay +quorumlab run vr --script FILE --seed 0x1 {2}# save the lines .* as FILE/m,
    );
  });

  it('gives the result as JSON with the session in it, to be replayed', async () => {
    const { stdout } = await run('run', 'mp', '--script', script(HELLO), '--json');
    const result = JSON.parse(stdout);
    expect(result).toMatchObject({
      format: 'quorumlab-run/1',
      session: [
        { kind: 'request', line: 1, text: '1 write 35 hello', answer: { output: null } },
        { kind: 'request', line: 2, answer: { output: 'hello' } },
        { kind: 'disturbance', ends: false },
        { kind: 'links', states: [{ node: 0, cutOffFrom: [{ node: 1 }] }] },
      ],
    });
    writeFileSync(join(folder.path, 'saved.json'), stdout);
    const { code, stdout: replayed } = await run('replay', 'saved.json', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(replayed).traceHash).toBe(result.traceHash);
  });

  it('writes the event log and the HTML report of the session', async () => {
    const files = ['--trace', 'log.ndjson', '--html', 'report.html'];
    await run('run', 'vr', '--script', script(HELLO), ...files);
    const log = readFileSync(join(folder.path, 'log.ndjson'), 'utf8');
    expect(log.split('\n').length).toBeGreaterThan(50);
    expect(readFileSync(join(folder.path, 'report.html'), 'utf8')).toMatch(/^<!doctype html>/);
  });

  it('shows everything that servers know, memory beside disk, with --print state', async () => {
    const words = ['--set', 'durability=durable', '--print', 'state'];
    const lines = script('put a 1\nkill 3\nput a 2');
    const { stdout } = await run('run', 'vr', '--script', lines, ...words);
    expect(stdout).toMatch(/^n0 {2}primary view 0 /m);
    expect(stdout).toMatch(/^memory {2}replicaNumber 0 · .*opNumber 2 · /m);
    expect(stdout).toMatch(/^disk {4}log +0–1 {2}\[put a = 1, put a = 2\]$/m);
    expect(stdout).toMatch(/^n2 {2}down\ndisk /m);
  });

  it('exits 1 when what was done breaks a promise', async () => {
    const lines = script('put a 1\nkill 3\nrestart 3 empty\nget a');
    const { code, stdout } = await run('run', 'mp', '--script', lines);
    expect(code).toBe(1);
    expect(stdout).toContain('(more than mp claims to survive: what follows may break ');
    expect(stdout).toContain('(the run had ended by then)');
    expect(stdout).toMatch(/^FAIL {2}mp\/calm@0x1 {2}promises/m);
  });

  it('takes options of one protocol apart from those of another', async () => {
    const lines = script('set mp.window=3\nset clientRetry=30000\nget a');
    const specs = (await run('run', 'vr', 'mp', '--script', lines, '--json')).stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).spec.options);
    expect(specs).toMatchObject([{ clientRetry: 30_000 }, { clientRetry: 30_000, window: 3 }]);
    expect(specs[0]).not.toHaveProperty('window');
  });
});

describe('the options of a session', () => {
  it('are repeated in its replay command, a planted bug among them', async () => {
    const options = ['--mutant', 'MP-1', '--max-events', '5000'];
    const { stdout } = await run('run', 'mp', '--script', script(HELLO), ...options);
    expect(printed(stdout, 'replay')).toEqual(expect.arrayContaining(options));
    const again = await run(...printed(stdout, 'replay'));
    expect(again.stdout).toBe(stdout);
  });

  it('bound its events: what comes later is not reached', async () => {
    const { code, stdout } = await run(
      'run',
      'mp',
      '--script',
      script(HELLO),
      '--max-events',
      '90',
    );
    expect(stdout).toContain('(the run had ended by then)');
    expect(stdout).toMatch(/^UNKNOWN/m);
    expect(code).toBe(3);
  });

  it.each(['clients', 'ops', 'duration'])('do not include --%s', async (name) => {
    const words = ['--script', script(HELLO), `--${name}`, name === 'duration' ? '1s' : '5'];
    const { code, stderr } = await run('run', 'mp', ...words);
    expect(stderr).toContain(`--${name} changes nothing of a session: the script says all of it`);
    expect(code).toBe(2);
  });

  it('leave out who they do not suit, and nobody else; the exit code says so', async () => {
    const lines = script('start 4\nreconfigure 4');
    const { code, stdout, stderr } = await run('run', 'vr', 'mp', '--script', lines);
    expect(stderr).toBe(
      'quorumlab: vr is left out: a.script:1:7: ' +
        'vr has the same servers for ever: none can be added\n',
    );
    expect(stdout).toMatch(/^mp {2}servers s1 = n0/);
    expect(stdout).toMatch(/^PASS {2}mp\/calm/m);
    expect(code).toBe(2);
  });

  it('are refused as they would be alone where no protocol has them', async () => {
    const lines = script('start 4\nreconfigure 4');
    const { code, stdout, stderr } = await run('run', 'vr', 'single', '--script', lines);
    expect(stderr).toBe(
      'quorumlab: a.script:1:7: vr has the same servers for ever: none can be added\n',
    );
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });
});

describe('a script that is wrong exits 2, with the place and what to do', () => {
  it.each([
    ['putt a 1', ':1:1: there is no command "putt" (did you mean put?)'],
    ['get a\nbrake_link 1 2', ':2:1: there is no command "brake_link" (did you mean break_link?)'],
    ['kill s4', ':1:6: there is no server s4; they are 1 to 3; for more, write nodes COUNT'],
    ['set windw=3\nget a', ':1:5: set windw: mp has no option "windw" (did you mean window?)'],
    ['set window=x\nget a', ':1:5: set window: takes a whole number from 1 to 10000, not "x"'],
    ['set mq.window=3\nget a', ':1:5: there is no protocol "mq" (did you mean mp?)'],
    ['nodes 3\nset members=4\nget a', ': option members = 4: expected at most 3'],
  ])('%j', async (lines, message) => {
    const { code, stdout, stderr } = await run('run', 'mp', '--script', script(lines, 'wrong'));
    expect(stderr).toContain(`quorumlab: wrong${message}`);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });

  it('and so does a file that is not there', async () => {
    const { code, stderr } = await run('run', 'vr', '--script', 'nowhere');
    expect(stderr).toBe('quorumlab: cannot read nowhere: there is no such file or folder\n');
    expect(code).toBe(2);
  });
});
