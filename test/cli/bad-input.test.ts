import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ended, start, temporaryFolder } from './binary.ts';
import { quorumlab } from './quorumlab.ts';

const folder = temporaryFolder();
afterAll(folder.remove);

function given(name: string, content: string): void {
  writeFileSync(join(folder.path, name), content);
}

/** One message that names what and where, exit 2, and nothing on stdout. */
function expectRefused(ended: Ended, ...parts: readonly string[]): void {
  const { code, stdout, stderr } = ended;
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(stderr).toMatch(/^quorumlab: /);
  for (const part of parts) expect(stderr).toContain(part);
  expect(stdout).toBe('');
  expect(code).toBe(2);
}

describe('a command line that is wrong', () => {
  it.each([
    ['no command', [], ['a command is needed']],
    ['an unknown command', ['frobnicate'], ['no command "frobnicate"']],
    ['a mistyped flag', ['run', 'vr/calm', '--sed', '5'], ['did you mean --seed?']],
    ['a flag without its value', ['fuzz', 'vr', '--seeds'], ['--seeds needs a value']],
    ['a mistyped scenario', ['run', 'vr/clam'], ['"vr/clam"', 'did you mean vr/calm?']],
    ['an unknown scenario', ['fuzz', 'vr/nonesuch'], ['"vr/nonesuch"', 'list scenarios']],
    ['an unknown protocol', ['fuzz', 'nonesuch'], ['no scenario or protocol "nonesuch"']],
    ['a seed with a space', ['run', 'vr/calm', '--seed', 'a b'], ['--seed', '"a b" is no seed']],
    ['a negative seed', ['run', 'vr/calm', '--seed', '-1'], ['--seed', '"-1" is no seed']],
    ['an empty seed', ['run', 'vr/calm', '--seed', ''], ['--seed', 'no seed']],
    ['a replay without seed', ['replay', 'vr/calm@'], ['vr/calm@', 'no seed']],
    ['an unknown mutant', ['fuzz', 'vr', '--mutant', 'XX-99'], ['"XX-99"', 'list mutants']],
    ['a mistyped command', ['fuz', 'vr'], ['did you mean fuzz?']],
    ['an unknown flag', ['run', 'vr/calm', '--frobnicate'], ['run has no flag --frobnicate']],
    [
      'a word too many',
      ['completion', 'bash', 'extra'],
      ['completion has no use for "extra": it takes [shell]: bash or zsh;'],
    ],
    [
      'a word too many in a list',
      ['list', 'oracles', 'extra'],
      ['list oracles has no use for "extra": only of scenarios, protocols,'],
    ],
    ['a short flag', ['run', 'vr/calm', '-x'], ['run has no use for -x: it takes <scenario..>']],
    ['a flag of another command', ['run', 'vr/calm', '--jobs', '2'], ['run has no flag --jobs']],
    ['an unknown short flag', ['run', 'vr/calm', '-z'], ['z']],
    ['a flag given twice', ['run', 'vr', '--nodes', '3', '--nodes', '5'], ['--nodes', '2 times']],
    [
      'an option set twice',
      ['run', 'mp', '--set', 'window=4', '--set', 'window=5'],
      ['--set window', 'twice'],
    ],
    ['no scenario', ['run'], ['run needs <scenario..>: ids such as']],
    ['an unknown protocol of a scenario', ['run', 'nonesuch/calm'], ['no protocol "nonesuch"']],
    ['a strategy that nobody has', ['fuzz', 'vr', '--strategy', 'swam'], ['did you mean swarm']],
    [
      'a strategy for a named scenario',
      ['fuzz', 'vr/chaos', '--strategy', 'mix'],
      ['--strategy mix', '"vr/chaos" is one scenario'],
    ],
    ['a shard beyond the last', ['fuzz', 'vr', '--shard', '5/4'], ['--shard', '"5/4"']],
    [
      'a shard without a seed',
      ['fuzz', 'vr', '--seeds', '2', '--shard', '3/4'],
      ['--shard 3/4 has none of 2 seeds'],
    ],
    ['a base seed with an @', ['fuzz', 'vr', '--base-seed', 'a@b'], ['--base-seed', '"a@b"']],
    ['a replay of a mere scenario', ['replay', 'vr/calm'], ['vr/calm@SEED']],
    ['a replay of an unknown scenario', ['replay', 'vr/clam@1'], ['did you mean vr/calm?']],
    ['a number of seeds that is none', ['fuzz', 'vr', '--seeds', 'many'], ['--seeds', '"many"']],
    ['a time without unit', ['fuzz', 'vr', '--time', '60'], ['--time', 'unit', '"60"']],
    ['no time at all', ['fuzz', 'vr', '--time', '0s'], ['--time', 'above zero', '"0s"']],
    ['no nodes', ['run', 'vr/calm', '--nodes', '0'], ['--nodes', 'from 1 to 100', '"0"']],
    ['too many nodes', ['run', 'vr/calm', '--nodes', '101'], ['--nodes', 'to 100', '"101"']],
    ['too many clients', ['run', 'vr/calm', '--clients', '1001'], ['--clients', 'to 1000']],
    ['too many operations', ['run', 'vr/calm', '--ops', '1000001'], ['--ops', 'to 1000000']],
    ['too many events', ['run', 'vr', '--max-events', '1e10'], ['--max-events', 'to 1000000000']],
    ['too long a time', ['run', 'vr/calm', '--duration', '999999d'], ['--duration']],
    [
      'an unknown oracle',
      ['run', 'vr/calm', '--check', 'linearizabilty'],
      ['did you mean linearizability?'],
    ],
    ['an unknown profile', ['run', 'vr/calm', '--faults', 'stormy'], ['stormy', 'chaos']],
    ['an option that is no pair', ['run', 'vr/calm', '--set', 'x'], ['key=value', '"x"']],
    [
      'an unknown option',
      ['run', 'vr/calm', '--set', 'durabilty=durable'],
      ['did you mean durability?'],
    ],
    [
      'an option out of its range',
      ['run', 'vr/calm', '--set', 'durability=some'],
      ['durability', '"some"'],
    ],
    ['an unknown print', ['run', 'vr/calm', '--print', 'evnts'], ['did you mean events?']],
    ['an unknown reporter', ['fuzz', 'vr', '--reporter', 'pdf'], ['pdf', 'junit']],
    ['an unknown list', ['list', 'scenario'], ['did you mean scenarios?']],
    ['an unknown model', ['check', 'x', '--model', 'regster'], ['did you mean register?']],
    ['an unknown format', ['check', 'x', '--format', 'pdf'], ['--format', '"pdf"']],
    ['an initial value that is no JSON', ['check', 'x', '--initial', '{'], ['--initial', '"{"']],
    [
      'a meaning of failed cas that is none',
      ['check', 'x', '--failed-cas', 'maybe'],
      ['observed or absent'],
    ],
  ])('ends with one message and exit 2: %s', async (_title, words, parts) => {
    expectRefused(await quorumlab(folder.path, ...words), ...parts);
  });
});

