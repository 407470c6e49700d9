/**
 * What authors of protocols get wrong about the contract, said in our own words: the same in every
 * engine. The hot path compares and comes here only when something is new, or wrong.
 */
import type { Client, Message, NodeId, Process, Protocol, Write } from './contract.ts';
import type { Node } from './node.ts';
import { isThenable, valueInWords, whatIsNotPlain } from './plain-check.ts';
import type { Simulation } from './simulation.ts';

/** About 31 years of microseconds: sums of such times are whole numbers still. */
const DELAY_MAX = 1_000_000_000_000_000;
const RANDOM_MAX = 4_294_967_296;
/** More marks than this are not listed. */
const MARKS_LISTED_MAX = 12;

/** A node has broken the contract; the message goes on from its name. */
export class Misuse extends Error {
  override readonly name = 'Misuse';
  /** What was called, or has returned the wrong thing: `env.send`, `receive`. */
  readonly call: string;

  constructor(call: string, message: string) {
    super(message);
    this.call = call;
  }
}

/** The handlers of processes. */
export type Handler = 'start' | 'receive' | 'expire' | 'invoke' | 'reconfigure' | 'writeFailed';

/** Each `refuse…` ends the run with the present step, and throws `Misuse` into whoever called. */
export class ContractChecks {
  /** The first misuse: a handler may catch what its `env` throws, and the run ends all the same. */
  found: { readonly node: NodeId; readonly misuse: Misuse } | undefined;
  private readonly world: Simulation;
  /** Types of messages of which one was looked at. */
  private readonly types = new Set<string>();

  constructor(world: Simulation) {
    this.world = world;
  }

  refuse(node: NodeId, call: string, message: string): never {
    const misuse = new Misuse(call, message);
    this.found ??= { node, misuse };
    this.world.stop();
    throw misuse;
  }

  private refuseCall(node: NodeId, call: string, given: readonly unknown[], why: string): never {
    const words = given.map(valueInWords).join(', ');
    return this.refuse(node, `env.${call}`, `called env.${call}(${words}): ${why}`);
  }

  refuseRecipient(node: Node, call: string, to: unknown, message: unknown): never {
    const { replicas, clients } = this.world.cluster;
    const ids = `replicas are 0 to ${replicas.length - 1}, ${clientsInWords(clients)}`;
    return this.refuseCall(node.id, call, [to, message], `there is no such node; ${ids}`);
  }

  /** Looks at the first message of each type, and at all of a paranoid run; returns its type. */
  checkMessage(node: Node, call: string, to: NodeId, message: Message | undefined): string {
    const type: unknown = message?.type;
    if (typeof type !== 'string') {
      const why = 'a message is an object with a `type`, which is a string';
      return this.refuseCall(node.id, call, [to, message], why);
    }
    if (this.types.has(type) && !this.world.isParanoid) return type;
    this.types.add(type);
    const wrong = whatIsNotPlain('message', message);
    if (wrong === undefined) return type;
    const why = `${wrong}; messages are plain data`;
    return this.refuseCall(node.id, call, [to, message], why);
  }

  /** Of a delay that is not small and whole. */
  checkDelay(node: Node, timer: string, delay: unknown): void {
    if (typeof delay === 'number' && Number.isInteger(delay) && delay >= 0 && delay <= DELAY_MAX) {
      return;
    }
    const why = `the delay is a whole number of microseconds from 0 to ${DELAY_MAX}`;
    this.refuseCall(node.id, 'setTimer', [timer, delay], why);
  }

  checkTimerName(node: NodeId, timer: unknown): void {
    if (typeof timer === 'string') return;
    this.refuseCall(node, 'setTimer', [timer], 'timers are named by strings');
  }

  refuseBound(node: Node, bound: unknown): never {
    const why = `the bound is a whole number from 1 to ${RANDOM_MAX}`;
    return this.refuseCall(node.id, 'random', [bound], why);
  }

  /** Of a mark that the protocol of the run does not declare. */
  checkMark(node: Node, mark: string, protocol: Protocol): void {
    const { marks } = node.build?.protocol ?? protocol;
    if (typeof mark === 'string' && Object.hasOwn(marks, mark)) return;
    const all = Object.keys(marks);
    const listed = all.slice(0, MARKS_LISTED_MAX).join(', ');
    const more = all.length > MARKS_LISTED_MAX ? ` and ${all.length - MARKS_LISTED_MAX} more` : '';
    const there = all.length === 0 ? 'it declares none' : `it declares ${listed}${more}`;
    const why = `the protocol declares no such mark in its \`marks\`; ${there}`;
    this.refuseCall(node.id, 'mark', [mark], why);
  }

