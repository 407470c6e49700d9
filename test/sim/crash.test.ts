import { describe, expect, test } from 'vitest';
import type { Durable, Write } from '../../sim/contract.ts';
import type { PlannedFault } from '../../sim/plan.ts';
import {
  type Changes,
  DELAY,
  DISK_LATENCY,
  lines,
  type ReplicaBehaviour,
  type Script,
  seeds,
  simulate,
} from './scripted.ts';

const RECORDS = 5;
const RESTART_AFTER = 10_000;

function write(value: number | string): Write {
  return { kind: 'append', log: 'log', entry: value };
}

function crashAt(at: number): PlannedFault {
  return { at, fault: 'crash', node: 0, lasts: RESTART_AFTER };
}

/** Runs node 0 until it has started a second time; `first` is its first start. */
function restarted(
  first: ReplicaBehaviour,
  changes: Changes,
): { readonly found: Durable | undefined; readonly received: unknown[] } {
  let starts = 0;
  let found: Durable | undefined;
  const received: unknown[] = [];
  const script: Script = {
    replica: {
      ...first,
      start(env, durable) {
        if (env.id !== 0) return;
        starts += 1;
        if (starts === 1) first.start?.(env, durable);
        else found = durable;
      },
      receive(env, from, letter) {
        if (env.id === 1) received.push(letter.body);
        else first.receive?.(env, from, letter);
      },
    },
  };
  simulate(script, changes);
  return { found, received };
}

/** Issues records 1 to 5, each in a call of its own, and a letter behind each. */
const FIVE_RECORDS: ReplicaBehaviour = {
  start: (env) => env.setTimer('1', 1),
  expire(env, timer) {
    const value = Number(timer);
    env.persist(write(value));
    env.send(1, { type: 'Letter', body: value });
    if (value < RECORDS) env.setTimer(String(value + 1), 1);
  },
};

function values(durable: Durable | undefined): unknown[] {
  return (durable?.records ?? [])
    .filter((record) => record.intact)
    .flatMap((record) => record.writes.map((each) => (each.kind === 'append' ? each.entry : each)));
}

/**
 * What is left after a crash at each of many seeds. The second of five records is being written.
 */
function survivors(changes: Partial<Changes>, count = 200): ReturnType<typeof restarted>[] {
  const faults = [crashAt(DISK_LATENCY + DISK_LATENCY / 2)];
  return seeds(count).map((seed) => restarted(FIVE_RECORDS, { seed, faults, ...changes }));
}

const UNTORN = { latencyMin: DISK_LATENCY, latencyMax: DISK_LATENCY, torn: 0 };
const TORN = { ...UNTORN, torn: 1_000_000 };

test('a first start finds no records', () => {
  const found: Durable[] = [];
  simulate({ replica: { start: (_env, durable) => found.push(durable) } });
  expect(found).toEqual([{ records: [] }, { records: [] }]);
});

test('durable records reach the next start, oldest first', () => {
  const { found } = restarted(FIVE_RECORDS, { faults: [crashAt(100 * DISK_LATENCY)] });
  expect(values(found)).toEqual([1, 2, 3, 4, 5]);
});

test('records of several lives reach the last start', () => {
  const found: number[] = [];
  const counting: Script = {
    replica: {
      start(env, durable) {
        if (env.id === 0) found.push(durable.records.length);
        env.persist(write(found.length));
      },
    },
  };
  const faults = [1_000, 20_000].map((at): PlannedFault => ({ ...crashAt(at), lasts: 1_000 }));
  simulate(counting, { faults });
  expect(found).toEqual([0, 1, 2]);
});

test('each start gets containers of its own', () => {
  const found: Durable[] = [];
  const first: ReplicaBehaviour = { start: (env) => env.persist(write(1)) };
  simulate(
    {
      replica: {
        start(env, durable) {
          if (env.id !== 0) return;
          if (durable.records.length === 0) first.start?.(env, durable);
          else found.push(durable);
        },
      },
    },
    { faults: [crashAt(1_000), crashAt(20_000)] },
  );
  expect(found).toHaveLength(2);
  expect(found[0]?.records).toEqual(found[1]?.records);
  expect(found[0]?.records).not.toBe(found[1]?.records);
});

