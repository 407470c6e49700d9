/** Faults of clocks: a node's own time leaps, runs fast or slow, or stands still. */
import type { ClockFault } from '../fault.ts';
import type { Hindrance } from '../unstruck.ts';
import { beyond, isSurvived, NOTHING_TO_END, type Scene, type Strike } from './strike.ts';

/** Who counts on clocks, as a leader does under a lease, may claim to survive none of these. */
export function strikeClock(fault: ClockFault, scene: Scene): Strike | Hindrance {
  const { world } = scene;
  const id = scene.resolve(fault.node);
  if (!isSurvived(scene, 'clock', id)) return beyond(scene, id);
  const node = world.node(id);
  const { clock, timers } = node;
  /** Timers go by the clock. */
  const change = (what: () => void): void => {
    what();
    timers.follow();
  };
  switch (fault.fault) {
    case 'clock-jump':
      change(() => clock.jump(world.now, fault.by));
      return { nodes: [node.id], end: NOTHING_TO_END };
    case 'clock-drift':
      change(() => clock.drift(world.now, fault.rate));
      return {
        nodes: [node.id],
        end: () => change(() => clock.drift(world.now, -fault.rate)),
      };
    case 'clock-freeze':
      change(() => clock.freeze(world.now));
      return { nodes: [node.id], end: () => change(() => clock.thaw(world.now)) };
    default:
      return fault satisfies never;
  }
}
