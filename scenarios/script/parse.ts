/** From the text of a script to its commands. `docs/SCRIPTS.md` has the grammar, for people. */
import type { WeakerLevel } from '../../sim/level.ts';
import type { Plain } from '../../sim/plain.ts';
import {
  type Command,
  type CommandForm,
  type Comment,
  FORMS,
  formNamed,
  type Line,
  type MemberChange,
  type RequestCommand,
  type Script,
  usageOf,
} from './commands.ts';
import { commentOf, plainOf, ScriptError, timeOf, type Word, wordsOf } from './words.ts';

/** More lines than this are a program, and no session. */
const LINES_MAX = 1_000;
const SERVERS_MAX = 64;

/** Throws `ScriptError`. */
export function parseScript(text: string): Script {
  const settings: Script['settings'][number][] = [];
  const lines: (Line | Comment)[] = [];
  let nodes: Script['nodes'];
  for (const [index, written] of text.split(/\r?\n/).entries()) {
    const line = index + 1;
    const words = wordsOf(written, line);
    const [first] = words;
    if (first === undefined) {
      const comment = commentOf(written);
      if (comment !== undefined) lines.push({ line, comment });
    } else if (first.text === 'nodes' || first.text === 'set') {
      assertAtTop(first, lines);
      if (first.text === 'set') settings.push(parseSetting(words, settings));
      else nodes = parseNodes(words, nodes);
    } else {
      lines.push(...commandsOf(words).map((each) => parseLine(written, each)));
    }
    if (lines.length > LINES_MAX)
      throw new ScriptError(wordAt(line), `more than ${LINES_MAX} lines`);
  }
  if (!lines.some((line) => 'command' in line)) {
    throw new ScriptError(wordAt(1), 'nothing is asked for: expected lines such as "put a 1"');
  }
  return { ...(nodes === undefined ? {} : { nodes }), settings, lines };
}

/** What stands between semicolons. */
function commandsOf(words: readonly Word[]): readonly (readonly Word[])[] {
  const commands: Word[][] = [[]];
  for (const word of words) {
    if (word.text === ';' && !word.isQuoted) commands.push([]);
    else commands.at(-1)?.push(word);
  }
  return commands.filter((command) => command.length > 0);
}

function wordAt(line: number): Word {
  return { text: '', line, column: 1, end: 1, isQuoted: false };
}

function assertAtTop({ text, line, column }: Word, lines: readonly (Line | Comment)[]): void {
  const earlier = lines.find((each) => 'command' in each);
  if (earlier === undefined) return;
  throw new ScriptError(
    { line, column },
    `${text} says what the session begins with: it stands above the first command, in line ` +
      `${earlier.line}`,
  );
}

function parseNodes(words: readonly Word[], before: Script['nodes']): Script['nodes'] {
  const [name, word] = takes(words, 1);
  if (before !== undefined) {
    throw new ScriptError(name!, `line ${before.word.line} says nodes already`);
  }
  const count = /^\d{1,3}$/.test(word?.text ?? '') ? Number(word?.text) : 0;
  if (count < 1 || count > SERVERS_MAX) {
    throw new ScriptError(word!, `expected a number of servers from 1 to ${SERVERS_MAX}`);
  }
  return { count, word: word! };
}

function parseSetting(
  words: readonly Word[],
  before: Script['settings'],
): Script['settings'][number] {
  const [, word] = takes(words, 1);
  if (!/^[^=]+=./.test(word?.text ?? '')) {
    throw new ScriptError(word!, 'expected OPTION=VALUE, such as set snapshotEvery=5');
  }
  const option = word!.text.slice(0, word!.text.indexOf('=') + 1);
  const earlier = before.find(({ text }) => text.startsWith(option));
  if (earlier !== undefined) {
    throw new ScriptError(word!, `line ${earlier.word.line} sets ${option.slice(0, -1)} already`);
  }
  return { text: word!.text, word: word! };
}

/** The words of a command, if there are so many after its name. */
function takes(words: readonly Word[], least: number, most = least): readonly Word[] {
  const name = words[0]!;
  const count = words.length - 1;
  if (count >= least && count <= most) return words;
  const form = formNamed(name.text);
  const usage = form === undefined ? '' : `: write ${usageOf(form)}`;
  if (count < least) {
    const last = words.at(-1)!;
    throw new ScriptError(
      { line: last.line, column: last.end + 1 },
      `${name.text} lacks something after it${usage}`,
    );
  }
  const extra = words[most + 1]!;
  throw new ScriptError(extra, `${name.text} has no use for ${JSON.stringify(extra.text)}${usage}`);
}

