import { describe, expect, test } from 'vitest';
import { kv } from '../../../protocols/state-machines/kv.ts';
import { DecidedLog } from '../../../scenarios/oracles/decided-log.ts';
import { replies } from '../../../scenarios/oracles/decisions.ts';
import type { Court, Watch } from '../../../scenarios/oracles/oracle.ts';
import { sessions } from '../../../scenarios/oracles/sessions.ts';
import type { HistoryRecord } from '../../../sim/clients.ts';
import type { Protocol } from '../../../sim/contract.ts';
import type { Plain } from '../../../sim/plain.ts';
import { type Script, scripted, world } from '../../sim/scripted.ts';
import { ledgerSpec } from '../ledger-spec.ts';

interface Complaint {
  readonly message: string;
  readonly operations: readonly number[];
}

/** One client's afternoon, told step by step; others decide things in between. */
class Afternoon {
  readonly complaints: Complaint[] = [];
  readonly undecided: string[] = [];
  private readonly log: Plain[] = [];
  private readonly history: HistoryRecord[] = [];
  private readonly decided: DecidedLog;
  private readonly watch: Watch;

  constructor(script: Script = { weakerLevels: ['sequential'] }, oracle = sessions) {
    const plain = scripted(script);
    const protocol: Protocol = {
      ...plain,
      decidedCount: () => this.log.length,
      decidedOperation: (_, position) => this.log[position],
    };
    this.decided = new DecidedLog(protocol, kv, 1);
    const court: Court = {
      build: { protocol, machine: kv },
      specification: kv,
      spec: ledgerSpec({ replicas: 2 }),
      view: world({}),
      owed: { clients: [], replicas: [] },
      history: this.history,
      decided: this.decided,
      countOf: () => 0,
      violation: (_, message, { operations = [] } = {}) => {
        this.complaints.push({ message, operations });
      },
      undecided: (reason) => void this.undecided.push(reason),
    };
    this.watch = oracle.watch(court);
  }

  /** Somebody else's operation, or one that is called below. */
  decide(operation: Plain): void {
    this.log.push(operation);
    this.decided.update(0, {});
  }

  /** The client's own write goes through the log. */
  write(key: string, value: number): void {
    const operation = put(key, value);
    this.decide(operation);
    this.call(operation, null, {});
  }

  read(key: string, output: Plain, more: Partial<HistoryRecord> = {}): void {
    this.call({ f: 'get', key }, output, { level: 'sequential', ...more });
  }

  call(operation: Plain, output: Plain, more: Partial<HistoryRecord>): void {
    const index = this.history.length;
    const call = index * 1_000;
    this.history.push({
      process: 0,
      node: 2,
      operation,
      level: 'linearizable',
      call,
      end: call + 500,
      output,
      isRefused: false,
      ...more,
    });
    if (this.history[index]?.end !== null) this.watch.returned?.(index);
  }

  end(how: 'quiet' | 'violation' = 'quiet'): readonly Complaint[] {
    this.watch.ended?.({ how, at: 0, stalled: false });
    return this.complaints;
  }
}

function put(key: string, value: number): Plain {
  return { f: 'put', key, value };
}

function complaintsOf(tell: (afternoon: Afternoon) => void, script?: Script): readonly Complaint[] {
  const afternoon = new Afternoon(script);
  tell(afternoon);
  return afternoon.end();
}

describe('a session may be told', () => {
  test('what is out of date by now', () => {
    const complaints = complaintsOf((client) => {
      for (const value of [1, 2, 3]) client.decide(put('x', value));
      client.read('x', null);
      client.read('x', 2);
      client.read('x', 2);
      client.read('x', 3);
    });
    expect(complaints).toEqual([]);
  });

  test('its own write, though all that came later is unknown to the replica', () => {
    const complaints = complaintsOf((client) => {
      client.write('x', 1);
      client.decide(put('x', 2));
      client.read('x', 1);
    });
    expect(complaints).toEqual([]);
  });

  test('the same answer again, which was true of an earlier and of a later state', () => {
    const complaints = complaintsOf((client) => {
      for (const value of [1, 2, 1]) client.decide(put('x', value));
      client.read('x', 1);
      client.read('x', 2);
      client.read('x', 1);
    });
    expect(complaints).toEqual([]);
  });

  test('anything while another session is told something newer', () => {
    const complaints = complaintsOf((client) => {
      client.decide(put('x', 1));
      client.read('x', 1, { process: 1 });
      client.read('x', null);
    });
    expect(complaints).toEqual([]);
  });

  test('what was so before its read came to its place in the log', () => {
    const complaints = complaintsOf((client) => {
      const read = { f: 'get', key: 'x' };
      client.decide(put('x', 1));
      client.decide(read);
      client.call(read, null, { level: 'sequential' });
    });
    expect(complaints).toEqual([]);
  });
});

