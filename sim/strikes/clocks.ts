/** Faults of clocks: a node's own time leaps, runs fast or slow, or stands still. */
import type { ClockFault } from '../fault.ts';
import { NOTHING_TO_END, type Scene, type Strike } from './strike.ts';

export function strikeClock(fault: ClockFault, { world, resolve }: Scene): Strike {
  const node = world.node(resolve(fault.node));
  const { clock, timers } = node;
  switch (fault.fault) {
    case 'clock-jump':
      clock.jump(world.now, fault.by);
      timers.jump(fault.by);
      return { nodes: [node.id], end: NOTHING_TO_END };
    case 'clock-drift': {
      const { rate } = fault;
      timers.rescale(clock.drift(world.now, rate));
      return { nodes: [node.id], end: () => timers.rescale(clock.drift(world.now, -rate)) };
    }
    case 'clock-freeze': {
      if (!clock.isFrozen) timers.freeze();
      clock.freeze(world.now);
      const end = (): void => {
        clock.thaw(world.now);
        if (!clock.isFrozen) timers.thaw();
      };
      return { nodes: [node.id], end };
    }
    default:
      return fault satisfies never;
  }
}
