/**
 * One node of Multi-Paxos with nobody around: the test is the network, the disk and the clock, and
 * says what arrives, be it possible or not. A step's messages are what `tell` and `expire` return.
 */
import { type Ballot, ballotOf } from '../../protocols/multi-paxos/ballot.ts';
import type { PaxosTimer } from '../../protocols/multi-paxos/context.ts';
import { multiPaxos } from '../../protocols/multi-paxos/index.ts';
import type {
  Command,
  HeartbeatReply,
  PaxosMessage,
  Phase1b,
  Phase2b,
  PValue,
  Request,
} from '../../protocols/multi-paxos/messages.ts';
import { PaxosNode } from '../../protocols/multi-paxos/node.ts';
import { optionSchema } from '../../protocols/multi-paxos/options.ts';
import { rules } from '../../protocols/multi-paxos/rules.ts';
import type { PaxosState } from '../../protocols/multi-paxos/state.ts';
import { kv } from '../../protocols/state-machines/kv.ts';
import { completeOptions } from '../../scenarios/assemble.ts';
import type { DurableRecord, Env, Micros, NodeId, Options, Write } from '../../sim/contract.ts';
import type { Plain } from '../../sim/plain.ts';
import { freezeDeeply } from './test-world.ts';

export interface Sent {
  readonly to: NodeId;
  readonly message: PaxosMessage;
  /** Whether it may leave before the disk has written. */
  readonly isUnsynced: boolean;
}

export interface LoneSettings {
  readonly id?: NodeId;
  readonly nodes?: number;
  readonly options?: Options;
  /** Told of every draw's bound; what is drawn is always 0. */
  readonly onDraw?: (bound: number) => void;
  /** What it draws; always 0 if absent. */
  readonly random?: (bound: number) => number;
}

export const CLIENT: NodeId = 9;

/** Node 1 of three unless told otherwise: it waits for node 0 to lead. */
export class LoneNode {
  records: DurableRecord[] = [];
  readonly marks: string[] = [];
  readonly timers = new Map<PaxosTimer, Micros>();
  now = 0;
  #sent: Sent[] = [];
  #process: PaxosNode;
  readonly #settings: LoneSettings;

  constructor(settings: LoneSettings = {}) {
    this.#settings = settings;
    this.#process = this.#boot();
  }

  get state(): PaxosState {
    return this.#process.state;
  }

  tell(from: NodeId, message: PaxosMessage): Sent[] {
    this.#process.receive(from, freezeDeeply(message));
    return this.#takeSent();
  }

  /** What it sends to itself arrives too, until there is nothing left. */
  tellAll(from: NodeId, message: PaxosMessage): Sent[] {
    return this.#deliverOwn(this.tell(from, message));
  }

  expire(timer: PaxosTimer): Sent[] {
    const due = this.timers.get(timer);
    if (due === undefined) throw new Error(`there is no timer ${timer}`);
    this.timers.delete(timer);
    this.now = Math.max(this.now, due);
    this.#process.expire(timer);
    return this.#takeSent();
  }

  /** Its own clock goes on; no timer expires by that. */
  wait(time: Micros): void {
    this.now += time;
  }

  /** Two waits without a leader; its scout's messages to others are returned. */
  seekElection(): Sent[] {
    if (this.state.leader.hasHeard) this.expire('leader');
    return this.#deliverOwn(this.expire('leader'));
  }

  reconfigure(members: readonly NodeId[]): Sent[] {
    this.#process.reconfigure(members);
    return this.#deliverOwn(this.#takeSent());
  }

  /** Memory is gone; the disk has `records`. Returns what the start sends. */
  restart(): Sent[] {
    this.timers.clear();
    this.#process = this.#boot();
    return this.#takeSent();
  }

  /** The writes of the latest record. */
  lastRecord(): readonly Write[] {
    return this.records.at(-1)?.writes ?? [];
  }

  #boot(): PaxosNode {
    const { id = 1, nodes = 3, options = {} } = this.#settings;
    const replicas = Array.from({ length: nodes }, (_, node) => node);
    const cluster = { replicas, options: completeOptions(optionSchema, options) };
    const process = new PaxosNode(this.#env(id), cluster, kv, rules);
    process.start({ records: this.records.slice() });
    return process;
  }

