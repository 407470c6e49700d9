/**
 * From the lines of a session to an ordinary plan. Each line comes when the one before it is done:
 * when that is follows from running what was planned so far, up to there. A run is a pure function
 * of its spec, and what is planned for later changes nothing of what was before, so the times that
 * are found hold in the whole run, and the plan that comes out needs no script to be run again.
 */
import type { Micros, NodeId } from '../../sim/contract.ts';
import type { PlannedOperation } from '../../sim/plan.ts';
import { protocolNamed } from '../assemble.ts';
import type { RunRequest } from '../run.ts';
import type { HistoryEntry, RunResult, RunSpec } from '../spec.ts';
import type { Line, RequestCommand, Script } from './commands.ts';
import { Disturbances } from './disturbances.ts';
import type { Servers } from './servers.ts';
import { ScriptError } from './words.ts';

/** When the first line comes: whoever leads at first does so by then. */
const BEGINS_AT: Micros = 100_000;
/** From the end of one line to the next: nobody types faster. */
const PAUSE: Micros = 50_000;
const PATIENCE: Micros = 1_000_000;
const MICROS_PER_SECOND = 1_000_000;

export type Runner = (spec: RunSpec, request?: RunRequest) => RunResult;

/** A line as it came to be done. */
export type Step = { readonly line: Line; readonly at: Micros } & (
  | {
      readonly kind: 'request';
      /** Its place in the plan. */
      readonly operation: number;
      readonly patience: Micros;
      readonly isAwaited: boolean;
    }
  | { readonly kind: 'disturbance'; readonly faults: readonly number[]; readonly ends: boolean }
  | { readonly kind: 'look' | 'wait' }
);

export interface Session {
  readonly script: Script;
  readonly spec: RunSpec & { readonly plan: NonNullable<RunSpec['plan']> };
  readonly steps: readonly Step[];
  readonly servers: Servers;
}

/** Throws `ScriptError` for what cannot be done at the line that says so. */
export function performScript(
  script: Script,
  world: RunSpec,
  servers: Servers,
  run: Runner,
): Session {
  return new Performance(script, world, servers, run).perform();
}

class Performance {
  private readonly script: Script;
  private readonly world: RunSpec;
  private readonly servers: Servers;
  private readonly run: Runner;
  private readonly disturbances: Disturbances;
  private readonly operations: PlannedOperation[] = [];
  private readonly steps: Step[] = [];
  /** The client that asks each server, and the one that asks whom it likes. */
  private readonly terminals = new Map<NodeId | undefined, number>();
  /** What each client has asked last, as long as no answer is known of. */
  private readonly open = new Map<number, PlannedOperation>();
  private clients = 1;
  private now = BEGINS_AT;
  private patience = PATIENCE;

  constructor(script: Script, world: RunSpec, servers: Servers, run: Runner) {
    this.script = script;
    this.world = world;
    this.servers = servers;
    this.run = run;
    this.disturbances = new Disturbances(servers, world, (fault, at) => {
      const outcome = this.runUpTo(at + PAUSE).faults[fault];
      return outcome?.status === 'fired' ? outcome.node : undefined;
    });
  }

  perform(): Session {
    const lines = this.script.lines.flatMap((line) => ('command' in line ? line : []));
    this.disturbances.leaveOut(lines);
    for (const line of lines) {
      this.now = Math.max(this.now, line.at ?? 0);
      this.performLine(line);
      this.assertInTime(line);
    }
    return {
      script: this.script,
      spec: this.specUpTo(this.now),
      steps: this.steps,
      servers: this.servers,
    };
  }

  private assertInTime({ start }: Line): void {
    const { time } = this.world.bounds;
    if (this.now <= time) return;
    const most = time / MICROS_PER_SECOND;
    const end = Math.ceil(this.now / MICROS_PER_SECOND);
    throw new ScriptError(
      start,
      `this takes too long: a session lasts ${most} s at most, and this line would end at ${end} s`,
    );
  }

