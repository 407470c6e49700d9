/** What each measure says of runs in which it is plain to see. */
import { describe, expect, test } from 'vitest';
import { scenarios } from '../../../scenarios/catalogue/index.ts';
import { measuresOf } from '../../../scenarios/measure/measures.ts';
import { METRICS } from '../../../scenarios/measure/metrics.ts';
import { outagesIn } from '../../../scenarios/measure/outages.ts';
import { run } from '../../../scenarios/run.ts';
import { asked, fakeRun } from './fake-run.ts';

const MS = 1_000;
const WHOLE = { from: 0, to: 1_000 * MS };

function outages(history: readonly ReturnType<typeof asked>[], window = WHOLE): string[] {
  return outagesIn(history, window, 20 * MS).map(({ from, to }) => `${from / MS}-${to / MS}`);
}

describe('an outage', () => {
  test('is a stretch in which something is open and nothing returns', () => {
    expect(outages([asked(0, 10, 100)])).toEqual(['10-100']);
  });

  test('ends with any return, and another one may follow', () => {
    expect(outages([asked(0, 10, 200), asked(1, 20, 100)])).toEqual(['10-100', '100-200']);
  });

  test('is none while nobody asks', () => {
    expect(outages([asked(0, 10, 12), asked(0, 300, 302)])).toEqual([]);
  });

  test('goes on over the moment at which one client gives up and another still waits', () => {
    expect(outages([asked(0, 10), asked(1, 20, 150), asked(0, 60, 150)])).toEqual(['10-150']);
  });

  test('does not end with a client that gives up and asks again', () => {
    expect(outages([asked(0, 10), asked(0, 90, 91)])).toEqual(['10-91']);
  });

  test('lasts to the end where an operation never returns', () => {
    expect(outages([asked(0, 10)])).toEqual(['10-1000']);
  });

  test('counts from the beginning of the window, and only if it is longer than the least', () => {
    const history = [asked(0, 10, 60), asked(0, 61, 81)];
    expect(outages(history, { from: 30 * MS, to: 1_000 * MS })).toEqual(['30-60']);
  });
});

