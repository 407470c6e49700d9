/** Presides over one run: tells the oracles what happens and writes down what they find. */

import type { Build, Message, NodeId, StateMachine } from '../sim/contract.ts';
import { Misuse } from '../sim/contract-checks.ts';
import type { Simulation } from '../sim/simulation.ts';
import type { End, Observer } from '../sim/simulation-config.ts';
import { DecidedLog } from './oracles/decided-log.ts';
import { agreement } from './oracles/decisions.ts';
import { oracles } from './oracles/index.ts';
import { noException } from './oracles/no-exception.ts';
import type { Court, Oracle, ViolationDetail, Watch } from './oracles/oracle.ts';
import { nodeName } from './oracles/words.ts';
import { signatureFrom } from './signature.ts';
import type { Failure, RunSpec } from './spec.ts';
import { describeThrown, nameOf } from './thrown.ts';

/** Each hook's listeners, so that an event costs nothing to oracles that do not care. */
type Listeners = { [Hook in keyof Watch]-?: NonNullable<Watch[Hook]>[] };

export class Judge implements Observer, Court {
  readonly failures: Failure[] = [];
  readonly inconclusive: string[] = [];
  readonly build: Build;
  readonly specification: StateMachine;
  readonly spec: RunSpec;
  readonly view: Simulation;
  readonly decided: DecidedLog;
  private readonly listeners: Listeners;

  /** The oracles that the spec names sit; if it names none, all do. */
  constructor(
    simulation: Simulation,
    matter: Pick<Court, 'build' | 'specification'>,
    spec: RunSpec,
  ) {
    const { build, specification } = matter;
    this.view = simulation;
    this.build = build;
    this.specification = specification;
    this.spec = spec;
    this.decided = new DecidedLog(build.protocol, specification, spec.replicas);
    const chosen = spec.oracles;
    const seated = oracles.filter((oracle) => chosen === undefined || chosen.includes(oracle.id));
    const watches = seated.map((oracle) => oracle.watch(this));
    // Other oracles and the ending read the decided log, whether or not agreement keeps it.
    if (!seated.includes(agreement)) watches.unshift(this.keepDecidedLog());
    this.listeners = collectListeners(watches);
  }

  private keepDecidedLog(): Watch {
    return { stepped: (replica, state) => void this.decided.update(replica, state) };
  }

  get history(): Court['history'] {
    return this.view.clients.history;
  }

  get owed(): Court['owed'] {
    return this.view.owed;
  }

  countOf(mark: string): number {
    return this.view.countOf(mark);
  }

  violation(oracle: Oracle, message: string, detail: ViolationDetail = {}): void {
    const { invariant, node, operations, evidence, thrown } = detail;
    const at = this.view.now;
    this.failures.push({
      oracle: oracle.id,
      signature: signatureFrom(oracle.letter, oracle.id, invariant),
      message,
      at,
      event: this.view.counts.events,
      ...(invariant === undefined ? {} : { invariant }),
      ...(node === undefined ? {} : { node }),
      ...(operations === undefined ? {} : { operations }),
      ...(evidence === undefined ? {} : { evidence }),
      ...(thrown === undefined ? {} : { thrown }),
    });
    this.view.log?.write('violation', {
      label: oracle.id,
      detail: message,
      ...(node === undefined ? {} : { node }),
    });
    this.view.stop();
  }

  undecided(reason: string): void {
    this.inconclusive.push(reason);
  }

  /**
   * A handler threw. The sentence tells of foreign errors only the class: engines word them
   * differently. What breaks the contract is told in words of our own.
   */
  threw(node: NodeId, error: unknown): void {
    const isMisuse = error instanceof Misuse;
    const invariant = isMisuse ? error.call : nameOf(error);
    const words = isMisuse ? error.message : `threw ${invariant}`;
    const thrown = describeThrown(error);
    const name = nodeName(node, this.spec.replicas);
    this.violation(noException, `${name} ${words}`, { node, invariant, thrown });
  }

  adjourn(end: End): void {
    if (end.how === 'bound' && end.bound !== 'queue')
      this.undecided(`bound on ${end.bound} reached`);
    if (end.how === 'stopped') this.undecided('time: the run was stopped by its time limit');
    else for (const listen of this.listeners.ended) listen(end);
  }

  // What the simulation tells.

  replicaStepped(replica: NodeId, state: object): void {
    const { stepped } = this.listeners;
    for (let i = 0; i < stepped.length; i++) stepped[i]?.(replica, state);
  }

  released(from: NodeId, to: NodeId, message: Message): void {
    const { released } = this.listeners;
    for (let i = 0; i < released.length; i++) released[i]?.(from, to, message);
  }

  returned(operation: number): void {
    for (const listen of this.listeners.returned) listen(operation);
  }

  crashed(node: NodeId): void {
    if (node < this.spec.replicas) this.decided.forget(node);
    for (const listen of this.listeners.crashed) listen(node);
  }

  restarted(node: NodeId): void {
    for (const listen of this.listeners.restarted) listen(node);
  }

  /** Each of these replicas, if it is up, knows and has applied all that is decided. */
  isSettled(replicas: readonly NodeId[]): boolean {
    const { protocol } = this.build;
    for (const replica of replicas) {
      const state = this.view.stateOf(replica);
      if (state === undefined) continue;
      if (protocol.decidedCount(state) !== this.decided.length) return false;
      if (protocol.appliedCount(state) !== this.decided.length) return false;
    }
    return true;
  }
}

function collectListeners(watches: readonly Watch[]): Listeners {
  return {
    stepped: watches.flatMap((watch) => watch.stepped?.bind(watch) ?? []),
    released: watches.flatMap((watch) => watch.released?.bind(watch) ?? []),
    returned: watches.flatMap((watch) => watch.returned?.bind(watch) ?? []),
    crashed: watches.flatMap((watch) => watch.crashed?.bind(watch) ?? []),
    restarted: watches.flatMap((watch) => watch.restarted?.bind(watch) ?? []),
    ended: watches.flatMap((watch) => watch.ended?.bind(watch) ?? []),
  };
}
