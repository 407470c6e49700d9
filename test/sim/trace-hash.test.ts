import { describe, expect, test } from 'vitest';
import type { Plain } from '../../sim/plain.ts';
import type { NetworkConfig } from '../../sim/plan.ts';
import { CALM, type Changes, type Script, seeds, simulate } from './scripted.ts';

/** A little of everything: messages, timers, writes, draws, marks and operations. */
function busy(): Script {
  let open: Plain = null;
  return {
    replica: {
      start: (env) => env.setTimer('tick', 700),
      expire(env) {
        env.persist({ kind: 'append', log: 'log', entry: env.random(1_000) });
        env.send(1 - env.id, { type: env.random(2) === 0 ? 'Even' : 'Odd', body: env.now });
        env.setTimer('tick', 500 + env.random(500));
      },
      receive(env, from, letter) {
        env.mark('here');
        if (from > 1) env.send(from, { type: 'Reply', body: letter.body ?? null });
      },
    },
    client: {
      invoke(env, operation) {
        open = operation;
        env.send(0, { type: 'Request', body: operation });
      },
      receive(env, _from, letter) {
        if (letter.body !== open) return;
        open = null;
        env.complete(letter.body);
      },
    },
  };
}

const ROUGH: NetworkConfig = {
  ...CALM,
  delay: { kind: 'exponential', min: 100, spread: 900 },
  duplicate: 100_000,
  reorder: 100_000,
  reorderBy: 3_000,
};

const WORLD: Changes = {
  clients: 1,
  network: ROUGH,
  disk: { latencyMin: 10, latencyMax: 400, torn: 500_000 },
  clock: { offset: 1_000, drift: 100_000 },
  ending: { kind: 'cut', at: 60_000 },
  operations: [1, 2, 3].map((at) => ({ at, client: 0, operation: at })),
  faults: [{ when: { mark: 'here', nth: 5, after: 0 }, fault: 'crash', node: 'it', lasts: 9_000 }],
};

function traceHash(changes: Changes = {}): string {
  return simulate(busy(), { ...WORLD, ...changes }).simulation.trace.text();
}

test('two runs of one seed have the same trace hash', () => {
  for (const seed of seeds(20)) expect(traceHash({ seed })).toBe(traceHash({ seed }));
});

test('runs of different seeds have different trace hashes', () => {
  const hashes = seeds(50).map((seed) => traceHash({ seed }));
  expect(new Set(hashes).size).toBe(50);
});

test('writing the event log does not change the trace hash', () => {
  for (const seed of seeds(20)) {
    expect(traceHash({ seed, logsEvents: false })).toBe(traceHash({ seed, logsEvents: true }));
  }
});

test('freezing what is sent and persisted does not change the trace hash', () => {
  for (const seed of seeds(20)) {
    expect(traceHash({ seed, paranoid: true })).toBe(traceHash({ seed }));
  }
});

describe('the trace hash changes', () => {
  const message = { from: 0, to: 1, type: 'Even', ordinal: 1 };
  const changes: [string, Changes][] = [
    [
      'one message takes a microsecond',
      { network: { ...ROUGH, overrides: [{ ...message, delay: 1_001 }] } },
    ],
    ['one message is lost', { network: { ...ROUGH, overrides: [{ ...message, drop: true }] } }],
    [
      'one message arrives twice',
      { network: { ...ROUGH, overrides: [{ ...message, duplicate: 5 }] } },
    ],
    ['an operation is called later', { operations: [{ at: 4, client: 0, operation: 1 }] }],
    ['a crash does not happen', { faults: [] }],
    [
      'ties are broken otherwise',
      { shuffleTies: true, network: CALM, disk: { latencyMin: 0, latencyMax: 0, torn: 0 } },
    ],
  ];

  test.each(changes)('when %s', (_, change) => {
    expect(traceHash(change)).not.toBe(traceHash());
  });
});

test('a mark costs the trace hash nothing', () => {
  const { simulation } = simulate({ replica: { start: (env) => env.mark('here') } });
  expect(simulation.trace.text()).toBe(simulate({}).simulation.trace.text());
});

test('the trace hash of a given run never changes', () => {
  expect(traceHash({ seed: '0x1' })).toBe('908e5033af58282e');
});
