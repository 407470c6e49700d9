import { describe, expect, it } from 'vitest';
import type { CampaignEngine } from '../../scenarios/campaign-run.ts';
import { wilsonInterval } from '../../scenarios/explain/chance.ts';
import { explain, type ShownRun } from '../../scenarios/explain/explain.ts';
import type { Explanation } from '../../scenarios/explain/explanation.ts';
import { EXPLAIN_BUDGET } from '../../scenarios/explain/sampler.ts';
import { run } from '../../scenarios/run.ts';
import type { RunSpec } from '../../scenarios/spec.ts';
import { COIN_FAILURE, type CoinWorld, coinEngine, coinSpec } from './coin-engine.ts';
import { ONE_IN, TOSS_TICK, tossers, tossingSpec } from './tossing.ts';

const ONE_COIN: CoinWorld = { events: 1000, coins: [{ event: 412, percent: 10 }] };

function explained(world: CoinWorld, budget = EXPLAIN_BUDGET): Explanation {
  const engine = coinEngine(world);
  const shown = { spec: coinSpec(world.faults) };
  const explanation = explain(engine, shown, COIN_FAILURE, budget);
  if (explanation === undefined) throw new Error('the toy does not fail');
  return explanation;
}

describe('the explanation of a failure', () => {
  it('finds the one event whose coin decides', () => {
    for (const event of [1, 2, 63, 412, 999, 1000]) {
      const { verdict, jumps } = explained({ events: 1000, coins: [{ event, percent: 10 }] });
      expect(verdict).toBe('jump');
      expect(jumps).toHaveLength(1);
      expect([jumps[0]?.before.event, jumps[0]?.after.event]).toEqual([event - 1, event]);
    }
  });

  it('tells the chance before that event and after it, with what is certain of it', () => {
    const { jumps, event, time } = explained(ONE_COIN);
    expect([event, time]).toEqual([1000, 1_000_000]);
    expect(jumps[0]?.after).toMatchObject({ event: 412, time: 412_000, tries: 64, failed: 64 });
    expect(jumps[0]?.after).toMatchObject({ low: 0.943, high: 1 });
    const before = jumps[0]?.before;
    expect(before?.tries).toBe(64);
    expect(before?.low).toBeLessThan(0.1);
    expect(before?.high).toBeGreaterThan(0.1);
    expect(before?.high).toBeLessThan(0.35);
  });

  it('names the event by its log, and what it sent', () => {
    const [jump] = explained(ONE_COIN).jumps;
    expect(jump?.records.map(({ event }) => event)).toEqual([412]);
    expect(jump?.sent).toMatchObject([{ event: 413, kind: 'deliver', sentAt: 412_000, node: 1 }]);
  });

  it('spreads its points over the run, from the start to the failure', () => {
    const events = explained(ONE_COIN).points.map((point) => point.event);
    expect(events.length).toBeGreaterThan(64);
    expect([events[0], events.at(-1)]).toEqual([0, 1000]);
    const gaps = events.slice(1).map((event, index) => event - (events[index] ?? 0));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(16);
    expect(Math.min(...gaps)).toBe(1);
  });

  it('tells the larger of two jumps first', () => {
    const coins = [
      { event: 200, percent: 70 },
      { event: 700, percent: 20 },
    ];
    const { verdict, jumps } = explained({ events: 1000, coins });
    expect(verdict).toBe('jump');
    expect(jumps.map((jump) => jump.after.event)).toEqual([700]);
    const later = [
      { event: 200, percent: 30 },
      { event: 700, percent: 40 },
    ];
    const both = explained({ events: 1000, coins: later }).jumps.map((jump) => jump.after.event);
    expect(both).toEqual([700, 200]);
  });

  it('says that the plan alone decides where no coin does', () => {
    const { verdict, jumps, points, runs, isNetworkDrawn } = explained({ events: 1000, coins: [] });
    expect([verdict, isNetworkDrawn]).toEqual(['plan', false]);
    expect(jumps).toEqual([]);
    expect(points).toMatchObject([{ event: 0, tries: 64, failed: 64, low: 0.943 }]);
    expect(runs).toBe(64);
  });

  it('names no single event where many small ones add up', () => {
    const coins = Array.from({ length: 100 }, (_, coin) => ({ event: coin * 10 + 5, percent: 97 }));
    const { verdict, jumps, points } = explained({ events: 1000, coins });
    expect(verdict).toBe('gradual');
    expect(jumps).toEqual([]);
    expect(points[0]?.failed).toBeLessThan(16);
    expect(points.at(-1)?.failed).toBe(points.at(-1)?.tries);
  });

  it('counts failures of another kind apart', () => {
    const { jumps } = explained({ ...ONE_COIN, otherwise: 'something else' });
    const before = jumps[0]?.before;
    expect((before?.failed ?? 0) + (before?.other ?? 0)).toBe(64);
    expect(jumps[0]?.after.other).toBe(0);
  });

  it('says nothing of a failure that does not show, or that is not the protocol’s', () => {
    const shown = { spec: coinSpec() };
    const engine = coinEngine(ONE_COIN);
    expect(explain(engine, shown, { ...COIN_FAILURE, invariant: 'another' })).toBeUndefined();
    expect(explain(engine, shown, { ...COIN_FAILURE, oracle: 'determinism' })).toBeUndefined();
    expect(explain(engine, shown, { ...COIN_FAILURE, oracle: 'internal-error' })).toBeUndefined();
  });
});

