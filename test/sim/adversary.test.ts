/** An adversary that has taken a replica over: what arrives of what the replica sends. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Loss, Message } from '../../sim/contract.ts';
import { BEHAVIOURS, type Behaviour, type ByzantineFault } from '../../sim/fault.ts';
import type { PlannedFault } from '../../sim/plan.ts';
import { Stream } from '../../sim/streams.ts';
import { alteredMessage } from '../../sim/tampering.ts';
import { type Changes, DELAY, type Script, seeds, simulate, world } from './scripted.ts';
import { UNINTERESTED } from './uninterested.ts';

const MILLION = 1_000_000;
const LETTERS = 40;

interface Vote extends Message {
  readonly number: number;
  readonly isYes: boolean;
  readonly log: readonly object[];
  readonly request: object;
}

const ENTRIES = [{ f: 'put' }, { f: 'get' }];
const REQUEST = { f: 'put', value: 7 };

function vote(number: number): Vote {
  return { type: 'Vote', number, isYes: true, log: ENTRIES, request: REQUEST };
}

/** Replica 0 sends vote n, the same object, to 1, 2 and itself after n milliseconds. */
const VOTING: Script = {
  replica: {
    start: (env) => env.id === 0 && env.setTimer('1', 1_000),
    expire(env, timer) {
      const n = Number(timer);
      const message = vote(n);
      for (const to of [0, 1, 2]) env.send(to, message);
      if (n < LETTERS) env.setTimer(String(n + 1), 1_000);
    },
  },
};

interface Arrival {
  readonly at: number;
  readonly vote: Vote;
}

/** What each replica receives. */
function received(faults: readonly PlannedFault[], changes: Changes = {}): Arrival[][] {
  const arrivals: Arrival[][] = [[], [], []];
  const script: Script = {
    ...VOTING,
    replica: {
      ...VOTING.replica,
      receive: (env, _from, letter) =>
        arrivals[env.id]?.push({ at: env.now, vote: asVote(letter) }),
    },
  };
  simulate(script, { replicas: 3, faults, ...changes });
  return arrivals;
}

function asVote(message: Message): Vote {
  return { ...vote(0), ...message };
}

function numbers(arrivals: readonly Arrival[] | undefined): number[] {
  return (arrivals ?? []).map((arrival) => arrival.vote.number);
}

const byzantine = (
  behaviour: Behaviour,
  changes: Partial<ByzantineFault> & { readonly at?: number } = {},
): PlannedFault => ({
  at: 500,
  fault: 'byzantine',
  node: 0,
  behaviour,
  to: [1],
  rate: MILLION,
  by: 250,
  ...changes,
});

const ALL = Array.from({ length: LETTERS }, (_, index) => index + 1);

