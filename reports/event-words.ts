/** Events of the log as people say them: `n1 receives StartViewChange from n2`. */
import type { EventKind, EventRecord } from '../sim/record.ts';
import { formatTime, nodeName } from './words.ts';

/** What an event is about comes before what came of it. */
const RANK: readonly EventKind[] = [
  'deliver',
  'timer',
  'durable',
  'invoke',
  'restart',
  'crash',
  'pause',
  'resume',
  'fault',
  'heal',
];

/** One event, by all of its records: what it is, then the marks that were reached in it. */
export function eventInWords(records: readonly EventRecord[], replicas: number): string {
  const rank = ({ kind }: EventRecord): number => {
    const at = RANK.indexOf(kind);
    return at < 0 ? RANK.length : at;
  };
  const [head] = [...records].sort((a, b) => rank(a) - rank(b) || a.index - b.index);
  if (head === undefined) return 'nothing is recorded';
  const marks = records.flatMap(({ kind, label }) => (kind === 'mark' ? (label ?? []) : []));
  const crashes = records.filter((record) => record.kind === 'crash' && record !== head);
  return [
    recordInWords(head, replicas),
    ...(marks.length === 0 ? [] : [`, which reaches ${[...new Set(marks)].join(', ')}`]),
    ...crashes.map((crash) => `; ${recordInWords(crash, replicas)}`),
  ].join('');
}

/** What one record says. */
export function recordInWords(record: EventRecord, replicas: number): string {
  const { kind, label = '', detail = '' } = record;
  const node = record.node === undefined ? 'a node' : nodeName(record.node, replicas);
  const peer = record.peer === undefined ? 'nobody' : nodeName(record.peer, replicas);
  switch (kind) {
    case 'deliver':
      return `${node} receives ${messageInWords(record)} from ${peer}`;
    case 'drop':
      return `${label} from ${node} to ${peer} ${lossInWords(record)}`;
    case 'timer':
      return `the timer ${label} of ${node} expires`;
    case 'durable':
      return `what ${node} has written becomes durable`;
    case 'invoke':
      return `${node} calls ${detail}`;
    case 'return':
      return `the call of ${node} returns ${detail}`;
    case 'abandon':
      return `${node} gives its call up`;
    case 'refuse':
      return `the call of ${node} is refused`;
    case 'start':
    case 'restart':
    case 'pause':
      return `${node} ${kind}s`;
    case 'resume':
      return `${node} goes on`;
    case 'crash':
      return `${node} crashes`;
    case 'write-failed':
      return `${node} cannot write`;
    case 'mark':
      return `${node} reaches ${label}`;
    case 'fault':
      return `the fault ${label} sets in`;
    case 'heal':
      return `the fault ${label} ends`;
    case 'violation':
      return `${label} finds: ${detail}`;
    default:
      return kind satisfies never;
  }
}

/** What the network did to a message: `Reply n0→c1 is lost`, `Prepare n0→n2 takes 1.2 ms`. */
export function fateInWords(record: EventRecord, replicas: number): string {
  const { kind, fate, time, sentAt = time } = record;
  const link = linkInWords(record, replicas);
  if (kind === 'drop') return `${link} ${lossInWords(record)}`;
  const how = fate === 'corrupt' ? ' and is unreadable' : '';
  return `${link} takes ${formatTime(time - sentAt)}${how}`;
}

/** A message and its way: `Reply n0→c1`. */
export function linkInWords(record: EventRecord, replicas: number): string {
  const { kind, label = '', node = 0, peer = 0, fate } = record;
  const [from, to] = kind === 'drop' ? [node, peer] : [peer, node];
  const copy = fate === 'duplicate' ? 'a second copy of ' : '';
  return `${copy}${label} ${nodeName(from, replicas)}→${nodeName(to, replicas)}`;
}

function messageInWords({ label = '', fate }: EventRecord): string {
  if (fate === 'corrupt') return 'an unreadable message';
  return fate === 'duplicate' ? `a second copy of ${label}` : label;
}

function lossInWords({ fate }: EventRecord): string {
  if (fate === 'cut') return 'meets a cut link';
  return fate === 'down' ? 'finds its receiver down' : 'is lost';
}
