/** The events of a Jepsen EDN file: maps or tuples, in one vector or list or one after another. */

import { type EdnNode, EdnReader } from './edn.ts';
import { describeNode, itemsOf, unexpected } from './edn-values.ts';
import { callsFirst, type EventTime, eventTimeOf, orderByTime } from './event-order.ts';
import { EVENT_TYPES, type EventType } from './event-pairing.ts';
import { Misreading } from './format-error.ts';
import { END, TextCursor } from './text-cursor.ts';

/** One event of a client; the nemesis's are left out. */
export interface EdnEvent {
  /** Its offset in the text. */
  readonly at: number;
  /**
   * The position of the event in the file, from 0, the nemesis's counted too. Where every event of
   * the file has a `:time`: how many have an earlier one.
   */
  readonly time: number;
  readonly process: number;
  readonly type: EventType;
  /** Without its colon; empty where it is nil or missing. */
  readonly f: string;
  readonly key: EdnNode | undefined;
  readonly value: EdnNode;
}

type Draft = { -readonly [name in keyof EdnEvent]: EdnEvent[name] };

/** Reads all events of clients, in order of time. Throws `Misreading`. */
export function readEdnEvents(text: string): readonly EdnEvent[] {
  const events: (Draft | undefined)[] = [];
  const times: EventTime[] = [];
  // An event is made of each value at once: the values of a large file take more than its events.
  for (const node of eventNodes(text)) {
    const time = eventTimeOf(node);
    if (time !== undefined && times.length === events.length) times.push(time);
    const position = events.length;
    events.push(node.type === 'map' ? mapEvent(node, position) : tupleEvent(node, position));
  }
  if (times.length < events.length) return events.filter((event) => event !== undefined);
  const { order, ranks } = orderByTime(times);
  const timed: EdnEvent[] = [];
  for (const position of order) {
    const event = events[position];
    if (event === undefined) continue;
    event.time = ranks[position]!;
    timed.push(event);
  }
  return callsFirst(timed);
}

/** The first event of a text, the nemesis's too; undefined if it cannot be read. */
export function firstEdnNode(text: string): EdnNode | undefined {
  try {
    for (const node of eventNodes(text)) return node;
    return undefined;
  } catch (error) {
    if (error instanceof Misreading) return undefined;
    throw error;
  }
}

function* eventNodes(text: string): Iterable<EdnNode> {
  const cursor = new TextCursor(text);
  const reader = new EdnReader(cursor);
  const start = cursor.offset;
  const closing = reader.open();
  if (closing !== undefined) {
    const first = reader.next(closing);
    if (!isProcess(first)) {
      for (let node = first; node !== undefined; node = reader.next(closing)) yield node;
      refuseMore(reader);
      return;
    }
    cursor.offset = start;
  }
  const only = reader.next(END);
  if (only === undefined) throw cursor.fail('an operation');
  const items = itemsOf(only);
  if (items !== undefined && !isProcess(items[0])) {
    yield* items;
    refuseMore(reader);
    return;
  }
  for (let node: EdnNode | undefined = only; node !== undefined; node = reader.next(END))
    yield node;
}

function refuseMore(reader: EdnReader): void {
  const more = reader.next(END);
  if (more !== undefined) throw unexpected(more, 'the end of the input after the history');
}

function isProcess(node: EdnNode | undefined): boolean {
  return node?.type === 'number' || node?.type === 'keyword';
}

function mapEvent(
  node: Extract<EdnNode, { readonly items: readonly EdnNode[] }>,
  time: number,
): Draft | undefined {
  let process: EdnNode | undefined;
  let type: EdnNode | undefined;
  let f: EdnNode | undefined;
  let key: EdnNode | undefined;
  let value: EdnNode | undefined;
  const { items } = node;
  for (let index = 0; index < items.length; index += 2) {
    const name = items[index]!;
    const each = items[index + 1]!;
    if (name.type !== 'keyword') continue;
    if (name.value === 'process') process = each;
    else if (name.value === 'type') type = each;
    else if (name.value === 'f') f = each;
    else if (name.value === 'key') key = each;
    else if (name.value === 'value') value = each;
  }
  if (process === undefined) throw missing(node.at, ':process');
  if (isNemesis(process)) return undefined;
  if (type === undefined) throw missing(node.at, ':type');
  return {
    at: node.at,
    time,
    process: processNumber(process),
    type: eventType(type),
    f: functionName(f),
    key,
    value: value ?? { type: 'nil', at: node.at },
  };
}

function tupleEvent(node: EdnNode, time: number): Draft | undefined {
  const items = itemsOf(node);
  if (items === undefined) throw unexpected(node, 'an operation map or [process type f value]');
  const [process, type, f, value] = items;
  if (process === undefined || (items.length !== 4 && !isNemesis(process))) {
    const found = `a ${node.type} of ${items.length}`;
    throw new Misreading(node.at, '[process type f value]', found);
  }
  if (isNemesis(process)) return undefined;
  if (type === undefined || value === undefined) throw missing(node.at, 'a type and a value');
  return {
    at: node.at,
    time,
    process: processNumber(process),
    type: eventType(type),
    f: functionName(f),
    key: undefined,
    value,
  };
}

function missing(at: number, name: string): Misreading {
  return new Misreading(at, `${name} in the operation`, 'none');
}

function isNemesis(node: EdnNode): boolean {
  return node.type === 'keyword' && node.value === 'nemesis';
}

function processNumber(node: EdnNode): number {
  if (node.type !== 'number' || !Number.isSafeInteger(node.value)) {
    throw unexpected(node, 'an integer process or :nemesis');
  }
  return node.value;
}

function eventType(node: EdnNode): EventType {
  const type = EVENT_TYPES.find((each) => node.type === 'keyword' && node.value === each);
  if (type === undefined) throw unexpected(node, ':invoke, :ok, :fail or :info');
  return type;
}

function functionName(node: EdnNode | undefined): string {
  if (node === undefined || node.type === 'nil') return '';
  if (node.type !== 'keyword') throw new Misreading(node.at, 'a keyword as :f', describeNode(node));
  return node.value;
}
