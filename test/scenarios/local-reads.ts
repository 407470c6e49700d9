/**
 * Viewstamped Replication whose replicas answer sequential reads themselves: a small addition that
 * the tests make, to try what judges such reads. A client asks any replica. Its session token says
 * how much of the log, and which of its own operations, the answer must know of. A replica that is
 * behind stays silent, and a client that has asked in vain asks as for any other operation.
 */

import { readOperation } from '../../protocols/state-machines/operation.ts';
import {
  type ClientTimer,
  clientRules,
  VrClient,
} from '../../protocols/viewstamped-replication/client.ts';
import { viewstampedReplication } from '../../protocols/viewstamped-replication/index.ts';
import type { VrMessage } from '../../protocols/viewstamped-replication/messages.ts';
import { Replica } from '../../protocols/viewstamped-replication/replica.ts';
import { rules as vrRules } from '../../protocols/viewstamped-replication/rules.ts';
import type { ReplicaState } from '../../protocols/viewstamped-replication/state.ts';
import { builtIn, type Registry } from '../../scenarios/assemble.ts';
import type {
  Client,
  ClientEnv,
  Cluster,
  Durable,
  Env,
  Micros,
  Mutant,
  NodeId,
  Protocol,
  StateMachine,
  Unreadable,
} from '../../sim/contract.ts';
import type { Level } from '../../sim/level.ts';
import type { Plain } from '../../sim/plain.ts';

const PATIENCE: Micros = 5_000;
const TRIES = 3;

/** What a session has seen: a number of decided positions, and the last operation of its own. */
interface Token {
  readonly seen: number;
  readonly own: Plain;
}

interface LocalRead {
  readonly type: 'LocalRead';
  readonly number: number;
  readonly operation: Plain;
  readonly token: Token;
}

interface LocalAnswer {
  readonly type: 'LocalAnswer';
  readonly number: number;
  readonly output: Plain;
  readonly seen: number;
}

type LocalTimer = ClientTimer | 'local-read';
type LocalMessage = VrMessage | LocalRead | LocalAnswer;

/** What a bug can replace. */
interface LocalRules {
  /** How much of the log the session knows of after an answer of that much. */
  seenAfter(before: number, answered: number): number;
  /** What the session remembers of an operation that goes through the log. */
  ownAfter(operation: Plain): Plain;
  answer(state: ReplicaState, operation: Plain, machine: StateMachine): Plain;
}

const localRules: LocalRules = {
  seenAfter: (before, answered) => Math.max(before, answered),
  ownAfter: (operation) => operation,
  answer: ({ app }, operation, machine) => machine.apply(app, operation),
};

class LocalReplica extends Replica {
  readonly #env: Env<LocalMessage>;
  readonly #machine: StateMachine;
  readonly #rules: LocalRules;

  constructor(env: Env<LocalMessage>, cluster: Cluster, machine: StateMachine, of: LocalRules) {
    super(env, cluster, machine, vrRules);
    this.#env = env;
    this.#machine = machine;
    this.#rules = of;
  }

  override receive(from: NodeId, message: LocalMessage | Unreadable): void {
    if (message.type === 'LocalRead') this.#onLocalRead(from, message);
    else if (message.type !== 'LocalAnswer') super.receive(from, message);
  }

  #onLocalRead(from: NodeId, { number, operation, token }: LocalRead): void {
    const seen = this.state.commitNumber;
    if (seen < token.seen || !hasDone(this.state, token.own)) return;
    const output = this.#rules.answer(this.state, operation, this.#machine);
    this.#env.send(from, { type: 'LocalAnswer', number, output, seen });
  }
}

function hasDone({ log, commitNumber }: ReplicaState, own: Plain): boolean {
  return own === null || log.slice(0, commitNumber).some(({ operation }) => operation === own);
}

interface LocalClientState {
  readonly vr: object;
  token: Token;
  /** The read that is open, and how often it was sent. */
  open: { readonly operation: Plain; readonly number: number; tries: number } | null;
  lastNumber: number;
}

class LocalClient implements Client<LocalMessage, LocalTimer, LocalClientState> {
  readonly state: LocalClientState;
  readonly #env: ClientEnv<LocalMessage>;
  readonly #vr: VrClient;
  readonly #replicas: number;
  readonly #rules: LocalRules;