describe('a crash while records are outstanding', () => {
  test('keeps a prefix of them, and all that were durable', () => {
    const kept = survivors({ disk: UNTORN }).map(({ found }) => values(found));
    for (const records of kept) {
      expect(records).toEqual([1, 2, 3, 4, 5].slice(0, records.length));
      expect(records.length).toBeGreaterThanOrEqual(1);
    }
    expect(new Set(kept.map((records) => records.length))).toEqual(new Set([1, 2, 3, 4, 5]));
  });

  test('tears none of them at a rate of nothing', () => {
    const torn = survivors({ disk: UNTORN }).flatMap(({ found }) =>
      (found?.records ?? []).filter((record) => !record.intact),
    );
    expect(torn).toEqual([]);
  });

  test('tears at most the last, and shows it', () => {
    const all = survivors({ disk: TORN }).map(({ found }) => found?.records ?? []);
    for (const records of all) {
      expect(records.slice(0, -1).every((record) => record.intact)).toBe(true);
    }
    const isTorn = all.filter((records) => records.at(-1)?.intact === false);
    expect(isTorn.length).toBeGreaterThan(all.length / 2);
  });

  test('leaves a prefix of the writes of a torn record', () => {
    const writes = ['a', 'b', 'c'];
    const torn = seeds(200).map((seed) => {
      const first: ReplicaBehaviour = { start: (env) => env.persist(...writes.map(write)) };
      const { found } = restarted(first, { seed, disk: TORN, faults: [crashAt(50)] });
      return found?.records.find((record) => !record.intact)?.writes;
    });
    const lengths = torn.flatMap((each) => {
      if (each === undefined) return [];
      expect(each).toEqual(writes.map(write).slice(0, each.length));
      return each.length;
    });
    expect(new Set(lengths)).toEqual(new Set([0, 1, 2, 3]));
  });

  test('lets sends whose records survived leave as a prefix, and no others', () => {
    const outcomes = survivors({ disk: UNTORN });
    let later = 0;
    for (const { found, received } of outcomes) {
      expect(received).toEqual([1, 2, 3, 4, 5].slice(0, received.length));
      expect(received.length).toBeLessThanOrEqual(values(found).length);
      if (received.length > 1) later += 1;
    }
    expect(later).toBeGreaterThan(0);
    const keptBack = outcomes.filter(
      ({ found, received }) => received.length < values(found).length,
    );
    expect(keptBack.length).toBeGreaterThan(0);
  });

  test('never lets a send leave whose record is torn', () => {
    for (const { found, received } of survivors({ disk: TORN })) {
      expect(received.length).toBeLessThanOrEqual(values(found).length);
    }
  });

  test('lets later records of the node go on behind what was kept', () => {
    const first: ReplicaBehaviour = {
      start(env) {
        env.persist(write(1));
        env.persist(write(2));
      },
    };
    const lengths = seeds(50).map((seed) => {
      const { found } = restarted(first, { seed, faults: [crashAt(150)] });
      return values(found).join();
    });
    expect(new Set(lengths)).toEqual(new Set(['1', '1,2']));
  });
});

