/**
 * What a session does to servers and links, as faults of a plan: a fault begins at one line and
 * ends at a later one, if any does so.
 */
import type { Micros, NodeId } from '../../sim/contract.ts';
import type { Fault } from '../../sim/fault.ts';
import type { PlannedFault } from '../../sim/plan.ts';
import { protocolNamed } from '../assemble.ts';
import type { RunSpec } from '../spec.ts';
import type { Command, Line, RequestCommand } from './commands.ts';
import type { Servers } from './servers.ts';
import { ScriptError, type Word } from './words.ts';

type Disturbing = Exclude<
  Command,
  RequestCommand | { readonly does: 'wait' | 'patience' | 'get-links' | 'state' }
>;

/** Which faults a line has begun, or ended. */
export interface Disturbed {
  readonly faults: readonly number[];
  readonly ends: boolean;
}

type Holding = { at: Micros } & Fault;

/** Whom a planned fault has struck at that time; nobody, if nobody led. */
type StruckBy = (fault: number, at: Micros) => NodeId | undefined;

export class Disturbances {
  private readonly planned: Holding[] = [];
  private readonly servers: Servers;
  private readonly world: RunSpec;
  private readonly struckBy: StruckBy;
  /** Who is down, or paused, and the fault that has made it so. */
  private readonly down = new Map<NodeId, number>();
  private readonly paused = new Map<NodeId, number>();
  /** Faults of links that hold, and the two ends of those that are about one link. */
  private readonly cuts = new Map<number, readonly [NodeId, NodeId] | undefined>();
  private members: readonly NodeId[];

  constructor(servers: Servers, world: RunSpec, struckBy: StruckBy) {
    this.servers = servers;
    this.world = world;
    this.struckBy = struckBy;
    const { membersOption = '' } = protocolNamed(world.protocol);
    const count = Number(world.options[membersOption] ?? 0);
    this.members = count === 0 ? servers.nodes : servers.nodes.slice(0, count);
  }

  get faults(): readonly PlannedFault[] {
    return [...this.planned];
  }

  /** Servers that a later line starts are down from the beginning. */
  leaveOut(lines: readonly Line[]): void {
    for (const { command } of lines) {
      if (command.does !== 'start') continue;
      const node = this.servers.node(command.server);
      if (this.down.has(node)) throw new ScriptError(command.server, 'it is started twice');
      this.down.set(node, this.begin({ fault: 'crash', node, staysDown: true }, 0));
    }
  }

  perform(command: Disturbing, at: Micros, start: Word): Disturbed {
    switch (command.does) {
      case 'break-link':
        return this.breakLink(command.between, at);
      case 'mend-link':
        return this.mendLink(command.between, at, start);
      case 'isolate': {
        const node = this.servers.nodeOrLeader(command.server);
        const others = this.everybody().filter((each) => each !== node);
        return this.cut({ fault: 'partition', groups: [[node], others] }, at);
      }
      case 'partition':
        return this.partition(command.groups, at);
      case 'heal':
        return this.heal(at, start);
      case 'pause':
        return this.pause(command.server, at);
      case 'resume':
        return this.resume(command.server, at);
      case 'kill':
        return this.kill(command.server, at);
      case 'start':
      case 'restart':
        return this.restart(command, at);
      case 'reconfigure':
      case 'members':
        return this.reconfigure(command, at, start);
      default:
        return command satisfies never;
    }
  }

  private begin(fault: Fault, at: Micros): number {
    this.planned.push({ at, ...fault });
    return this.planned.length - 1;
  }

  /** The fault has lasted until now. */
  private endFault(index: number, at: Micros): void {
    const fault = this.planned[index];
    if (fault !== undefined) this.planned[index] = { ...fault, lasts: at - fault.at };
  }

  private cut(fault: Fault, at: Micros, ends?: readonly [NodeId, NodeId]): Disturbed {
    const index = this.begin(fault, at);
    this.cuts.set(index, ends);
    return { faults: [index], ends: false };
  }

