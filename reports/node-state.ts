/** Everything that a replica knows, for people: what is on its disk beside what is in memory. */
import type { CutLink, NodeState } from '../scenarios/node-state.ts';
import type { NumberNames } from '../sim/number-names.ts';
import type { Plain } from '../sim/plain.ts';
import { namedState } from './named-numbers.ts';
import { formatOperation, formatPlain, plural } from './words.ts';

/** Of a longer list, so many at its beginning and at its end are shown. */
const [FIRST_SHOWN, LAST_SHOWN] = [3, 2];
const SMALL_MAX = 24;
const LINE_MAX = 100;
const LABEL_WIDTH = 6;
const NAME_WIDTH = 20;

export interface StateWords {
  /** What a node is called. */
  readonly name: (node: number) => string;
  /** How the protocol's numbers are read. */
  readonly numberNames: NumberNames | undefined;
}

/** Lines without indentation. */
export function nodeStateLines(
  state: NodeState,
  summary: string,
  { name, numberNames }: StateWords,
): readonly string[] {
  const { condition, memory, disk, cutOffFrom } = namedState(state, numberNames);
  const isUp = condition === 'up' ? '' : `${condition} `;
  const rest = condition === 'down' ? '' : summary;
  const logs = Object.entries(disk.logs).map(
    ([log, { first, entries }]) =>
      [log === 'log' ? log : `log ${log}`, logInWords(first, entries)] as const,
  );
  const trouble = [
    ...(disk.damaged > 0 ? [`${plural(disk.damaged, 'record')} damaged`] : []),
    ...(disk.outstanding > 0 ? [`${plural(disk.outstanding, 'record')} on the way`] : []),
  ];
  return [
    `${name(state.node)}  ${isUp}${rest}`.trimEnd(),
    ...block('memory', memory === undefined ? [] : fieldLines('', memory)),
    ...block('disk', [
      ...Object.entries(disk.values).flatMap(([key, value]) => fieldLines(key, value)),
      ...logs.map(([log, text]) => row(log, text)),
      ...trouble,
    ]),
    ...block('links', cutOffFrom.length === 0 ? [] : [cutLinksInWords(cutOffFrom, name)]),
  ];
}

/** `cut off from s2, s3 (does not hear it)`. */
export function cutLinksInWords(links: readonly CutLink[], name: (node: number) => string): string {
  const each = links.map(({ node, only }) => {
    if (only === undefined) return name(node);
    return `${name(node)} (${only === 'to' ? 'is not heard there' : 'does not hear it'})`;
  });
  return `cut off from ${each.join(', ')}`;
}

function block(label: string, lines: readonly string[]): readonly string[] {
  return lines.map((line, index) => `${(index === 0 ? label : '').padEnd(LABEL_WIDTH)}  ${line}`);
}

function row(name: string, text: string): string {
  const line = `${name.padEnd(NAME_WIDTH)} ${text}`;
  return line.length <= LINE_MAX ? line : `${line.slice(0, LINE_MAX - 1)}…`;
}

/**
 * A record: what is small of it side by side, the rest row by row, records in it as `replica.app`.
 * What is empty is left out.
 */
function fieldLines(name: string, value: Plain): readonly string[] {
  if (isEmpty(value)) return [];
  const log = logOf(value);
  if (log !== undefined) return [row(name, logInWords(log.first, log.entries))];
  if (!isRecord(value) || (name !== '' && isSmall(value))) return [row(name, inWords(value))];
  const fields = Object.entries(value).filter(([, field]) => !isEmpty(field));
  const small = fields.filter(([, field]) => isSmall(field));
  const large = fields.filter(([, field]) => !isSmall(field));
  const prefix = name === '' ? '' : `${name}.`;
  return [
    ...sideBySide(
      name,
      small.map(([field, each]) => `${field} ${inWords(each)}`),
    ),
    // What has no name of its own, as the only object of a machine, is told by where it is.
    ...large.flatMap(([field, each]) => fieldLines(field === '' ? name : prefix + field, each)),
  ];
}

/** As many on each line as it holds. */
function sideBySide(name: string, texts: readonly string[]): readonly string[] {
  const width = name === '' ? LINE_MAX : LINE_MAX - NAME_WIDTH - 1;
  const lines: string[] = [];
  for (const text of texts) {
    const last = lines.at(-1);
    const longer = last === undefined ? text : `${last} · ${text}`;
    if (last !== undefined && longer.length <= width) lines[lines.length - 1] = longer;
    else lines.push(text);
  }
  if (name === '') return lines;
  return lines.map((line, index) => row(index === 0 ? name : '', line));
}

/** Numbers, words, and short lists of them: two or three of them fit beside each other. */
function isSmall(value: Plain): boolean {
  return logOf(value) === undefined && inWords(value).length <= SMALL_MAX;
}

function isEmpty(value: Plain): boolean {
  if (value === null || value === '') return true;
  if (typeof value !== 'object') return false;
  return Object.values(value).every(isEmpty);
}

/** A list that begins at a position of its own. */
function logOf(
  value: Plain,
): { readonly first: number; readonly entries: readonly Plain[] } | undefined {
  if (!isRecord(value)) return undefined;
  const { first, values, ...others } = value;
  const isLog = typeof first === 'number' && Array.isArray(values);
  return isLog && Object.keys(others).length === 0 ? { first, entries: values } : undefined;
}

/** What is asked for stands for the message that asks for it. */
function inWords(value: Plain): string {
  if (Array.isArray(value)) return listInWords(value);
  if (typeof value === 'string' && /^[\w.:-]+$/.test(value)) return value;
  if (!isRecord(value)) return formatPlain(value);
  if ('f' in value) return formatOperation(value);
  if (isRecord(value.operation ?? null)) return inWords(value.operation ?? null);
  const fields = Object.entries(value).filter(([, field]) => !isEmpty(field));
  return `{${fields.map(([field, each]) => `${field} ${inWords(each)}`).join(', ')}}`;
}

function listInWords(list: readonly Plain[]): string {
  const shown = (items: readonly Plain[]): string => items.map(inWords).join(', ');
  if (list.length <= FIRST_SHOWN + LAST_SHOWN) return `[${shown(list)}]`;
  const [first, last] = [shown(list.slice(0, FIRST_SHOWN)), shown(list.slice(-LAST_SHOWN))];
  return `${list.length} of them: [${first}, … ${last}]`;
}

/** `0–4  [put a = 1, …]`: positions that are kept, and what is there. */
function logInWords(first: number, entries: readonly Plain[]): string {
  if (entries.length === 0) return `empty, goes on at ${first}`;
  return `${first}–${first + entries.length - 1}  ${listInWords(entries)}`;
}

function isRecord(value: Plain): value is { readonly [key: string]: Plain } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