const SERVER = /^(?:s?\d+|n\d+|leader)$/;
/** The first server listens at port 8001, as in many a demonstration. */
const PORT = /^8\d\d\d$/;
const PORT_BASE = 8_000;

/** `[at TIME] [SERVER] COMMAND … [&]`. */
function parseLine(written: string, words: readonly Word[]): Line {
  const start = words[0]!;
  const text = written.slice(start.column - 1, words.at(-1)!.end - 1);
  const line = { line: start.line, text, start };
  if (start.text !== 'at') return { ...line, command: parseCommand(words) };
  const [time, ...rest] = words.slice(1);
  if (time === undefined || rest.length === 0) {
    throw new ScriptError(start, 'expected at TIME COMMAND, such as at 500ms put a 1');
  }
  return { ...line, at: timeOf(time), command: parseCommand(rest) };
}

function parseCommand(words: readonly Word[]): Command {
  const first = words[0]!;
  const rest = words.slice(1);
  const isAddressed = !first.isQuoted && SERVER.test(first.text) && first.text !== 'leader';
  if (!isAddressed) return commandNamed(first, words);
  const [name] = rest;
  if (name === undefined) {
    throw new ScriptError(first, `what is server ${first.text} asked? write ${first.text} get KEY`);
  }
  const command = commandNamed(name, rest);
  if (command.does !== 'request') {
    throw new ScriptError(
      first,
      `only requests are sent to a server: write ${name.text} ${first.text}`,
    );
  }
  if (command.server === undefined) return { ...command, server: first };
  throw new ScriptError(command.server, `the request is for server ${first.text} already`);
}

function commandNamed(name: Word, words: readonly Word[]): Command {
  const form = name.isQuoted ? undefined : formNamed(name.text);
  if (form === undefined) throw unknownCommand(name);
  return parseForm(form, words);
}

function unknownCommand(name: Word): ScriptError {
  const known = FORMS.flatMap(({ names }) => names);
  return new ScriptError(name, `there is no command ${JSON.stringify(name.text)}`, {
    word: name.text,
    known,
  });
}

function parseForm(form: CommandForm, words: readonly Word[]): Command {
  const [name] = form.names;
  switch (name) {
    case 'put':
    case 'get':
    case 'delete':
    case 'cas':
      return parseRequest(name, words);
    case 'break_link':
    case 'mend_link': {
      const [one, other] = takes(words, 2).slice(1).map(serverOf);
      const does = name === 'break_link' ? 'break-link' : 'mend-link';
      return { does, between: [one!, other!] };
    }
    case 'partition':
      return parsePartition(words);
    case 'heal':
      takes(words, 0);
      return { does: 'heal' };
    case 'isolate':
    case 'pause':
    case 'resume':
    case 'kill':
    case 'start':
      return { does: name, server: serverOf(takes(words, 1)[1]!) };
    case 'restart':
      return parseRestart(words);
    case 'reconfigure':
      return parseReconfigure(words);
    case 'members':
      return { does: 'members', servers: takes(words, 1, SERVERS_MAX).slice(1).map(serverOf) };
    case 'wait':
    case 'patience':
      return { does: name, time: timeOf(takes(words, 1)[1]!) };
    case 'get_links':
    case 'state': {
      const [, server] = takes(words, 0, 1);
      const does = name === 'state' ? 'state' : 'get-links';
      return { does, ...(server === undefined ? {} : { server: serverOf(server) }) };
    }
    default:
      throw noSnapshot(words[0]!);
  }
}

/** Protocols take snapshots by themselves; no operator tells them to. */
function noSnapshot(name: Word): ScriptError {
  return new ScriptError(
    name,
    'no protocol is told to take a snapshot: say how often at the top, such as set snapshotEvery=5',
  );
}

function serverOf(word: Word): Word {
  if (!word.isQuoted && SERVER.test(word.text)) return word;
  throw new ScriptError(
    word,
    `expected a server, such as 1 or s1, not ${JSON.stringify(word.text)}`,
  );
}

const LEVELS: readonly WeakerLevel[] = ['sequential', 'eventual', 'bounded'];

type RequestName = 'put' | 'get' | 'delete' | 'cas';
const ARGUMENTS: { readonly [name in RequestName]: number } = { put: 2, get: 1, delete: 1, cas: 3 };

