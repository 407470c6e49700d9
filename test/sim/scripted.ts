/** A protocol whose nodes do what a test tells them, and a small calm world to run it in. */
import type {
  Claims,
  Client,
  ClientEnv,
  Durable,
  Env,
  Message,
  NodeId,
  OptionLimit,
  OptionSchema,
  Options,
  Process,
  Protocol,
  StateMachine,
  Write,
} from '../../sim/contract.ts';
import type { Level, WeakerLevel } from '../../sim/level.ts';
import type { Plain } from '../../sim/plain.ts';
import type { PlannedFault, PlannedOperation } from '../../sim/plan.ts';
import type { EventKind, EventRecord } from '../../sim/record.ts';
import { Simulation } from '../../sim/simulation.ts';
import type { End, SimulationConfig } from '../../sim/simulation-config.ts';

export interface Letter extends Message {
  readonly body?: Plain;
}

/** What a node does; a handler that is left out does nothing. */
export interface Behaviour<E> {
  start?(env: E, durable: Durable): void;
  receive?(env: E, from: NodeId, letter: Letter): void;
  expire?(env: E, timer: string): void;
  /** Without it the process ends on a failed write. */
  writeFailed?(env: E, writes: readonly Write[]): void;
  /** Without it the process cannot be asked for other members. */
  reconfigure?(env: E, members: readonly NodeId[]): void;
}

export type ReplicaBehaviour = Behaviour<Env<Letter>>;

export interface ClientBehaviour extends Behaviour<ClientEnv<Letter>> {
  invoke?(env: ClientEnv<Letter>, operation: Plain, level: Level): void;
}

export interface Script {
  readonly replica?: ReplicaBehaviour;
  readonly client?: ClientBehaviour;
  readonly claims?: Partial<Claims>;
  readonly optionSchema?: readonly OptionSchema[];
  readonly limits?: (options: Options) => readonly OptionLimit[];
  readonly weakerLevels?: readonly WeakerLevel[];
  /** Who leads, and in which round, by how many events a replica has handled. */
  leadership?(handled: number): { readonly round: number; readonly leads: boolean };
}

/** The state counts what was handled, so that final states tell runs apart. */
interface ScriptedState {
  handled: number;
}

class ScriptedProcess<E> implements Process {
  readonly state: ScriptedState = { handled: 0 };
  readonly writeFailed?: (writes: readonly Write[]) => void;
  readonly reconfigure?: (members: readonly NodeId[]) => void;
  protected readonly env: E;
  private readonly behaviour: Behaviour<E>;

  constructor(env: E, behaviour: Behaviour<E>) {
    this.env = env;
    this.behaviour = behaviour;
    const { writeFailed, reconfigure } = behaviour;
    if (writeFailed !== undefined) this.writeFailed = writeFailed.bind(behaviour, env);
    if (reconfigure !== undefined) this.reconfigure = reconfigure.bind(behaviour, env);
  }

  start(durable: Durable): void {
    this.behaviour.start?.(this.env, durable);
  }

  receive(from: NodeId, letter: Letter): void {
    this.state.handled += 1;
    this.behaviour.receive?.(this.env, from, letter);
  }

  expire(timer: string): void {
    this.state.handled += 1;
    this.behaviour.expire?.(this.env, timer);
  }
}

class ScriptedClient extends ScriptedProcess<ClientEnv<Letter>> implements Client {
  private readonly onInvoke: ClientBehaviour['invoke'];

  constructor(env: ClientEnv<Letter>, behaviour: ClientBehaviour) {
    super(env, behaviour);
    this.onInvoke = behaviour.invoke?.bind(behaviour);
  }

  invoke(operation: Plain, level: Level): void {
    this.onInvoke?.(this.env, operation, level);
  }
}

export function scripted(script: Script): Protocol {
  return {
    name: 'scripted',
    title: 'Scripted',
    paper: 'none',
    optionSchema: script.optionSchema ?? [],
    limits: script.limits ?? (() => []),
    marks: { here: 'wherever the test says' },
    weakerLevels: script.weakerLevels ?? [],
    replica: (env) => new ScriptedProcess<Env<Letter>>(env, script.replica ?? {}),
    client: (env) => new ScriptedClient(env, script.client ?? {}),
    claims: () => ({
      durable: true,
      survives: () => true,
      owes: (view) => view.cluster,
      progressWithin: 50_000,
      ...script.claims,
    }),
    invariants: [],
    decidedCount: () => 0,
    decidedOperation: () => undefined,
    appliedCount: () => 0,
    app: () => null,
    acknowledges: () => undefined,
    holds: () => undefined,
    summary: (state) => JSON.stringify(state),
    leadership: (state) => {
      const handled = 'handled' in state ? Number(state.handled) : 0;
      return script.leadership?.(handled) ?? { round: 0, leads: false };
    },
  };
}

export const MACHINE: StateMachine = {
  name: 'none',
  model: 'register',
  initial: () => null,
  apply: () => null,
  clone: (app) => app,
  isReadOnly: () => false,
};

/** Time that a message takes, and a record of the disk, unless the test says otherwise. */
export const DELAY = 1_000;
export const DISK_LATENCY = 100;
export const CUT_AT = 1_000_000;

export const CALM: SimulationConfig['network'] = {
  delay: { kind: 'fixed', min: DELAY, spread: 0 },
  drop: 0,
  duplicate: 0,
  corrupt: 0,
  reorder: 0,
  reorderBy: 0,
};

export interface Changes extends Partial<Omit<SimulationConfig, 'plan' | 'protocol'>> {
  readonly faults?: readonly PlannedFault[];
  readonly operations?: readonly PlannedOperation[];
}

export interface Outcome {
  readonly simulation: Simulation;
  readonly end: End;
  readonly records: readonly EventRecord[];
}

/** Two replicas, no clients, fixed delays, no faults, cut after a second: but for `changes`. */
export function world(script: Script, changes: Changes = {}): Simulation {
  const { faults = [], operations = [], ...rest } = changes;
  return new Simulation({
    seed: 'spec',
    protocol: scripted(script),
    machine: MACHINE,
    options: {},
    replicas: 2,
    clients: 0,
    network: CALM,
    disk: { latencyMin: DISK_LATENCY, latencyMax: DISK_LATENCY, torn: 0 },
    clock: { offset: 0, drift: 0 },
    plan: { faults, operations },
    ending: { kind: 'cut', at: CUT_AT },
    bounds: { events: 20_000, queue: 1_000, time: 10 * CUT_AT },
    shuffleTies: false,
    withinClaims: false,
    paranoid: false,
    logsEvents: true,
    ...rest,
  });
}

export function simulate(script: Script, changes: Changes = {}): Outcome {
  const simulation = world(script, changes);
  const end = simulation.run();
  return { simulation, end, records: simulation.log?.records ?? [] };
}

/** The log's records of one kind as `time n<node> label`. */
export function lines(records: readonly EventRecord[], kind: EventKind): string[] {
  return records
    .filter((record) => record.kind === kind)
    .map(({ time, node, label }) =>
      [time, node === undefined ? [] : `n${node}`, label ?? []].flat(),
    )
    .map((words) => words.join(' '));
}

/** `count` seeds that differ. */
export function seeds(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `seed-${index}`);
}