  private performLine(line: Line): void {
    const { command } = line;
    const at = this.now;
    switch (command.does) {
      case 'request':
        this.ask(line, command);
        break;
      case 'wait':
        this.now += command.time;
        this.steps.push({ line, at, kind: 'wait' });
        break;
      case 'patience':
        this.patience = command.time;
        this.steps.push({ line, at, kind: 'wait' });
        break;
      case 'state':
      case 'get-links':
        if (command.server !== undefined) this.servers.node(command.server);
        this.steps.push({ line, at, kind: 'look' });
        this.now += PAUSE;
        break;
      default: {
        const done = this.disturbances.perform(command, at, line.start);
        this.steps.push({ line, at, kind: 'disturbance', ...done });
        this.now += PAUSE;
      }
    }
  }

  private ask(line: Line, command: RequestCommand): void {
    const { operation, level, isAwaited } = command;
    const via = this.viaOf(command);
    const planned: PlannedOperation = {
      at: this.now,
      client: this.clientFor(via),
      operation,
      ...(level === undefined ? {} : { level }),
      ...(via === undefined ? {} : { via }),
    };
    this.operations.push(planned);
    const index = this.operations.length - 1;
    const { patience } = this;
    this.steps.push({ line, at: this.now, kind: 'request', operation: index, patience, isAwaited });
    this.open.set(planned.client, planned);
    if (isAwaited) this.now = this.answeredAt(planned) ?? this.now + patience;
    this.now += PAUSE;
  }

  /** Where there is but one server, all ask that one. */
  private viaOf({ server }: RequestCommand): NodeId | undefined {
    if (server === undefined) return undefined;
    const node = this.servers.node(server);
    const { name, offersVia } = protocolNamed(this.world.protocol);
    if (offersVia === true) return node;
    if (this.servers.nodes.length === 1) return undefined;
    throw new ScriptError(
      server,
      `clients of ${name} cannot be told whom to ask first: leave ${server.text} out`,
    );
  }

  /** When the answer comes, if it does in time. */
  private answeredAt(planned: PlannedOperation): Micros | undefined {
    const result = this.runUpTo(this.now + this.patience);
    this.forgetAnswered(result);
    return entryOf(result, planned)?.return ?? undefined;
  }

  /**
   * One that waits for nothing: a client asks for one thing at a time, so where there is none
   * another one takes its place.
   */
  private clientFor(via: NodeId | undefined): number {
    const known = this.terminals.get(via);
    if (known !== undefined && this.open.has(known)) {
      this.forgetAnswered(this.runUpTo(this.now));
    }
    if (known !== undefined && !this.open.has(known)) return known;
    const client = this.terminals.size === 0 ? 0 : this.clients;
    this.clients = Math.max(this.clients, client + 1);
    this.terminals.set(via, client);
    return client;
  }

  /** Nobody judges yet: that is for the whole run. */
  private runUpTo(at: Micros): RunResult {
    return this.run({ ...this.specUpTo(at), oracles: [] });
  }

  private forgetAnswered(result: RunResult): void {
    for (const [client, planned] of this.open) {
      const entry = entryOf(result, planned);
      if (entry?.return !== undefined && entry.return !== null) this.open.delete(client);
    }
  }

  /** Nothing is expected at the end, and nothing heals: the session stops where it is. */
  private specUpTo(at: Micros): Session['spec'] {
    const { expect: _expect, unjudged: _unjudged, plan: _plan, ...world } = this.world;
    return {
      ...world,
      clients: this.clients,
      ending: { kind: 'cut', at },
      plan: { faults: this.disturbances.faults, operations: [...this.operations] },
      // What was written is what happens, whatever the protocol claims to survive.
      withinClaims: false,
    };
  }
}

/** The operation as its client saw it; a refused one has left the history. */
export function entryOf(
  { history }: RunResult,
  { operation }: PlannedOperation,
): HistoryEntry | undefined {
  return history.find((entry) => entry.operation === operation);
}
