/**
 * One server of OmniPaxos with nobody around: the test is the network, the disk and the clock, and
 * says what arrives, be it possible or not. A step's messages are what `tell` and `expire` return.
 */
import { type Ballot, ballotOf, NO_BALLOT } from '../../protocols/omni-paxos/ballot.ts';
import type { OmniTimer } from '../../protocols/omni-paxos/context.ts';
import { omniPaxos } from '../../protocols/omni-paxos/index.ts';
import { suffixOf } from '../../protocols/omni-paxos/log.ts';
import type {
  AcceptDecide,
  AcceptSync,
  Decide,
  Entry,
  HeartbeatReply,
  OmniMessage,
  Prepare,
  PromiseMessage,
  Request,
  StopSign,
} from '../../protocols/omni-paxos/messages.ts';
import { optionSchema } from '../../protocols/omni-paxos/options.ts';
import { type Rules, rules } from '../../protocols/omni-paxos/rules.ts';
import { OmniServer } from '../../protocols/omni-paxos/server.ts';
import type { OmniState } from '../../protocols/omni-paxos/state.ts';
import { kv } from '../../protocols/state-machines/kv.ts';
import { readOperation } from '../../protocols/state-machines/operation.ts';
import { completeOptions } from '../../scenarios/assemble.ts';
import type { DurableRecord, Env, Micros, NodeId, Options, Write } from '../../sim/contract.ts';
import type { Plain } from '../../sim/plain.ts';
import { freezeDeeply } from './test-world.ts';

export interface Sent {
  readonly to: NodeId;
  readonly message: OmniMessage;
  /** Whether it may leave before the disk has written. */
  readonly isUnsynced: boolean;
}

export interface LoneSettings {
  readonly id?: NodeId;
  readonly nodes?: number;
  readonly options?: Options;
  readonly rules?: Partial<Rules>;
}

export const CLIENT: NodeId = 9;

/** Server 1 of three unless told otherwise. */
export class LoneServer {
  records: DurableRecord[] = [];
  readonly marks: string[] = [];
  readonly timers = new Map<OmniTimer, Micros>();
  now = 0;
  #sent: Sent[] = [];
  #drawn = 0;
  #process: OmniServer;
  readonly #settings: LoneSettings;

  constructor(settings: LoneSettings = {}) {
    this.#settings = settings;
    this.#process = this.#boot();
    this.#sent = [];
  }

  get state(): OmniState {
    return this.#process.state;
  }

  get others(): NodeId[] {
    const { nodes = 3 } = this.#settings;
    return Array.from({ length: nodes }, (_, node) => node).filter((id) => id !== this.state.id);
  }

  /** Puts of what is in its log, `stop` for a stop-sign. */
  get values(): Plain[] {
    const { log } = this.state.paxos;
    return valuesIn(suffixOf(log, log.first));
  }

  tell(from: NodeId, message: OmniMessage): Sent[] {
    this.#process.receive(from, freezeDeeply(message));
    return this.#takeSent();
  }

  /** What it sends to itself arrives too, until there is nothing left. */
  tellAll(from: NodeId, message: OmniMessage): Sent[] {
    return this.#deliverOwn(this.tell(from, message));
  }

  expire(timer: OmniTimer): Sent[] {
    const due = this.timers.get(timer);
    if (due === undefined) throw new Error(`there is no timer ${timer}`);
    this.timers.delete(timer);
    this.now = Math.max(this.now, due);
    this.#process.expire(timer);
    return this.#deliverOwn(this.#takeSent());
  }

  /** Its own clock goes on; no timer expires by that. */
  wait(time: Micros): void {
    this.now += time;
  }

  /** It hears these in the present round, which then ends. */
  endRound(replies: { readonly [server: NodeId]: Partial<HeartbeatReply> } = {}): Sent[] {
    const { round } = this.state.election;
    for (const [server, reply] of Object.entries(replies)) {
      this.tell(Number(server), heartbeatReply(round, reply));
    }
    return this.expire('election');
  }

  reconfigure(members: readonly NodeId[]): Sent[] {
    this.#process.reconfigure(members);
    return this.#deliverOwn(this.#takeSent());
  }

  /** Memory is gone; the disk has `records`. Returns what the start sends. */
  restart(): Sent[] {
    this.timers.clear();
    this.#sent = [];
    this.#process = this.#boot();
    return this.#takeSent();
  }

  /** The writes of the latest record. */
  lastRecord(): readonly Write[] {
    return this.records.at(-1)?.writes ?? [];
  }

  #boot(): OmniServer {
    const { id = 1, nodes = 3, options = {}, rules: changed = {} } = this.#settings;
    const replicas = Array.from({ length: nodes }, (_, node) => node);
    const cluster = { replicas, options: completeOptions(optionSchema, options) };
    const process = new OmniServer(this.#env(id), cluster, kv, { ...rules, ...changed });
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

  #env(id: NodeId): Env<OmniMessage, OmniTimer> {
    const lone = this;
    const put = (to: NodeId, message: OmniMessage, isUnsynced: boolean): void => {
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
      // Different at every draw, which is all that occasions need.
      random: (bound) => this.#drawn++ % bound,
      mark: (name) => {
        if (!(name in omniPaxos.marks)) throw new Error(`mark ${name} is not declared`);
        this.marks.push(name);
      },
    };
  }
}

