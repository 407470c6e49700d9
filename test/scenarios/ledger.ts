/**
 * A protocol to try the oracles on: replica 0 orders operations and copies them to all others, and
 * what all have written is decided. It survives crashes and losses; its planted bugs do not. Each
 * bug replaces one rule and is there for one oracle.
 */
import type {
  Client,
  ClientEnv,
  Cluster,
  Durable,
  Env,
  Invariant,
  Mutant,
  NodeId,
  Process,
  Protocol,
  StateMachine,
  Unreadable,
} from '../../sim/contract.ts';
import type { Plain } from '../../sim/plain.ts';

const FIRST: NodeId = 0;
const RESEND_AFTER = 5_000;
const RETRY_AFTER = 10_000;
const PROGRESS_WITHIN = 200_000;

interface Entry {
  readonly client: NodeId;
  readonly number: number;
  readonly operation: Plain;
}

type Request = Entry & { readonly type: 'Request' };
type Copy = { readonly type: 'Copy'; readonly position: number; readonly entry: Entry };
type CopyOk = { readonly type: 'CopyOk'; readonly length: number };
type Decided = { readonly type: 'Decided'; readonly count: number };
type Reply = { readonly type: 'Reply'; readonly number: number; readonly output: Plain };
type LedgerMessage = Request | Copy | CopyOk | Decided | Reply;

interface LedgerState {
  readonly log: Entry[];
  decided: number;
  /** The state machine's answers to what is decided. */
  readonly outputs: Plain[];
  app: unknown;
  /** How many entries each replica has written, as the first knows. */
  readonly written: number[];
}

/** What a bug can replace. */
export interface LedgerRules {
  /** Position of a request that is in the log already, or -1. */
  positionOf(log: readonly Entry[], request: Entry): number;
  /** An answer that needs no log, or undefined. */
  shortcut(request: Request): Plain | undefined;
  reply(output: Plain, number: number): Plain | undefined;
  entryToCopy(entry: Entry, log: readonly Entry[]): Entry;
  writtenAfter(length: number): number;
  decidedAfter(state: LedgerState, count: number): number;
  applies(replica: NodeId, operation: Plain): boolean;
  readsDisk(replica: NodeId): boolean;
  copiesPerMessage: number;
  /** The client's own doubts: true to refuse the operation without asking anybody. */
  refuses(number: number): boolean;
}

const rules: LedgerRules = {
  positionOf: (log, request) =>
    log.findIndex(({ client, number }) => client === request.client && number === request.number),
  shortcut: () => undefined,
  reply: (output) => output,
  entryToCopy: (entry) => entry,
  writtenAfter: (length) => length,
  decidedAfter: ({ decided, log }, count) => Math.max(decided, Math.min(count, log.length)),
  applies: () => true,
  readsDisk: () => true,
  copiesPerMessage: 1,
  refuses: () => false,
};

class Replica implements Process<LedgerMessage, 'resend', LedgerState> {
  readonly state: LedgerState;
  private readonly env: Env<LedgerMessage, 'resend'>;
  private readonly others: readonly NodeId[];
  private readonly machine: StateMachine;
  private readonly rules: LedgerRules;

  constructor(env: Env<LedgerMessage>, cluster: Cluster, machine: StateMachine, of: LedgerRules) {
    const written = cluster.replicas.map(() => 0);
    this.state = { log: [], decided: 0, outputs: [], app: machine.initial(), written };
    this.env = env;
    this.others = cluster.replicas.filter((replica) => replica !== env.id);
    this.machine = machine;
    this.rules = of;
  }

  start(durable: Durable): void {
    for (const { intact, writes } of this.rules.readsDisk(this.env.id) ? durable.records : []) {
      for (const write of intact ? writes : []) {
        if (write.kind === 'append' && isEntry(write.entry)) this.state.log.push(write.entry);
      }
    }
    this.env.setTimer('resend', RESEND_AFTER);
  }

  receive(from: NodeId, message: LedgerMessage | Unreadable): void {
    if (message.type === 'Request') this.onRequest(message);
    if (message.type === 'Copy') this.onCopy(message);
    if (message.type === 'CopyOk') this.onCopyOk(from, message);
    if (message.type === 'Decided') this.decide(message.count);
  }

  expire(): void {
    this.env.setTimer('resend', RESEND_AFTER);
    if (this.env.id !== FIRST) return;
    const { log, decided, written } = this.state;
    for (const to of this.others) {
      for (const [offset, entry] of log.slice(written[to]).entries()) {
        this.copy(to, (written[to] ?? 0) + offset, entry);
      }
      this.env.send(to, { type: 'Decided', count: decided });
    }
  }

