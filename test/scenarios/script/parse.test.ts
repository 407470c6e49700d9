/** The grammar of sessions by hand: what each line means, and what is said of a wrong one. */
import { describe, expect, it } from 'vitest';
import { type Command, FORMS, type Line, type Script } from '../../../scenarios/script/commands.ts';
import { parseScript } from '../../../scenarios/script/parse.ts';
import { ScriptError } from '../../../scenarios/script/words.ts';

function linesOf({ lines }: Script): readonly Line[] {
  return lines.flatMap((line) => ('command' in line ? line : []));
}

/** The command of the first line, its servers as they were written. */
function command(text: string): unknown {
  const [line] = linesOf(parseScript(text));
  return plain(line?.command);
}

function plain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(plain);
  if ('isQuoted' in value && 'text' in value) return value.text;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, plain(field)]));
}

function request(operation: object, more: object = {}): object {
  return { does: 'request', operation, isAwaited: true, ...more };
}

/** `line:column: message`. */
function refusalOf(text: string): string {
  try {
    parseScript(text);
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error;
    return `${error.line}:${error.column}: ${error.message}`;
  }
  return 'nothing is wrong';
}

describe('a request', () => {
  it.each<[string, object]>([
    ['put a 1', request({ f: 'put', key: 'a', value: 1 })],
    ['write 35 hello', request({ f: 'put', key: '35', value: 'hello' })],
    ['get a', request({ f: 'get', key: 'a' })],
    ['read 35', request({ f: 'get', key: '35' })],
    ['delete a', request({ f: 'delete', key: 'a' })],
    ['cas a 1 2', request({ f: 'cas', key: 'a', value: [1, 2] })],
    ['get a sequential', request({ f: 'get', key: 'a' }, { level: 'sequential' })],
    ['get a eventual', request({ f: 'get', key: 'a' }, { level: 'eventual' })],
    ['get a bounded', request({ f: 'get', key: 'a' }, { level: 'bounded' })],
    ['get sequential a', request({ f: 'get', key: 'a' }, { level: 'sequential' })],
    ['put a 1 &', request({ f: 'put', key: 'a', value: 1 }, { isAwaited: false })],
  ])('may be %s', (text, expected) => {
    expect(command(text)).toEqual(expected);
  });

  it.each([
    ['2 put a 1', '2'],
    ['s2 put a 1', 's2'],
    ['n1 put a 1', 'n1'],
    ['put a 1 at s2', 's2'],
    ['put a 1 at 2', '2'],
    ['put a 1 8002', '2'],
    ['put a 1 8012', '12'],
  ])('names the server that is asked, as in %s', (text, server) => {
    expect(command(text)).toEqual(request({ f: 'put', key: 'a', value: 1 }, { server }));
  });

  it('takes numbers, truth and nothing for what they are, and all else for texts', () => {
    const values = [
      '7',
      '-7',
      'true',
      'null',
      '07',
      '1e3',
      '8002',
      '"7"',
      '"a b"',
      '"say \\"x\\""',
    ];
    const read = values.map((value) => command(`put a ${value}`));
    const expected = [7, -7, true, null, '07', '1e3', 8002, '7', 'a b', 'say "x"'];
    expect(read).toEqual(expected.map((value) => request({ f: 'put', key: 'a', value })));
  });

  it('may have a key that is a word of the language', () => {
    expect(command('get sequential')).toEqual(request({ f: 'get', key: 'sequential' }));
    expect(command('put at 8001')).toEqual(request({ f: 'put', key: 'at', value: 8001 }));
    expect(command('get "s1"')).toEqual(request({ f: 'get', key: 's1' }));
  });

  it.each(['get a sequential at s3', 'get a at s3 sequential', 'get a 8003 sequential'])(
    'may have its level before the address and after it: %s',
    (text) => {
      expect(command(text)).toMatchObject({ level: 'sequential', operation: { key: 'a' } });
      expect(command(text)).toHaveProperty('server');
    },
  );
});

describe('a line', () => {
  it.each<[string, object]>([
    ['break_link 1 s2', { does: 'break-link', between: ['1', 's2'] }],
    ['mend_link 1 2', { does: 'mend-link', between: ['1', '2'] }],
    ['get_links 1', { does: 'get-links', server: '1' }],
    ['get_links', { does: 'get-links' }],
    ['isolate leader', { does: 'isolate', server: 'leader' }],
    ['partition 1 2 | 3', { does: 'partition', groups: [['1', '2'], ['3']] }],
    ['heal', { does: 'heal' }],
    ['pause s2', { does: 'pause', server: 's2' }],
    ['unpause s2', { does: 'resume', server: 's2' }],
    ['resume s2', { does: 'resume', server: 's2' }],
    ['kill s1', { does: 'kill', server: 's1' }],
    ['crash s1', { does: 'kill', server: 's1' }],
    ['restart s1', { does: 'restart', server: 's1', isEmpty: false }],
    ['restart s1 empty', { does: 'restart', server: 's1', isEmpty: true }],
    ['start 4', { does: 'start', server: '4' }],
    ['members 1 2 4', { does: 'members', servers: ['1', '2', '4'] }],
    [
      'reconfigure 4 +5 -1',
      {
        does: 'reconfigure',
        changes: [
          { server: '4', isGone: false },
          { server: '5', isGone: false },
          { server: '1', isGone: true },
        ],
      },
    ],
    ['wait 1.5s', { does: 'wait', time: 1_500_000 }],
    ['patience 20ms', { does: 'patience', time: 20_000 }],
    ['state', { does: 'state' }],
    ['print s1', { does: 'state', server: 's1' }],
  ])('may say %s', (text, expected) => {
    expect(command(text)).toEqual(expected);
  });

  it('may say several things, and when the first comes at the earliest', () => {
    const lines = linesOf(parseScript('at 500ms put a 1; 2 get a # and so on\n'));
    expect(lines.map(({ line, text, at }) => [line, text, at])).toEqual([
      [1, 'at 500ms put a 1', 500_000],
      [1, '2 get a', undefined],
    ]);
  });

  it('may be a comment, or empty', () => {
    const { lines } = parseScript('# first\n\n  # second  \nheal\r\n');
    expect(lines.map((line) => ('comment' in line ? line.comment : line.text))).toEqual([
      'first',
      'second',
      'heal',
    ]);
  });

  it('above the first command says what the session begins with', () => {
    const script = parseScript('# so\nnodes 5\nset mp.window=4\nset clientRetry=20000\nget a');
    expect(script.nodes?.count).toBe(5);
    expect(script.settings.map(({ text }) => text)).toEqual(['mp.window=4', 'clientRetry=20000']);
  });
});

