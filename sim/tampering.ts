/**
 * Faults that change what a node sends, after its write barrier and before the network: a client
 * that asks twice or asks the wrong node, an adversary that has taken a replica over.
 */
import type { Message, Micros, NodeId } from './contract.ts';
import type { Behaviour } from './fault.ts';
import type { Stream } from './streams.ts';

/** What passes through the outbox of a node. */
export interface Letter {
  readonly to: NodeId;
  readonly message: Message;
  /** It leaves so much later than it would. */
  readonly by: Micros;
  /** A fault sends it once more. None repeats that again: copies would double each time. */
  readonly isRepetition: boolean;
}

export type Pass = (letter: Letter) => void;

/** One fault over one node's outbox. */
export interface Tamper {
  send(letter: Letter, pass: Pass): void;
  /** The fault is over: hands on what it has kept back for a while. */
  finish?(pass: Pass): void;
}

function repeated(letter: Letter, message: Message, later: Micros): Letter {
  return { to: letter.to, message, by: letter.by + later, isRepetition: true };
}

/** Everything is sent once more, `later`. */
export class SendsTwice implements Tamper {
  private readonly later: Micros;

  constructor(later: Micros) {
    this.later = later;
  }

  send(letter: Letter, pass: Pass): void {
    pass(letter);
    if (!letter.isRepetition) pass(repeated(letter, letter.message, this.later));
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

  send(letter: Letter, pass: Pass): void {
    const { to } = letter;
    pass({ ...letter, to: to < this.replicas ? (to + this.shift) % this.replicas : to });
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
  private readonly withheld = new Map<NodeId, Letter>();
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

  send(letter: Letter, pass: Pass): void {
    const { to, message, by } = letter;
    const strikes = this.victims.has(to) && this.stream.below(MILLION) < this.rate;
    if (strikes) this.misbehave(letter, pass);
    else pass(letter);
    const waiting = this.withheld.get(to);
    if (waiting !== undefined && waiting !== letter) {
      this.withheld.delete(to);
      pass({ ...waiting, by });
    }
    this.remember(to, message);
  }

  /** What was to leave after the next message leaves without one. */
  finish(pass: Pass): void {
    for (const letter of this.withheld.values()) pass({ ...letter, by: 0 });
    this.withheld.clear();
  }

  private misbehave(letter: Letter, pass: Pass): void {
    const { to, message, by } = letter;
    switch (this.behaviour) {
      case 'withhold':
        return;
      case 'delay':
        pass({ ...letter, by: by + this.later });
        return;
      case 'replay': {
        pass(letter);
        const earlier = this.sent.get(to);
        if (earlier === undefined || letter.isRepetition) return;
        pass(repeated(letter, this.stream.pick(earlier), this.later));
        return;
      }
      case 'alter': {
        const same = this.altered.get(message) ?? alteredMessage(message, this.stream);
        this.altered.set(message, same);
        pass({ ...letter, message: same });
        return;
      }
      case 'equivocate':
        pass({ ...letter, message: alteredMessage(message, this.stream) });
        return;
      case 'misorder':
        // It leaves after the next one; one at a time, so nothing waits for ever behind another.
        if (this.withheld.has(to)) pass(letter);
        else this.withheld.set(to, letter);
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
