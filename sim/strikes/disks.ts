/**
 * Faults of disks. What the protocol does not claim to survive is held back, and so is damage to
 * the last intact record, which no start could tell from one that a crash has torn.
 */
import type { NodeId } from '../contract.ts';
import type { Mend } from '../disk.ts';
import type { DiskFault } from '../fault.ts';
import type { Hindrance } from '../unstruck.ts';
import { isSurvived, NOTHING_TO_END, type Scene, type Strike } from './strike.ts';

export function strikeDisk(fault: DiskFault, scene: Scene): Strike | Hindrance {
  const { world } = scene;
  const node = scene.resolve(fault.node);
  const { disk } = world.node(node);
  disk.sparesTail = scene.claims !== undefined;
  const until = (mend: Mend): Strike => ({ nodes: [node], end: mend });
  switch (fault.fault) {
    case 'write-error':
      return restarting(scene, node, disk.failOnce());
    case 'disk-full':
      return restarting(scene, node, disk.fillUp());
    case 'slow-disk':
      disk.slowBy += fault.by;
      return until(() => {
        disk.slowBy -= fault.by;
        world.node(node).quickenDisk();
      });
    case 'lying-fsync':
      return isSurvived(scene, 'unnoticed', node) ? until(disk.lie()) : 'beyond-claims';
    case 'read-error':
      return hindranceAt(scene, node, fault.place) ?? until(disk.refuseToRead(fault.place));
    case 'bit-rot': {
      const hindrance = hindranceAt(scene, node, fault.place);
      if (hindrance === undefined) disk.rot(fault.place);
      return hindrance ?? until(NOTHING_TO_END);
    }
    case 'misdirected-write':
      return hindranceAt(scene, node, fault.place) ?? until(disk.leadAstray(fault.place));
    default:
      return fault satisfies never;
  }
}

/** A process that ended because it could not write starts again when its disk is as it should. */
function restarting({ world }: Scene, id: NodeId, mend: Mend): Strike {
  const end = (): void => {
    mend();
    const { hasFailedToWrite, disk } = world.node(id);
    if (hasFailedToWrite && !disk.isBroken) world.lifecycle.restart(id);
  };
  return { nodes: [id], end };
}

/** What keeps the record at `place` from being damaged, if anything does. */
function hindranceAt(scene: Scene, node: NodeId, place: number): Hindrance | undefined {
  if (!scene.world.node(node).disk.hasRecordAt(place)) return 'no-record';
  return isSurvived(scene, 'record', node) ? undefined : 'beyond-claims';
}