describe('a wrong line is told with its place, and what to write instead', () => {
  it.each([
    ['put a 1\n  putt a 1', '2:3: there is no command "putt"'],
    ['put a', '1:7: put lacks something after it: write put KEY VALUE'],
    ['get', '1:5: get lacks something after it: write get KEY [LEVEL]'],
    ['put a 1 2 3', '1:9: put has no use for "2": write put KEY VALUE'],
    ['put "a', '1:5: a text begins here and does not end: put a " after it'],
    ['put "\\x" 1', '1:5: "\\x" is no text: within quotes, write \\" for " and \\\\ for \\'],
    ['put a 1 sequential', '1:9: only a get may be sequential, and put is none'],
    ['get a linearizable', '1:7: a get takes sequential, eventual or bounded behind its key, not'],
    ['get a b at 2', '1:7: a get takes sequential, eventual or bounded behind its key, not "b"'],
    ['put a 1 at x', '1:12: expected a server, such as 1 or s1, not "x"'],
    ['1 put a 1 at 2', '1:14: the request is for server 1 already'],
    ['1', '1:1: what is server 1 asked? write 1 get KEY'],
    ['1 kill 2', '1:1: only requests are sent to a server: write kill 1'],
    ['kill', '1:6: kill lacks something after it: write kill A'],
    ['kill x', '1:6: expected a server, such as 1 or s1, not "x"'],
    ['break_link x 2', '1:12: expected a server, such as 1 or s1, not "x"'],
    ['heal 1', '1:6: heal has no use for "1": write heal'],
    ['restart s1 emtpy', '1:12: expected empty, or nothing, not "emtpy"'],
    ['partition 1 2', '1:1: expected two groups of servers or more with | between them'],
    ['partition 1 |', '1:1: expected two groups of servers or more with | between them'],
    ['wait 5', '1:6: expected a time with its unit, such as 500ms or 2s, not "5"'],
    ['at 5ms', '1:1: expected at TIME COMMAND, such as at 500ms put a 1'],
    ['at noon heal', '1:4: expected a time with its unit'],
    ['snapshot', '1:1: no protocol is told to take a snapshot: say how often at the top'],
    ['nodes x\nheal', '1:7: expected a number of servers from 1 to 64'],
    ['nodes 65\nheal', '1:7: expected a number of servers from 1 to 64'],
    ['nodes 3\nnodes 3\nheal', '2:1: line 1 says nodes already'],
    ['set window\nheal', '1:5: expected OPTION=VALUE, such as set snapshotEvery=5'],
    ['set window=4\nset window=5\nheal', '2:5: line 1 sets window already'],
    ['reconfigure 2 -2', '1:15: server 2 is named twice'],
    ['heal\nnodes 3', '2:1: nodes says what the session begins with: it stands above the first'],
    ['# nothing', '1:1: nothing is asked for: expected lines such as "put a 1"'],
    ['heal\n'.repeat(1_001), '1001:1: more than 1000 lines'],
  ])('%j', (text, refusal) => {
    expect(refusalOf(text)).toContain(refusal);
  });

  it('with the levels that it may have meant', () => {
    expect(() => parseScript('get a sequentail')).toThrow(
      expect.objectContaining({ word: 'sequentail', known: ['sequential', 'eventual', 'bounded'] }),
    );
  });

  it('with the words that it may have meant', () => {
    const words = FORMS.flatMap(({ names }) => names);
    expect(() => parseScript('brake_link 1 2')).toThrow(
      expect.objectContaining({ word: 'brake_link', known: words }),
    );
  });
});

it('has a line for every command that it lists', () => {
  const written: readonly Command['does'][] = linesOf(
    parseScript(FORMS.flatMap(({ names }) => names.map(example)).join('\n')),
  ).map((line) => line.command.does);
  expect(written.length).toBe(FORMS.flatMap(({ names }) => names).length - LEFT_OUT.length);
});

const LEFT_OUT = ['snapshot', 'nodes', 'set'];
const EXAMPLES: { readonly [takes: string]: string } = {
  'KEY VALUE': 'k 1',
  'KEY [LEVEL]': 'k sequential',
  KEY: 'k',
  'KEY OLD NEW': 'k 1 2',
  'A B': '1 2',
  'A B..': '1 2',
  A: '1',
  '[A]': '',
  'A [empty]': '1 empty',
  'A.. [-B..]': '4 -1',
  'A B | C': '1 2 | 3',
  TIME: '1s',
  '': '',
};

function example(name: string): string {
  const form = FORMS.find(({ names }) => names.includes(name));
  if (form === undefined || LEFT_OUT.includes(name)) return '';
  return `${name} ${EXAMPLES[form.takes] ?? 'nobody knows'}`;
}