  private onRequest(request: Request): void {
    const { log, decided } = this.state;
    const output = this.rules.shortcut(request);
    if (output !== undefined) {
      this.env.send(request.client, { type: 'Reply', number: request.number, output });
      return;
    }
    const position = this.rules.positionOf(log, request);
    if (position >= 0 && position < decided) this.answer(position);
    if (position >= 0) return;
    const { client, number, operation } = request;
    const entry = { client, number, operation };
    this.append(entry);
    for (const to of this.others) this.copy(to, log.length - 1, entry);
    this.decideWritten();
  }

  private copy(to: NodeId, position: number, entry: Entry): void {
    for (let i = 0; i < this.rules.copiesPerMessage; i++) {
      this.env.send(to, { type: 'Copy', position, entry });
    }
  }

  private onCopy({ position, entry }: Copy): void {
    const { log } = this.state;
    if (position > log.length) return;
    if (position === log.length) this.append(this.rules.entryToCopy(entry, log));
    for (let i = 0; i < this.rules.copiesPerMessage; i++) {
      this.env.send(FIRST, { type: 'CopyOk', length: log.length });
    }
  }

  private append(entry: Entry): void {
    this.state.log.push(entry);
    this.env.persist({ kind: 'append', log: 'log', entry });
  }

  private onCopyOk(from: NodeId, { length }: CopyOk): void {
    const { written, log } = this.state;
    written[from] = Math.max(written[from] ?? 0, this.rules.writtenAfter(length));
    const last = log.at(-1);
    if (this.rules.copiesPerMessage > 1 && last !== undefined) {
      this.copy(from, log.length - 1, last);
    }
    this.decideWritten();
  }

  private decideWritten(): void {
    const { written, log, decided } = this.state;
    const count = Math.min(log.length, ...this.others.map((other) => written[other] ?? 0));
    if (count <= decided) return;
    this.decide(count);
    for (let position = decided; position < count; position++) this.answer(position);
    for (const to of this.others) this.env.send(to, { type: 'Decided', count });
  }

  private decide(count: number): void {
    const { state, machine } = this;
    state.decided = this.rules.decidedAfter(state, count);
    for (let position = state.outputs.length; position < state.decided; position++) {
      const operation = state.log[position]?.operation ?? null;
      const applies = this.rules.applies(this.env.id, operation);
      state.outputs.push(applies ? machine.apply(state.app, operation) : null);
    }
    if (state.decided >= 10) this.env.mark('ten-decided');
  }

  private answer(position: number): void {
    const { log, outputs } = this.state;
    const entry = log[position];
    if (entry === undefined) return;
    const { client, number } = entry;
    const output = this.rules.reply(outputs[position] ?? null, number);
    if (output !== undefined) this.env.send(client, { type: 'Reply', number, output });
  }
}

class LedgerClient implements Client<LedgerMessage, 'retry'> {
  readonly state: { number: number; operation: Plain; isWaiting: boolean };
  private readonly env: ClientEnv<LedgerMessage, 'retry'>;
  private readonly rules: LedgerRules;

  constructor(env: ClientEnv<LedgerMessage>, of: LedgerRules) {
    this.state = { number: 0, operation: null, isWaiting: false };
    this.env = env;
    this.rules = of;
  }

  start(): void {}

  invoke(operation: Plain): void {
    this.state.number += 1;
    if (this.rules.refuses(this.state.number)) {
      this.env.refuse();
      return;
    }
    this.state.operation = operation;
    this.state.isWaiting = true;
    this.ask();
  }

  receive(_from: NodeId, message: LedgerMessage | Unreadable): void {
    if (message.type !== 'Reply' || message.number !== this.state.number) return;
    if (!this.state.isWaiting) return;
    this.state.isWaiting = false;
    this.env.cancelTimer('retry');
    this.env.complete(message.output);
  }

  expire(): void {
    this.ask();
  }

  private ask(): void {
    const { number, operation } = this.state;
    this.env.send(FIRST, { type: 'Request', client: this.env.id, number, operation });
    this.env.setTimer('retry', RETRY_AFTER);
  }
}

function isEntry(value: unknown): value is Entry {
  return typeof value === 'object' && value !== null && 'operation' in value;
}

const countsWhatIsThere: Invariant<LedgerState> = {
  name: 'counts-what-is-there',
  source: 'the first replica knows of no copy of an entry that it does not have',
  watch: () => ({
    after: (changed, { log, written }) =>
      written.every((length) => length <= log.length)
        ? undefined
        : `n${changed} counts more copies than there are entries`,
  }),
};