describe('the faults of an explanation', () => {
  const faults = [
    { at: 100_000, fault: 'crash', node: 0, lasts: 1000 },
    { at: 300_000, fault: 'crash', node: 1, lasts: 1000 },
    { at: 800_000, fault: 'pause', node: 2, lasts: 1000 },
  ] as const;

  it('come in the order of the difference that they make', () => {
    const world: CoinWorld = {
      ...ONE_COIN,
      faults,
      needs: (left) => left.some((fault) => fault.fault === 'pause'),
    };
    const effects = explained(world).faults;
    expect(effects.map(({ index }) => index)).toEqual([2, 0, 1]);
    expect(effects[0]).toMatchObject({ event: 800, at: 800_000, fault: faults[2] });
    expect(effects[0]?.measured).toMatchObject({
      with: { failed: 32, tries: 32 },
      without: { failed: 0, tries: 32 },
    });
    const { measured } = effects[1] ?? {};
    expect(measured?.with.failed).toBeLessThan(16);
  });

  it('are measured from the event in which they strike, with and without', () => {
    const asked: string[] = [];
    const engine = coinEngine({ ...ONE_COIN, faults }, (spec) => {
      if (spec.plan?.faults.length === 2) {
        const kinds = spec.plan.faults.map(({ fault, at }) => `${fault} ${at}`).join(', ');
        asked.push(`${spec.rekey?.event}: ${kinds}`);
      }
    });
    explain(engine, { spec: coinSpec(faults) }, COIN_FAILURE);
    expect([...new Set(asked)].sort()).toEqual([
      '299: crash 100000, pause 800000',
      '799: crash 100000, crash 300000',
      '99: crash 300000, pause 800000',
    ]);
  });
});