describe('an output folder that cannot be written', () => {
  it.each([
    ['is a file', 'in-the-way'],
    ['lies below a file', 'in-the-way/out'],
    ['lies where nothing can be made', '/proc/quorumlab-out'],
  ])('is found out before the campaign: it %s', async (_title, outDir) => {
    given('in-the-way', 'a file');
    const ended = await quorumlab(folder.path, 'fuzz', 'vr', '--time', '1h', '--out-dir', outDir);
    expectRefused(ended, 'cannot write to the output folder', outDir);
  });

  it.each([
    ['a file for the failures', 'failures', false],
    ['a folder for the report', 'report.html', true],
    ['a folder for the result', 'campaign.json', true],
  ])('is found out by what is in the way in it: %s', async (_title, name, isFolder) => {
    mkdirSync(join(folder.path, `blocked-${name}`));
    if (isFolder) mkdirSync(join(folder.path, `blocked-${name}`, name));
    else given(`blocked-${name}/${name}`, '');
    const words = ['fuzz', 'vr', '--time', '1h', '--out-dir', `blocked-${name}`];
    expectRefused(await quorumlab(folder.path, ...words), `blocked-${name}/${name}`);
  });

  it.skipIf(process.getuid?.() === 0)('is found out when permission is lacking', async () => {
    const locked = join(folder.path, 'locked');
    mkdirSync(locked);
    chmodSync(locked, 0o555);
    const ended = await quorumlab(folder.path, 'fuzz', 'vr', '--out-dir', `${locked}/out`);
    expectRefused(ended, 'permission denied');
  });

  it('is found out for the report and the trace of a run as well', async () => {
    given('in-the-way', 'a file');
    for (const flag of ['--html', '--trace']) {
      const ended = await quorumlab(folder.path, 'run', 'vr/calm', flag, 'in-the-way/file');
      expectRefused(ended, 'in-the-way');
    }
  });
});

