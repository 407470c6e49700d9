/** What goes into a simulation, who may watch it, and how it ends. */
import type { Message, Micros, NodeId, Options, Protocol, StateMachine } from './contract.ts';
import type { Bounds, ClockConfig, DiskConfig, Ending, NetworkConfig, Plan } from './plan.ts';

/** Everything that makes a world; times are Micros. */
export interface SimulationConfig {
  readonly seed: string;
  readonly protocol: Protocol;
  readonly machine: StateMachine;
  readonly options: Options;
  readonly replicas: number;
  readonly clients: number;
  readonly network: NetworkConfig;
  readonly disk: DiskConfig;
  readonly clock: ClockConfig;
  /** How long each message keeps a replica busy, until the run turns quiet; absent: no time. */
  readonly serviceTime?: Micros;
  readonly plan: Plan;
  readonly ending: Ending;
  readonly bounds: Bounds;
  readonly shuffleTies: boolean;
  readonly withinClaims: boolean;
  readonly paranoid: boolean;
  /** Write the event log. */
  readonly logsEvents: boolean;
  /** Write down the fates of messages. */
  readonly recordsFates?: boolean;
  /** What a node runs that restarts as another build; without it, none does. */
  readonly builds?: (change: BuildChange) => NodeBuild;
  /** After so many events, every later draw comes from another seed. */
  readonly rekey?: Rekey;
}

/** How another build differs: by a planted bug, by options. */
export interface BuildChange {
  readonly mutant?: string;
  readonly options?: Options;
}

/** What one node runs. */
export interface NodeBuild {
  readonly protocol: Protocol;
  readonly machine: StateMachine;
  readonly options: Options;
}

/** What is drawn after an event is drawn as in a world of another seed. */
export interface Rekey {
  /** The last event whose own draws stay; 0 keeps none. */
  readonly event: number;
  readonly seed: string;
  /** What messages meet from then on, instead of the network of the run, overrides and all. */
  readonly network?: NetworkConfig;
}

/** Is told what happens, as it happens; may ask the run to `stop`. */
export interface Observer {
  /** A replica has handled an event; its sends have not left yet. */
  replicaStepped(replica: NodeId, state: object): void;
  /** A message has passed its sender's write barrier. */
  released(from: NodeId, to: NodeId, message: Message): void;
  /** The operation at this index of the history has returned. */
  returned(operation: number): void;
  crashed(node: NodeId): void;
  restarted(node: NodeId): void;
  /** Faults have begun, healed, or gone on to another phase, or all is quiet from now on. */
  worldChanged?(): void;
  /** Whether, with every client done, these replicas agree: the run may end. */
  isSettled(replicas: readonly NodeId[]): boolean;
}

export interface Counts {
  events: number;
  sent: number;
  delivered: number;
  dropped: number;
  duplicated: number;
  corrupted: number;
  persisted: number;
  invoked: number;
  completed: number;
  /** Given up by their client, which goes on. */
  abandoned: number;
  refused: number;
  crashes: number;
  restarts: number;
}

/** So many events of one kind that one node has caused. */
export interface Queued {
  readonly kind: 'message' | 'timer' | 'record' | 'other';
  /** Type of the messages, or name of the timer. */
  readonly name?: string;
  /** The sender of messages, else the node that they happen at; -1 for the world's own. */
  readonly node: NodeId;
  readonly count: number;
}

/** How a run has ended: `stalled` when what was owed after the healing did not come in time. */
export interface End {
  readonly how: 'quiet' | 'cut' | 'violation' | 'bound' | 'stopped';
  readonly at: Micros;
  readonly bound?: 'events' | 'queue' | 'time';
  /** What the queue was full of, the most frequent first, if that was the bound. */
  readonly queued?: readonly Queued[];
  readonly stalled: boolean;
}

export function noCounts(): Counts {
  return {
    events: 0,
    sent: 0,
    delivered: 0,
    dropped: 0,
    duplicated: 0,
    corrupted: 0,
    persisted: 0,
    invoked: 0,
    completed: 0,
    abandoned: 0,
    refused: 0,
    crashes: 0,
    restarts: 0,
  };
}
