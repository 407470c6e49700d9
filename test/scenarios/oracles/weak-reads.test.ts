/** What eventual and bounded reads may be told, by what replicas had known and decided when. */
import { describe, expect, test } from 'vitest';
import { kv } from '../../../protocols/state-machines/kv.ts';
import { DecidedLog } from '../../../scenarios/oracles/decided-log.ts';
import type { Court, Oracle, Watch } from '../../../scenarios/oracles/oracle.ts';
import { boundedReads, eventualReads } from '../../../scenarios/oracles/weak-reads.ts';
import type { HistoryRecord } from '../../../sim/clients.ts';
import type { ClusterView, Protocol } from '../../../sim/contract.ts';
import type { Staleness } from '../../../sim/level.ts';
import type { Plain } from '../../../sim/plain.ts';
import { scripted, world } from '../../sim/scripted.ts';
import { ledgerSpec } from '../ledger-spec.ts';

interface Replica {
  readonly log: Plain[];
  decided: number;
}

const BY_TIME: Staleness = { by: 'time', most: 10_000 };
const BY_VERSIONS: Staleness = { by: 'versions', most: 1 };

/** Two replicas whose logs the test writes, and one client that reads at a time of its own. */
class Afternoon {
  readonly complaints: string[] = [];
  private readonly oracle: Oracle;
  private readonly replicas: Replica[] = [0, 1].map(() => ({ log: [], decided: 0 }));
  private readonly history: HistoryRecord[] = [];
  private readonly decided: DecidedLog;
  private readonly watch: Watch;
  private now = 0;

  constructor(oracle: Oracle, staleness: Staleness) {
    this.oracle = oracle;
    const protocol = {
      ...scripted({ weakerLevels: ['eventual', 'bounded'] }),
      staleness: () => staleness,
      decidedCount: ({ decided }: Replica) => decided,
      decidedOperation: ({ log }: Replica, position: number) => log[position],
      knownCount: ({ log }: Replica) => log.length,
      knownOperation: ({ log }: Replica, position: number) => log[position],
    } as Protocol;
    this.decided = new DecidedLog(protocol, kv, 2);
    const court: Court = {
      build: { protocol, machine: kv },
      specification: kv,
      spec: ledgerSpec({ replicas: 2 }),
      view: this.clock(),
      owed: { clients: [], replicas: [] },
      history: this.history,
      decided: this.decided,
      countOf: () => 0,
      violation: (_, message) => void this.complaints.push(message),
      undecided: (reason) => void this.complaints.push(reason),
    };
    this.watch = oracle.watch(court);
  }

  /** A view of which oracles ask nothing but the time. */
  private clock(): ClusterView {
    const view = world({});
    Object.defineProperty(view, 'now', { get: () => this.now });
    return view;
  }

  /** From now on the replica knows these operations, of which so many are decided. */
  knows(at: number, replica: number, log: readonly Plain[], decided: number): this {
    this.now = at;
    const state: Replica = { log: [...log], decided };
    this.replicas[replica] = state;
    this.decided.update(replica, state);
    this.watch.stepped?.(replica, state);
    return this;
  }

  reads(call: number, end: number, output: Plain, key = 'x'): this {
    const level = this.oracle === eventualReads ? 'eventual' : 'bounded';
    const operation = { f: 'get', key };
    const entry = { process: 0, node: 2, operation, level, call, end, output, isRefused: false };
    this.history.push(entry as HistoryRecord);
    return this;
  }

  ends(): readonly string[] {
    this.watch.ended?.({ how: 'quiet', at: 0, stalled: false });
    return this.complaints;
  }
}

function put(key: string, value: number): Plain {
  return { f: 'put', key, value };
}

const one = put('x', 1);
const two = put('x', 2);
const three = put('x', 3);
const other = put('y', 4);
const rival = put('x', 5);

