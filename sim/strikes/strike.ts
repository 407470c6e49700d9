/** A fault that has taken effect: what ends it, and what it does from phase to phase. */
import type { Claims, Micros, NodeId } from '../contract.ts';
import type { FaultNode } from '../fault.ts';
import type { Simulation } from '../simulation.ts';
import type { Hindrance } from '../unstruck.ts';

export interface Strike {
  /**
   * The nodes it is about; undefined for what is about links, which heal one by one when only a
   * core of the nodes does.
   */
  readonly nodes: readonly NodeId[] | undefined;
  /** Undoes what still holds. */
  end(): void;
  /** When `next` is due first, counted from the start; absent for faults without phases. */
  readonly phaseAfter?: Micros;
  /** Goes on to the next phase; how long that one lasts, or undefined if it is the last. */
  next?(): Micros | undefined;
}

/** What a fault may know of where it strikes. */
export interface Scene {
  readonly world: Simulation;
  /** What the protocol claims to survive; absent when faults may go beyond that. */
  readonly claims: Claims | undefined;
  /** The node that `'it'` or `'leader'` stands for. */
  resolve(node: FaultNode): NodeId;
  /** One of the nodes that the fault strikes in turn was not struck. */
  passOver(): void;
}

/** For faults that cannot be undone. */
export const NOTHING_TO_END = (): void => {};

/**
 * Whether the protocol claims to survive that the node suffers the loss now. About clients none
 * claims anything: they may crash, but a number that one has on disk it must not use again.
 */
export function isSurvived(
  scene: Scene,
  loss: Parameters<Claims['survives']>[0],
  node: NodeId,
): boolean {
  const { claims, world } = scene;
  if (claims === undefined) return true;
  if (!world.node(node).isReplica) {
    return loss === 'memory' || loss === 'omission' || loss === 'clock';
  }
  return claims.survives(loss, node, world);
}

/** What to say of a loss that is not survived: a node that is down cannot suffer it anyway. */
export function beyond({ world }: Scene, node: NodeId): Hindrance {
  return world.isUp(node) ? 'beyond-claims' : 'node-down';
}
