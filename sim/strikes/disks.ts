/**
 * Faults of disks. What the protocol does not claim to survive is held back, and so is damage to
 * the last intact record, which no start could tell from one that a crash has torn.
 */
import type { NodeId } from '../contract.ts';
import type { Disk } from '../disk.ts';
import type { DiskFault } from '../fault.ts';
import { isSurvived, NOTHING_TO_END, type Scene, type Strike } from './strike.ts';

export function strikeDisk(fault: DiskFault, scene: Scene): Strike | undefined {
  const { world } = scene;
  const node = scene.resolve(fault.node);
  const { disk } = world.node(node);
  disk.sparesTail = scene.claims !== undefined;
  switch (fault.fault) {
    case 'write-error':
      disk.failsNext = true;
      return mended(scene, node, () => {
        disk.failsNext = false;
      });
    case 'disk-full':
      disk.full += 1;
      return mended(scene, node, () => {
        disk.full -= 1;
      });
    case 'slow-disk':
      disk.slowBy += fault.by;
      return {
        nodes: [node],
        end: () => {
          disk.slowBy -= fault.by;
        },
      };
    case 'lying-fsync':
      if (!isSurvived(scene, 'unnoticed', node)) return undefined;
      disk.lie();
      return { nodes: [node], end: () => disk.becomeHonest() };
    case 'read-error': {
      if (!canDamage(scene, node, disk, fault.place)) return undefined;
      const index = disk.refuseToRead(fault.place);
      return { nodes: [node], end: () => disk.readAgain(index) };
    }
    case 'bit-rot':
      if (!canDamage(scene, node, disk, fault.place)) return undefined;
      disk.rot(fault.place);
      return { nodes: [node], end: NOTHING_TO_END };
    case 'misdirected-write':
      if (!canDamage(scene, node, disk, fault.place)) return undefined;
      disk.misdirectTo = fault.place;
      return { nodes: [node], end: () => disk.endMisdirection() };
    default:
      return fault satisfies never;
  }
}

/** A process that ended because it could not write starts again when its disk is mended. */
function mended({ world }: Scene, node: NodeId, mend: () => void): Strike {
  const end = (): void => {
    mend();
    if (world.node(node).hasFailedToWrite) world.lifecycle.restart(node);
  };
  return { nodes: [node], end };
}

function canDamage(scene: Scene, node: NodeId, disk: Disk, place: number): boolean {
  return disk.hasRecordAt(place) && isSurvived(scene, 'record', node);
}