describe('a history that is no good', () => {
  const header = '{"format":"quorumlab-history/1","model":"register","initial":0}';
  const write = '{"process":1,"f":"write","value":1,"call":1,"return":2}';
  const stale = '{"process":2,"f":"read","call":3,"return":4,"output":0}';

  it.each([
    ['cut short', `${header}\n${write}\n{"process":2,"f":"re`, ':3:'],
    ['of no known format', 'once upon a time', ':1:1:'],
    ['empty', '', ':1:1:'],
    ['with an operation that lacks its call', `${header}\n{"process":1,"f":"read"}`, ':2:'],
    ['with a process that does two things at once', `${header}\n${write}\n${write}`, 'process 1'],
  ])('is refused with its place: %s', async (_title, text, place) => {
    given('bad.ndjson', text);
    expectRefused(await quorumlab(folder.path, 'check', 'bad.ndjson'), 'bad.ndjson', place);
  });

  it.each([
    ['not UTF-8', [0x7b, 0x0a, 0xc3, 0x28], 'line 2 is not UTF-8'],
    ['UTF-16', [0xff, 0xfe, 0x7b, 0x00], 'it is UTF-16, not UTF-8'],
  ])('is refused, not read with other characters, if it is %s', async (_title, bytes, why) => {
    writeFileSync(join(folder.path, 'bad.ndjson'), Uint8Array.from(bytes));
    expectRefused(await quorumlab(folder.path, 'check', 'bad.ndjson'), 'bad.ndjson', why);
  });

  it('is judged in every format, named or found out', async () => {
    given('paxi.csv', '1,5,,0,10\n1,,5,20,30\n');
    for (const words of [[], ['--format', 'paxi-csv']]) {
      const ended = await quorumlab(folder.path, 'check', 'paxi.csv', ...words);
      expect([ended.code, ended.stdout]).toEqual([0, expect.stringContaining('register')]);
    }
  });

  it('is refused where its model begins with no such value', async () => {
    given('a.ndjson', '{"format":"quorumlab-history/1","model":"counter"}');
    const words = ['check', 'a.ndjson', '--initial', '"zero"'];
    expectRefused(await quorumlab(folder.path, ...words), 'a number or null', '"zero"');
  });

  it('that is not there is refused by name', async () => {
    expectRefused(await quorumlab(folder.path, 'check', 'nowhere.edn'), 'nowhere.edn', 'no such');
  });

  it('does not keep the others from being judged', async () => {
    given('bad.ndjson', 'nonsense');
    given('good.ndjson', `${header}\n${write}\n`);
    given('wrong.ndjson', `${header}\n${write}\n${stale}\n`);
    const passing = await quorumlab(folder.path, 'check', 'bad.ndjson', 'good.ndjson');
    expect(passing.stdout).toMatch(/^PASS {2}good\.ndjson/);
    expect(passing.stderr).toContain('bad.ndjson:1:1');
    expect(passing.code).toBe(2);
    const failing = await quorumlab(folder.path, 'check', 'bad.ndjson', 'wrong.ndjson');
    expect(failing.stdout).toMatch(/^FAIL {2}wrong\.ndjson/);
    expect(failing.code).toBe(1);
  });

  it('is said to be bad in JSON too, one object a file', async () => {
    given('bad.ndjson', 'nonsense');
    given('good.ndjson', `${header}\n${write}\n`);
    const words = ['check', '--json', 'bad.ndjson', 'good.ndjson', '-'];
    const { stdout, code } = await start(words, folder.path, `${header}\n${write}\n${stale}`).ended;
    const objects = stdout
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    expect(objects).toMatchObject([
      { file: 'bad.ndjson', error: expect.stringContaining('bad.ndjson:1:1') },
      { file: 'good.ndjson', model: 'register', operations: 1, verdict: 'linearizable' },
      { verdict: 'not-linearizable', operations: 2 },
    ]);
    expect(code).toBe(1);
  });
});

