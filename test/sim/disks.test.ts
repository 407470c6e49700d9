/** What faults do to disks: what a start finds, what leaves the node, and who goes on. */
import { describe, expect, test } from 'vitest';
import type { PlannedFault } from '../../sim/plan.ts';
import { crashAt, entryOf, keepDiary, write } from './diary.ts';
import {
  type Changes,
  DISK_LATENCY,
  lines,
  type ReplicaBehaviour,
  seeds,
  simulate,
} from './scripted.ts';

describe('a record that cannot be written', () => {
  const error: PlannedFault = { at: 2_500, fault: 'write-error', node: 0, lasts: 4_000 };

  test('ends a process that does not handle it, until the disk is mended', () => {
    const { records, starts, simulation } = keepDiary([error]);
    expect(lines(records, 'write-failed')).toEqual([`${3_000 + DISK_LATENCY} n0`]);
    expect(lines(records, 'crash')).toEqual([`${3_000 + DISK_LATENCY} n0`]);
    expect(lines(records, 'restart')).toEqual(['6500 n0']);
    expect(starts).toEqual(['', '1 2']);
    expect(simulation.counts).toMatchObject({ crashes: 1, restarts: 1 });
  });

  test('is one record: those after the restart are written', () => {
    expect(keepDiary([error, crashAt(9_900)]).starts.at(-1)).toBe('1 2 1 2 3');
  });

  test('takes along the sends that waited for it, and no earlier ones', () => {
    const { told } = keepDiary([error], {}, { ending: { kind: 'cut', at: 6_000 } });
    expect(told).toEqual(['1 at 1100', '2 at 2100']);
  });

  test('takes along what was outstanding behind it', () => {
    // Three records wait when the first of them fails.
    const disk = { latencyMin: 2_500, latencyMax: 2_500, torn: 0 };
    const { starts, told } = keepDiary([{ ...error, at: 100 }], {}, { disk });
    expect(starts.slice(0, 2)).toEqual(['', '']);
    expect(told.filter((line) => Number(line.split(' ')[2]) < 4_100)).toEqual([]);
  });

  test('is written all the same where it is not survived that the process ends', () => {
    const { records, simulation } = simulate(
      { replica: { start: (env) => write(env, 1) }, claims: { survives: () => false } },
      { faults: [{ at: 10, fault: 'write-error', node: 0 }], withinClaims: true },
    );
    expect(simulation.counts.crashes).toBe(0);
    expect(lines(records, 'durable')).toContain(`${DISK_LATENCY} n0`);
  });

  test('of two errors takes one each, and the process starts again after each', () => {
    const { records } = keepDiary([error, { ...error, at: 2_600 }]);
    // The second error is met by the first record after the restart, when it has ended.
    expect(lines(records, 'write-failed')).toEqual(['3100 n0']);
    const late = keepDiary([error, { ...error, at: 2_600, lasts: 7_000 }]);
    expect(lines(late.records, 'write-failed')).toEqual(['3100 n0', '7600 n0']);
    expect(lines(late.records, 'restart')).toEqual(['6500 n0', '9600 n0']);
  });
});

describe('a process that handles failed writes', () => {
  const error: PlannedFault = { at: 2_500, fault: 'write-error', node: 0, lasts: 4_000 };

  /** What it is told; with `again`, it writes the entry once more. */
  function handling(again: boolean, faults: readonly PlannedFault[], changes: Changes = {}) {
    const failed: string[] = [];
    const writeFailed: ReplicaBehaviour['writeFailed'] = (env, writes) => {
      failed.push(`${env.now}: ${writes.map(entryOf).join('+')}`);
      if (again) write(env, `${entryOf(writes[0])} again`);
    };
    return { failed, ...keepDiary(faults, { writeFailed }, changes) };
  }

  test('goes on, and is told what was lost', () => {
    const { failed, records, starts } = handling(false, [error, crashAt(5_500)]);
    expect(failed).toEqual(['3100: 3']);
    expect(lines(records, 'crash')).toEqual(['5500 n0']);
    expect(starts[1]).toBe('1 2 4 5');
  });

  test('does not send what waited for the lost record', () => {
    const { told } = handling(false, [error]);
    expect(told.slice(0, 4)).toEqual(['1 at 1100', '2 at 2100', '4 at 4100', '5 at 5100']);
  });

  test('may write and send it again', () => {
    const { told, starts } = handling(true, [error, crashAt(5_500)]);
    expect(told.slice(0, 4)).toEqual(['1 at 1100', '2 at 2100', '3 again at 3200', '4 at 4100']);
    expect(starts[1]).toBe('1 2 3 again 4 5');
  });

  test('sends nothing that waited behind the lost record either', () => {
    // Entries 1 and 2 wait together; the letter of 2 waits for both.
    const disk = { latencyMin: 1_500, latencyMax: 1_500, torn: 0 };
    const { told, failed, starts } = handling(false, [{ ...error, at: 100 }, crashAt(5_900)], {
      disk,
    });
    expect(failed).toEqual(['2500: 1']);
    expect(told[0]).toBe('3 at 5500');
    expect(starts[1]?.split(' ').slice(0, 2)).toEqual(['2', '3']);
  });

  test('is told of every record while the disk is full, and of none afterwards', () => {
    const full: PlannedFault = { at: 2_500, fault: 'disk-full', node: 0, lasts: 3_000 };
    const { failed, starts } = handling(false, [full, crashAt(8_500)]);
    expect(failed).toEqual(['3100: 3', '4100: 4', '5100: 5']);
    expect(starts[1]).toBe('1 2 6 7 8');
  });

  test('may crash while it handles one: nothing of that step happens', () => {
    const crash: PlannedFault = { when: { mark: 'here', nth: 1, after: 0 }, ...crashHere };
    const writeFailed: ReplicaBehaviour['writeFailed'] = (env) => {
      env.mark('here');
      write(env, 'late');
    };
    const { starts, told, records } = keepDiary([error, crash], { writeFailed });
    expect(lines(records, 'crash')).toEqual(['3100 n0']);
    expect(starts[1]).toBe('1 2');
    expect(told.filter((line) => line.startsWith('late'))).toEqual([]);
  });
});