describe('the budget of an explanation', () => {
  it('bounds its runs and its events, and it is said when that cut it short', () => {
    const whole = explained(ONE_COIN);
    expect(whole.cut).toBeUndefined();
    for (const runs of [10, 100, 500]) {
      const cut = explained(ONE_COIN, { ...EXPLAIN_BUDGET, runs });
      expect(cut.runs).toBeLessThanOrEqual(runs);
      expect(cut.cut).toBe('budget');
    }
    const few = explained(ONE_COIN, { ...EXPLAIN_BUDGET, events: 300_000 });
    expect(few.events).toBeLessThanOrEqual(301_000);
    expect(few.cut).toBe('budget');
  });

  it('is spread over the whole run even where it lasts for few points', () => {
    const { points } = explained(ONE_COIN, { ...EXPLAIN_BUDGET, runs: 100 });
    const events = points.map((point) => point.event);
    expect(events.length).toBeLessThan(40);
    expect([events[0], events.at(-1)]).toEqual([0, 1000]);
    const gaps = events.slice(1).map((event, index) => event - (events[index] ?? 0));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(125);
  });

  it('lets the plan be found to decide with fewer tries, and says that there were fewer', () => {
    const plain: CoinWorld = { events: 1000, coins: [] };
    const { verdict, points, cut } = explained(plain, { ...EXPLAIN_BUDGET, runs: 100 });
    expect([verdict, cut]).toEqual(['plan', 'budget']);
    expect(points).toMatchObject([{ event: 0, tries: 20, failed: 20 }]);
    const few = explained(plain, { ...EXPLAIN_BUDGET, runs: 50 });
    expect(few.verdict).toBe('gradual');
  });

  it('tells of a jump between two events when it ends before there is but one', () => {
    const { jumps } = explained(ONE_COIN, { ...EXPLAIN_BUDGET, runs: 480 });
    const [jump] = jumps;
    expect(jump?.before.event).toBeLessThan(411);
    expect(jump?.after.event).toBeGreaterThanOrEqual(412);
    expect(jump?.records).toEqual([]);
  });

  it('ends by the caller’s clock, and does not count the run that was cut off', () => {
    let asked = 0;
    const spent = explained(ONE_COIN, {
      ...EXPLAIN_BUDGET,
      shouldStop: () => ++asked > 150,
    });
    expect(spent.cut).toBe('time');
    expect(spent.runs).toBeLessThan(100);
    const tries = spent.points.reduce((sum, point) => sum + point.tries, 0);
    expect([spent.runs, spent.runs - 1]).toContain(tries);
  });

  it('gives the same numbers for the same budget', () => {
    for (const runs of [300, EXPLAIN_BUDGET.runs]) {
      const budget = { ...EXPLAIN_BUDGET, runs };
      expect(explained(ONE_COIN, budget)).toEqual(explained(ONE_COIN, budget));
    }
  });
});

describe('Wilson’s interval', () => {
  it('is what the tables say', () => {
    expect(wilsonInterval(0, 10)).toEqual({ low: 0, high: 0.278 });
    expect(wilsonInterval(5, 10)).toEqual({ low: 0.237, high: 0.763 });
    expect(wilsonInterval(64, 64)).toEqual({ low: 0.943, high: 1 });
    expect(wilsonInterval(0, 0)).toEqual({ low: 0, high: 1 });
  });
});

describe('in a real run', () => {
  const engine: CampaignEngine = {
    draw: (_scenario, seed) => tossingSpec('unlucky', seed),
    run: (spec, options) => run(spec, { ...options, registry: tossers }),
  };

  /** The explanation of the first seed that fails, and the event of the toss in that run. */
  function firstExplained(protocol: 'unlucky' | 'unheard') {
    for (let seed = 1; ; seed++) {
      const spec = tossingSpec(protocol, `0x${seed.toString(16)}`);
      const result = engine.run(spec, { events: true });
      const [failure] = result.failures;
      if (failure === undefined) continue;
      const ticks = (result.events ?? []).filter(
        ({ kind, node }) => kind === 'timer' && node === 0,
      );
      const explanation = explain(engine, { spec }, failure);
      if (explanation === undefined) throw new Error('the run does not fail again');
      expect(explanation.traceHash).toBe(result.traceHash);
      return { explanation, toss: ticks[TOSS_TICK - 1]?.event };
    }
  }

  it('the draw from a node’s own stream that decides is found, to the event', () => {
    const { explanation, toss } = firstExplained('unlucky');
    expect(explanation).toMatchObject({ verdict: 'jump', isNetworkDrawn: true });
    expect(explanation.jumps[0]).toMatchObject({
      before: { event: (toss ?? 0) - 1, tries: 64 },
      after: { event: toss, failed: 64 },
      parting: { a: { summary: 'tossed 0' }, isSameThing: true, fields: ['summary'] },
    });
    const { low = 1, high = 0 } = explanation.jumps[0]?.before ?? {};
    expect(low).toBeLessThan(1 / ONE_IN);
    expect(high).toBeGreaterThan(1 / ONE_IN);
  });

  it('the lost message that decides is found, with how it fares in a run that escapes', () => {
    const { explanation, toss } = firstExplained('unheard');
    expect(explanation.jumps[0]).toMatchObject({
      after: { event: toss, failed: 64 },
      sent: [{ kind: 'drop', label: 'Note', fate: 'loss', peer: 1 }],
      parting: {
        a: { kind: 'drop', label: 'Note', node: 0, peer: 1, fate: 'loss' },
        laterB: { kind: 'deliver', label: 'Note', node: 1, peer: 0 },
      },
    });
  });
});