describe('a saved file that is no good', () => {
  let saved = '';

  beforeAll(async () => {
    const { stdout } = await quorumlab(folder.path, 'run', 'vr/chaos', '-s', '5', '--json');
    saved = stdout;
  });

  it.each([
    ['is empty', () => '', ['is empty']],
    ['is cut short', () => saved.slice(0, saved.length / 2), [':1:', 'cut short']],
    ['is cut short after a value', () => '{\n"format":1\n', [':3:1', 'cut short']],
    ['is cut short within a list', () => '{"plan":[1,2', [':1:13', 'cut short']],
    ['has a word too many', () => '{"format":1 x}', [':1:13: not JSON', 'after property value\n']],
    ['is no JSON', () => 'seed: 5', ['not JSON']],
    ['is nested too deep', () => `{"a":${'['.repeat(1e5)}`, ['nested more than 100 deep']],
    ['is of no known format', () => '{"format":"quorumlab-run/9"}', ['quorumlab-run/9']],
    ['is a list', () => '[]', ['format', 'found none']],
    ['lacks a member', () => saved.replace('"seed":', '"sede":'), ['spec.seed', 'missing']],
    ['has a seed that is none', () => saved.replace('"seed":"0x5"', '"seed":"a b"'), ['spec.seed']],
    [
      'names no known protocol',
      () => saved.replace('"protocol":"vr"', '"protocol":"xx"'),
      ['"xx"'],
    ],
    [
      'has a fault of no kind',
      () => saved.replace(/"fault":"[\w-]+"/, '"fault":"plague"'),
      ['spec.plan.faults['],
    ],
    [
      'was drawn by another scheme',
      () => saved.replace('"streams":2', '"streams":999'),
      ['spec.streams', '999'],
    ],
  ])('is refused with its place: it %s', async (_title, content, parts) => {
    const text = content();
    expect(text).not.toBe(saved);
    given('saved.json', text);
    expectRefused(await quorumlab(folder.path, 'replay', 'saved.json'), 'saved.json', ...parts);
  });

  it('is refused when it is not there', async () => {
    expectRefused(
      await quorumlab(folder.path, 'replay', 'nowhere.json'),
      'nowhere.json',
      'no such',
    );
  });

  it('cannot be changed by simulation options', async () => {
    given('saved.json', saved);
    const ended = await quorumlab(folder.path, 'replay', 'saved.json', '--nodes', '5');
    expectRefused(ended, '--nodes', 'saved.json');
  });

  it('is refused as a part of a campaign, with its place', async () => {
    given('part.json', saved);
    expectRefused(await quorumlab(folder.path, 'report', 'part.json'), 'part.json', 'format');
  });

  it('replays when nothing is wrong with it', async () => {
    given('saved.json', saved);
    const { code, stdout } = await quorumlab(folder.path, 'replay', 'saved.json');
    expect(stdout).toContain('the trace hash is the same as recorded');
    expect(code).toBe(0);
    expect(readFileSync(join(folder.path, 'saved.json'), 'utf8')).toBe(saved);
  });
});
