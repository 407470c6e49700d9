/** Faults of clocks: a node's own time leaps, runs fast or slow, or stands still. */
import type { ClockFault } from '../fault.ts';
import { NOTHING_TO_END, type Scene, type Strike } from './strike.ts';

export function strikeClock(fault: ClockFault, { world, resolve }: Scene): Strike {
  const node = world.node(resolve(fault.node));
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