describe('an adversary', () => {
  test('that withholds keeps messages from those it is set on, and from nobody else', () => {
    const [own, one, two] = received([byzantine('withhold')]);
    expect(numbers(one)).toEqual([]);
    expect(numbers(two)).toEqual(ALL);
    expect(numbers(own)).toEqual(ALL);
  });

  test('that delays lets them arrive so much later', () => {
    const [, one, two] = received([byzantine('delay')]);
    expect(one?.map(({ at, vote }) => at - vote.number * 1_000 - DELAY)).toEqual(
      ALL.map(() => 250),
    );
    expect(two?.map(({ at, vote }) => at - vote.number * 1_000 - DELAY)).toEqual(ALL.map(() => 0));
  });

  test('that replays sends with each an earlier one again, of the latest sixteen', () => {
    const [, one] = received([byzantine('replay')]);
    const copies = one?.filter(({ at }) => at % 1_000 === 250) ?? [];
    expect(numbers(one?.filter(({ at }) => at % 1_000 === 0))).toEqual(ALL);
    // The very first has none before it.
    expect(copies).toHaveLength(LETTERS - 1);
    for (const { at, vote } of copies) {
      const sent = (at - 250 - DELAY) / 1_000;
      expect(vote.number).toBeLessThan(sent);
      expect(vote.number).toBeGreaterThanOrEqual(sent - 16);
    }
    expect(new Set(numbers(copies)).size).toBeGreaterThan(10);
  });

  test('that sends in the wrong order swaps each with the next', () => {
    const [, one, two] = received([byzantine('misorder')]);
    expect(numbers(one).slice(0, 6)).toEqual([2, 1, 4, 3, 6, 5]);
    expect(numbers(two)).toEqual(ALL);
  });

  test('that sends in the wrong order loses nothing: what waits leaves when it is over', () => {
    const [, one] = received([byzantine('misorder', { lasts: 3_000 })]);
    expect(one?.slice(0, 4).map(({ at, vote }) => `${vote.number} at ${at}`)).toEqual([
      '2 at 3000',
      '1 at 3000',
      '3 at 4500',
      '4 at 5000',
    ]);
    const some = received([byzantine('misorder', { rate: 400_000, lasts: 50_000 })])[1];
    expect(numbers(some).sort((a, b) => a - b)).toEqual(ALL);
    expect(numbers(some)).not.toEqual(ALL);
  });

  test('that alters changes one field, and tells everybody the same', () => {
    const [own, one, two] = received([byzantine('alter', { to: [1, 2] })]);
    expect(own?.map(({ vote }) => vote)).toEqual(ALL.map(vote));
    expect(one).toEqual(two);
    const changed = one?.map((arrival, index) => changesIn(arrival.vote, vote(index + 1)));
    expect(changed?.every((fields) => fields.length === 1)).toBe(true);
    expect(new Set(changed?.flat())).toEqual(new Set(['isYes', 'log', 'number']));
  });

  test('that equivocates tells everybody something else', () => {
    const [, one, two] = received([byzantine('equivocate', { to: [1, 2] })]);
    const differing = one?.filter((arrival, index) => {
      return changesIn(arrival.vote, two?.[index]?.vote ?? arrival.vote).length > 0;
    });
    expect(differing?.length).toBeGreaterThan(LETTERS / 2);
    for (const [index, arrival] of (one ?? []).entries()) {
      expect(changesIn(arrival.vote, vote(index + 1))).toHaveLength(1);
    }
  });

  test('leaves what clients have asked as it is, whatever it alters', () => {
    for (const behaviour of ['alter', 'equivocate'] as const) {
      for (const { vote } of received([byzantine(behaviour)])[1] ?? []) {
        expect(vote.request).toBe(REQUEST);
        expect(vote.log.every((entry, index) => entry === ENTRIES[index])).toBe(true);
      }
    }
  });
});

function changesIn(one: Vote, other: Vote): string[] {
  const fields = ['number', 'isYes', 'log', 'request'] as const;
  return fields.filter((field) => JSON.stringify(one[field]) !== JSON.stringify(other[field]));
}

describe.each(BEHAVIOURS)('an adversary that is set to %s', (behaviour) => {
  test('strikes at its rate, and at nothing with a rate of nothing', () => {
    expect(received([byzantine(behaviour, { rate: 0 })])).toEqual(received([]));
    expect(received([byzantine(behaviour, { rate: MILLION })])).not.toEqual(received([]));
    const tampered = seeds(20).map((seed) => {
      const [, one] = received([byzantine(behaviour, { rate: 300_000 })], { seed });
      return JSON.stringify(one) === JSON.stringify(received([])[1]) ? 0 : 1;
    });
    expect(tampered.reduce<number>((sum, each) => sum + each, 0)).toBeGreaterThan(15);
  });

  test('does the same for the same seed, and something else for another', () => {
    const fault = byzantine(behaviour, { rate: 500_000, to: [1, 2] });
    expect(received([fault], { seed: 'a' })).toEqual(received([fault], { seed: 'a' }));
    expect(received([fault], { seed: 'a' })).not.toEqual(received([fault], { seed: 'b' }));
  });

  test('tampers with nothing before it begins, and with nothing after it ends', () => {
    const arrivals = received([byzantine(behaviour, { at: 5_500, lasts: 3_000 })])[1] ?? [];
    const usual = received([])[1] ?? [];
    expect(arrivals.slice(0, 5)).toEqual(usual.slice(0, 5));
    expect(arrivals.slice(-31)).toEqual(usual.slice(-31));
  });

  test('goes on although its node has crashed and started again', () => {
    const crash: PlannedFault = { at: 3_500, fault: 'crash', node: 0, lasts: 500 };
    expect(received([byzantine(behaviour), crash])).not.toEqual(received([crash]));
  });

  test('tampers behind the barrier: oracles hear what the replica itself has said', () => {
    const said: unknown[] = [];
    const simulation = world(VOTING, { replicas: 3, faults: [byzantine(behaviour)] });
    simulation.observer = {
      ...UNINTERESTED,
      released: (_from, to, message) => to === 1 && said.push(asVote(message).number),
    };
    simulation.run();
    expect(said).toEqual(ALL);
  });

  test('needs a protocol that survives it', () => {
    const isLie = behaviour === 'alter' || behaviour === 'equivocate';
    const statusIf = (survived: Loss): unknown => {
      const claims = { survives: (loss: Loss) => loss === survived };
      const faults = [byzantine(behaviour)];
      const { simulation } = simulate({ claims }, { replicas: 3, faults, withinClaims: true });
      return simulation.faults.accounts[0]?.status;
    };
    expect(statusIf('lies')).toBe(isLie ? 'fired' : 'held-back');
    expect(statusIf('omission')).toBe(isLie ? 'held-back' : 'fired');
  });
});

