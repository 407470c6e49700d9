import { describe, expect, test } from 'vitest';
import type { NodeId } from '../../sim/contract.ts';
import { type Fate, Network } from '../../sim/network.ts';
import type { FateOverride, NetworkConfig } from '../../sim/plan.ts';

const NODES = 3;
const ROUGH: NetworkConfig = {
  delay: { kind: 'uniform', min: 100, spread: 900 },
  drop: 100_000,
  duplicate: 50_000,
  corrupt: 20_000,
  reorder: 200_000,
  reorderBy: 5_000,
};

function network(changes: Partial<NetworkConfig> = {}, seed = '0x1'): Network {
  return new Network(seed, NODES, { ...ROUGH, ...changes });
}

/** The fates of the next `count` messages of a type on a link. */
function fates(of: Network, count: number, type = 'Prepare', from = 0, to = 1): Fate[] {
  return Array.from({ length: count }, () => ({ ...of.decide(from, to, type) }));
}

function share(of: readonly Fate[], is: (fate: Fate) => boolean): number {
  return of.filter(is).length / of.length;
}

test('fates of a seed never change', () => {
  const wild = network({ drop: 200_000, duplicate: 300_000, corrupt: 300_000 });
  const words = fates(wild, 12, 'Prepare', 2, 1).map((fate) => {
    if (fate.dropped) return 'dropped';
    const copy = fate.secondDelay < 0 ? '' : ` and ${fate.secondDelay}`;
    return `${fate.corrupt ? 'corrupt ' : ''}${fate.delay}${copy}`;
  });
  expect(words).toEqual([
    'dropped',
    '3566',
    '972',
    '3134',
    'corrupt 4713',
    'dropped',
    '968',
    'corrupt 666 and 3777',
    '568',
    'dropped',
    '910 and 2257',
    '944',
  ]);
});

test('ordinals count the messages of a type on a link', () => {
  const of = network();
  fates(of, 5, 'Prepare', 0, 1);
  expect(of.decide(0, 1, 'Prepare').ordinal).toBe(5);
  expect(of.decide(0, 1, 'Commit').ordinal).toBe(0);
  expect(of.decide(1, 0, 'Prepare').ordinal).toBe(0);
});

test('a new message type moves no fate of another type', () => {
  const busy = network();
  const alone = fates(network(), 200);
  const among = alone.map(() => {
    fates(busy, 3, 'Heartbeat');
    return { ...busy.decide(0, 1, 'Prepare') };
  });
  expect(among).toEqual(alone);
});

test('traffic on one link moves no fate on another', () => {
  const busy = network();
  fates(busy, 100, 'Prepare', 1, 0);
  fates(busy, 100, 'Prepare', 0, 2);
  expect(fates(busy, 200)).toEqual(fates(network(), 200));
});

test('fates survive the growth to more types than the first table holds', () => {
  const crowded = network();
  fates(crowded, 10);
  for (let i = 0; i < 100; i++) crowded.decide(0, 1, `Type${i}`);
  expect(fates(crowded, 10)).toEqual(fates(network(), 20).slice(10));
});

test('links, types and seeds have fates of their own', () => {
  const drawn = [
    fates(network(), 20),
    fates(network(), 20, 'Commit'),
    fates(network(), 20, 'Prepare', 1, 0),
    fates(network(), 20, 'Prepare', 0, 2),
    fates(network({}, '0x2'), 20),
  ].map((each) => each.map((fate) => fate.delay).join());
  expect(new Set(drawn).size).toBe(drawn.length);
});

describe('rates', () => {
  const drawn = fates(network(), 100_000);

  test('of losses are met', () => {
    expect(share(drawn, (fate) => fate.dropped)).toBeCloseTo(0.1, 2);
  });

  test('of second copies are met', () => {
    expect(share(drawn, (fate) => fate.secondDelay >= 0)).toBeCloseTo(0.05, 2);
  });

  test('of corruption are met', () => {
    expect(share(drawn, (fate) => fate.corrupt)).toBeCloseTo(0.02, 2);
  });

  test('of reordering are met', () => {
    // Held back by up to 5 ms beyond the longest delay of 1 ms: 4.5 of 5 on average.
    const late = share(drawn, (fate) => fate.delay > 1_000);
    expect(late).toBeGreaterThan(0.2 * 0.85);
    expect(late).toBeLessThan(0.2);
  });

  test('are independent of each other', () => {
    const both = share(drawn, (fate) => fate.dropped && fate.secondDelay >= 0);
    expect(both).toBeCloseTo(0.1 * 0.05, 2);
  });

  test('of nothing mean nothing', () => {
    const calm = network({ drop: 0, duplicate: 0, corrupt: 0, reorder: 0 });
    const touched = share(fates(calm, 1_000), isTouched);
    expect(touched).toBe(0);
  });

  test('of a million per million mean everything', () => {
    expect(share(fates(network({ drop: 1_000_000 }), 1_000), (fate) => fate.dropped)).toBe(1);
  });
});