const crashHere = { fault: 'crash', node: 'it', lasts: 500 } as const;

describe('a full disk', () => {
  const full: PlannedFault = { at: 2_500, fault: 'disk-full', node: 0, lasts: 3_000 };

  test('ends the process at the first record, which starts again when there is room', () => {
    const { records, starts } = keepDiary([full]);
    expect(lines(records, 'crash')).toEqual(['3100 n0']);
    expect(lines(records, 'restart')).toEqual(['5500 n0']);
    expect(starts).toEqual(['', '1 2']);
  });

  test('that two faults fill has room when both are over', () => {
    const { records } = keepDiary([full, { ...full, at: 4_000 }]);
    expect(lines(records, 'restart')).toEqual(['7000 n0']);
  });

  test('keeps the process down although another fault of its disk is over', () => {
    const error: PlannedFault = { at: 2_600, fault: 'write-error', node: 0, lasts: 1_000 };
    expect(lines(keepDiary([full, error]).records, 'restart')).toEqual(['5500 n0']);
    expect(lines(keepDiary([full, { ...error, lasts: 9_000 }]).records, 'restart')).toEqual([
      '11600 n0',
    ]);
  });

  test('is mended when the run turns quiet', () => {
    const { lasts: _, ...endless } = full;
    const changes: Changes = { clients: 1, ending: { kind: 'quiet', healAt: 9_000 } };
    const { records } = keepDiary([endless], {}, changes);
    expect(lines(records, 'restart')).toEqual(['9000 n0']);
  });

  test('ends a process that another fault has kept down, when it starts and writes', () => {
    const late: PlannedFault = { ...full, at: 200 };
    const down = crashAt(100, 1_000);
    const { records } = keepDiary([down, late]);
    expect(lines(records, 'crash')).toEqual(['100 n0', '2200 n0']);
    expect(lines(records, 'restart')).toEqual(['1100 n0', '3200 n0']);
  });
});

describe('a record that cannot be read', () => {
  const error: PlannedFault = { at: 3_500, fault: 'read-error', node: 0, place: 0, lasts: 2_000 };

  test('is damaged for a start meanwhile, and whole for one afterwards', () => {
    const { starts } = keepDiary([error, crashAt(4_000), crashAt(6_900)]);
    expect(starts.slice(1)).toEqual(['× 2 3', '1 2 3 1 2']);
  });

  test('can be read when all faults that keep it from being read are over', () => {
    const second = { ...error, at: 4_000, lasts: 5_000 };
    const { starts } = keepDiary([error, second, crashAt(6_500), crashAt(9_500)]);
    expect(starts[1]).toBe('× 2 3 4 5 6');
    expect(starts[2]?.startsWith('1 2')).toBe(true);
  });
});

describe('a record that rots', () => {
  const rot = (at: number, place: number): PlannedFault => ({
    at,
    fault: 'bit-rot',
    node: 0,
    place,
  });

  test('is damaged for good', () => {
    const { starts } = keepDiary([rot(3_500, 500_000), crashAt(4_000), crashAt(6_900)]);
    expect(starts.slice(1)).toEqual(['1 × 3', '1 × 3 1 2']);
  });

  test('is the one at its place, or the next before it that is whole', () => {
    const twice = [rot(3_500, 999_999), rot(3_600, 999_999), crashAt(4_000)];
    expect(keepDiary(twice).starts[1]).toBe('1 × ×');
  });

  test('is not the last whole one within the claims, however often and wherever it strikes', () => {
    const all = [0, 300_000, 600_000, 999_999].map((place, i) => rot(3_500 + i, place));
    const crash = crashAt(4_000);
    expect(keepDiary([...all, crash], {}, { withinClaims: true }).starts[1]).toBe('× × 3');
    expect(keepDiary([...all, crash]).starts[1]).toBe('× × ×');
  });

  test('is held back where there is none', () => {
    const { simulation } = keepDiary([rot(500, 0)]);
    expect(simulation.faults.accounts[0]?.status).toBe('held-back');
  });
});

