/** Writes the event log of a run, on demand: it reads the world and changes nothing in it. */
import type { Message, NodeId, Protocol, Unreadable } from './contract.ts';
import type { Fault } from './fault.ts';
import type { Level } from './level.ts';
import type { Plain } from './plain.ts';
import type { EventKind, EventRecord } from './record.ts';
import type { Simulation } from './simulation.ts';

const DETAIL_LENGTH_MAX = 400;
/** What is nested deeper is not told: nobody reads it, and a part of itself would have no end. */
const DETAIL_DEPTH_MAX = 16;

type Fields = Omit<EventRecord, 'index' | 'event' | 'time' | 'kind'>;

export class EventLog {
  readonly records: EventRecord[] = [];
  private readonly world: Simulation;
  private readonly protocol: Protocol;
  /** Last summary written for each node, so that only changes are written. */
  private readonly summaries = new Map<NodeId, string>();

  constructor(world: Simulation, protocol: Protocol) {
    this.world = world;
    this.protocol = protocol;
  }

  write(kind: EventKind, fields: Fields): void {
    const { records, world } = this;
    const head = { index: records.length, event: world.counts.events, time: world.now, kind };
    // Unlike a spread behind other members, this lets an engine know records by their kind.
    records.push(Object.assign(head, fields));
  }

  deliver(
    to: NodeId,
    from: NodeId,
    message: Message | Unreadable,
    type: { readonly sentAt: number; readonly ordinal: number; readonly isCopy: boolean },
  ): void {
    const { type: label } = message;
    const { sentAt, ordinal, isCopy } = type;
    const detail = describe(message);
    const isUnreadable = label === 'Unreadable';
    if (isUnreadable || isCopy) {
      const fate = isUnreadable ? 'corrupt' : 'duplicate';
      this.write('deliver', { node: to, peer: from, label, sentAt, ordinal, fate, detail });
    } else {
      this.write('deliver', { node: to, peer: from, label, sentAt, ordinal, detail });
    }
  }

  /**
   * A message that does not arrive: lost, sent over a cut link, or meant for a node that is down.
   */
  drop(
    from: NodeId,
    to: NodeId,
    message: Message | Unreadable,
    sentAt: number,
    ordinal: number,
    fate: 'loss' | 'cut' | 'down',
  ): void {
    const detail = describe(message);
    const { type: label } = message;
    this.write('drop', { node: from, peer: to, label, sentAt, ordinal, fate, detail });
  }

  /** A level that is not the default stands behind the operation: `{f: "get"}, sequential`. */
  invoke(node: NodeId, operation: number, value: Plain, level: Level): void {
    const suffix = level === 'linearizable' ? '' : `, ${level}`;
    this.write('invoke', { node, operation, detail: `${describe(value)}${suffix}` });
  }

  /** How an operation has ended, and with what answer. */
  ended(
    kind: 'return' | 'abandon' | 'refuse',
    node: NodeId,
    operation: number,
    value: Plain,
  ): void {
    this.write(kind, { node, operation, detail: describe(value) });
  }

  fault(kind: 'fault' | 'heal', index: number, fault: Fault, node: NodeId): void {
    const at = node >= 0 ? { node } : {};
    this.write(kind, { fault: index, label: fault.fault, detail: describe(fault), ...at });
  }

  /** After a replica's step: its summary and leadership, written to the step's last record. */
  stepped(node: NodeId, state: object): void {
    const summary = this.protocol.summary(state);
    if (this.summaries.get(node) === summary) return;
    this.summaries.set(node, summary);
    const last = this.lastOf(node);
    if (last < 0) return;
    const { round, leads } = this.protocol.leadership(state);
    Object.assign(this.records[last]!, { summary, round, leads });
  }

  /** Index of the current event's last record at this node, or -1. */
  private lastOf(node: NodeId): number {
    for (let i = this.records.length - 1; i >= 0; i--) {
      const record = this.records[i] as EventRecord;
      if (record.event !== this.world.counts.events) return -1;
      if (record.node === node && record.kind !== 'drop') return i;
    }
    return -1;
  }
}

/** Plain data as one line of JSON without quotes around names, cut to a readable length. */
export function describe(value: unknown): string {
  const text = inOneLine(value, 0);
  return text.length <= DETAIL_LENGTH_MAX ? text : `${text.slice(0, DETAIL_LENGTH_MAX)}…`;
}

function inOneLine(value: unknown, depth: number): string {
  if (typeof value === 'bigint' || Number.isFinite(value)) return String(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (depth > DETAIL_DEPTH_MAX) return '…';
  if (Array.isArray(value)) {
    return `[${value.map((element) => inOneLine(element, depth + 1)).join(', ')}]`;
  }
  let text = '';
  let lists = '';
  // Numbers and words say what a message is about; a log comes last, where it may be cut off.
  for (const [name, field] of Object.entries(value)) {
    if (field === undefined) continue;
    const told = `, ${bareName(name)}: ${inOneLine(field, depth + 1)}`;
    if (Array.isArray(field)) lists += told;
    else text += told;
  }
  return `{${(text + lists).slice(2)}}`;
}

const BARE_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

function bareName(name: string): string {
  return BARE_NAME.test(name) ? name : JSON.stringify(name);
}