describe('a crash at a mark', () => {
  const marking: ReplicaBehaviour = {
    start: (env) => env.setTimer('act', 500),
    expire(env) {
      env.persist(write('before'));
      env.send(1, { type: 'Letter', body: 'before' });
      env.mark('here');
      env.persist(write('after'));
      env.send(1, { type: 'Letter', body: 'after' });
      env.sendUnsynced(1, { type: 'Letter', body: 'unsynced' });
    },
  };
  const crash: PlannedFault = {
    when: { mark: 'here', nth: 1, after: 0 },
    fault: 'crash',
    node: 'it',
    lasts: RESTART_AFTER,
  };
  const outcomes = seeds(100).map((seed) => restarted(marking, { seed, faults: [crash] }));

  test('takes back the records of the step that come after the mark', () => {
    const kept = outcomes.map(({ found }) => values(found).join());
    expect(new Set(kept)).toEqual(new Set(['', 'before']));
  });

  test('takes back all sends of the step', () => {
    expect(outcomes.flatMap(({ received }) => received)).toEqual([]);
  });

  test('takes back what follows it although a later mark triggers another fault', () => {
    const twice: ReplicaBehaviour = {
      start: (env) => env.setTimer('act', 500),
      expire(env) {
        env.mark('here');
        env.persist(write('between'));
        env.mark('here');
      },
    };
    const cut: PlannedFault = {
      when: { mark: 'here', nth: 2, after: 0 },
      fault: 'one-way',
      from: [0],
      to: [1],
    };
    const kept = seeds(50).map((seed) => restarted(twice, { seed, faults: [crash, cut] }).found);
    expect(kept.flatMap(values)).toEqual([]);
  });

  test('has nothing to do with a later crash of a node that a mark has spared', () => {
    const cut: PlannedFault = {
      when: { mark: 'here', nth: 1, after: 0 },
      fault: 'one-way',
      from: [0],
      to: [1],
    };
    const spared: ReplicaBehaviour = {
      start: (env) => env.setTimer('mark', 500),
      expire(env, timer) {
        if (timer === 'write') env.persist(write('later'));
        else env.mark('here');
        if (timer === 'mark') env.setTimer('write', 500);
      },
    };
    const faults = [cut, crashAt(1_050)];
    const kept = seeds(50).map((seed) => values(restarted(spared, { seed, faults }).found).join());
    expect(new Set(kept)).toEqual(new Set(['', 'later']));
  });

  test('takes effect when the step has returned', () => {
    const { records } = simulate({ replica: marking }, { faults: [crash] });
    expect(lines(records, 'mark')[0]).toBe('500 n0 here');
    expect(lines(records, 'crash')).toEqual(['500 n0']);
  });
});

test('a crash takes memory and timers along', () => {
  const expired: string[] = [];
  let starts = 0;
  const script: Script = {
    replica: {
      start(env) {
        if (env.id !== 0) return;
        starts += 1;
        env.setTimer(`life ${starts}`, 5_000);
      },
      expire: (_env, timer) => expired.push(timer),
    },
  };
  const { simulation } = simulate(script, { faults: [{ ...crashAt(1_000), lasts: 1_000 }] });
  expect(expired).toEqual(['life 2']);
  expect(simulation.stateOf(0)).toEqual({ handled: 1 });
});

test('what the disk was busy with before a crash completes nothing after it', () => {
  const left: number[] = [];
  let starts = 0;
  const script: Script = {
    replica: {
      start(env) {
        if (env.id !== 0) return;
        starts += 1;
        env.persist(write(starts));
        if (starts === 2) env.send(1, { type: 'Letter' });
      },
      receive: (env) => left.push(env.now - DELAY),
    },
  };
  simulate(script, { faults: [{ ...crashAt(50), lasts: 10 }] });
  expect(left).toEqual([60 + DISK_LATENCY]);
});

test('a message to a node that is down is lost', () => {
  const { records } = simulate(
    { replica: { start: (env) => env.id === 1 && env.send(0, { type: 'Hello' }) } },
    { faults: [crashAt(500)] },
  );
  const drops = records.filter((record) => record.kind === 'drop');
  expect(drops.map(({ node, peer, fate }) => [node, peer, fate])).toEqual([[1, 0, 'down']]);
});

test("a node's own random stream does not restart with the node", () => {
  const drawn: number[] = [];
  const script: Script = {
    replica: { start: (env) => env.id === 0 && drawn.push(env.random(1_000_000)) },
  };
  simulate(script, { faults: [crashAt(1_000)] });
  expect(drawn).toHaveLength(2);
  expect(drawn[0]).not.toBe(drawn[1]);
});
