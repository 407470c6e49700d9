/** Three kinds of damage to a file: blind, harmless, and such that no reader may let it pass. */

import type { FormatName } from '../../checker/index.ts';
import type { Dice } from './random-histories.ts';

const JUNK = ['', '"', '[', ']', '{', '}', '(', ')', ':', ',', '\\', '#', '-', '9', 'nil', 'null'];
const STRANGE = [
  '\n',
  '\r\n',
  '\t',
  ' ',
  '\0',
  '\u0001',
  '\ufeff',
  '\ud800',
  '😀',
  ';',
  '[[',
  '#_',
  '__proto__',
  '1e999',
  '-0',
  'NaN',
  '9007199254740993',
  '99999999999999999999999',
  '0.1',
  '\\u0000',
  '\\ud800',
  '"constructor"',
];

/** Anything at all: what comes of it is a verdict or a located error. */
export function damaged(text: string, dice: Dice): string {
  let result = text;
  for (let change = 0; change <= dice.below(3); change++) result = damagedOnce(result, dice);
  return result;
}

function damagedOnce(text: string, dice: Dice): string {
  const lines = text.split('\n');
  const at = dice.below(text.length + 1);
  const index = dice.below(lines.length);
  switch (dice.below(9)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return text.slice(0, at) + String.fromCharCode(dice.below(0x10000)) + text.slice(at + 1);
    case 2:
      return lines.filter((_, each) => each !== index).join('\n');
    case 3:
      return [...lines.slice(0, index), ...lines.slice(index - 1)].join('\n');
    case 4:
      return [...lines.slice(index), ...lines.slice(0, index)].join('\n');
    case 5:
      return text.replaceAll(/\d+/g, (digits) => (dice.once(9) ? dice.pick(STRANGE) : digits));
    case 6:
      return `${text.slice(0, at)}${dice.pick(STRANGE)}${text.slice(at)}`;
    default:
      return text.slice(0, at) + dice.pick(JUNK) + text.slice(at + dice.below(4));
  }
}

/** What changes nothing of the meaning: the operations stay what they were. */
export function unharmed(format: FormatName, text: string, dice: Dice): string {
  const lines = text.split('\n');
  const index = dice.below(lines.length);
  switch (dice.below(6)) {
    case 0:
      return `\ufeff${text}`;
    case 1:
      return text.replaceAll('\n', '\r\n');
    case 2:
      return [...lines.slice(0, index), ' \t', '', ...lines.slice(index)].join('\n');
    case 3:
      return text.replace(/\n$/, '');
    case 4:
      return `${text}\n\n \n`;
    default:
      return spacedOut(format, text, dice);
  }
}