/** `Promise→0`, `Request→2`: what was sent to whom. */
export function described(sent: readonly Sent[]): string[] {
  return sent.map(({ to, message }) => `${message.type}→${to}`);
}

/** The messages of one type among those sent. */
export function messagesOf<T extends OmniMessage['type']>(
  type: T,
  sent: readonly Sent[],
): Extract<OmniMessage, { type: T }>[] {
  return sent.flatMap(({ message }) => (isOf(message, type) ? [message] : []));
}

/** The only message of that type; throws if there is another, or none. */
export function onlyOne<T extends OmniMessage['type']>(
  type: T,
  sent: readonly Sent[],
): Extract<OmniMessage, { type: T }> {
  const [first, ...more] = messagesOf(type, sent);
  if (first === undefined || more.length > 0) {
    throw new Error(`wanted one ${type}, got ${described(sent).join(' ')}`);
  }
  return first;
}

function isOf<T extends OmniMessage['type']>(
  message: OmniMessage,
  type: T,
): message is Extract<OmniMessage, { type: T }> {
  return message.type === type;
}

/** The ballot of a server in a round of leaders, of the first configuration unless told. */
export function ballot(round: number, server: NodeId, configuration = 0): Ballot {
  return ballotOf(configuration, round, 0, server);
}

/** Each value is put by a client of its own, so that all of them are new. */
export function request(value: Plain, requestNumber = 1, clientId = CLIENT): Request {
  const operation = { f: 'put', key: 'x', value };
  return { type: 'Request', operation, clientId, requestNumber };
}

/** `a`, `b`, …: requests of clients of their own. */
export function entries(values: string): Request[] {
  return [...values].map((value) => request(value, 1, 20 + value.charCodeAt(0)));
}

export function stopSign(members: readonly NodeId[], wish = 7, askedOf = 0): StopSign {
  return { type: 'StopSign', members, askedOf, wish };
}

export function valuesIn(log: readonly Entry[]): Plain[] {
  return log.map((entry) =>
    entry.type === 'StopSign' ? 'stop' : readOperation(entry.operation).value,
  );
}

/** Of somebody who knows of no leader, unless told. */
export function heartbeatReply(round: number, rest: Partial<HeartbeatReply> = {}): HeartbeatReply {
  const nothing = { ballot: NO_BALLOT, leader: NO_BALLOT, isHappy: false };
  return { type: 'HeartbeatReply', round, ...nothing, ...rest };
}

/** Of a leader that has nothing, unless told. */
export function prepare(number: Ballot, rest: Partial<Prepare> = {}): Prepare {
  const nothing = { acceptedRound: NO_BALLOT, acceptedLength: 0, decidedLength: 0 };
  return { type: 'Prepare', ballot: number, attempt: 1, occasion: 0, ...nothing, ...rest };
}

/** Of a server that has nothing, unless told. */
export function promise(number: Ballot, rest: Partial<PromiseMessage> = {}): PromiseMessage {
  const nothing = { acceptedRound: NO_BALLOT, acceptedLength: 0, decidedLength: 0, sync: null };
  return { type: 'Promise', ballot: number, attempt: 1, ...nothing, ...rest };
}

export function acceptSync(
  number: Ballot,
  log: readonly Entry[] = [],
  rest: Partial<AcceptSync> & { readonly from?: number } = {},
): AcceptSync {
  const { from = 0, ...more } = rest;
  const sync = { snapshot: null, from, entries: log };
  return { type: 'AcceptSync', ballot: number, session: 1, sync, decidedLength: 0, ...more };
}

export function acceptDecide(
  number: Ballot,
  place: number,
  from: number,
  log: readonly Entry[],
  rest: Partial<AcceptDecide> = {},
): AcceptDecide {
  const session = { session: 1, number: place, from, entries: log, decidedLength: 0 };
  return { type: 'AcceptDecide', ballot: number, ...session, ...rest };
}

export function decide(
  number: Ballot,
  decidedLength: number,
  place = 0,
  rest: Partial<Decide> = {},
): Decide {
  return { type: 'Decide', ballot: number, session: 1, number: place, decidedLength, ...rest };
}

export function accepted(number: Ballot, acceptedLength: number): OmniMessage {
  return { type: 'Accepted', ballot: number, acceptedLength };
}

/** A server that all others have told that they know of no leader: it asks for promises. */
export function candidate(settings: LoneSettings = {}): LoneServer {
  const server = new LoneServer(settings);
  server.endRound(Object.fromEntries(server.others.map((other) => [other, {}])));
  return server;
}

/** A server that leads in its first ballot, promised by as few as had to. */
export function loneLeader(settings: LoneSettings = {}): LoneServer {
  const server = candidate(settings);
  for (const other of server.others) {
    if (server.state.paxos.phase === 'accept') break;
    server.tellAll(other, promise(server.state.leader.ballot));
  }
  return server;
}

/** A server that has adopted this log of its leader, server 0 in its first ballot. */
export function loneFollower(
  settings: LoneSettings = {},
  log = '',
  decidedLength = 0,
  leader = ballot(1, 0),
): LoneServer {
  const server = new LoneServer(settings);
  server.tell(0, prepare(leader));
  server.tell(0, acceptSync(leader, entries(log), { decidedLength }));
  return server;
}
