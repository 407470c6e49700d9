/** A session as it would have looked at a terminal: each line, and below it what was answered. */
import { Chalk, type ChalkInstance } from 'chalk';
import type { NodeState } from '../scenarios/node-state.ts';
import type { Answer, Entry } from '../scenarios/script/transcript.ts';
import type { FaultOutcome } from '../scenarios/spec.ts';
import type { NumberNames } from '../sim/number-names.ts';
import { cutLinksInWords, nodeStateLines } from './node-state.ts';
import { whyInShort } from './unstruck.ts';
import { formatOperation, formatPlain, formatTime, formatTimeExact } from './words.ts';

export interface SessionStyle {
  readonly colour?: boolean;
  readonly protocol: string;
  /** What the session calls a node. */
  readonly name: (node: number) => string;
  /** How the protocol's numbers are read. */
  readonly numberNames: NumberNames | undefined;
  /** All servers of the session. */
  readonly servers: readonly number[];
}

const SERVERS_SHOWN = 9;
const TIME_WIDTH = 14;
const INDENT = ' '.repeat(TIME_WIDTH + 4);

/** Lines of text, the last without a line break. */
export function sessionText(entries: readonly Entry[], style: SessionStyle): string {
  const ink = new Chalk({ level: style.colour === true ? 1 : 0 });
  const lines = entries.flatMap((entry) => entryLines(entry, style, ink));
  return [`${ink.bold(style.protocol)}  ${serversInWords(style)}`, ...lines].join('\n');
}

/** `servers s1 = n0, s2 = n1`: whatever else is printed of a run calls them nodes. */
function serversInWords({ servers, name }: SessionStyle): string {
  const shown = servers.slice(0, SERVERS_SHOWN).map((node) => `${name(node)} = n${node}`);
  const more = servers.length - shown.length;
  return `servers ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function entryLines(entry: Entry, style: SessionStyle, ink: ChalkInstance): readonly string[] {
  if (entry.kind === 'comment')
    return [`${' '.repeat(TIME_WIDTH + 2)}${ink.dim(`# ${entry.text}`)}`];
  const said = `${timeOf(entry.at, ink)}  ${ink.bold(`> ${entry.text}`)}`;
  switch (entry.kind) {
    case 'request':
      return [said, ...answerLines(entry, style, ink).map((line) => INDENT + line)];
    case 'late-answer': {
      const after = formatTime(entry.answer.at - entry.at);
      const what = `${answerInWords(entry.answer)}  ${ink.dim(`to line ${entry.line}`)}`;
      return [
        `${timeOf(entry.answer.at, ink)}  ${what}, ${entry.text}, ${ink.dim(`${after} later`)}`,
      ];
    }
    case 'disturbance':
      return [said, ...troubleLines(entry, style).map((line) => INDENT + ink.yellow(line))];
    case 'wait':
      return [said];
    case 'links':
      return [said, ...entry.states.map((state) => INDENT + linksInWords(state, style))];
    case 'state':
      return [said, ...entry.states.flatMap((state) => stateLines(state, entry.summaries, style))];
    case 'not-reached':
      return [said, INDENT + ink.yellow('(the run had ended by then)')];
    default:
      return entry satisfies never;
  }
}

function answerLines(
  { answer, isAwaited, raisedFrom, patience, at }: Extract<Entry, { readonly kind: 'request' }>,
  { protocol }: SessionStyle,
  ink: ChalkInstance,
): readonly string[] {
  const asked = `(${protocol} has no ${raisedFrom} reads: asked as any other)`;
  const raised = raisedFrom === undefined ? [] : [ink.dim(asked)];
  if (answer !== undefined) {
    return [...raised, `${answerInWords(answer)}  ${ink.dim(formatTime(answer.at - at))}`];
  }
  const none = isAwaited ? `(no answer within ${formatTime(patience)})` : '(not waited for)';
  return [...raised, ink.yellow(none)];
}

function timeOf(at: number, ink: ChalkInstance): string {
  return ink.dim(formatTimeExact(at).padStart(TIME_WIDTH));
}

/** `ok` for what has no answer but that it was done; a text without quotes where that is clear. */
function answerInWords({ output, operation }: Answer): string {
  if (output === undefined || output === null) {
    return formatOperation(operation).startsWith('get ') ? '(nothing)' : 'ok';
  }
  const isClear = typeof output === 'string' && PLAIN_WORD.test(output);
  return isClear ? output : formatPlain(output);
}

/** Nothing that could be taken for a number, for `true`, or for a sentence of ours. */
const PLAIN_WORD = /^(?!(?:true|false|null|ok)$)[A-Za-z_][\w.:/-]*$/;

function troubleLines(
  { outcomes, isBeyondClaims }: Extract<Entry, { readonly kind: 'disturbance' }>,
  { protocol }: SessionStyle,
): readonly string[] {
  const beyond = `(more than ${protocol} claims to survive: what follows may break its promises)`;
  return [...outcomes.flatMap(notStruck), ...(isBeyondClaims ? [beyond] : [])];
}

function notStruck(outcome: FaultOutcome): readonly string[] {
  return outcome.status === 'fired' ? [] : [`(nothing happened: ${whyInShort(outcome)})`];
}

/** `s1: cut off from s2, hears s3`. */
function linksInWords(state: NodeState, { name, servers }: SessionStyle): string {
  const { node, cutOffFrom, condition } = state;
  const cut = cutOffFrom.filter((link) => servers.includes(link.node));
  const others = servers.filter(
    (other) => other !== node && !cut.some((link) => link.node === other),
  );
  const parts = [
    ...(cut.length === 0 ? [] : [cutLinksInWords(cut, name)]),
    ...(others.length === 0 ? [] : [`linked with ${others.map(name).join(', ')}`]),
  ];
  const how = condition === 'up' ? '' : ` (${condition})`;
  return `${name(node)}${how}: ${parts.join('; ') || 'there is nobody else'}`;
}

function stateLines(
  state: NodeState,
  summaries: readonly string[],
  style: SessionStyle,
): readonly string[] {
  return nodeStateLines(state, summaries[state.node] ?? '', style).map((line) => INDENT + line);
}
