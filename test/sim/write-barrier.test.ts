import { describe, expect, test } from 'vitest';
import type { Env, Write } from '../../sim/contract.ts';
import { Disk } from '../../sim/disk.ts';
import type { DiskConfig } from '../../sim/plan.ts';
import { Streams } from '../../sim/streams.ts';
import { DELAY, DISK_LATENCY, type Letter, type ReplicaBehaviour, simulate } from './scripted.ts';

function write(value: number): Write {
  return { kind: 'append', log: 'log', entry: value };
}

/** When each letter of node 0 left, by its body. */
function departures(
  acts: Pick<ReplicaBehaviour, 'start' | 'expire'>,
  disk: DiskConfig = { latencyMin: DISK_LATENCY, latencyMax: DISK_LATENCY, torn: 0 },
): [number, unknown][] {
  const left: [number, unknown][] = [];
  simulate(
    {
      replica: {
        start: (env, durable) => env.id === 0 && acts.start?.(env, durable),
        expire: (env, timer) => acts.expire?.(env, timer),
        receive: (env, _from, letter) => left.push([env.now - DELAY, letter.body]),
      },
    },
    { disk },
  );
  return left;
}

function letter(env: Env<Letter>, body: number): void {
  env.send(1, { type: 'Letter', body });
}

test('a send without writes leaves at the end of its step', () => {
  expect(departures({ start: (env) => letter(env, 1) })).toEqual([[0, 1]]);
});

describe('a send waits', () => {
  test('for a write of its own step', () => {
    const left = departures({
      start(env) {
        env.persist(write(1));
        letter(env, 1);
      },
    });
    expect(left).toEqual([[DISK_LATENCY, 1]]);
  });

  test('for a write that the step issues after it', () => {
    const left = departures({
      start(env) {
        letter(env, 1);
        env.persist(write(1));
      },
    });
    expect(left).toEqual([[DISK_LATENCY, 1]]);
  });

  test('for a write of an earlier step that is not durable yet', () => {
    const left = departures({
      start(env) {
        env.persist(write(1));
        env.setTimer('later', DISK_LATENCY / 2);
      },
      expire: (env) => letter(env, 1),
    });
    expect(left).toEqual([[DISK_LATENCY, 1]]);
  });

  test('for no write of a later step', () => {
    const left = departures({
      start(env) {
        env.persist(write(1));
        letter(env, 1);
        env.setTimer('later', DISK_LATENCY / 2);
      },
      expire: (env) => env.persist(write(2)),
    });
    expect(left).toEqual([[DISK_LATENCY, 1]]);
  });

  test('for a write and not for its own to be the last', () => {
    const left = departures({
      start(env) {
        env.persist(write(1));
        env.persist(write(2));
        letter(env, 1);
      },
    });
    expect(left).toEqual([[2 * DISK_LATENCY, 1]]);
  });
});

test('a send that skips the barrier leaves at the end of its step', () => {
  const left = departures({
    start(env) {
      env.persist(write(1));
      env.sendUnsynced(1, { type: 'Letter', body: 1 });
    },
  });
  expect(left).toEqual([[0, 1]]);
});

test('a send that skips the barrier overtakes one that does not', () => {
  const left = departures({
    start(env) {
      env.persist(write(1));
      letter(env, 1);
      env.sendUnsynced(1, { type: 'Letter', body: 2 });
    },
  });
  expect(left.map(([, body]) => body)).toEqual([2, 1]);
});

test('a message to oneself waits for the disk like any other', () => {
  const seen: number[] = [];
  simulate({
    replica: {
      start(env) {
        env.persist(write(1));
        env.send(env.id, { type: 'Note' });
      },
      receive: (env) => seen.push(env.now),
    },
  });
  expect(seen).toEqual([DISK_LATENCY, DISK_LATENCY]);
});

test('the disk is one queue: writes become durable in the order of their issue', () => {
  const bodies = Array.from({ length: 30 }, (_, index) => index);
  const left = departures(
    {
      start: (env) => env.setTimer('0', 1),
      expire(env, timer) {
        const body = Number(timer);
        env.persist(write(body));
        letter(env, body);
        if (body + 1 < bodies.length) env.setTimer(String(body + 1), 1);
      },
    },
    { latencyMin: 0, latencyMax: 500, torn: 0 },
  );
  expect(left.map(([, body]) => body)).toEqual(bodies);
  expect(left.map(([at]) => at)).toEqual(left.map(([at]) => at).toSorted((a, b) => a - b));
});

test('the node handles further events while its disk is busy', () => {
  const seen: number[] = [];
  simulate({
    replica: {
      start(env) {
        for (let i = 0; i < 10; i++) env.persist(write(i));
        env.setTimer('soon', 1);
      },
      expire: (env) => seen.push(env.now),
    },
  });
  expect(seen).toEqual([1, 1]);
});

describe('a disk that stalls', () => {
  const STALL = 50_000;
  const LATENCY = { latencyMin: DISK_LATENCY, latencyMax: DISK_LATENCY, torn: 0 };
  const stalling = { ...LATENCY, stall: 1_000_000, stallBy: STALL };
  const writer: Pick<ReplicaBehaviour, 'start' | 'expire'> = {
    start(env) {
      env.persist(write(1));
      letter(env, 1);
    },
  };

  test('takes up to so much longer, and holds back what waits for it', () => {
    const [departure] = departures(writer, stalling);
    expect(departure?.[0]).toBeGreaterThan(DISK_LATENCY);
    expect(departure?.[0]).toBeLessThanOrEqual(DISK_LATENCY + STALL);
    expect(departures(writer, { ...stalling, stall: 0 })).toEqual([[DISK_LATENCY, 1]]);
  });

  test('stalls no more once the run has turned quiet', () => {
    const disk = new Disk(stalling, 'disk:0', new Streams('spec'));
    const stalledUntil = disk.issue([write(1)], 0);
    expect(stalledUntil).toBeGreaterThan(DISK_LATENCY);
    disk.calm();
    expect(disk.issue([write(2)], 0)).toBe(stalledUntil + DISK_LATENCY);
  });
});