  #deliverOwn(sent: readonly Sent[]): Sent[] {
    const others: Sent[] = [];
    const queue = [...sent];
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      if (next.to !== this.state.id) others.push(next);
      else queue.push(...this.tell(next.to, next.message));
    }
    return others;
  }

  #takeSent(): Sent[] {
    const sent = this.#sent;
    this.#sent = [];
    return sent;
  }

  #env(id: NodeId): Env<PaxosMessage, PaxosTimer> {
    const lone = this;
    const put = (to: NodeId, message: PaxosMessage, isUnsynced: boolean): void => {
      this.#sent.push({ to, message: freezeDeeply(message), isUnsynced });
    };
    return {
      id,
      get now() {
        return lone.now;
      },
      send: (to, message) => put(to, message, false),
      sendUnsynced: (to, message) => put(to, message, true),
      setTimer: (timer, delay) => this.timers.set(timer, this.now + delay),
      cancelTimer: (timer) => this.timers.delete(timer),
      persist: (...writes) => this.records.push({ intact: true, writes: freezeDeeply(writes) }),
      random: (bound) => {
        this.#settings.onDraw?.(bound);
        return this.#settings.random?.(bound) ?? 0;
      },
      mark: (name) => {
        if (!(name in multiPaxos.marks)) throw new Error(`mark ${name} is not declared`);
        this.marks.push(name);
      },
    };
  }
}

/** `Phase1b→0`, `Request→2`: what was sent to whom. */
export function described(sent: readonly Sent[]): string[] {
  return sent.map(({ to, message }) => `${message.type}→${to}`);
}

/** The messages of one type among those sent. */
export function messagesOf<T extends PaxosMessage['type']>(
  type: T,
  sent: readonly Sent[],
): Extract<PaxosMessage, { type: T }>[] {
  return sent.flatMap(({ message }) => (isOf(message, type) ? [message] : []));
}

function isOf<T extends PaxosMessage['type']>(
  message: PaxosMessage,
  type: T,
): message is Extract<PaxosMessage, { type: T }> {
  return message.type === type;
}

export function request(value: Plain, requestNumber = 1, clientId = CLIENT): Request {
  const operation = { f: 'put', key: 'x', value };
  return { type: 'Request', operation, clientId, requestNumber };
}

export function pvalue(ballot: Ballot, slot: number, command: Command): PValue {
  return { ballot, slot, command };
}

/** Asks to accept; nothing is said to be decided unless told. */
export function phase2a(accepting: PValue, decidedBelow = 1): PaxosMessage {
  return { type: 'Phase2a', pvalue: accepting, decidedBelow };
}

/** A promise of somebody who has neither performed nor forgotten anything, unless told. */
export function phase1b(
  ballot: Ballot,
  accepted: readonly PValue[] = [],
  rest: Partial<Phase1b> = {},
): Phase1b {
  const asked = { inReplyTo: ballot, compactedBelow: 1, slotOut: 1 };
  return { type: 'Phase1b', ballot, accepted, ...asked, ...rest };
}

/** Accepts what was asked for in that ballot; or refuses it with a higher one. */
export function phase2b(inReplyTo: Ballot, slot: number, ballot = inReplyTo): Phase2b {
  return { type: 'Phase2b', ballot, inReplyTo, slot };
}

export function heartbeat(ballot: Ballot, rest: { round?: number; decidedBelow?: number } = {}) {
  const { round = 1, decidedBelow = 1 } = rest;
  return { type: 'Heartbeat', ballot, round, sentAt: 0, decidedBelow } as const;
}

/** Follows a heartbeat of that ballot; or says that a higher one is promised. */
export function heartbeatReply(
  inReplyTo: Ballot,
  round: number,
  sentAt: Micros,
  ballot = inReplyTo,
): HeartbeatReply {
  return { type: 'HeartbeatReply', ballot, inReplyTo, round, sentAt };
}

/** A node that leads in its first ballot, followed by nobody but those who had to promise. */
export function loneLeader(settings: LoneSettings = {}, promises: Partial<Phase1b> = {}): LoneNode {
  const node = new LoneNode(settings);
  node.seekElection();
  const { ballot } = node.state.leader;
  const count = settings.nodes ?? 3;
  for (let other = 0; other < count && !node.state.leader.isActive; other++) {
    if (other !== node.state.id) node.tellAll(other, { ...phase1b(ballot), ...promises });
  }
  return node;
}

/** Ballots of nodes 0, 1 and 2 in the round of that number. */
export const ballot = ballotOf;
