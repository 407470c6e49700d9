/**
 * Carries out the plan's faults: starts each at its time or at its mark, heals it when its time is
 * over or when the run turns quiet, and keeps account of what fired.
 */
import type { Claims, NodeId } from './contract.ts';
import { FAULT, HEAL, plainEvent } from './event.ts';
import type { Node } from './node.ts';
import type { Fault, FaultNode, MarkTrigger, PlannedFault } from './plan.ts';
import type { Simulation } from './simulation.ts';

/** What became of one fault of the plan. */
export interface FaultAccount {
  status: 'fired' | 'never-triggered' | 'held-back';
  at: number;
  event: number;
  until: number;
  /** The node that `'it'` stood for. */
  node: NodeId;
}

const NEVER = -1;

interface ArmedTrigger {
  readonly index: number;
  readonly when: MarkTrigger;
  seen: number;
}

export class Faults {
  readonly accounts: FaultAccount[];
  private readonly world: Simulation;
  private readonly planned: readonly PlannedFault[];
  private readonly claims: Claims | undefined;
  private readonly isActive: boolean[];
  private readonly triggers = new Map<string, ArmedTrigger[]>();
  /** Faults that take effect when the current step returns. */
  private due: number[] = [];
  private isOver = false;

  /** With `claims`, crashes beyond what the protocol claims to survive are held back. */
  constructor(world: Simulation, planned: readonly PlannedFault[], claims: Claims | undefined) {
    this.world = world;
    this.planned = planned;
    this.claims = claims;
    this.isActive = planned.map(() => false);
    this.accounts = planned.map(() => ({
      status: 'never-triggered',
      at: NEVER,
      event: NEVER,
      until: NEVER,
      node: NEVER,
    }));
    for (const [index, fault] of planned.entries()) this.arm(fault, index);
  }

  private arm(fault: PlannedFault, index: number): void {
    if (fault.when === undefined) {
      this.world.queueEvent(plainEvent(fault.at, FAULT, -1, index));
      return;
    }
    const armed = this.triggers.get(fault.when.mark) ?? [];
    armed.push({ index, when: fault.when, seen: 0 });
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
      trigger.seen += 1;
      if (trigger.seen !== trigger.when.nth) continue;
      this.account(trigger.index).node = node.id;
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
    account.at = this.world.now;
    account.event = this.world.counts.events;
    if (!this.start(fault, index)) {
      account.status = 'held-back';
      return;
    }
    account.status = 'fired';
    this.isActive[index] = true;
    this.world.log?.fault('fault', index, fault, account.node);
    if (fault.lasts !== undefined) {
      this.world.queueEvent(plainEvent(this.world.now + fault.lasts, HEAL, -1, index));
    }
  }

  heal(index: number): void {
    if (!this.isActive[index]) return;
    const fault = this.fault(index);
    this.isActive[index] = false;
    this.account(index).until = this.world.now;
    this.world.log?.fault('heal', index, fault, this.account(index).node);
    this.stop(fault, index);
  }

  /** Faults stop and heal for good, but for nodes that stay down. */
  healAll(): void {
    this.isOver = true;
    for (const [index, fault] of this.planned.entries()) {
      if (fault.fault !== 'crash' || fault.staysDown !== true) this.heal(index);
    }
  }

  /** Returns whether the fault took effect. */
  private start(fault: Fault, index: number): boolean {
    switch (fault.fault) {
      case 'partition':
        this.eachSevered(fault.groups, index, (a, b) => this.world.network.cut(a, b));
        return true;
      case 'one-way':
        this.eachOneWay(fault, index, (a, b) => this.world.network.cut(a, b));
        return true;
      case 'slow':
        this.eachOneWay(fault, index, (a, b) => this.world.network.slow(a, b, fault.by));
        return true;
      case 'crash':
        return this.startCrash(this.resolve(fault.node, index));
      case 'pause':
        return this.world.pause(this.resolve(fault.node, index));
      case 'client-crash':
        return this.world.crash(this.world.clientNode(fault.client));
      default:
        return fault satisfies never;
    }
  }

  /** `'it'` may be a client, about whose crashes no protocol claims anything. */
  private startCrash(node: NodeId): boolean {
    const isReplica = node < this.world.cluster.replicas.length;
    if (isReplica && this.claims?.survivesCrash(node, this.world) === false) return false;
    return this.world.crash(node);
  }

  private stop(fault: Fault, index: number): void {
    switch (fault.fault) {
      case 'partition':
        this.eachSevered(fault.groups, index, (a, b) => this.world.network.uncut(a, b));
        return;
      case 'one-way':
        this.eachOneWay(fault, index, (a, b) => this.world.network.uncut(a, b));
        return;
      case 'slow':
        this.eachOneWay(fault, index, (a, b) => this.world.network.slow(a, b, -fault.by));
        return;
      case 'crash':
        this.world.restart(this.resolve(fault.node, index));
        return;
      case 'pause':
        this.world.resume(this.resolve(fault.node, index));
        return;
      case 'client-crash':
        this.world.restart(this.world.clientNode(fault.client));
        return;
      default:
        fault satisfies never;
    }
  }

  private eachSevered(
    groups: readonly (readonly FaultNode[])[],
    index: number,
    visit: (a: NodeId, b: NodeId) => void,
  ): void {
    const resolved = this.resolveGroups(groups, index);
    for (const [i, group] of resolved.entries()) {
      for (const [j, other] of resolved.entries()) {
        if (i === j) continue;
        for (const a of group) for (const b of other) if (a !== b) visit(a, b);
      }
    }
  }

  /** A node is in the first group that names it: `'it'` may be one that a later group names too. */
  private resolveGroups(groups: readonly (readonly FaultNode[])[], index: number): NodeId[][] {
    const placed = new Set<NodeId>();
    return groups.map((group) => {
      const own = group.map((node) => this.resolve(node, index)).filter((id) => !placed.has(id));
      for (const id of own) placed.add(id);
      return own;
    });
  }

  private eachOneWay(
    fault: { readonly from: readonly FaultNode[]; readonly to: readonly FaultNode[] },
    index: number,
    visit: (a: NodeId, b: NodeId) => void,
  ): void {
    for (const from of fault.from) {
      for (const to of fault.to) {
        const a = this.resolve(from, index);
        const b = this.resolve(to, index);
        if (a !== b) visit(a, b);
      }
    }
  }

  private resolve(node: FaultNode, index: number): NodeId {
    return node === 'it' ? this.account(index).node : node;
  }

  private fault(index: number): PlannedFault {
    return this.planned[index] as PlannedFault;
  }

  private account(index: number): FaultAccount {
    return this.accounts[index] as FaultAccount;
  }
}