describe('two adversaries over one outbox', () => {
  test('tamper one after the other', () => {
    const faults = [byzantine('delay', { by: 100 }), byzantine('delay', { by: 30 })];
    const [, one] = received(faults);
    expect(one?.map(({ at, vote }) => at - vote.number * 1_000 - DELAY)).toEqual(
      ALL.map(() => 130),
    );
  });

  test('hand on to the other what they have kept', () => {
    const faults = [byzantine('misorder', { lasts: 2_900 }), byzantine('delay', { by: 30 })];
    const [, one] = received(faults);
    expect(one?.slice(0, 3).map(({ at, vote }) => `${vote.number} at ${at}`)).toEqual([
      '2 at 3030',
      '1 at 3030',
      '3 at 4430',
    ]);
  });
});

describe('an altered message', () => {
  const value = fc.oneof(
    fc.integer({ min: -1, max: 5 }),
    fc.boolean(),
    fc.array(fc.nat(3), { maxLength: 3 }),
    fc.string({ maxLength: 2 }),
    fc.constant(null),
    fc.record({ f: fc.constant('put'), value: fc.nat(3) }),
  );
  const messages = fc
    .dictionary(fc.constantFrom('a', 'b', 'c', 'd', 'e'), value)
    .map((fields): Message => ({ ...fields, type: 'M' }));

  test('differs in exactly one field, which is a number, a truth or a list', () => {
    fc.assert(
      fc.property(messages, fc.nat(50), (message, seed) => {
        const altered = alteredMessage(message, new Stream(`${seed}`, 'adversary:0'));
        const before: [string, unknown][] = Object.entries(message);
        const after = new Map<string, unknown>(Object.entries(altered));
        const changed = before.filter(([name, field]) => after.get(name) !== field);
        const open = before.filter(
          ([, field]) =>
            typeof field === 'number' ||
            typeof field === 'boolean' ||
            (Array.isArray(field) && field.length > 0),
        );
        expect(after.size).toBe(before.length);
        expect(changed).toHaveLength(Math.min(1, open.length));
        expect(open).toEqual(expect.arrayContaining(changed));
      }),
      { seed: 1, numRuns: 1_000 },
    );
  });

  test('has no number below nothing that was not there before', () => {
    for (const seed of seeds(50)) {
      const altered = alteredMessage(vote(0), new Stream(seed, 'adversary:0'));
      expect(asVote(altered).number).toBeGreaterThanOrEqual(0);
    }
  });

  test('does not depend on the order of its fields', () => {
    const { type, number, isYes, log, request } = vote(3);
    for (const seed of seeds(20)) {
      const stream = (): Stream => new Stream(seed, 'adversary:0');
      const other: Message = Object.assign({ type }, { request, log, isYes, number });
      expect(alteredMessage(other, stream())).toEqual(alteredMessage(vote(3), stream()));
    }
  });
});

test('adversaries that replay, however many, replay each message once each', () => {
  const twenty = Array.from({ length: 20 }, () => byzantine('replay'));
  expect(received(twenty)[1]?.length).toBeLessThanOrEqual(LETTERS * 21);
});
