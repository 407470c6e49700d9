/**
 * Every protocol with one message type more: on a timer of its own each node, replica or client,
 * sends it to every other. The new part handles it, and draws, persists and marks nothing.
 */
import { mutants, protocols } from '../../protocols/index.ts';
import { builtIn, type Registry } from '../../scenarios/assemble.ts';
import type {
  Client,
  ClientEnv,
  Cluster,
  Env,
  Message,
  Micros,
  Mutant,
  NodeId,
  Process,
  Protocol,
  Unreadable,
} from '../../sim/contract.ts';

export interface Heartbeats {
  /** In local time. */
  readonly period: Micros;
  /** Names of the message type and of the timer: new ones, unless a test wants to do harm. */
  readonly type: string;
  readonly timer: string;
}

/** Told apart by its member, so that a test may give it the name of another. */
interface Heartbeat extends Message {
  readonly isHeartbeat: true;
}

/** What is built in, mutants included, with heartbeats. */
export function registryWith(heartbeats: Heartbeats): Registry {
  return {
    ...builtIn,
    protocols: protocols.map((protocol) => withHeartbeats(protocol, heartbeats)),
    mutants: mutants.map((mutant) => mutantWithHeartbeats(mutant, heartbeats)),
  };
}

/** The bug is planted first: it replaces the protocol. */
function mutantWithHeartbeats(mutant: Mutant, heartbeats: Heartbeats): Mutant {
  return {
    ...mutant,
    apply: ({ protocol, machine }) => {
      const plain = protocols.find(({ name }) => name === protocol.name) ?? protocol;
      const build = mutant.apply({ protocol: plain, machine });
      return { ...build, protocol: withHeartbeats(build.protocol, heartbeats) };
    },
  };
}

function withHeartbeats(protocol: Protocol, heartbeats: Heartbeats): Protocol {
  return {
    ...protocol,
    replica: (env, cluster, machine) =>
      withHeart(protocol.replica(env, cluster, machine), new Heart(env, cluster, heartbeats)),
    client: (env, cluster, machine) => {
      const client = protocol.client(env, cluster, machine);
      const heart = new Heart(env, cluster, heartbeats);
      return {
        ...withHeart<Client>(client, heart),
        invoke: (operation, level) => client.invoke(operation, level),
      };
    },
    acknowledges: (message) => (isHeartbeat(message) ? undefined : protocol.acknowledges(message)),
  };
}

class Heart {
  private readonly env: Env | ClientEnv;
  private readonly others: readonly NodeId[];
  readonly heartbeats: Heartbeats;

  constructor(env: Env | ClientEnv, { replicas, clients }: Cluster, heartbeats: Heartbeats) {
    this.env = env;
    this.others = [...replicas, ...clients].filter((node) => node !== env.id);
    this.heartbeats = heartbeats;
  }

  beat(): void {
    const heartbeat: Heartbeat = { type: this.heartbeats.type, isHeartbeat: true };
    for (const node of this.others) this.env.sendUnsynced(node, heartbeat);
    this.wait();
  }

  wait(): void {
    this.env.setTimer(this.heartbeats.timer, this.heartbeats.period);
  }
}

function withHeart<P extends Process>(process: P, heart: Heart): Process {
  const { writeFailed, reconfigure } = process;
  return {
    get state() {
      return process.state;
    },
    start(durable) {
      heart.wait();
      process.start(durable);
    },
    receive(from, message: Message | Unreadable) {
      if (!isHeartbeat(message)) process.receive(from, message);
    },
    expire(timer) {
      if (timer === heart.heartbeats.timer) heart.beat();
      else process.expire(timer);
    },
    ...(writeFailed && { writeFailed: writeFailed.bind(process) }),
    ...(reconfigure && { reconfigure: reconfigure.bind(process) }),
  };
}

function isHeartbeat(message: Message | Unreadable): boolean {
  return 'isHeartbeat' in message;
}
