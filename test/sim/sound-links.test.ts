/** What a world says of its links: where messages may pass, and where they can be relied on. */
import { describe, expect, test } from 'vitest';
import type { PlannedFault } from '../../sim/plan.ts';
import { CALM, type Changes, simulate } from './scripted.ts';

/** What holds from node 0 to node 1, and back, when the run is cut. */
function links(fault: PlannedFault | undefined, changes: Changes = {}): string[] {
  const faults = fault === undefined ? [] : [fault];
  const { simulation } = simulate({}, { replicas: 3, faults, ...changes });
  return [[0, 1] as const, [1, 0] as const].map(([from, to]) => {
    if (!simulation.isConnected(from, to)) return 'closed';
    return simulation.isSound(from, to) ? 'sound' : 'rough';
  });
}

const FROM_0_TO_1 = { from: [0], to: [1] } as const;
const AT = { at: 1_000 } as const;
/** Only replica 2 heals. */
const CORE = { ending: { kind: 'quiet', healAt: 2_000, core: [2] } } as const;

describe('a link', () => {
  test('is sound while nothing troubles it', () => {
    expect(links(undefined)).toEqual(['sound', 'sound']);
  });

  test('is closed while it is cut or clogged', () => {
    expect(links({ ...AT, fault: 'one-way', ...FROM_0_TO_1 })).toEqual(['closed', 'sound']);
    expect(links({ ...AT, fault: 'clog', ...FROM_0_TO_1 })).toEqual(['closed', 'sound']);
  });

  test('is rough while it is slow', () => {
    const slow = { ...AT, fault: 'slow', ...FROM_0_TO_1, by: 500 } as const;
    expect(links(slow)).toEqual(['rough', 'sound']);
    expect(links({ ...slow, lasts: 500 })).toEqual(['sound', 'sound']);
  });

  test('is rough both ways while a fault holds at one of its ends', () => {
    const slow = { ...AT, fault: 'slow-node', node: 0, by: 500 } as const;
    expect(links(slow)).toEqual(['rough', 'rough']);
    expect(links({ ...slow, node: 2 })).toEqual(['sound', 'sound']);
    expect(links({ ...slow, lasts: 500 })).toEqual(['sound', 'sound']);
  });

  test('is rough where messages are lost or late, until it heals', () => {
    const delay = { ...CALM.delay, spread: 10 };
    for (const network of [
      { ...CALM, drop: 1 },
      { ...CALM, delay, calmDelay: CALM.delay },
    ]) {
      expect(links(undefined, { network })).toEqual(['rough', 'rough']);
      expect(links(undefined, { network, ...CORE })).toEqual(['rough', 'rough']);
      const all = { ending: { kind: 'quiet', healAt: 2_000 } } as const;
      expect(links(undefined, { network, ...all })).toEqual(['sound', 'sound']);
    }
  });

  test('stays as it is when only a core heals that it is not part of', () => {
    const slow = { ...AT, fault: 'slow', ...FROM_0_TO_1, by: 500 } as const;
    expect(links(slow, CORE)).toEqual(['rough', 'sound']);
    const both = { ending: { kind: 'quiet', healAt: 2_000, core: [0, 1] } } as const;
    expect(links(slow, both)).toEqual(['sound', 'sound']);
  });
});
