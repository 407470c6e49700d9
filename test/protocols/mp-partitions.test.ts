/**
 * Partitions of every shape that last: where progress is owed it happens, and where it is not owed
 * there is a course in which it does not happen in time.
 */
import { describe, expect, it } from 'vitest';
import { scenarios } from '../../scenarios/catalogue/index.ts';
import { run } from '../../scenarios/run.ts';
import type { RunResult } from '../../scenarios/spec.ts';
import type { Fault } from '../../sim/fault.ts';
import type { PlannedFault } from '../../sim/plan.ts';
import { Stream } from '../../sim/streams.ts';

const MS = 1_000;
const SEEDS = 12;
const OPERATIONS = 40;
const QUIET_AT = 300 * MS;
/** What a client waits for at most when views change for a while: far below the stated bound. */
const SOON = QUIET_AT + 2_000 * MS;

const shapes: { readonly [name: string]: (order: readonly number[]) => Fault } = {
  split: (order) => {
    const half = Math.floor(order.length / 2);
    return { fault: 'partition', groups: [order.slice(0, half), order.slice(half)] };
  },
  isolated: ([one, ...rest]) => ({ fault: 'partition', groups: [[one!], rest] }),
  mute: ([one, ...rest]) => ({ fault: 'one-way', from: [one!], to: rest }),
  deaf: ([one, ...rest]) => ({ fault: 'one-way', from: rest, to: [one!] }),
  'mute to one': ([one, other]) => ({ fault: 'one-way', from: [one!], to: [other!] }),
  bridge: ([hub, ...rest]) => {
    const half = Math.floor(rest.length / 2);
    return { fault: 'bridge', node: hub!, groups: [rest.slice(0, half), rest.slice(half)] };
  },
  ring: (order) => ({ fault: 'ring', order }),
  chained: (order) => ({ fault: 'chained', order }),
  'quorum-loss': ([hub]) => ({ fault: 'quorum-loss', node: hub! }),
  'constrained-election': ([hub, leader]) => ({
    fault: 'constrained-election',
    node: hub!,
    leader: leader!,
    lag: 20 * MS,
  }),
};

/** The shape for good, after a crash that moves the primary on; only clients and one node heal. */
function play(shape: string, replicas: number, seed: number): RunResult {
  const stream = new Stream(`${seed}`, shape);
  const order = stream.shuffle(Array.from({ length: replicas }, (_, replica) => replica));
  const commit = seed % 2 === 0 ? 'explicit' : 'piggybacked';
  const settings = { replicas, clients: 2, operations: OPERATIONS, duration: QUIET_AT };
  const calm = scenarios.find(({ id }) => id === 'mp/calm')!;
  const spec = calm.draw(`0x${seed}`, { ...settings, options: { commit, phase2Quorum: 0 } });
  const faults: PlannedFault[] = [
    { at: 20 * MS, fault: 'crash', node: stream.below(replicas), lasts: 80 * MS },
    { at: 220 * MS, ...shapes[shape]!(order) },
  ];
  const operations = Array.from({ length: OPERATIONS }, (_, index) => ({
    at: 10 * MS * index,
    client: index % 2,
    operation: { f: 'put', key: 'x', value: index },
  }));
  return run({
    ...spec,
    plan: { faults, operations },
    ending: { kind: 'quiet', healAt: QUIET_AT, core: [0] },
  });
}

/** In how many seeds all clients are answered soon; in none may what is owed stay out. */
function countDone(shape: string, replicas: number): number {
  let done = 0;
  for (let seed = 1; seed <= SEEDS; seed++) {
    const result = play(shape, replicas, seed);
    expect(result.failures).toEqual([]);
    const open = result.history.filter((entry) => entry.return === null);
    if (open.length === 0 && result.history.length === OPERATIONS && result.ended.at < SOON) done++;
  }
  return done;
}

describe('a partition that lasts', () => {
  const owed: readonly (readonly [string, number])[] = [
    ['split', 3],
    ['split', 5],
    ['isolated', 3],
    ['isolated', 4],
    ['isolated', 5],
    ['mute', 3],
    ['mute', 5],
  ];

  it.each(owed)('of shape %s leaves %i nodes what they owe', (shape, replicas) => {
    expect(play(shape, replicas, 1).ended.isOwedNothing).not.toBe(true);
    expect(countDone(shape, replicas)).toBe(SEEDS);
  });

  const stuck: readonly (readonly [string, number])[] = [
    ['split', 4],
    ['deaf', 3],
    ['deaf', 5],
    ['ring', 7],
    ['chained', 4],
    ['quorum-loss', 5],
    ['constrained-election', 5],
  ];

  it.each(stuck)('of shape %s may keep the clients of %i nodes waiting', (shape, replicas) => {
    expect(countDone(shape, replicas)).toBeLessThan(SEEDS);
  });

  // Whoever leads is replaced by those that do not hear it, and gets something done in between.
  const unowed: readonly (readonly [string, number])[] = [
    ['mute to one', 5],
    ['bridge', 5],
    ['ring', 5],
    ['chained', 3],
  ];

  it.each(unowed)(
    'of shape %s is survived by %i nodes, though nothing is owed',
    (shape, replicas) => {
      expect(play(shape, replicas, 1).ended.isOwedNothing).toBe(true);
      expect(countDone(shape, replicas)).toBe(SEEDS);
    },
  );
});
