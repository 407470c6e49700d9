/** The events of a Jepsen EDN file: maps or tuples, in one vector or list or one after another. */

import { type EdnNode, readEdn } from './edn.ts';
import { describeNode, itemsOf, unexpected } from './edn-values.ts';
import { callsFirst, eventTimeOf, orderByTime } from './event-order.ts';
import { EVENT_TYPES, type EventType } from './event-pairing.ts';
import { HistoryFormatError, type Place } from './format-error.ts';

/** One event of a client; the nemesis's are left out. */
export interface EdnEvent {
  readonly place: Place;
  /**
   * The position of the event in the file, from 0, the nemesis's counted too. Where every event of
   * the file has a `:time`: how many have an earlier one.
   */
  readonly time: number;
  readonly process: number;
  readonly type: EventType;
  readonly isInvocation: boolean;
  /** Without its colon; empty where it is nil or missing. */
  readonly f: string;
  readonly key: EdnNode | undefined;
  readonly value: EdnNode;
}

/** Reads all events of clients, in order of time. Throws `HistoryFormatError`. */
export function readEdnEvents(text: string): readonly EdnEvent[] {
  const nodes = eventNodes(readEdn(text));
  const events = nodes.map((node, position) =>
    node.type === 'map' ? mapEvent(node, position) : tupleEvent(node, position),
  );
  const times = nodes.map(eventTimeOf).filter((time) => time !== undefined);
  if (times.length < nodes.length) return events.filter((event) => event !== undefined);
  const { order, ranks } = orderByTime(times);
  const timed: EdnEvent[] = [];
  for (const position of order) {
    const event = events[position];
    if (event !== undefined) timed.push({ ...event, time: ranks.get(position) ?? position });
  }
  return callsFirst(timed);
}

function eventNodes(nodes: readonly EdnNode[]): readonly EdnNode[] {
  const only = nodes[0];
  if (only === undefined) {
    throw new HistoryFormatError({ line: 1, column: 1 }, 'an operation', 'the end of the input');
  }
  const items = itemsOf(only);
  const isTuple = items !== undefined && isProcess(items[0]);
  if (items === undefined || isTuple) return nodes;
  const second = nodes[1];
  if (second !== undefined) throw unexpected(second, 'the end of the input after the history');
  return items;
}

function isProcess(node: EdnNode | undefined): boolean {
  return node?.type === 'number' || node?.type === 'keyword';
}

function mapEvent(node: Extract<EdnNode, { type: 'map' }>, time: number): EdnEvent | undefined {
  const fields = new Map<string, EdnNode>();
  for (const [name, value] of node.entries) {
    if (name.type === 'keyword') fields.set(name.value, value);
  }
  const process = fields.get('process');
  if (process === undefined) throw missing(node.place, ':process');
  if (isNemesis(process)) return undefined;
  const type = fields.get('type');
  if (type === undefined) throw missing(node.place, ':type');
  return {
    place: node.place,
    time,
    process: processNumber(process),
    ...typed(type),
    f: functionName(fields.get('f')),
    key: fields.get('key'),
    value: fields.get('value') ?? { type: 'nil', place: node.place },
  };
}

function tupleEvent(node: EdnNode, time: number): EdnEvent | undefined {
  const items = itemsOf(node);
  if (items === undefined) throw unexpected(node, 'an operation map or [process type f value]');
  const [process, type, f, value] = items;
  if (process === undefined || (items.length !== 4 && !isNemesis(process))) {
    const found = `a ${node.type} of ${items.length}`;
    throw new HistoryFormatError(node.place, '[process type f value]', found);
  }
  if (isNemesis(process)) return undefined;
  if (type === undefined || value === undefined) throw missing(node.place, 'a type and a value');
  return {
    place: node.place,
    time,
    process: processNumber(process),
    ...typed(type),
    f: functionName(f),
    key: undefined,
    value,
  };
}

function missing(place: Place, name: string): HistoryFormatError {
  return new HistoryFormatError(place, `${name} in the operation`, 'none');
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

function typed(node: EdnNode) {
  const type = EVENT_TYPES.find((each) => node.type === 'keyword' && node.value === each);
  if (type === undefined) throw unexpected(node, ':invoke, :ok, :fail or :info');
  return { type, isInvocation: type === 'invoke' };
}

function functionName(node: EdnNode | undefined): string {
  if (node === undefined || node.type === 'nil') return '';
  if (node.type !== 'keyword') {
    throw new HistoryFormatError(node.place, 'a keyword as :f', describeNode(node));
  }
  return node.value;
}