  private breakLink(between: readonly [Word, Word], at: Micros): Disturbed {
    const [one, other] = this.linkOf(between);
    if (this.cutBetween(one, other) !== undefined) {
      throw new ScriptError(between[0], `the link is broken already: ${MEND}`);
    }
    return this.cut({ fault: 'partition', groups: [[one], [other]] }, at, [one, other]);
  }

  private mendLink(between: readonly [Word, Word], at: Micros, start: Word): Disturbed {
    const index = this.cutBetween(...this.linkOf(between));
    if (index === undefined) {
      const why = 'no break_link above has broken this link';
      throw new ScriptError(start, this.cuts.size > 0 ? `${why}: heal mends all there are` : why);
    }
    this.endFault(index, at);
    this.cuts.delete(index);
    return { faults: [index], ends: true };
  }

  private linkOf([a, b]: readonly [Word, Word]): readonly [NodeId, NodeId] {
    const [one, other] = [this.servers.node(a), this.servers.node(b)];
    if (one === other) throw new ScriptError(b, 'a link has two ends: expected another server');
    return [one, other];
  }

  private cutBetween(one: NodeId, other: NodeId): number | undefined {
    const found = [...this.cuts].find(
      ([, ends]) => ends?.includes(one) === true && ends.includes(other),
    );
    return found?.[0];
  }

  private partition(groups: readonly (readonly Word[])[], at: Micros): Disturbed {
    const named = groups.flat();
    const nodes = named.map((word) => this.servers.nodeOrLeader(word));
    const twice = nodes.findIndex((node, place) => nodes.indexOf(node) < place);
    if (twice >= 0) throw new ScriptError(named[twice]!, 'a server is in one group only');
    const sides = groups.map((group) => group.map((word) => this.servers.nodeOrLeader(word)));
    return this.cut({ fault: 'partition', groups: sides }, at);
  }

  private heal(at: Micros, start: Word): Disturbed {
    const faults = [...this.cuts.keys()];
    if (faults.length === 0)
      throw new ScriptError(start, 'there is nothing to heal: all links work');
    for (const index of faults) this.endFault(index, at);
    this.cuts.clear();
    return { faults, ends: true };
  }

  private pause(word: Word, at: Micros): Disturbed {
    const node = this.servers.nodeOrLeader(word);
    if (node !== 'leader') this.assertUpAndAwake(word, node);
    const index = this.begin({ fault: 'pause', node }, at);
    const struck = this.whoIs(node, index, at);
    if (struck !== undefined) setLast(this.paused, struck, index);
    return { faults: [index], ends: false };
  }

  private resume(word: Word, at: Micros): Disturbed {
    const node = this.latest(word, this.paused);
    const index = node === undefined ? undefined : this.paused.get(node);
    if (node === undefined || index === undefined) {
      const isDown = node !== undefined && this.down.has(node);
      const hint = isDown ? `: it is down, write restart ${word.text}` : '';
      throw new ScriptError(word, `${word.text} is not paused${hint}`);
    }
    this.endFault(index, at);
    this.paused.delete(node);
    return { faults: [index], ends: true };
  }

  private kill(word: Word, at: Micros): Disturbed {
    const node = this.servers.nodeOrLeader(word);
    if (node !== 'leader') this.assertUp(word, node);
    const index = this.begin({ fault: 'crash', node, staysDown: true }, at);
    const struck = this.whoIs(node, index, at);
    if (struck !== undefined) {
      setLast(this.down, struck, index);
      this.paused.delete(struck);
    }
    return { faults: [index], ends: false };
  }

  /** Whoever leads when the fault strikes may be another one each time. */
  private whoIs(node: NodeId | 'leader', fault: number, at: Micros): NodeId | undefined {
    return node === 'leader' ? this.struckBy(fault, at) : node;
  }