describe('a run', () => {
  const busy = Array.from({ length: 100 }, (_, at) => asked(0, at * 10, at * 10 + 5));

  test('has downtime from the first fault on, by the longest outage and by all of them', () => {
    const history = [asked(0, 0, 90), asked(0, 100, 200), asked(0, 300, 350), asked(0, 500, 510)];
    const measures = measuresOf(fakeRun(history, {}, 150));
    expect(measures.longestOutage).toBe(50 * MS);
    expect(measures.downtime).toBe(100 * MS);
    expect(measuresOf(fakeRun(history)).longestOutage).toBe(100 * MS);
  });

  test('tells how long nobody could reach a quorum', () => {
    const reach = [
      { at: 0, hasQuorum: true },
      { at: 100 * MS, hasQuorum: false },
      { at: 250 * MS, hasQuorum: true },
      { at: 900 * MS, hasQuorum: false },
    ];
    expect(measuresOf(fakeRun(busy, { reach }, 50)).withoutQuorum).toBe(250 * MS);
  });

  test('counts another replica that leads as a change, and the same in another round not', () => {
    const leaderships = [
      { at: 0 },
      { at: 2 * MS, leader: 0, round: 1 },
      { at: 110 * MS },
      { at: 150 * MS, leader: 1, round: 2 },
      { at: 200 * MS, leader: 1, round: 3 },
      { at: 300 * MS, leader: 0, round: 4 },
    ];
    const measures = measuresOf(fakeRun(busy, { leaderships }, 100));
    expect(measures).toMatchObject({ leaderChanges: 2, rounds: 3 });
    expect(measures.stableAfterStart).toBe(2 * MS);
    expect(measures.stableAfterFault).toBe(200 * MS);
  });

  test('does not count who leads first as a change', () => {
    const leaderships = [{ at: 0 }, { at: 2 * MS, leader: 2, round: 1 }];
    expect(measuresOf(fakeRun(busy, { leaderships }))).toMatchObject({
      leaderChanges: 0,
      rounds: 0,
      stableAfterStart: 2 * MS,
    });
  });

  test('has no stable leader where nobody leads, or one only just, or one to no avail', () => {
    const stable = (history: typeof busy, last: object): unknown =>
      measuresOf(
        fakeRun(
          history,
          {
            leaderships: [
              { at: 0, leader: 0, round: 0 },
              { at: 0, ...last },
            ],
          },
          100,
        ),
      ).stableAfterFault;
    expect(stable(busy, { at: 500 * MS })).toBeNull();
    expect(stable(busy, { at: 950 * MS, leader: 1, round: 1 })).toBeNull();
    expect(stable(busy.slice(0, 80), { at: 500 * MS, leader: 1, round: 1 })).toBeNull();
    expect(stable(busy, { at: 500 * MS, leader: 1, round: 1 })).toBe(400 * MS);
    expect(stable(busy, { at: 50 * MS, leader: 1, round: 1 })).toBe(0);
  });

  test('without a fault has nothing to say of leaders after one', () => {
    expect(measuresOf(fakeRun(busy))).not.toHaveProperty('stableAfterFault');
  });

  test('counts operations, latencies, messages and syncs while it is observed', () => {
    const history = [asked(0, 0, 10), asked(1, 5, 25), asked(0, 980, 1_010), asked(1, 990)];
    const sent = [
      { type: 'A', count: 7 },
      { type: 'B', count: 3 },
    ];
    expect(measuresOf(fakeRun(history, { sent, syncs: 5 }))).toMatchObject({
      done: 2,
      unfinished: 2,
      throughput: 2,
      latency50: 10 * MS,
      latency90: 20 * MS,
      latencyMax: 20 * MS,
      messages: 5,
      syncs: 2.5,
    });
  });

  test('in which nothing was done has no latency, and nothing an operation', () => {
    expect(measuresOf(fakeRun([asked(0, 10)]))).toMatchObject({
      latency50: null,
      messages: null,
      syncs: null,
    });
  });

  test('has every measure that has a name, and no other', () => {
    const measures = measuresOf(fakeRun(busy, {}, 100));
    expect(Object.keys(measures).sort((a, b) => (a < b ? -1 : 1))).toEqual(
      METRICS.map(({ id }) => id).toSorted((a, b) => (a < b ? -1 : 1)),
    );
  });
});

describe('the course of a real run', () => {
  const spec = scenarios.find(({ id }) => id === 'mp/crashes')!.draw('0x5', {});
  const recorded = run(spec, { course: true });

  test('changes nothing of the run', () => {
    const { course, ...rest } = recorded;
    expect(rest).toEqual(run(spec));
    expect(course).toBeDefined();
  });

  test('agrees with the log of its events on who led when', () => {
    const { events = [] } = run(spec, { events: true });
    const until = recorded.course!.until;
    const led = events.filter(({ leads, time }) => leads === true && time < until);
    const changes = recorded.course!.leaderships.filter(({ leader }) => leader !== undefined);
    expect(changes.length).toBeGreaterThan(1);
    for (const { at, leader, round } of changes) {
      const isFirst = led.some((e) => e.node === leader && e.round === round && e.time === at);
      const wasBefore = led.some((e) => e.node === leader && e.round === round && e.time < at);
      expect(isFirst || wasBefore).toBe(true);
    }
  });

  test('has as many messages as left their nodes, but for those to themselves', () => {
    const calm = scenarios.find(({ id }) => id === 'vr/calm')!.draw('0x5', {});
    const { course, counts } = run(calm, { course: true });
    const sent = course!.sent.reduce((sum, { count }) => sum + count, 0);
    expect(sent).toBeGreaterThan(0);
    expect(sent).toBeLessThanOrEqual(counts.sent);
  });

  test('counts records that the disks have taken, over restarts', () => {
    expect(recorded.counts.crashes).toBeGreaterThan(0);
    expect(recorded.course!.syncs).toBeGreaterThan(0);
    expect(recorded.course!.syncs).toBeLessThanOrEqual(recorded.counts.persisted);
  });
});