describe('writes that land on other records', () => {
  const stray = (at: number, place = 0): PlannedFault => ({
    at,
    fault: 'misdirected-write',
    node: 0,
    place,
    lasts: 5_000,
  });

  test('take one record each', () => {
    const { starts } = keepDiary([stray(2_500), stray(2_600, 999_999), crashAt(5_500)]);
    // Entry 3 lands on 1, and entry 4 on 2, the last whole one before it.
    expect(starts[1]).toBe('× × × × 5');
  });

  test('do so one after the other where the end of the disk is spared', () => {
    const faults = [stray(2_500), stray(2_600), crashAt(6_500)];
    expect(keepDiary(faults, {}, { withinClaims: true }).starts[1]).toBe('× 2 × 4 5 6');
  });

  test('count as damage until a start has met it: no claim is stretched meanwhile', () => {
    const { simulation } = keepDiary([stray(2_500)], {}, { ending: { kind: 'cut', at: 2_600 } });
    expect(simulation.isDamaged(0)).toBe(true);
    expect(simulation.isDamaged(1)).toBe(false);
    const met = keepDiary([stray(2_500), crashAt(3_500)]).simulation;
    expect(met.isDamaged(0)).toBe(false);
  });
});

describe('a disk that lies', () => {
  const lie: PlannedFault = { at: 2_500, fault: 'lying-fsync', node: 0, lasts: 3_000 };

  test('loses at a crash what was written meanwhile, and nothing else, without a trace', () => {
    expect(keepDiary([lie, crashAt(5_400)]).starts[1]).toBe('1 2');
  });

  test('has sent what waited for those records', () => {
    const { told } = keepDiary([lie, crashAt(5_400)]);
    expect(told.slice(0, 4)).toEqual(['1 at 1100', '2 at 2100', '3 at 3100', '4 at 4100']);
  });

  test('loses nothing if it has become honest before the crash', () => {
    expect(keepDiary([lie, crashAt(5_600)]).starts[1]).toBe('1 2 3 4 5');
  });

  test('goes on lying after a crash', () => {
    const { starts } = keepDiary([lie, crashAt(3_200, 100), crashAt(5_400, 100)]);
    expect(starts.slice(1)).toEqual(['1 2', '1 2']);
  });

  test('goes on lying until the second of two faults is over', () => {
    const second = { ...lie, at: 4_000, lasts: 3_500 };
    expect(keepDiary([lie, second, crashAt(6_900)]).starts[1]).toBe('1 2');
    expect(keepDiary([lie, second, crashAt(7_600)]).starts[1]).toBe('1 2 3 4 5 6 7');
  });

  test('leaves no torn record of what it never wrote', () => {
    const disk = { latencyMin: 400, latencyMax: 400, torn: 1_000_000 };
    const found = (faults: readonly PlannedFault[]): Set<string | undefined> =>
      new Set(seeds(20).map((seed) => keepDiary(faults, {}, { disk, seed }).starts[1]));
    expect(found([lie, crashAt(5_200)])).toEqual(new Set(['1 2']));
    expect(found([crashAt(5_200)])).toEqual(new Set(['1 2 3 4 ×', '1 2 3 4 5']));
  });

  test('forgets the damage of what it forgets', () => {
    const rot: PlannedFault = { at: 4_500, fault: 'bit-rot', node: 0, place: 999_999 };
    const unreadable = { ...rot, fault: 'read-error', lasts: 9_000 } as const;
    const faults = [lie, rot, unreadable, crashAt(5_400, 400), crashAt(9_950, 400)];
    const { starts, simulation } = keepDiary(faults);
    expect(starts.slice(1)).toEqual(['1 2', '1 2 1 2 3 4']);
    expect(simulation.isDamaged(0)).toBe(false);
  });

  test('lies as well when it is wiped', () => {
    const wipe: PlannedFault = { at: 3_200, fault: 'amnesia', node: 0, lasts: 100 };
    expect(keepDiary([lie, wipe, crashAt(5_400)]).starts.slice(1)).toEqual(['', '']);
  });
});

test('a wiped disk is empty, and takes new records', () => {
  const wipe: PlannedFault = { at: 3_500, fault: 'amnesia', node: 0, lasts: 500 };
  expect(keepDiary([wipe, crashAt(6_500)]).starts.slice(1)).toEqual(['', '1 2']);
});