describe('an eventual read may be told', () => {
  test('what is long out of date, and what is not decided yet', () => {
    const told = new Afternoon(eventualReads, BY_TIME)
      .knows(1, 0, [one, two], 1)
      .knows(50_000, 1, [one, two, three], 2)
      .reads(60_000, 61_000, null)
      .reads(60_000, 61_000, 1)
      .reads(60_000, 61_000, 3);
    expect(told.ends()).toEqual([]);
  });

  test('what a replica took back, and what came in its place', () => {
    const told = new Afternoon(eventualReads, BY_TIME)
      .knows(1, 0, [one, rival], 1)
      .knows(2, 0, [one], 1)
      .knows(3, 0, [one, two], 2)
      .reads(9, 10, 5)
      .reads(11, 12, 2);
    expect(told.ends()).toEqual([]);
  });
});

describe('an eventual read is not told', () => {
  test('what nobody ever wrote', () => {
    const told = new Afternoon(eventualReads, BY_TIME).knows(1, 0, [one], 1).reads(2, 3, 7);
    expect(told.ends()).toEqual([
      'c0 was told 7 at 0.003 ms for an eventual get x,' +
        ' but no replica had known a state that answers so by then',
    ]);
  });

  test('what becomes known after its answer', () => {
    const told = new Afternoon(eventualReads, BY_TIME)
      .knows(1, 0, [one], 1)
      .reads(2, 3, 2)
      .knows(4, 0, [one, two], 1);
    expect(told.ends()).toHaveLength(1);
  });
});

describe('a read that is bounded by time may be told', () => {
  test('what was replaced so late that the bound allows it', () => {
    const told = new Afternoon(boundedReads, BY_TIME)
      .knows(1, 0, [one], 1)
      .knows(20_000, 0, [one, two], 2)
      .reads(29_000, 31_000, 1);
    expect(told.ends()).toEqual([]);
  });

  test('what was decided long ago, whatever has become of other objects', () => {
    const told = new Afternoon(boundedReads, BY_TIME)
      .knows(1, 0, [one], 1)
      .knows(2, 0, [one, other], 2)
      .reads(90_000, 91_000, 1);
    expect(told.ends()).toEqual([]);
  });

  test('what a replica has got lately, though it is never decided', () => {
    const told = new Afternoon(boundedReads, BY_TIME)
      .knows(1, 0, [one], 1)
      .knows(20_000, 0, [one, rival], 1)
      .knows(40_000, 1, [one, rival], 1)
      .reads(45_000, 46_000, 5);
    expect(told.ends()).toEqual([]);
  });
});

describe('a read that is bounded by time is not told', () => {
  test('what was replaced before the bound', () => {
    const told = new Afternoon(boundedReads, BY_TIME)
      .knows(1, 0, [one], 1)
      .knows(20_000, 0, [one, two], 2)
      .reads(31_000, 31_500, 1);
    expect(told.ends()).toEqual([
      'c0 was told 1 at 31.5 ms for a bounded get x,' +
        ' but what answers so was off by more than 10 ms',
    ]);
  });

  test('what has been undecided for longer, at every replica that has it', () => {
    const told = new Afternoon(boundedReads, BY_TIME)
      .knows(1, 0, [one], 1)
      .knows(2, 0, [one, rival], 1)
      .reads(20_000, 21_000, 5);
    expect(told.ends()).toHaveLength(1);
  });
});

describe('a read that is bounded by versions', () => {
  test('may be told the next one, and the one before, however old', () => {
    const told = new Afternoon(boundedReads, BY_VERSIONS)
      .knows(1, 0, [one, two, three], 2)
      .reads(90_000, 91_000, 1)
      .reads(90_000, 91_000, 2)
      .reads(90_000, 91_000, 3);
    expect(told.ends()).toEqual([]);
  });

  test('is not told one that is two behind', () => {
    const told = new Afternoon(boundedReads, BY_VERSIONS)
      .knows(1, 0, [one, two, three], 3)
      .reads(2, 3, 1);
    expect(told.ends()).toEqual([
      'c0 was told 1 at 0.003 ms for a bounded get x,' +
        ' but what answers so was off by more than 1 version',
    ]);
  });

  test('is not told one that is two ahead', () => {
    const told = new Afternoon(boundedReads, BY_VERSIONS)
      .knows(1, 0, [one, two, three], 1)
      .reads(2, 3, 3);
    expect(told.ends()).toHaveLength(1);
  });
});
