/** A record of the event log in one short row, for columns beside each other. */
import type { EventRecord } from '../sim/record.ts';
import { fieldsOf, formatCount, formatTimeExact, nodeName } from './words.ts';

/** Longer runs move the columns. */
const EVENT_WIDTH = 6;
const TIME_WIDTH = 9;
const NODE_WIDTH = 3;
const KIND_WIDTH = 8;

/** `   412    63.210 n1  deliver  Prepare from n2 {…}`; the time is in milliseconds. */
export function eventRow(record: EventRecord, replicas: number): string {
  const { event, time, node, kind, label, peer, fate } = record;
  const other = peer === undefined ? '' : nodeName(peer, replicas);
  const words = [
    formatCount(event).padStart(EVENT_WIDTH),
    formatTimeExact(time).replace(' ms', '').padStart(TIME_WIDTH),
    (node === undefined ? '' : nodeName(node, replicas)).padEnd(NODE_WIDTH),
    kind.padEnd(KIND_WIDTH),
    label,
    ...(other === '' ? [] : [kind === 'drop' ? 'to' : 'from', other]),
    fate,
    whatOf(record),
  ];
  return words.filter((word) => word !== undefined && word !== '').join(' ');
}

/** What it made of the node says more than what is in the message. */
function whatOf({ kind, label = '', detail = '', summary }: EventRecord): string {
  if (summary !== undefined) return `| ${summary}`;
  return kind === 'abandon' || kind === 'refuse' ? '' : fieldsOf(detail, label);
}

/** Exactly so many characters: cut short with an ellipsis, or filled up. */
export function fitted(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width);
}