function isTouched(fate: Fate): boolean {
  return fate.dropped || fate.corrupt || fate.secondDelay >= 0 || fate.delay > 1_000;
}

describe('when the network turns calm', () => {
  test('losses, copies, corruption and reordering end', () => {
    const calmed = network();
    calmed.calm();
    expect(share(fates(calmed, 1_000), isTouched)).toBe(0);
  });

  test('the delays of unharmed messages stay what they would have been', () => {
    const calmed = network();
    calmed.calm();
    const rough = fates(network({ reorder: 0 }), 100);
    expect(fates(calmed, 100).map(({ delay }) => delay)).toEqual(rough.map(({ delay }) => delay));
  });

  test('delays come from the calm distribution, if there is one', () => {
    const calmed = network({ calmDelay: { kind: 'fixed', min: 7, spread: 0 } });
    const before = fates(calmed, 100).map(({ delay }) => delay);
    calmed.calm();
    const after = fates(calmed, 100).map(({ delay }) => delay);
    expect(Math.min(...before)).toBeGreaterThanOrEqual(100);
    expect(new Set(after)).toEqual(new Set([7]));
  });

  test('overrides keep their word', () => {
    const calmed = overriding({ ordinal: 0, drop: true });
    calmed.calm();
    expect(calmed.decide(0, 1, 'Prepare').dropped).toBe(true);
  });
});

function overriding(override: Partial<FateOverride>): Network {
  const key = { from: 0, to: 1, type: 'Prepare', ordinal: 3 };
  return network({ overrides: [{ ...key, ...override }] });
}

describe('an override', () => {
  test('changes the message that it names and no other', () => {
    const drawn = fates(network(), 10);
    const overridden = fates(overriding({ delay: 77_777 }), 10);
    expect(overridden[3]?.delay).toBe(77_777);
    expect(overridden.toSpliced(3, 1)).toEqual(drawn.toSpliced(3, 1));
  });

  test.each([
    ['type', 'Commit', 0, 1],
    ['sender', 'Prepare', 2, 1],
    ['receiver', 'Prepare', 0, 2],
  ] as const)('leaves messages of another %s alone', (_, type, from, to) => {
    const overridden = fates(overriding({ delay: 77_777 }), 10, type, from, to);
    expect(overridden).toEqual(fates(network(), 10, type, from, to));
  });

  test('can drop, save, corrupt and copy a message', () => {
    const ordinals = fates(network(), 100);
    const lost = ordinals.findIndex((fate) => fate.dropped);
    const kept = ordinals.findIndex((fate) => !isTouched(fate));
    const at = (ordinal: number, change: Partial<FateOverride>): Fate | undefined =>
      fates(overriding({ ordinal, ...change }), ordinal + 1).at(-1);
    expect(at(lost, { drop: false })?.dropped).toBe(false);
    expect(at(kept, { drop: true })?.dropped).toBe(true);
    expect(at(kept, { corrupt: true })?.corrupt).toBe(true);
    expect(at(kept, { duplicate: 5 })?.secondDelay).toBe(5);
  });
});

describe('a cut link', () => {
  function linksCutBy(act: (of: Network) => void): [NodeId, NodeId][] {
    const of = network();
    act(of);
    const all = [0, 1, 2].flatMap((a) => [0, 1, 2].map((b): [NodeId, NodeId] => [a, b]));
    return all.filter(([a, b]) => of.isCut(a, b));
  }

  test('is cut one way only', () => {
    expect(linksCutBy((of) => of.cut(0, 2))).toEqual([[0, 2]]);
  });

  test('opens when as many faults have healed as had cut it', () => {
    const once = linksCutBy((of) => {
      of.cut(0, 1);
      of.cut(0, 1);
      of.uncut(0, 1);
    });
    expect(once).toEqual([[0, 1]]);
  });
});

describe('a slow link', () => {
  const slowed = network();
  slowed.slow(0, 1, 10_000);
  const [usual, late] = [fates(network(), 500), fates(slowed, 500)];

  test('takes longer for each message by the same time', () => {
    expect(late.map(({ delay }) => delay - 10_000)).toEqual(usual.map(({ delay }) => delay));
  });

  test('takes longer for second copies as well', () => {
    const copies = (of: readonly Fate[]) => of.filter((fate) => fate.secondDelay >= 0);
    const delays = copies(late).map(({ secondDelay }) => secondDelay - 10_000);
    expect(delays).toEqual(copies(usual).map(({ secondDelay }) => secondDelay));
    expect(delays.length).toBeGreaterThan(5);
  });

  test('leaves the other direction as it was', () => {
    expect(fates(slowed, 50, 'Prepare', 1, 0)).toEqual(fates(network(), 50, 'Prepare', 1, 0));
  });

  test('is as fast as before when what slowed it is over', () => {
    const twice = network();
    for (const by of [10_000, 5_000, -10_000, -5_000]) twice.slow(0, 1, by);
    expect(fates(twice, 50)).toEqual(fates(network(), 50));
  });
});
