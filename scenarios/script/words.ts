/** A line of a script, word by word; each word knows its column, for errors. */
import type { Plain } from '../../sim/plain.ts';

export interface Word {
  readonly text: string;
  /** Counted from 1. */
  readonly line: number;
  readonly column: number;
  /** The column after it. */
  readonly end: number;
  /** It stood in quotes: a text, whatever it looks like. */
  readonly isQuoted: boolean;
}

/**
 * What is wrong with a script, and where. `known` are the words that could stand there, for a hint.
 */
export class ScriptError extends Error {
  override readonly name = 'ScriptError';
  readonly line: number;
  readonly column: number;
  readonly word: string | undefined;
  readonly known: readonly string[];

  constructor(
    { line, column }: Pick<Word, 'line' | 'column'>,
    message: string,
    hint: { readonly word?: string; readonly known?: readonly string[] } = {},
  ) {
    super(message);
    this.line = line;
    this.column = column;
    this.word = hint.word;
    this.known = hint.known ?? [];
  }
}

/** A word in quotes, a word up to a space, or one of the signs that stand alone. */
const WORD = /"(?:[^"\\]|\\.)*"?|[|&;]|[^\s"|&;]+/g;
const COMMENT = /(?:^|\s)#/;

/** What a line says before its comment. */
export function wordsOf(text: string, line: number): readonly Word[] {
  const words: Word[] = [];
  for (const match of text.matchAll(WORD)) {
    const [token] = match;
    const column = match.index + 1;
    const at = { line, column, end: column + token.length };
    if (token.startsWith('#')) break;
    words.push(token.startsWith('"') ? quoted(token, at) : { ...at, text: token, isQuoted: false });
  }
  return words;
}

function quoted(token: string, at: Pick<Word, 'line' | 'column' | 'end'>): Word {
  if (token.length < 2 || !token.endsWith('"')) {
    throw new ScriptError(at, 'a text begins here and does not end: put a " after it');
  }
  try {
    return { ...at, text: String(JSON.parse(token)), isQuoted: true };
  } catch {
    throw new ScriptError(
      at,
      `${token} is no text: within quotes, write \\" for " and \\\\ for \\`,
    );
  }
}

/** The comment of a line that says nothing else. */
export function commentOf(text: string): string | undefined {
  return COMMENT.test(text) ? text.replace(/^\s*#\s?/, '').trimEnd() : undefined;
}

/** `2` is a number, `true`, `false` and `null` are themselves, and anything else is a text. */
export function plainOf({ text, isQuoted }: Word): Plain {
  if (isQuoted) return text;
  if (/^-?(?:0|[1-9]\d{0,14})$/.test(text)) return Number(text);
  if (text === 'true' || text === 'false') return text === 'true';
  return text === 'null' ? null : text;
}

const MICROS: { readonly [unit: string]: number } = {
  us: 1,
  ms: 1_000,
  s: 1_000_000,
  m: 60_000_000,
  min: 60_000_000,
  h: 3_600_000_000,
};

/** Microseconds of `500ms`, `2s`, `1.5s`, `1m`, `1h`. */
export function timeOf(word: Word): number {
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?)([a-z]+)$/.exec(word.text) ?? [];
  const scale = MICROS[unit];
  if (scale === undefined) {
    throw new ScriptError(
      word,
      `expected a time with its unit, such as 500ms or 2s, not ${JSON.stringify(word.text)}`,
    );
  }
  return Math.round(Number(digits) * scale);
}