describe('a session is not told', () => {
  test('what was so before its own write', () => {
    const complaints = complaintsOf((client) => {
      client.decide(put('x', 1));
      client.write('x', 2);
      client.read('x', 1);
    });
    expect(complaints).toEqual([
      {
        message:
          'c0 was told 1 at 1.5 ms for a sequential get x, but that was so only until put x = 2 ' +
          'at position 1, which it had done itself before',
        operations: [0, 1],
      },
    ]);
  });

  test('what was so before the place of its own write in the log', () => {
    const [complaint] = complaintsOf((client) => {
      client.decide(put('x', 1));
      client.write('y', 2);
      client.read('x', null);
    });
    expect(complaint?.message).toContain(
      'only until put x = 1 at position 0, and its own earlier put y = 2 is at position 1',
    );
  });

  test('what was so before what it was told last', () => {
    const complaints = complaintsOf((client) => {
      client.decide(put('x', 1));
      client.decide(put('x', 2));
      client.read('x', 1);
      client.read('x', 2);
      client.read('x', 1);
    });
    expect(complaints).toEqual([
      {
        message:
          'c0 was told 1 at 2.5 ms for a sequential get x, but that was so only until put x = 2 ' +
          'at position 1, and its earlier get x, told 2, was of a later state',
        operations: [1, 2],
      },
    ]);
  });

  test('what was so before a linearizable answer that needed no place in the log', () => {
    const [complaint] = complaintsOf((client) => {
      client.decide(put('x', 1));
      client.read('x', 1, { level: 'linearizable' });
      client.read('x', null);
    });
    expect(complaint?.operations).toEqual([0, 1]);
  });

  test('what no state has ever answered', () => {
    const [complaint] = complaintsOf((client) => {
      client.decide(put('x', 1));
      client.read('x', 7);
    });
    expect(complaint).toEqual({
      message:
        'c0 was told 7 at 0.5 ms for a sequential get x, ' +
        'but no state of the decided log ever answered so',
      operations: [0],
    });
  });

  test('what was decided only after it was told', () => {
    const [complaint] = complaintsOf((client) => {
      client.decide(put('x', 1));
      client.read('x', 2);
      client.decide(put('x', 2));
    });
    expect(complaint?.message).toBe(
      'c0 was told 2 at 0.5 ms for a sequential get x, ' +
        'but that became so only later, with put x = 2 at position 1',
    );
  });

  test('that a write is done which then comes earlier than what it has seen', () => {
    const late = put('x', 3);
    const [complaint] = complaintsOf((client) => {
      client.decide(late);
      client.decide(put('y', 4));
      client.read('y', 4);
      client.call(late, null, {});
    });
    expect(complaint).toEqual({
      message: 'c0 did put x = 3 after get y, but it was decided earlier, at position 0',
      operations: [0, 1],
    });
  });
});

describe('nothing is said', () => {
  test('of operations that never returned, or were refused', () => {
    const complaints = complaintsOf((client) => {
      client.decide(put('x', 1));
      client.read('x', 1);
      client.read('x', 7, { end: null });
      client.read('x', 7, { isRefused: true });
    });
    expect(complaints).toEqual([]);
  });

  test('of a linearizable answer that no state explains: it moves nothing', () => {
    const complaints = complaintsOf((client) => {
      client.decide(put('x', 1));
      client.read('x', 7, { level: 'linearizable' });
      client.read('x', null);
    });
    expect(complaints).toEqual([]);
  });

  test('of a session without sequential reads', () => {
    const complaints = complaintsOf((client) => {
      client.write('x', 1);
      client.read('x', null, { level: 'linearizable' });
    });
    expect(complaints).toEqual([]);
  });

  test('of a protocol that offers none', () => {
    const tell = (client: Afternoon): void => client.read('x', 7);
    expect(complaintsOf(tell)).toHaveLength(1);
    expect(complaintsOf(tell, {})).toEqual([]);
  });

  test('where another oracle has ended the run: there may be no one log', () => {
    const afternoon = new Afternoon();
    afternoon.read('x', 7);
    expect(afternoon.end('violation')).toEqual([]);
  });
});

test('a sequential read is not held to the answer at its place in the log', () => {
  const read = { f: 'get', key: 'x' };
  const told = (level: HistoryRecord['level']): readonly Complaint[] => {
    const client = new Afternoon({ weakerLevels: ['sequential'] }, replies);
    client.decide(put('x', 1));
    client.decide(read);
    client.call(read, null, { level });
    return client.end();
  };
  expect(told('sequential')).toEqual([]);
  expect(told('linearizable')).toHaveLength(1);
});

test('of several contradictions, the earliest is told', () => {
  const complaints = complaintsOf((client) => {
    client.read('x', null, { process: 1 });
    client.read('x', 7);
    client.read('x', 8, { process: 1 });
  });
  expect(complaints.map(({ operations }) => operations)).toEqual([[1]]);
});

test('no verdict is given where there is too much to compare', () => {
  const MANY = 2_300;
  const afternoon = new Afternoon();
  for (let key = 0; key < MANY; key++) {
    afternoon.decide(put(`k${key}`, key));
    afternoon.read(`k${key}`, key);
  }
  expect(afternoon.end()).toEqual([]);
  expect(afternoon.undecided).toEqual(['sessions: more than 5000000 answers to compare with']);
});
