import { expect, test } from 'vitest';
import type { NodeId } from '../../sim/contract.ts';
import type { Fault } from '../../sim/fault.ts';
import type { PlannedFault } from '../../sim/plan.ts';
import type { EventRecord } from '../../sim/record.ts';
import { CALM, type Changes, DELAY, lines, type Script, simulate } from './scripted.ts';

const ALL: readonly NodeId[] = [0, 1, 2, 3];

/** Everyone sends one letter to everyone, itself included, at the start. */
const GREETINGS: Script = {
  replica: {
    start(env) {
      for (const to of ALL) env.send(to, { type: 'Hello' });
    },
  },
};

function greet(changes: Changes): readonly EventRecord[] {
  return simulate(GREETINGS, { replicas: ALL.length, ...changes }).records;
}

function delivered(changes: Changes): string[] {
  return greet(changes)
    .filter((record) => record.kind === 'deliver')
    .map(({ peer, node }) => `${peer}>${node}`)
    .sort((a, b) => (a < b ? -1 : 1));
}

function missing(fault: Fault): string[] {
  // A fault at time 0 begins after the nodes have started: let the greetings be said later.
  const late: Script = {
    replica: {
      start: (env) => env.setTimer('greet', 10),
      expire: (env) => GREETINGS.replica?.start?.(env, { records: [] }),
    },
  };
  const { records } = simulate(late, { replicas: ALL.length, faults: [{ at: 5, ...fault }] });
  const dropped = records.filter((record) => record.kind === 'drop');
  expect(dropped.every((record) => record.fate === 'cut')).toBe(true);
  return dropped.map(({ node, peer }) => `${node}>${peer}`).sort((a, b) => (a < b ? -1 : 1));
}

test('a message arrives after its delay', () => {
  const isFromOther = ({ kind, peer, node }: EventRecord) => kind === 'deliver' && peer !== node;
  const first = greet({}).find(isFromOther);
  expect(first).toMatchObject({ time: DELAY, sentAt: 0, label: 'Hello', ordinal: 0 });
});

test('a message to oneself is the next event', () => {
  const seen: string[] = [];
  simulate(
    {
      replica: {
        start(env) {
          // The timer is due at once, but the letter comes first all the same.
          env.setTimer('due', 0);
          if (env.id === 0) env.send(0, { type: 'Note' });
        },
        receive: (env) => seen.push(`letter n${env.id} ${env.now}`),
        expire: (env) => seen.push(`timer n${env.id} ${env.now}`),
      },
    },
    {},
  );
  expect(seen[0]).toBe('letter n0 0');
});

test('messages to oneself keep their order', () => {
  const seen: unknown[] = [];
  simulate({
    replica: {
      start(env) {
        if (env.id !== 0) return;
        for (const body of [1, 2, 3]) env.send(0, { type: 'Note', body });
      },
      receive: (_env, _from, letter) => seen.push(letter.body),
    },
  });
  expect(seen).toEqual([1, 2, 3]);
});

test('a message to oneself is never lost, copied or corrupted', () => {
  const network = { ...CALM, drop: 1_000_000, duplicate: 1_000_000, corrupt: 1_000_000 };
  expect(delivered({ network })).toEqual(['0>0', '1>1', '2>2', '3>3']);
});

test('every message of a calm network arrives once', () => {
  expect(delivered({})).toHaveLength(16);
});

test('a duplicated message arrives twice, the second marked as a copy', () => {
  const override = { from: 0, to: 1, type: 'Hello', ordinal: 0, duplicate: 3_000 };
  const records = greet({ network: { ...CALM, overrides: [override] } });
  const arrivals = records.filter(
    ({ kind, peer, node }) => kind === 'deliver' && peer === 0 && node === 1,
  );
  expect(arrivals.map(({ time, fate }) => [time, fate])).toEqual([
    [DELAY, undefined],
    [3_000, 'duplicate'],
  ]);
});

test('a corrupted message arrives as unreadable', () => {
  const seen: string[] = [];
  const override = { from: 0, to: 1, type: 'Secret', ordinal: 0, corrupt: true };
  const { simulation } = simulate(
    {
      replica: {
        start: (env) => env.id === 0 && env.send(1, { type: 'Secret', body: 'x' }),
        receive: (_env, from, letter) => seen.push(`${from} ${JSON.stringify(letter)}`),
      },
    },
    { network: { ...CALM, overrides: [override] } },
  );
  expect(seen).toEqual(['0 {"type":"Unreadable"}']);
  expect(simulation.counts.corrupted).toBe(1);
});

