/** Faults of who sends: clients that misbehave, and an adversary in a replica's place. */
import type { NodeId } from '../contract.ts';
import type { Behaviour, ByzantineFault, ClientFault } from '../fault.ts';
import { Adversary, AsksTheWrongNode, SendsTwice, type Tamper } from '../tampering.ts';
import type { Hindrance } from '../unstruck.ts';
import { isSurvived, type Scene, type Strike } from './strike.ts';

export function strikeClient(fault: ClientFault, scene: Scene): Strike | Hindrance {
  const { world } = scene;
  const node = world.clientNode(fault.client);
  switch (fault.fault) {
    case 'client-crash':
      return world.lifecycle.crash(node)
        ? { nodes: [node], end: () => world.lifecycle.restart(node) }
        : 'node-down';
    case 'duplicate-request':
      return tamper(scene, node, new SendsTwice(fault.by));
    case 'wrong-node': {
      const replicas = world.cluster.replicas.length;
      return tamper(scene, node, new AsksTheWrongNode(replicas, fault.shift));
    }
    case 'impatience': {
      const { timers } = world.node(node);
      timers.hurryUp(fault.factor);
      return { nodes: [node], end: () => timers.slowDown(fault.factor) };
    }
    default:
      return fault satisfies never;
  }
}

export function strikeByzantine(fault: ByzantineFault, scene: Scene): Strike | Hindrance {
  const node = scene.resolve(fault.node);
  const lies = isLie(fault.behaviour);
  // What an adversary makes a client ask for is done: no protocol claims otherwise.
  if (lies && scene.claims !== undefined && !scene.world.node(node).isReplica) {
    return 'beyond-claims';
  }
  if (!isSurvived(scene, lies ? 'lies' : 'omission', node)) return 'beyond-claims';
  const { behaviour, rate, by } = fault;
  const victims = fault.to.map(scene.resolve);
  const stream = scene.world.streams.get(`adversary:${node}`);
  return tamper(scene, node, new Adversary({ behaviour, rate, by, victims }, stream));
}

function isLie(behaviour: Behaviour): boolean {
  return behaviour === 'alter' || behaviour === 'equivocate';
}

function tamper({ world }: Scene, id: NodeId, tampering: Tamper): Strike {
  const node = world.node(id);
  node.tampers = [...node.tampers, tampering];
  const end = (): void => {
    world.post.finish(node, tampering);
    node.tampers = node.tampers.filter((each) => each !== tampering);
  };
  return { nodes: [id], end };
}
