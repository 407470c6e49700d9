/**
 * Carries out the plan's faults: starts each at its time or at its mark, takes it from phase to
 * phase, heals it when its time is over or when the run turns quiet, and keeps account of what
 * fired. What a fault does is told in `strikes/`.
 */
import type { Claims, NodeId } from './contract.ts';
import { FAULT, HEAL, PHASE, plainEvent } from './event.ts';
import type { FaultNode } from './fault.ts';
import type { Node } from './node.ts';
import type { MarkTrigger, PlannedFault } from './plan.ts';
import type { Simulation } from './simulation.ts';
import { strike } from './strikes/index.ts';
import type { Strike } from './strikes/strike.ts';
import type { Hindrance, Unstruck } from './unstruck.ts';

/** What became of one fault of the plan. */
export interface FaultAccount {
  status: 'fired' | 'never-triggered' | 'held-back';
  at: number;
  event: number;
  until: number;
  /** The node that `'it'` or `'leader'` stood for. */
  node: NodeId;
  /** How often its mark was reached. */
  seen: number;
  /** How many of the nodes that it strikes in turn it passed over. */
  passedOver: number;
  /** What held it back. */
  hindrance?: Hindrance;
}

const NEVER = -1;

interface ArmedTrigger {
  readonly index: number;
  readonly when: MarkTrigger;
}

export class Faults {
  readonly accounts: FaultAccount[];
  private readonly world: Simulation;
  private readonly planned: readonly PlannedFault[];
  private readonly claims: Claims | undefined;
  /** What holds now, by index in the plan. */
  private readonly strikes: (Strike | undefined)[];
  private readonly triggers = new Map<string, ArmedTrigger[]>();
  /** Faults that take effect when the current step returns. */
  private due: number[] = [];
  private isOver = false;

  /** With `claims`, faults beyond what the protocol claims to survive are held back. */
  constructor(world: Simulation, planned: readonly PlannedFault[], claims: Claims | undefined) {
    this.world = world;
    this.planned = planned;
    this.claims = claims;
    this.strikes = planned.map(() => undefined);
    this.accounts = planned.map(() => ({
      status: 'never-triggered',
      at: NEVER,
      event: NEVER,
      until: NEVER,
      node: NEVER,
      seen: 0,
      passedOver: 0,
    }));
    for (const [index, fault] of planned.entries()) this.arm(fault, index);
  }

  private arm(fault: PlannedFault, index: number): void {
    if (fault.when === undefined) {
      this.world.queueEvent(plainEvent(fault.at, FAULT, -1, index));
      return;
    }
    const armed = this.triggers.get(fault.when.mark) ?? [];
    armed.push({ index, when: fault.when });
    this.triggers.set(fault.when.mark, armed);
  }

  get hasDue(): boolean {
    return this.due.length > 0;
  }

  /** A mark was reached: fires the triggers that waited for it. */
  markReached(node: Node, mark: string): void {
    if (this.triggers.size === 0) return;
    const armed = this.triggers.get(mark);
    if (armed === undefined || this.isOver) return;
    for (const trigger of armed) {
      if (trigger.when.node !== undefined && trigger.when.node !== node.id) continue;
      const account = this.account(trigger.index);
      account.seen += 1;
      if (account.seen !== trigger.when.nth) continue;
      account.node = node.id;
      if (trigger.when.after > 0) {
        const at = this.world.now + trigger.when.after;
        this.world.queueEvent(plainEvent(at, FAULT, -1, trigger.index));
      } else {
        node.rememberMark();
        this.due.push(trigger.index);
      }
    }
  }

  /** Begins what fell due during the step that has just returned. */
  beginDue(): void {
    const due = this.due;
    this.due = [];
    for (const index of due) this.begin(index);
  }

  begin(index: number): void {
    if (this.isOver) return;
    const fault = this.fault(index);
    const account = this.account(index);
    const { world, claims } = this;
    account.at = world.now;
    account.event = world.counts.events;
    const resolve = (node: FaultNode): NodeId => {
      if (node === 'leader') account.node = world.lifecycle.leader();
      return typeof node === 'number' ? node : account.node;
    };
    const passOver = (): void => {
      account.passedOver += 1;
    };
    const struck = strike(fault, { world, claims, resolve, passOver });
    if (typeof struck === 'string') {
      account.status = 'held-back';
      account.hindrance = struck;
      return;
    }
    account.status = 'fired';
    this.strikes[index] = struck;
    world.log?.fault('fault', index, fault, account.node);
    this.queueAfter(struck.phaseAfter, PHASE, index);
    this.queueAfter(fault.lasts, HEAL, index);
  }

  /** Takes a fault to its next phase. */
  goOn(index: number): void {
    const struck = this.isOver ? undefined : this.strikes[index];
    if (struck?.next !== undefined) this.queueAfter(struck.next(), PHASE, index);
  }

  private queueAfter(delay: number | undefined, kind: typeof PHASE | typeof HEAL, index: number) {
    if (delay === undefined) return;
    this.world.queueEvent(plainEvent(this.world.now + delay, kind, -1, index));
  }

  /** A fault's time is over; what is left when the run is quiet stays as it is. */
  heal(index: number): void {
    if (!this.isOver) this.end(index);
  }

  private end(index: number): void {
    const struck = this.strikes[index];
    if (struck === undefined) return;
    this.strikes[index] = undefined;
    const account = this.account(index);
    account.until = this.world.now;
    this.world.log?.fault('heal', index, this.fault(index), account.node);
    struck.end();
  }

  /** Faults stop and heal for good, but for nodes that stay down. */
  healAll(): void {
    this.isOver = true;
    for (const index of this.planned.keys()) {
      if (!this.isForGood(index)) this.end(index);
    }
  }

  /** What is about nodes of the core heals; links among them are the network's to heal. */
  healCore(core: ReadonlySet<NodeId>): void {
    this.isOver = true;
    for (const index of this.planned.keys()) {
      const nodes = this.strikes[index]?.nodes ?? [];
      if (!this.isForGood(index) && nodes.some((node) => core.has(node))) this.end(index);
    }
  }

  /** Whether some fault of this node has not ended. */
  isStruck(node: NodeId): boolean {
    return this.strikes.some((struck) => struck?.nodes?.includes(node) === true);
  }

  /** Why a fault has not struck; undefined for one that has. */
  whyUnstruck(index: number): Unstruck | undefined {
    const { status, seen, hindrance } = this.account(index);
    if (status !== 'never-triggered') return hindrance;
    const { when } = this.fault(index);
    if (when !== undefined && seen < when.nth) return 'mark-not-reached';
    return this.isOver ? 'turned-quiet' : 'run-ended';
  }

  private isForGood(index: number): boolean {
    const fault = this.fault(index);
    return fault.fault === 'crash' && fault.staysDown === true;
  }

  private fault(index: number): PlannedFault {
    return this.planned[index] as PlannedFault;
  }

  private account(index: number): FaultAccount {
    return this.accounts[index] as FaultAccount;
  }
}
