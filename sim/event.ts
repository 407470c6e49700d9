/** One entry of the event queue. A single shape for all kinds keeps the loop monomorphic. */
import type { Message, Micros, NodeId, Unreadable } from './contract.ts';
import { join } from './mixing.ts';
import type { TimerSlot } from './timers.ts';

export const START = 0;
export const DELIVER = 1;
export const TIMER = 2;
/** The node's oldest outstanding record has become durable. */
export const DURABLE = 3;
/** A client issues its next operation. */
export const INVOKE = 4;
export const FAULT = 5;
export const HEAL = 6;
/** Faults stop and heal for good. */
export const QUIET = 7;
/** A fault goes on to its next phase. */
export const PHASE = 8;
/** A busy node turns to what waits for it. */
export const WAKE = 9;
/** An operator asks a replica to go on with other members. */
export const RECONFIGURE = 10;

export type SimEventKind =
  | typeof START
  | typeof DELIVER
  | typeof TIMER
  | typeof DURABLE
  | typeof INVOKE
  | typeof FAULT
  | typeof HEAL
  | typeof QUIET
  | typeof PHASE
  | typeof WAKE
  | typeof RECONFIGURE;

export class SimEvent {
  readonly time: Micros;
  /** Among events of the same time: the sequence, or a seeded priority. */
  order: number;
  /** Number of events queued before this one. */
  sequence: number;
  readonly kind: SimEventKind;
  /** The node it happens at; -1 for the world's own. */
  readonly node: NodeId;
  /** Sender of a message; the node's incarnation for what a crash undoes; index of a fault. */
  readonly from: number;
  readonly message: Message | Unreadable | undefined;
  readonly slot: TimerSlot | undefined;
  readonly typeHash: number;
  readonly ordinal: number;
  readonly sentAt: Micros;
  /** The network's second copy of a message. */
  readonly isCopy: boolean;

  constructor(
    time: Micros,
    kind: SimEventKind,
    node: NodeId,
    from: number,
    message: Message | Unreadable | undefined,
    slot: TimerSlot | undefined,
    typeHash: number,
    ordinal: number,
    sentAt: Micros,
    isCopy: boolean,
  ) {
    this.time = time;
    this.order = 0;
    this.sequence = 0;
    this.kind = kind;
    this.node = node;
    this.from = from;
    this.message = message;
    this.slot = slot;
    this.typeHash = typeHash;
    this.ordinal = ordinal;
    this.sentAt = sentAt;
    this.isCopy = isCopy;
  }

  /** The same event at a later time; of a timer, its slot goes along. */
  at(time: Micros): SimEvent {
    const { kind, node, from, message, slot, typeHash, ordinal, sentAt, isCopy } = this;
    const moved = new SimEvent(
      time,
      kind,
      node,
      from,
      message,
      slot,
      typeHash,
      ordinal,
      sentAt,
      isCopy,
    );
    if (slot?.queued === this) slot.queued = moved;
    return moved;
  }
}

/** An event that is neither a message nor a timer. */
export function plainEvent(
  time: Micros,
  kind: SimEventKind,
  node: NodeId,
  detail: number,
): SimEvent {
  return new SimEvent(time, kind, node, detail, undefined, undefined, 0, 0, time, false);
}

/** A message on its way, or its second copy. */
export function messageEvent(
  time: Micros,
  to: NodeId,
  from: NodeId,
  message: Message | Unreadable,
  typeHash: number,
  ordinal: number,
  sentAt: Micros,
  isCopy: boolean,
): SimEvent {
  return new SimEvent(
    time,
    DELIVER,
    to,
    from,
    message,
    undefined,
    typeHash,
    ordinal,
    sentAt,
    isCopy,
  );
}

/** What there is to deliver among these. */
export function messagesIn(queues: readonly (readonly SimEvent[])[]): readonly Message[] {
  return queues.flatMap((events) => events.flatMap(({ message }) => message ?? []));
}

/**
 * The event's place among others of its time, drawn by what it is: an event more in the run leaves
 * the places of all others alone. What is twice the same stays in the order of its sequence.
 */
export function lotOf(event: SimEvent, key: number): number {
  const where = event.kind | (event.node << 4) | (event.from << 16);
  const what = join(key ^ where, event.typeHash ^ event.time);
  return join(what, event.ordinal) >>> 1;
}
