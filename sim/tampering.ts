/**
 * Faults that change what a node sends, after its write barrier and before the network: a client
 * that asks twice or asks the wrong node, an adversary that has taken a replica over.
 */
import type { Message, Micros, NodeId } from './contract.ts';
import type { Behaviour } from './fault.ts';
import type { Stream } from './streams.ts';

/** Hands a message on; it leaves `by` later than it would. */
export type Pass = (to: NodeId, message: Message, by: Micros) => void;

/** One fault over one node's outbox. */
export interface Tamper {
  send(to: NodeId, message: Message, by: Micros, pass: Pass): void;
  /** The fault is over: hands on what it has kept back for a while. */
  finish?(pass: Pass): void;
}

/** Everything is sent once more, `later`. */
export class SendsTwice implements Tamper {
  private readonly later: Micros;

  constructor(later: Micros) {
    this.later = later;
  }

  send(to: NodeId, message: Message, by: Micros, pass: Pass): void {
    pass(to, message, by);
    pass(to, message, by + this.later);
  }
}

/** What is meant for a replica goes to the one `shift` further on. */
export class AsksTheWrongNode implements Tamper {
  private readonly replicas: number;
  private readonly shift: number;

  constructor(replicas: number, shift: number) {
    this.replicas = replicas;
    this.shift = shift;
  }

  send(to: NodeId, message: Message, by: Micros, pass: Pass): void {
    pass(to < this.replicas ? (to + this.shift) % this.replicas : to, message, by);
  }
}

/** How many of its latest messages to each node an adversary can send again. */
const REMEMBERED = 16;
const MILLION = 1_000_000;

/** An adversary over the outbox of a replica that is correct otherwise. */
export class Adversary implements Tamper {
  private readonly behaviour: Behaviour;
  private readonly victims: ReadonlySet<NodeId>;
  private readonly rate: number;
  private readonly later: Micros;
  private readonly stream: Stream;
  private readonly sent = new Map<NodeId, Message[]>();
  private readonly withheld = new Map<NodeId, Message>();
  /** What a message was altered to: the same for everyone, unless it equivocates. */
  private readonly altered = new WeakMap<Message, Message>();

  constructor(
    fault: {
      readonly behaviour: Behaviour;
      readonly rate: number;
      readonly by: Micros;
      readonly victims: readonly NodeId[];
    },
    stream: Stream,
  ) {
    this.behaviour = fault.behaviour;
    this.victims = new Set(fault.victims);
    this.rate = fault.rate;
    this.later = fault.by;
    this.stream = stream;
  }

  send(to: NodeId, message: Message, by: Micros, pass: Pass): void {
    const strikes = this.victims.has(to) && this.stream.below(MILLION) < this.rate;
    if (strikes) this.misbehave(to, message, by, pass);
    else pass(to, message, by);
    const waiting = this.withheld.get(to);
    if (waiting !== undefined && waiting !== message) {
      this.withheld.delete(to);
      pass(to, waiting, by);
    }
    this.remember(to, message);
  }

  /** What was to leave after the next message leaves without one. */
  finish(pass: Pass): void {
    for (const [to, message] of this.withheld) pass(to, message, 0);
    this.withheld.clear();
  }

  private misbehave(to: NodeId, message: Message, by: Micros, pass: Pass): void {
    switch (this.behaviour) {
      case 'withhold':
        return;
      case 'delay':
        pass(to, message, by + this.later);
        return;
      case 'replay': {
        pass(to, message, by);
        const earlier = this.sent.get(to);
        if (earlier !== undefined) pass(to, this.stream.pick(earlier), by + this.later);
        return;
      }
      case 'alter': {
        const same = this.altered.get(message) ?? alteredMessage(message, this.stream);
        this.altered.set(message, same);
        pass(to, same, by);
        return;
      }
      case 'equivocate':
        pass(to, alteredMessage(message, this.stream), by);
        return;
      case 'misorder':
        // It leaves after the next one; one at a time, so nothing waits for ever behind another.
        if (this.withheld.has(to)) pass(to, message, by);
        else this.withheld.set(to, message);
        return;
      default:
        this.behaviour satisfies never;
    }
  }

  private remember(to: NodeId, message: Message): void {
    const sent = this.sent.get(to) ?? [];
    sent.push(message);
    if (sent.length > REMEMBERED) sent.shift();
    this.sent.set(to, sent);
  }
}

/**
 * The message with one field changed: a number by a little, a truth to its opposite, a list short
 * of its end. Whole operations are left alone, since what a client asked is known by identity; a
 * message without such a field stays as it is.
 */
export function alteredMessage(message: Message, stream: Stream): Message {
  const fields = Object.entries(message)
    .filter(
      ([name, value]) =>
        name !== 'type' &&
        (typeof value === 'number' ||
          typeof value === 'boolean' ||
          (Array.isArray(value) && value.length > 0)),
    )
    .sort(([a], [b]) => (a < b ? -1 : 1));
  if (fields.length === 0) return message;
  const [name, value] = stream.pick(fields);
  return { ...message, [name]: alteredValue(value, stream) };
}

function alteredValue(value: unknown, stream: Stream): unknown {
  if (typeof value === 'boolean') return !value;
  if (Array.isArray(value)) return value.slice(0, -1);
  const number = Number(value);
  // No less than nothing: there, a change of -1 would be none.
  return number + stream.pick(number > 0 ? [-1, 1, 2] : [1, 2]);
}