function spacedOut(format: FormatName, text: string, dice: Dice): string {
  switch (format) {
    case 'quorumlab':
    case 'etcd-robustness':
      return text.replaceAll(/([,:{}[\]])(?=["{[])/g, (each) => each + ' '.repeat(dice.below(3)));
    case 'jepsen-log':
      return text.replaceAll('\t', () => dice.pick(['\t', '   ', ' \t']));
    case 'paxi-csv':
      return `key,input,output,start,end\n${text}`;
    default: {
      const filler = [' ', ',', ', ; said "x"]}\n ', ' #_{:a [1]} ', ' #_#_1 2 ', '\n\t'];
      return text.replaceAll(' ', () => dice.pick(filler));
    }
  }
}

/** A text that is no longer of its format, and what was done to it. */
export interface Broken {
  readonly how: string;
  readonly text: string;
}

const BAD_NUMBERS = ['01', 'NaN', '-', '0x1', '1.', '.5', '+', 'Infinity', '1e', "'1'"];
const DEEP = 100_000;

/** Breaks the grammar, or what every file of the format keeps to. Undefined if it cannot. */
export function broken(format: FormatName, text: string, dice: Dice): Broken | undefined {
  switch (format) {
    case 'quorumlab':
      return brokenJson(text, dice, ['process', 'f', 'call', 'return', 'format', 'model']);
    case 'etcd-robustness':
      return brokenJson(text, dice, ['ClientId', 'Input', 'Call', 'Output', 'Return', 'Limit']);
    case 'jepsen-edn':
    case 'porcupine-kv':
      return brokenEdn(format, text, dice);
    case 'jepsen-log':
      return brokenLog(text, dice);
    case 'paxi-csv':
      return brokenCsv(text, dice);
    default:
      return format satisfies never;
  }
}

/** The matches of a pattern, one of which is replaced. */
function replaceOne(text: string, pattern: RegExp, by: string, dice: Dice): string | undefined {
  const matches = [...text.matchAll(pattern)];
  if (matches.length === 0) return undefined;
  const match = dice.pick(matches);
  const [whole] = match;
  return text.slice(0, match.index) + by + text.slice(match.index + whole.length);
}

function told(how: string, text: string | undefined): Broken | undefined {
  return text === undefined ? undefined : { how, text };
}

function cutLine(text: string, dice: Dice): string | undefined {
  const lines = text.split('\n').filter((line) => line !== '');
  const index = dice.below(lines.length);
  const line = lines[index]!;
  if (line.length < 3) return undefined;
  lines[index] = line.slice(0, 1 + dice.below(line.length - 2));
  return lines.join('\n');
}

function brokenJson(text: string, dice: Dice, names: readonly string[]): Broken | undefined {
  const name = dice.pick(names);
  switch (dice.below(10)) {
    case 0:
      return told('a line cut', cutLine(text, dice));
    case 1:
      return told('a quote taken away', replaceOne(text, /"/g, '', dice));
    case 2:
      return told('a brace taken away', replaceOne(text, /[{}]/g, '', dice));
    case 3:
      return told(`${name} renamed`, replaceOne(text, new RegExp(`"${name}":`, 'g'), '"x":', dice));
    case 4: {
      const bad = dice.pick(BAD_NUMBERS);
      return told(`a number as ${bad}`, replaceOne(text, /(?<=":)\d+(?=[,}])/g, bad, dice));
    }
    case 5:
      return told('a control character', replaceOne(text, /(?<=:")/g, '\u0001', dice));
    case 6: {
      const twice = replaceOne(text, new RegExp(`(?="${name}":)`, 'g'), `"${name}":1,`, dice);
      return told(`${name} twice`, twice);
    }
    case 7:
      return told('text after a line', replaceOne(text, /(?<=\})(?=\n)/g, ' x', dice));
    case 8:
      return told('deep nesting', replaceOne(text, /(?<=":)\d+/g, '['.repeat(DEEP), dice));
    default:
      return told('a byte order mark within', replaceOne(text, /(?<=\n)(?=\{)/g, '\ufeff', dice));
  }
}

function brokenEdn(format: FormatName, text: string, dice: Dice): Broken | undefined {
  switch (dice.below(9)) {
    case 0:
      return told('a map cut', cutLine(text.replace(/\]\n$/, ''), dice));
    case 1:
      return told('a brace taken away', replaceOne(text, /[{}]/g, '', dice));
    case 2: {
      const name = dice.pick(['process', 'type', 'f']);
      return told(`${name} renamed`, replaceOne(text, new RegExp(`:${name} `, 'g'), ':x ', dice));
    }
    case 3:
      return told('a type misspelt', replaceOne(text, /:(?:invoke|ok)\b/g, ':okay', dice));
    case 4: {
      const bad = dice.pick([...BAD_NUMBERS, 'nil', '"1"', '0.5', '007', '99999999999999999999']);
      return told(`process ${bad}`, replaceOne(text, /(?<=:process )\d+/g, bad, dice));
    }
    case 5:
      return told('an invocation twice', repeated(text, dice));
    case 6:
      return told('an invocation taken away', withoutCall(text, dice));
    case 7:
      return told('deep nesting', replaceOne(text, /(?<=:value )/g, '['.repeat(DEEP), dice));
    default:
      return format === 'jepsen-edn'
        ? told('more after the end', `${text}{:process 0}`)
        : told('a stray bracket', `${text})`);
  }
}

function repeated(text: string, dice: Dice): string | undefined {
  const lines = text.replace(/^\[/, '').replace(/\]\n$/, '').split('\n');
  const calls = lines.flatMap((line, index) => (line.includes(':invoke') ? [index] : []));
  if (calls.length === 0) return undefined;
  const index = dice.pick(calls.map((each) => [each]))[0]!;
  lines.splice(index, 0, lines[index]!);
  return lines.join('\n');
}

/** Without an invocation that has an end. */
function withoutCall(text: string, dice: Dice): string | undefined {
  const lines = text.replace(/^\[/, '').replace(/\]\n$/, '').split('\n');
  const isEnd = (line: string) => /:(?:ok|fail)\b/.test(line);
  const processOf = (line: string) => /(?::process |- )(\d+)/.exec(line)?.[1];
  const ended = new Set(lines.filter(isEnd).map(processOf));
  const calls = lines.flatMap((line, index) =>
    line.includes(':invoke') && ended.has(processOf(line)) ? [index] : [],
  );
  if (calls.length === 0) return undefined;
  const gone = dice.pick(calls.map((each) => [each]))[0]!;
  // The ends of a process that is called again are no longer those that its calls expect.
  if (lines.filter((line) => processOf(line) === processOf(lines[gone]!)).length !== 2) {
    return undefined;
  }
  return lines.filter((_, index) => index !== gone).join('\n');
}

function brokenLog(text: string, dice: Dice): Broken | undefined {
  switch (dice.below(7)) {
    case 0:
      return told('a line without a value', replaceOne(text, /\t[^\t\n]+(?=\n)/g, '', dice));
    case 1:
      return told('a type misspelt', replaceOne(text, /:(?:invoke|ok|fail)\t/g, ':okay\t', dice));
    case 2:
      return told(
        'a function misspelt',
        replaceOne(text, /:(?:read|write|cas)\t/g, ':raed\t', dice),
      );
    case 3: {
      const bad = dice.pick(['-1', '1.5', 'x', '', '12345678901234567890', ':nemsis']);
      return told(`process ${bad}`, replaceOne(text, /(?<=- )\d+/g, bad, dice));
    }
    case 4: {
      const bad = dice.pick(['1.5', '[1 2', '0x1', '1e5', '12345678901234567', '[1 2 3]', 'null']);
      return told(`value ${bad}`, replaceOne(text, /(?<=\t)[^\t:]+(?=\n)/g, bad, dice));
    }
    case 5:
      return told('an invocation twice', repeated(text, dice));
    default:
      return told('an invocation taken away', withoutCall(text, dice));
  }
}

function brokenCsv(text: string, dice: Dice): Broken | undefined {
  const bad = dice.pick(['1.5', 'x', '', ' 1', '1e5', '0x1', '99999999999999999999', 'NaN', '1_0']);
  switch (dice.below(6)) {
    case 0:
      return told('a comma taken away', replaceOne(text, /,/g, '', dice));
    case 1:
      return told('a comma more', replaceOne(text, /,/g, ',,', dice));
    case 2:
      return told(`key ${bad}`, replaceOne(text, /^[^,\n]+(?=,)/gm, bad, dice));
    case 3:
      return told(`end ${bad}`, replaceOne(text, /[^,\n]+$/gm, bad, dice));
    case 4:
      return told('a quote more', replaceOne(text, /(?<=,)|(?=,)/g, '"', dice));
    default:
      return told('a line cut', replaceOne(text, /,[^,\n]*$/gm, '', dice));
  }
}