test('a lost message is logged as lost', () => {
  const override = { from: 0, to: 1, type: 'Hello', ordinal: 0, drop: true };
  const records = greet({ network: { ...CALM, overrides: [override] } });
  const drops = records.filter((record) => record.kind === 'drop' && record.peer === 1);
  expect(drops.map(({ node, fate }) => [node, fate])).toEqual([[0, 'loss']]);
});

test('a partition cuts every link between its groups, both ways', () => {
  expect(missing({ fault: 'partition', groups: [[0, 1], [2]] })).toEqual([
    '0>2',
    '1>2',
    '2>0',
    '2>1',
  ]);
});

test('a node in no group of a partition keeps all its links', () => {
  expect(missing({ fault: 'partition', groups: [[0], [1], [2]] }).join()).not.toContain('3');
});

test('a node in several groups of a partition counts to the first', () => {
  expect(missing({ fault: 'partition', groups: [[0], [0, 1]] })).toEqual(['0>1', '1>0']);
});

test('a one-way cut leaves the other way open', () => {
  expect(missing({ fault: 'one-way', from: [0], to: [1, 2] })).toEqual(['0>1', '0>2']);
});

test('no fault cuts a node off from itself', () => {
  const own = ['0>0', '1>1', '2>2', '3>3'];
  const oneWay = missing({ fault: 'one-way', from: ALL, to: ALL });
  const split = missing({ fault: 'partition', groups: [[0, 1], [1, 0], ALL] });
  expect([...oneWay, ...split].filter((link) => own.includes(link))).toEqual([]);
});

test('what was on its way when a link is cut still arrives', () => {
  const cut: Fault = { fault: 'partition', groups: [[0], [1]] };
  const records = greet({ faults: [{ at: DELAY / 2, ...cut }] });
  expect(lines(records, 'deliver')).toContain(`${DELAY} n1 Hello`);
});

test('a link cut by two faults opens when both have healed', () => {
  const cut: Fault = { fault: 'partition', groups: [[0], [1]] };
  const seen: number[] = [];
  const ticking: Script = {
    replica: {
      start: (env) => env.id === 0 && env.setTimer('tick', 1_000),
      expire(env) {
        env.send(1, { type: 'Tick' });
        env.setTimer('tick', 1_000);
      },
      receive: (env) => seen.push(env.now - DELAY),
    },
  };
  simulate(ticking, {
    faults: [
      { at: 1_500, ...cut, lasts: 3_000 },
      { at: 3_500, ...cut, lasts: 4_000 },
    ],
    ending: { kind: 'cut', at: 12_000 },
  });
  expect(seen).toEqual([1_000, 8_000, 9_000, 10_000, 11_000]);
});

test('a cut link shows as messages that are dropped', () => {
  const script: Script = { replica: { start: (env) => env.send(1 - env.id, { type: 'Hello' }) } };
  const restart: PlannedFault = { at: 200, fault: 'crash', node: 0, lasts: 100 };
  const cut: PlannedFault = { at: 100, fault: 'one-way', from: [0], to: [1] };
  const { records } = simulate(script, { faults: [cut, restart] });
  const drops = records.filter((record) => record.kind === 'drop' && record.fate === 'cut');
  expect(drops.map(({ time, node, peer }) => [time, node, peer])).toEqual([[300, 0, 1]]);
});

test('a slow link delays what is sent while it is slow, and later messages overtake it', () => {
  const script: Script = {
    replica: {
      start(env) {
        env.send(1 - env.id, { type: 'Early' });
        env.setTimer('later', 500);
      },
      expire: (env) => env.send(1 - env.id, { type: 'Late' }),
    },
  };
  const slow: PlannedFault = { at: 100, fault: 'slow', from: [0], to: [1], by: 5_000, lasts: 150 };
  const restart: PlannedFault = { at: 200, fault: 'crash', node: 0, lasts: 10 };
  const { records } = simulate(script, { faults: [slow, restart] });
  const arrivals = records.filter(
    ({ kind, node, sentAt = 0 }) => kind === 'deliver' && node === 1 && sentAt > 200,
  );
  expect(arrivals.map(({ label, sentAt }) => [label, sentAt])).toEqual([
    ['Late', 710],
    ['Early', 210],
  ]);
});