function makeLedger(changes: Partial<LedgerRules> = {}): Protocol {
  const all = { ...rules, ...changes };
  const ledger: Protocol<LedgerMessage, string, LedgerState> = {
    name: 'ledger',
    title: 'Ledger',
    paper: 'none: it exists for the tests of the oracles',
    optionSchema: [],
    // It gives more than is asked for: each read goes through the log.
    weakerLevels: ['sequential', 'eventual', 'bounded'],
    staleness: () => ({ by: 'versions', most: 1 }),
    knownCount: (state) => state.log.length,
    knownOperation: (state, position) => state.log[position]?.operation,
    marks: { 'ten-decided': 'ten operations are decided', 'never-reached': 'nothing marks this' },
    replica: (env, cluster, machine) => new Replica(env, cluster, machine, all),
    client: (env) => new LedgerClient(env, all),
    claims: () => ({
      durable: true,
      survives: () => true,
      owes: (view) =>
        view.cluster.replicas.every((replica) => view.isUp(replica))
          ? view.cluster
          : { clients: [], replicas: [] },
      progressWithin: PROGRESS_WITHIN,
    }),
    invariants: [countsWhatIsThere],
    decidedCount: (state) => state.decided,
    decidedOperation: (state, position) => state.log[position]?.operation,
    appliedCount: (state) => state.outputs.length,
    app: (state) => state.app,
    acknowledges: (message) =>
      message.type === 'CopyOk' ? { round: 0, length: message.length } : undefined,
    holds: (state) => ({ round: 0, length: state.log.length }),
    summary: ({ log, decided }) => `log ${log.length}, decided ${decided}`,
    leadership: () => ({ round: 0, leads: false }),
  };
  return ledger;
}

export const ledger = makeLedger();

function bug(id: string, summary: string, changes: Partial<LedgerRules>): Mutant {
  const protocol = makeLedger(changes);
  return { id, summary, difficulty: 'easy', apply: ({ machine }) => ({ protocol, machine }) };
}

function isRead(operation: Plain): boolean {
  return JSON.stringify(operation).includes('"get"');
}

/** The fifth request of every client. */
const UNLUCKY = 5;

export const ledgerBugs: readonly Mutant[] = [
  bug('swapped', 'a copy is written as the entry before it', {
    entryToCopy: (entry, log) => log.at(-1) ?? entry,
  }),
  bug('undecided', 'an old message takes decided entries back', {
    decidedAfter: ({ log }, count) => Math.min(count, log.length),
  }),
  bug('miscounted', 'a copy counts for one entry more', {
    writtenAfter: (length) => length + 1,
  }),
  bug('twice', 'a repeated request is taken for a new one', { positionOf: () => -1 }),
  bug('forgetful', 'a backup starts without reading its disk', {
    readsDisk: (replica) => replica === FIRST,
  }),
  bug('wrong-answer', 'the answer to a request is not that of the state machine', {
    reply: (output, number) => (number === UNLUCKY ? 'nonsense' : output),
  }),
  bug('lost-write', 'a write is answered and never written', {
    shortcut: ({ number, operation }) =>
      number === UNLUCKY && !isRead(operation) ? 'ok' : undefined,
  }),
  bug('stale-read', 'a read is answered from the initial state', {
    shortcut: ({ operation }) => (isRead(operation) ? null : undefined),
  }),
  bug('made-up-read', 'a read is answered by a word that nobody wrote', {
    shortcut: ({ operation }) => (isRead(operation) ? 'nonsense' : undefined),
  }),
  bug('throws', 'a handler throws', {
    reply: (output, number) => {
      if (number === UNLUCKY) throw new RangeError('planted');
      return output;
    },
  }),
  bug('floods', 'a message is answered by two, and so on', { copiesPerMessage: 2 }),
  bug('diverges', 'a backup does not apply every operation', {
    applies: (replica, operation) => replica === FIRST || isRead(operation),
  }),
  bug('silent', 'a request has no answer', {
    reply: (output, number) => (number === UNLUCKY ? undefined : output),
  }),
  bug('deaf', 'a backup never learns what is decided', {
    decidedAfter: ({ decided, written }, count) => (written[1] === 0 ? decided : count),
  }),
  bug('refuses-then-lies', 'a client refuses twice, then is told nonsense', {
    refuses: (number) => number <= 2,
    reply: (output, number) => (number === UNLUCKY ? 'nonsense' : output),
  }),
];
