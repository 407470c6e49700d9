/**
 * The event table's filter: `node:n1 type:Request kind:drop key:x !timer lost`. Terms are joined
 * by "and", values within one by commas; `!` turns a term round; other words are searched for.
 */
import { ABSENT } from '../document.ts';
import { at, type Column, type EventLog } from './event-log.ts';

/** What a filter needs to know of a run besides its log. */
export interface FilterNames {
  /** Node id of `n1`, `c0`; undefined for a name that no node has. */
  nodeOf(name: string): number | undefined;
  /** The protocol's word for a round, which stands for that field. */
  readonly round: string;
  /** Numbers of the rounds of that name; none for what cannot be one. */
  roundsCalled(name: string): readonly number[];
  /** Key that an operation of the history names. */
  keyOf(operation: number): string | undefined;
}

export interface Filter {
  /** What is wrong with the text, for people; empty when nothing is. */
  readonly problems: readonly string[];
  matches(record: number): boolean;
}

export const FILTER_FIELDS: readonly { readonly field: string; readonly about: string }[] = [
  { field: 'node', about: 'happens at this node, or is a message from or to it' },
  { field: 'at', about: 'happens at this node' },
  { field: 'peer', about: 'the other end of the message' },
  { field: 'kind', about: 'deliver, drop, timer, invoke, return, crash, fault, mark, violation …' },
  { field: 'type', about: 'message type, timer name, mark or fault kind' },
  { field: 'fate', about: 'duplicate, corrupt, loss, cut, down' },
  { field: 'key', about: 'an operation on this key' },
  { field: 'op', about: 'the operation with this number in the history' },
  {
    field: 'round',
    about: 'the step that entered this round; view:, ballot: or epoch: where it is called so',
  },
];

type Test = (record: number) => boolean;

export function parseFilter(input: string, log: EventLog, names: FilterNames): Filter {
  const tests: Test[] = [];
  const problems: string[] = [];
  for (const term of termsOf(input)) {
    const isNegated = term.startsWith('!') && term.length > 1;
    const test = parseTerm(isNegated ? term.slice(1) : term, log, names, problems);
    if (test !== undefined) tests.push(isNegated ? (record) => !test(record) : test);
  }
  return { problems, matches: (record) => tests.every((test) => test(record)) };
}

/** Records of the log that pass, ascending. */
export function matchingRecords(log: EventLog, filter: Filter): Int32Array {
  const passed = new Int32Array(log.count);
  let count = 0;
  for (let record = 0; record < log.count; record += 1) {
    if (filter.matches(record)) {
      passed[count] = record;
      count += 1;
    }
  }
  return passed.subarray(0, count);
}

/** Words and quoted phrases; `type:"a b"` is one term. */
function termsOf(input: string): readonly string[] {
  const found = input.match(/(?:[^\s"]+|"[^"]*"?)+/g) ?? [];
  return found.map((term) => term.replaceAll('"', '')).filter((term) => term !== '');
}

function parseTerm(
  term: string,
  log: EventLog,
  names: FilterNames,
  problems: string[],
): Test | undefined {
  const colon = term.indexOf(':');
  const word = colon === -1 ? '' : term.slice(0, colon).toLowerCase();
  const field = word === names.round ? 'round' : word;
  if (!FILTER_FIELDS.some((known) => known.field === field)) return searchText(term, log);
  const values = term
    .slice(colon + 1)
    .split(',')
    .filter((value) => value !== '');
  // An unfinished `node:` while typing hides nothing.
  if (values.length === 0) return undefined;
  switch (field) {
    case 'node': {
      const ids = nodeIds(values, names, problems);
      return (record) => ids.has(at(log.node, record)) || ids.has(at(log.peer, record));
    }
    case 'at':
      return isOneOf(log.node, nodeIds(values, names, problems));
    case 'peer':
      return isOneOf(log.peer, nodeIds(values, names, problems));
    case 'kind':
      return isOneOf(log.kind, stringIds(log, values));
    case 'type':
      return isOneOf(log.label, stringIds(log, values));
    case 'fate':
      return isOneOf(log.fate, stringIds(log, values));
    case 'op':
      return isOneOf(log.operation, numbers(values, problems));
    case 'round':
      return isOneOf(log.round, rounds(values, names, problems));
    case 'key':
      return (record) => {
        const operation = at(log.operation, record);
        const key = operation === ABSENT ? undefined : names.keyOf(operation);
        return key !== undefined && values.includes(key);
      };
    default:
      return undefined;
  }
}

function isOneOf(column: Column, allowed: ReadonlySet<number>): Test {
  return (record) => allowed.has(at(column, record));
}

function nodeIds(
  values: readonly string[],
  names: FilterNames,
  problems: string[],
): ReadonlySet<number> {
  const ids = new Set<number>();
  for (const value of values) {
    const id = names.nodeOf(value);
    if (id === undefined) problems.push(`no node is called ${value}`);
    else ids.add(id);
  }
  return ids;
}

function rounds(
  values: readonly string[],
  names: FilterNames,
  problems: string[],
): ReadonlySet<number> {
  const found = new Set<number>();
  for (const value of values) {
    const called = names.roundsCalled(value);
    if (called.length === 0) problems.push(`no ${names.round} is called ${value}`);
    for (const round of called) found.add(round);
  }
  return found;
}

function numbers(values: readonly string[], problems: string[]): ReadonlySet<number> {
  const found = new Set<number>();
  for (const value of values) {
    if (/^\d+$/.test(value)) found.add(Number(value));
    else problems.push(`${value} is no number`);
  }
  return found;
}

/** Ids of the table's strings that equal one of `values`, whatever their case. */
function stringIds(log: EventLog, values: readonly string[]): ReadonlySet<number> {
  const wanted = new Set(values.map((value) => value.toLowerCase()));
  return idsWhere(log, (entry) => wanted.has(entry));
}

/** Looks once at each string instead of once at each record. */
function searchText(term: string, log: EventLog): Test {
  const needle = term.toLowerCase();
  const ids = idsWhere(log, (entry) => entry.includes(needle));
  const columns = [log.kind, log.label, log.fate, log.detail, log.summary];
  return (record) => columns.some((column) => ids.has(at(column, record)));
}

function idsWhere(log: EventLog, test: (entry: string) => boolean): ReadonlySet<number> {
  const ids = new Set<number>();
  log.strings.forEach((entry, id) => {
    if (test(entry.toLowerCase())) ids.add(id);
  });
  return ids;
}