  constructor(env: ClientEnv<LocalMessage>, cluster: Cluster, of: LocalRules) {
    this.#vr = new VrClient(env, cluster, clientRules);
    this.state = { vr: this.#vr.state, token: { seen: 0, own: null }, open: null, lastNumber: 0 };
    this.#env = env;
    this.#replicas = cluster.replicas.length;
    this.#rules = of;
  }

  /** The clock is later at each start: no number is used by two incarnations. */
  start(durable: Durable): void {
    this.state.lastNumber = this.#env.now;
    this.#vr.start(durable);
  }

  invoke(operation: Plain, level: Level): void {
    if (level === 'linearizable') {
      this.#throughLog(operation);
      return;
    }
    this.state.lastNumber += 1;
    this.state.open = { operation, number: this.state.lastNumber, tries: 0 };
    this.#ask();
  }

  receive(from: NodeId, message: LocalMessage | Unreadable): void {
    if (message.type === 'LocalAnswer') this.#onLocalAnswer(message);
    else if (message.type !== 'LocalRead') this.#vr.receive(from, message);
  }

  expire(timer: LocalTimer): void {
    if (timer !== 'local-read') this.#vr.expire(timer);
    else if (this.state.open !== null) this.#ask();
  }

  #ask(): void {
    const { open, token } = this.state;
    if (open === null) return;
    if (open.tries === TRIES) {
      this.state.open = null;
      this.#throughLog(open.operation);
      return;
    }
    open.tries += 1;
    const { number, operation } = open;
    const replica = this.#env.random(this.#replicas);
    this.#env.send(replica, { type: 'LocalRead', number, operation, token });
    this.#env.setTimer('local-read', PATIENCE);
  }

  #onLocalAnswer({ number, output, seen }: LocalAnswer): void {
    const { open, token } = this.state;
    if (open === null || open.number !== number) return;
    this.state.open = null;
    this.state.token = { ...token, seen: this.#rules.seenAfter(token.seen, seen) };
    this.#env.complete(output);
  }

  #throughLog(operation: Plain): void {
    this.state.token = { ...this.state.token, own: this.#rules.ownAfter(operation) };
    this.#vr.invoke(operation, 'linearizable');
  }
}

function withLocalReads(changes: Partial<LocalRules> = {}): Protocol {
  const all = { ...localRules, ...changes };
  const vr: Protocol = viewstampedReplication;
  return {
    ...vr,
    weakerLevels: ['sequential'],
    replica: (env, cluster, machine) => new LocalReplica(env, cluster, machine, all),
    client: (env, cluster) => new LocalClient(env, cluster, all),
  };
}

function bug(id: string, summary: string, changes: Partial<LocalRules>): Mutant {
  const protocol = withLocalReads(changes);
  return { id, summary, difficulty: 'easy', apply: ({ machine }) => ({ protocol, machine }) };
}

const OTHER_KEYS: { readonly [key: string]: string } = { k0: 'k1', k1: 'k0' };

export const localReadBugs: readonly Mutant[] = [
  bug('goes-back', 'a session forgets how much of the log its reads have seen', {
    seenAfter: (before) => before,
  }),
  bug('forgets-own', 'a session forgets its own operations', { ownAfter: () => null }),
  bug('mixes-up', 'a replica answers with the value of another key', {
    answer: ({ app }, operation, machine) => {
      const { f, key } = readOperation(operation);
      return machine.apply(app, { f, key: OTHER_KEYS[key] ?? key });
    },
  }),
  bug('runs-ahead', 'a replica answers from its log, decided or not', {
    answer: ({ app, log, commitNumber }, operation, machine) => {
      const ahead = machine.clone(app);
      for (const entry of log.slice(commitNumber)) machine.apply(ahead, entry.operation);
      return machine.apply(ahead, operation);
    },
  }),
];

/** Its protocol is called `vr` as well: the scenarios of that one are its own. */
export const localReads: Registry = {
  ...builtIn,
  protocols: [withLocalReads()],
  mutants: localReadBugs,
};