describe('of a shrunk run', () => {
  const engine: CampaignEngine = {
    draw: (_scenario, seed) => tossingSpec('unheard', seed),
    run: (spec, options) => run(spec, { ...options, registry: tossers }),
  };
  const original = tossingSpec('unheard', '0x1');
  /** The note is lost, all else is certain, and the run ends as soon as that has shown. */
  const small: RunSpec = {
    ...original,
    network: {
      ...original.network,
      delay: { kind: 'fixed', min: 200, spread: 0 },
      drop: 0,
      overrides: [{ from: 0, to: 1, type: 'Note', ordinal: 0, drop: true }],
    },
    ending: { kind: 'cut', at: 81_000 },
  };
  const world = { network: original.network, ending: original.ending };

  function explainedSmall(known: Omit<ShownRun, 'spec'>): Explanation {
    const [failure] = engine.run(small).failures;
    if (failure === undefined) throw new Error('the note is heard');
    const explanation = explain(engine, { spec: small, ...known }, failure);
    if (explanation === undefined) throw new Error('the run does not fail again');
    return explanation;
  }

  it('every event is one of the run that is shown', () => {
    const shown = engine.run(small, { events: true });
    const explanation = explainedSmall({ original: world });
    expect(explanation.traceHash).toBe(shown.traceHash);
    expect(explanation.event).toBe(shown.failures[0]?.event);
    const times = new Map(shown.events?.map(({ event, time }) => [event, time]));
    for (const { event, time } of explanation.points) {
      if (times.has(event)) expect(time, `event ${event}`).toBe(times.get(event));
    }
    const [jump] = explanation.jumps;
    const { event } = jump?.after ?? {};
    expect(jump?.records.length).toBeGreaterThan(0);
    expect(jump?.records).toEqual(shown.events?.filter((record) => record.event === event));
  });

  it('messages meet the network that it was shrunk from where they are drawn anew', () => {
    const { verdict, jumps, network, isNetworkDrawn } = explainedSmall({ original: world });
    expect([verdict, isNetworkDrawn]).toEqual(['jump', true]);
    expect(network).toEqual(original.network);
    expect(jumps[0]).toMatchObject({
      after: { failed: 64 },
      sent: [{ kind: 'drop', label: 'Note', peer: 1 }],
    });
    const { low = 1, high = 0 } = jumps[0]?.before ?? {};
    expect(low).toBeLessThan(1 / ONE_IN);
    expect(high).toBeGreaterThan(1 / ONE_IN);
  });

  it('nothing is drawn of which no original is known', () => {
    const { verdict, network, isNetworkDrawn } = explainedSmall({});
    expect([verdict, network, isNetworkDrawn]).toEqual(['plan', undefined, false]);
  });

  it('a try goes on to the end of the original, as it may fail later', () => {
    const ends = new Set<number>();
    const watched: CampaignEngine = {
      ...engine,
      run: (spec, options) => {
        const result = engine.run(spec, options);
        if (spec.rekey !== undefined && result.verdict === 'passed') ends.add(result.ended.at);
        return result;
      },
    };
    const [failure] = engine.run(small).failures;
    if (failure === undefined) throw new Error('the note is heard');
    explain(watched, { spec: small, original: world }, failure);
    expect([...ends]).toEqual([100_000]);
    ends.clear();
    const earlier = { ...world, ending: { kind: 'cut', at: 80_500 } } as const;
    explain(watched, { spec: small, original: earlier }, failure);
    expect([...ends]).toEqual([81_000]);
  });

  it('fates that were written out in the original are not taken for those of other nodes', () => {
    const overrides = [{ from: 0, to: 1, type: 'Note', ordinal: 0, drop: true }];
    const network = { ...original.network, overrides };
    const { network: drawn } = explainedSmall({ original: { ...world, network } });
    expect(drawn).toEqual(original.network);
  });
});