  /** `leader` is, of those that a fault still holds, the one that led last. */
  private latest(word: Word, held: ReadonlyMap<NodeId, number>): NodeId | undefined {
    const node = this.servers.nodeOrLeader(word);
    if (node !== 'leader') return node;
    const led = [...held].filter(([, index]) => this.isOfLeader(index));
    return led.at(-1)?.[0];
  }

  private isOfLeader(index: number): boolean {
    const fault = this.planned[index];
    return fault !== undefined && 'node' in fault && fault.node === 'leader';
  }

  /** With an empty disk, what was a crash was more than that from the beginning. */
  private restart(
    command: Disturbing & { readonly does: 'start' | 'restart' },
    at: Micros,
  ): Disturbed {
    const word = command.server;
    const node = this.latest(word, this.down);
    const index = node === undefined ? undefined : this.down.get(node);
    if (node === undefined || index === undefined) {
      const hint = command.does === 'restart' ? `: write kill ${word.text} before` : '';
      throw new ScriptError(word, `${word.text} is up already${hint}`);
    }
    const isEmpty = command.does === 'restart' && command.isEmpty;
    const since = this.planned[index]!.at;
    const fault = isEmpty ? ('amnesia' as const) : ('crash' as const);
    this.planned[index] = { at: since, fault, node: this.isOfLeader(index) ? 'leader' : node };
    this.endFault(index, at);
    this.down.delete(node);
    return { faults: [index], ends: true };
  }

  private assertUpAndAwake(word: Word, node: NodeId): void {
    this.assertUp(word, node);
    if (!this.paused.has(node)) return;
    throw new ScriptError(word, `${word.text} is paused already: write resume ${word.text}`);
  }

  private assertUp(word: Word, node: NodeId): void {
    if (!this.down.has(node)) return;
    throw new ScriptError(word, `${word.text} is down already: write restart ${word.text} before`);
  }

  private reconfigure(
    command: Disturbing & { readonly does: 'reconfigure' | 'members' },
    at: Micros,
    start: Word,
  ): Disturbed {
    const { name, membersOption } = protocolNamed(this.world.protocol);
    if (membersOption === undefined) {
      throw new ScriptError(
        start,
        `the members of ${name} are the same for ever: it cannot do this`,
      );
    }
    const members =
      command.does === 'members' ? this.exactly(command.servers) : this.changed(command);
    if (members.length === 0) throw new ScriptError(start, 'nobody would be left as a member');
    this.members = members;
    return { faults: [this.begin({ fault: 'reconfigure', members }, at)], ends: false };
  }

  private exactly(words: readonly Word[]): readonly NodeId[] {
    const nodes = words.map((word) => this.member(word));
    const twice = nodes.findIndex((node, place) => nodes.indexOf(node) < place);
    if (twice >= 0) throw new ScriptError(words[twice]!, 'it is named twice');
    return nodes.toSorted((one, other) => one - other);
  }

  private changed({ changes }: Disturbing & { readonly does: 'reconfigure' }): readonly NodeId[] {
    const members = new Set(this.members);
    for (const { server, isGone } of changes) {
      const node = this.member(server);
      if (isGone && !members.delete(node)) {
        throw new ScriptError(server, `${server.text} is no member that could leave`);
      }
      if (!isGone) members.add(node);
    }
    return [...members].sort((one, other) => one - other);
  }

  private member(word: Word): NodeId {
    const node = this.servers.node(word);
    if (this.servers.nodes.includes(node)) return node;
    throw new ScriptError(word, `${word.text} cannot be a member`);
  }

  private everybody(): readonly NodeId[] {
    return Array.from({ length: this.world.replicas }, (_, id) => id);
  }
}

/** Maps keep the order in which keys came: this one has come last. */
function setLast(held: Map<NodeId, number>, node: NodeId, fault: number): void {
  held.delete(node);
  held.set(node, fault);
}

const MEND = 'mend_link A B, or heal, mends it';
