import { describe, expect, it } from 'vitest';
import { CALM, lines, type Outcome, type Script, seeds, simulate } from './scripted.ts';

/** Two replicas that send each other a letter for each letter, and draw a number each time. */
const CHATTER: Script = {
  replica: {
    start: (env) => env.send(1 - env.id, { type: 'Letter', body: env.random(1000) }),
    receive: (env, from) => env.send(from, { type: 'Letter', body: env.random(1000) }),
  },
};

const LAST = 40;
const SPREAD = { ...CALM, delay: { kind: 'uniform', min: 100, spread: 900 } } as const;

function chatter(rekey?: { readonly event: number; readonly seed: string }): Outcome {
  const changes = { network: SPREAD, bounds: { events: LAST, queue: 100, time: 1_000_000 } };
  return simulate(CHATTER, rekey === undefined ? changes : { ...changes, rekey });
}

/** What was drawn in each event: numbers in the letters sent, and the time that these take. */
function drawsOf({ records }: Outcome): ReadonlyMap<number, string> {
  const eventAt = new Map(records.map(({ node, time, event }) => [`${node} ${time}`, event]));
  return new Map(
    records.flatMap(({ kind, peer, sentAt, time, detail }) => {
      const event = eventAt.get(`${peer} ${sentAt}`);
      return kind === 'deliver' && event !== undefined ? [[event, `${detail} ${time}`]] : [];
    }),
  );
}

describe('new keys after an event', () => {
  const original = chatter();

  it('leave what was drawn up to and in that event, and change what is drawn in the next', () => {
    const before = drawsOf(original);
    for (const event of [1, 2, 7, 20]) {
      const after = drawsOf(chatter({ event, seed: 'other' }));
      for (let each = 1; each <= event; each++) {
        expect(after.get(each), `event ${each} of ${event}`).toBe(before.get(each));
      }
      expect(after.get(event + 1), `event ${event + 1}`).not.toBe(before.get(event + 1));
    }
  });

  it('after event 0 change the first draw of all', () => {
    expect(chatter({ event: 0, seed: 'other' }).simulation.trace.text()).not.toBe(
      original.simulation.trace.text(),
    );
    expect(drawsOf(chatter({ event: 0, seed: 'other' })).get(1)).not.toBe(drawsOf(original).get(1));
  });

  it('after the last event, or of the same seed at the start, change nothing', () => {
    const hash = original.simulation.trace.text();
    expect(chatter({ event: LAST, seed: 'other' }).simulation.trace.text()).toBe(hash);
    expect(chatter({ event: 0, seed: 'spec' }).simulation.trace.text()).toBe(hash);
  });

  it('give another run for every seed, and the same one for the same', () => {
    const hashes = seeds(20).map((seed) => chatter({ event: 5, seed }).simulation.trace.text());
    expect(new Set(hashes).size).toBe(20);
    const again = chatter({ event: 5, seed: 'seed-0' }).simulation.trace.text();
    expect(again).toBe(hashes[0]);
  });

  it('decide ties anew as well', () => {
    const tied = (seed: string): string[] =>
      lines(
        simulate(CHATTER, { shuffleTies: true, rekey: { event: 2, seed } }).records,
        'deliver',
      ).slice(0, 8);
    const orders = new Set(seeds(20).map((seed) => tied(seed).join()));
    expect(orders.size).toBeGreaterThan(1);
  });

  it('leave plan and overrides as they are', () => {
    const overrides = [{ from: 0, to: 1, type: 'Letter', ordinal: 6, delay: 77 }];
    const pause = { at: 5_000, fault: 'pause', node: 0, lasts: 1_234 } as const;
    const { records } = simulate(CHATTER, {
      network: { ...SPREAD, overrides },
      faults: [pause],
      rekey: { event: 4, seed: 'other' },
    });
    expect(lines(records, 'resume')).toEqual(['6234 n0']);
    const named = records.find(
      ({ kind, peer, ordinal }) => kind === 'deliver' && peer === 0 && ordinal === 6,
    );
    expect((named?.time ?? 0) - (named?.sentAt ?? 0)).toBe(77);
  });

  it('bring another network where one is named, whose overrides replace the others', () => {
    const named = (ordinal: number, delay: number) => ({
      ...{ from: 0, to: 1, type: 'Letter', ordinal },
      delay,
    });
    const before = { ...CALM, overrides: [named(1, 77), named(9, 88)] };
    const network = { ...SPREAD, delay: { kind: 'fixed', min: 5, spread: 0 } as const };
    const changes = { bounds: { events: LAST, queue: 100, time: 1_000_000 } };
    const times = ({ records }: Outcome): readonly number[] =>
      records
        .filter(({ kind, peer }) => kind === 'deliver' && peer === 0)
        .map(({ time, sentAt = 0 }) => time - sentAt);
    const plain = CALM.delay.min;
    const same = simulate(CHATTER, {
      ...changes,
      network: before,
      rekey: { event: 20, seed: 'x' },
    });
    expect(times(same).slice(0, 3)).toEqual([plain, 77, plain]);
    expect(times(same)).toContain(88);
    const other = simulate(CHATTER, {
      ...{ ...changes, network: before },
      rekey: { event: 10, seed: 'x', network: { ...network, overrides: [named(12, 99)] } },
    });
    expect(times(other).slice(0, 3)).toEqual([plain, 77, plain]);
    expect(times(other)).not.toContain(88);
    expect(times(other).slice(9)).toContain(99);
    expect(new Set(times(other).slice(9))).toEqual(new Set([5, 99]));
  });

  it('decide anew what disks and adversaries draw, but not what has been drawn of clocks', () => {
    const script: Script = {
      replica: {
        start: (env) => env.setTimer('write', 1_000),
        expire(env) {
          env.persist({ kind: 'set', key: 'k', value: 1 });
          env.send(1 - env.id, { type: 'Letter', body: 1 });
          env.setTimer('write', 1_000);
        },
      },
    };
    const tampering = { fault: 'byzantine', behaviour: 'withhold', rate: 500_000, by: 0 } as const;
    const run = (seed: string): Outcome =>
      simulate(script, {
        disk: { latencyMin: 1, latencyMax: 900, torn: 0 },
        clock: { offset: 5_000, drift: 0 },
        faults: [{ at: 1, ...tampering, node: 0, to: [1] }],
        ending: { kind: 'cut', at: 60_000 },
        rekey: { event: 20, seed },
      });
    const [one, other] = [run('one'), run('other')];
    for (const kind of ['durable', 'deliver'] as const) {
      expect(lines(one.records, kind)).not.toEqual(lines(other.records, kind));
    }
    expect(lines(one.records, 'timer')).toEqual(lines(other.records, 'timer'));
  });
});