  /** `isFull` looks at what is written as well. */
  checkWrites(node: Node, writes: readonly Write[], isFull: boolean): void {
    for (const write of writes) {
      const wrong = whatIsWrongWith(write, isFull);
      if (wrong !== undefined) this.refuseCall(node.id, 'persist', writes, wrong);
    }
  }

  checkOutput(node: Node, output: unknown): void {
    const why = 'the output is plain data, or null';
    if (output === undefined) this.refuseCall(node.id, 'complete', [output], why);
    const wrong = whatIsNotPlain('output', output);
    if (wrong !== undefined) this.refuseCall(node.id, 'complete', [output], `${wrong}; ${why}`);
  }

  refuseEnd(node: Node, call: string): never {
    const why = node.isReplica
      ? 'it is for clients alone'
      : 'no operation is open; each is ended once, after its `invoke`';
    return this.refuseCall(node.id, call, [], why);
  }

  /** Handlers return nothing: what waits for a promise would wait until the run is over. */
  refuseReturned(node: NodeId, handler: Handler, returned: unknown): never {
    // Nobody else waits for it: what it is rejected with must not end the process.
    if (isThenable(returned)) returned.then(undefined, () => undefined);
    const why = isThenable(returned) ? 'handlers are synchronous' : 'handlers return nothing';
    const words = `returned ${valueInWords(returned)} from its handler ${handler}: ${why}`;
    return this.refuse(node, handler, words);
  }

  /** What a protocol made as a replica or a client. */
  checkProcess(node: Node, protocol: Protocol, made: Process | Client | undefined): void {
    const what = node.isReplica ? 'replica' : 'client';
    const handlers: readonly Handler[] = ['start', 'receive', 'expire'];
    const all = node.isReplica ? handlers : [...handlers, 'invoke' as const];
    const wrong = whatIsMissing(made, all);
    if (wrong === undefined) return;
    this.refuse(
      node.id,
      what,
      `was not made: ${what}() of the protocol ${protocol.name} returned ${wrong}; it has to ` +
        `return an object with a \`state\`, an object too, and the handlers ${all.join(', ')}`,
    );
  }
}

function clientsInWords(clients: readonly NodeId[]): string {
  const [first, last = first] = [clients[0], clients.at(-1)];
  if (first === undefined) return 'and there are no clients';
  return first === last ? `the client is ${first}` : `clients are ${first} to ${last}`;
}

function whatIsMissing(made: unknown, handlers: readonly Handler[]): string | undefined {
  if (typeof made !== 'object' || made === null) return valueInWords(made);
  if (isThenable(made)) return 'a promise';
  const { state } = made as Partial<Process>;
  if (typeof state !== 'object' || state === null)
    return `what has ${valueInWords(state)} as its state`;
  const members = made as { readonly [handler in Handler]?: unknown };
  const missing = handlers.find((handler) => typeof members[handler] !== 'function');
  return missing === undefined ? undefined : `what has no handler ${missing}`;
}

function whatIsWrongWith(write: Write, isFull: boolean): string | undefined {
  switch (write?.kind) {
    case 'set':
      if (typeof write.key !== 'string') return 'a `set` has a `key`, which is a string';
      return isFull ? notPlainIn('value', write.value) : undefined;
    case 'append':
      if (typeof write.log !== 'string') return 'an `append` has a `log`, which is a string';
      return isFull ? notPlainIn('entry', write.entry) : undefined;
    case 'truncate':
      if (isPlace(write.log, write.end)) return undefined;
      return 'a `truncate` has a `log`, which is a string, and an `end`, a whole number from 0';
    case 'trim':
      if (isPlace(write.log, write.first)) return undefined;
      return 'a `trim` has a `log`, which is a string, and a `first`, a whole number from 0';
    default:
      write satisfies never;
      return 'the `kind` of a write is set, append, truncate or trim';
  }
}

function isPlace(log: unknown, position: unknown): boolean {
  return typeof log === 'string' && Number.isSafeInteger(position) && Number(position) >= 0;
}

function notPlainIn(name: string, value: unknown): string | undefined {
  const wrong = whatIsNotPlain(name, value);
  return wrong === undefined ? undefined : `${wrong}; what is written is plain data`;
}
