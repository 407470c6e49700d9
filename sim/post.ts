/** The way of a message from a node's write barrier to the queue of what will arrive. */
import type { Message, Micros, NodeId } from './contract.ts';
import { messageEvent, type SimEvent } from './event.ts';
import type { Network } from './network.ts';
import type { Node } from './node.ts';
import type { Simulation } from './simulation.ts';
import type { Letter, Tamper } from './tampering.ts';

const UNREADABLE = Object.freeze({ type: 'Unreadable' } as const);

export class Post {
  private readonly world: Simulation;
  private readonly network: Network;
  /** What clogged links hold back, in the order in which it was sent. */
  private clogged: SimEvent[] = [];

  constructor(world: Simulation, network: Network) {
    this.world = world;
    this.network = network;
  }

  /** What clogged links hold back. */
  get held(): readonly SimEvent[] {
    return this.clogged;
  }

  /** A message has passed its sender's write barrier. */
  release(node: Node, to: NodeId, message: Message): void {
    this.world.counts.sent += 1;
    this.world.observer?.released(node.id, to, message);
    if (node.tampers.length === 0 || to === node.id) this.transmit(node.id, to, message, 0);
    else this.tamper(node, 0, { to, message, by: 0, isRepetition: false });
  }

  /** Each of the node's tampers passes on to the next, the last one to the network. */
  private tamper(node: Node, index: number, letter: Letter): void {
    const next = node.tampers[index];
    if (next === undefined) this.transmit(node.id, letter.to, letter.message, letter.by);
    else next.send(letter, (passed) => this.tamper(node, index + 1, passed));
  }

  /** One of the node's tampers is over: what it still has goes to those that come after it. */
  finish(node: Node, tampering: Tamper): void {
    const next = node.tampers.indexOf(tampering) + 1;
    tampering.finish?.((letter) => this.tamper(node, next, letter));
  }

  /** The message meets its fate on the network; it starts `by` later than now. */
  private transmit(from: NodeId, to: NodeId, message: Message, by: Micros): void {
    const { world } = this;
    const { now, counts } = world;
    const fate = this.network.decide(from, to, message.type);
    const { typeHash, ordinal, secondDelay } = fate;
    if (from === to) {
      world.queueNext(messageEvent(now, to, from, message, typeHash, ordinal, now, false));
      return;
    }
    const isCut = this.network.isCut(from, to);
    if (isCut || fate.dropped) {
      counts.dropped += 1;
      world.log?.drop(from, to, message, now, ordinal, isCut ? 'cut' : 'loss');
      return;
    }
    if (fate.corrupt) counts.corrupted += 1;
    const arriving = fate.corrupt ? UNREADABLE : message;
    const at = now + by + fate.delay;
    this.enqueue(messageEvent(at, to, from, arriving, typeHash, ordinal, now, false));
    if (secondDelay < 0) return;
    counts.duplicated += 1;
    const copyAt = now + by + secondDelay;
    this.enqueue(messageEvent(copyAt, to, from, message, typeHash, ordinal, now, true));
  }

  private enqueue(event: SimEvent): void {
    if (this.network.isClogged(event.from, event.node)) this.clogged.push(event);
    else this.world.queueEvent(event);
  }

  /** Lets go what links that are no longer clogged have held back. */
  letGo(): void {
    const held = this.clogged;
    this.clogged = [];
    for (const event of held) {
      if (this.network.isClogged(event.from, event.node)) this.clogged.push(event);
      else this.world.queueEvent(event.at(Math.max(event.time, this.world.now)));
    }
  }
}
