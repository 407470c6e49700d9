import { describe, expect, it } from 'vitest';
import type { CampaignRequest } from '../../scenarios/campaign.ts';
import { countOfShard, isOfShard, runAt } from '../../scenarios/campaign-index.ts';
import { findScenarios, scenarios } from '../../scenarios/catalogue/index.ts';
import { nameOfScenario } from '../../scenarios/seeds.ts';
import { deal, lotAt, strategies } from '../../scenarios/strategies.ts';

const campaign: CampaignRequest = {
  scenarios: findScenarios('vr').map(({ id }) => id),
  baseSeed: '0x5eed',
  settings: {},
  determinism: false,
};

function indices(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

describe('a deal', () => {
  const cycle = ['a', 'b', 'a', 'c'] as const;

  it('gives every item its share and counts what it has been given', () => {
    const seen = new Map<string, number>();
    for (const index of indices(400)) {
      const { item, ordinal } = deal(cycle, index);
      expect(ordinal).toBe(seen.get(item) ?? 0);
      seen.set(item, ordinal + 1);
    }
    expect(Object.fromEntries(seen)).toEqual({ a: 200, b: 100, c: 100 });
  });

  it.each([2, 3, 4, 5, 8])('gives each of %i shards every item', (count) => {
    for (let shard = 0; shard < count; shard++) {
      const own = indices(40 * count).filter((index) => index % count === shard);
      const items = own.map((index) => deal(cycle, index).item);
      expect(new Set(items)).toEqual(new Set(cycle));
    }
  });
});

describe('a strategy', () => {
  it.each(strategies)('$name gives an index the same run whatever runs beside it', ({ name }) => {
    const whole = indices(200).map((index) => lotAt(campaign, name, index));
    const piece = indices(200)
      .slice(70)
      .map((index) => lotAt(campaign, name, index));
    expect(piece).toEqual(whole.slice(70));
    const drawn = whole.filter(({ part }) => part !== 'catalogue');
    const runs = drawn.map(({ scenario, seed }) => `${scenario}@${seed}`);
    expect(new Set(runs).size).toBe(runs.length);
  });

  it('draws from the scenario of its kind, and the catalogue from all others', () => {
    const namesOf = (name: (typeof strategies)[number]['name']): Set<string> =>
      new Set(indices(300).map((i) => nameOfScenario(lotAt(campaign, name, i).scenario)));
    expect(namesOf('targeted')).toEqual(new Set(['swarm']));
    expect(namesOf('swarm')).toEqual(new Set(['untargeted']));
    expect(namesOf('uniform')).toEqual(new Set(['uniform']));
    const others = campaign.scenarios.map(nameOfScenario);
    const worlds = ['swarm', 'untargeted', 'uniform'];
    expect(namesOf('catalogue')).toEqual(new Set(others.filter((name) => !worlds.includes(name))));
  });

  it('goes round the protocols, and makes do with named scenarios where there is no swarm', () => {
    const all = { ...campaign, scenarios: scenarios.map(({ id }) => id) };
    const names = [...new Set(scenarios.map(({ protocol }) => protocol))];
    for (const { name } of strategies) {
      const lots = indices(30 * names.length).map((i) => lotAt(all, name, i).scenario);
      for (const protocol of names) {
        expect(lots.filter((id) => id.split('/')[0] === protocol)).toHaveLength(30);
      }
    }
  });
});

describe('a world without targets', () => {
  const draw = (id: string, seed: string) =>
    scenarios.find((scenario) => scenario.id === id)?.draw(seed, {}).plan?.faults ?? [];

  it('has no fault that waits for a mark, while the swarm has many', () => {
    const waits = (id: string): number =>
      indices(40)
        .flatMap((index) => draw(id, `seed-${index}`))
        .filter((fault) => fault.when !== undefined).length;
    expect(waits('vr/untargeted')).toBe(0);
    expect(waits('vr/swarm')).toBeGreaterThan(100);
  });
});

describe('a shard', () => {
  it('has every index of the campaign in exactly one of them', () => {
    for (const count of [1, 2, 3, 7]) {
      const shards = indices(count).map((index) => ({ index, count }));
      for (const index of indices(50)) {
        expect(shards.filter((shard) => isOfShard({ ...campaign, shard }, index))).toHaveLength(1);
      }
      const range = { from: 5, to: 42 };
      const counted = shards.map((shard) => countOfShard(range, shard));
      expect(counted.reduce((sum, each) => sum + each)).toBe(37);
    }
  });

  it('changes nothing of what an index runs', () => {
    for (const strategy of ['mix', undefined] as const) {
      const base = strategy === undefined ? campaign : { ...campaign, strategy };
      for (const index of indices(60)) {
        expect(runAt({ ...base, shard: { index: 1, count: 3 } }, index)).toEqual(
          runAt(base, index),
        );
      }
    }
  });
});