/** `put KEY VALUE [at SERVER | PORT] [&]`, `get KEY [LEVEL] …`; the level may stand anywhere. */
function parseRequest(name: RequestName, words: readonly Word[]): RequestCommand {
  const isAwaited = words.at(-1)?.text !== '&';
  const { rest, server } = addressOf(levelFirst(isAwaited ? words : words.slice(0, -1)), name);
  // With no more words than it takes, the word is a key or a value.
  const isExtra = rest.length > ARGUMENTS[name] + 1;
  const word = isExtra ? rest.slice(1).find((each) => levelOf(each) !== undefined) : undefined;
  const level = word && levelOf(word);
  if (word !== undefined && name !== 'get') {
    throw new ScriptError(word, `only a get may be ${level}, and ${name} is none`);
  }
  const others = rest.filter((each) => each !== word);
  if (name === 'get' && word === undefined) assertLevel(others);
  const [, key, ...values] = takes(others, ARGUMENTS[name]);
  return {
    does: 'request',
    operation: operationOf(name, key!.text, values.map(plainOf)),
    ...(level === undefined ? {} : { level }),
    ...(server === undefined ? {} : { server }),
    isAwaited,
  };
}

/** Whatever else stands behind the key of a get was meant for a level. */
function assertLevel(words: readonly Word[]): void {
  const wrong = words.at(ARGUMENTS.get + 1);
  if (wrong === undefined) return;
  throw new ScriptError(
    wrong,
    `a get takes ${inWords(LEVELS)} behind its key, not ${JSON.stringify(wrong.text)}; ` +
      'without one of them it is linearizable',
    { word: wrong.text, known: LEVELS },
  );
}

function inWords(words: readonly string[]): string {
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

/** What is said last is the address otherwise, if there is one. */
function levelFirst(words: readonly Word[]): readonly Word[] {
  const [name, ...others] = words;
  const last = words.at(-1);
  // Of two words after the name one is the key, and the other one need not be an address.
  if (name === undefined || last === undefined || others.length < 3) return words;
  return levelOf(last) === undefined ? words : [name, last, ...others.slice(0, -1)];
}

function levelOf({ text, isQuoted }: Word): WeakerLevel | undefined {
  return isQuoted ? undefined : LEVELS.find((level) => level === text);
}

/** The words before `at SERVER`, or before the port that the request is sent to. */
function addressOf(
  words: readonly Word[],
  name: RequestName,
): { readonly rest: readonly Word[]; readonly server?: Word } {
  const last = words.at(-1)!;
  if (words.at(-2)?.text === 'at' && words.length > ARGUMENTS[name] + 1) {
    return { rest: words.slice(0, -2), server: serverOf(last) };
  }
  const isPort = words.length > ARGUMENTS[name] + 1 && !last.isQuoted && PORT.test(last.text);
  if (!isPort) return { rest: words };
  const server = { ...last, text: String(Number(last.text) - PORT_BASE) };
  return { rest: words.slice(0, -1), server };
}

function operationOf(name: RequestName, key: string, values: readonly Plain[]): Plain {
  const [value = null] = values;
  if (name === 'cas') return { f: 'cas', key, value: [...values] };
  return name === 'put' ? { f: 'put', key, value } : { f: name, key };
}

function parsePartition(words: readonly Word[]): Command {
  const groups: Word[][] = [[]];
  for (const word of words.slice(1)) {
    if (word.text === '|') groups.push([]);
    else groups.at(-1)?.push(serverOf(word));
  }
  if (groups.length < 2 || groups.some((group) => group.length === 0)) {
    throw new ScriptError(
      words[0]!,
      'expected two groups of servers or more with | between them, such as partition 1 2 | 3',
    );
  }
  return { does: 'partition', groups };
}

function parseRestart(words: readonly Word[]): Command {
  const [, server, empty] = takes(words, 1, 2);
  if (empty !== undefined && empty.text !== 'empty') {
    throw new ScriptError(empty, `expected empty, or nothing, not ${JSON.stringify(empty.text)}`, {
      word: empty.text,
      known: ['empty'],
    });
  }
  return { does: 'restart', server: serverOf(server!), isEmpty: empty !== undefined };
}

/** `4` and `+4` come, `-1` goes. */
function parseReconfigure(words: readonly Word[]): Command {
  const changes: MemberChange[] = [];
  for (const word of takes(words, 1, SERVERS_MAX).slice(1)) {
    const text = word.text.replace(/^[+-]/, '');
    if (changes.some(({ server }) => server.text === text)) {
      throw new ScriptError(word, `server ${text} is named twice`);
    }
    changes.push({ server: serverOf({ ...word, text }), isGone: word.text.startsWith('-') });
  }
  return { does: 'reconfigure', changes };
}
