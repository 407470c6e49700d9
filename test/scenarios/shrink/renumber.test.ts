import { describe, expect, it } from 'vitest';
import {
  withClientMerged,
  withoutClients,
  withoutReplicas,
} from '../../../scenarios/shrink/renumber.ts';
import type { PlannedSpec } from '../../../scenarios/shrink/trials.ts';
import { fakeSpec } from '../../cli/fake-engine.ts';

const drawn = fakeSpec('vr/chaos', '0x1');
const message = { type: 'Prepare', ordinal: 0, drop: true };

/** Replicas 0 to 2, clients 3 and 4. */
const spec: PlannedSpec = {
  ...drawn,
  replicas: 3,
  clients: 2,
  ending: { kind: 'quiet', healAt: 1, core: [1, 2] },
  network: {
    ...drawn.network,
    overrides: [
      { from: 0, to: 1, ...message },
      { from: 2, to: 4, ...message },
    ],
  },
  plan: {
    operations: [
      { at: 0, client: 0, operation: { f: 'get', key: 'x' }, via: 1 },
      { at: 1, client: 1, operation: { f: 'get', key: 'y' }, via: 2 },
    ],
    faults: [
      { at: 1, fault: 'crash', node: 1 },
      { at: 2, fault: 'partition', groups: [[0, 3], [1, 2], [4]] },
      { at: 3, fault: 'client-crash', client: 1 },
      { when: { mark: 'elected', node: 2, nth: 1, after: 0 }, fault: 'pause', node: 'it' },
    ],
  },
};

describe('a world without a replica', () => {
  it('has no fault that was about it, and all others among the nodes that are left', () => {
    const { plan, replicas, clients, ending, network } = withoutReplicas(spec, [1]);
    expect([replicas, clients]).toEqual([2, 2]);
    expect(plan.faults).toEqual([
      { at: 2, fault: 'partition', groups: [[0, 2], [1], [3]] },
      { at: 3, fault: 'client-crash', client: 1 },
      { when: { mark: 'elected', node: 1, nth: 1, after: 0 }, fault: 'pause', node: 'it' },
    ]);
    expect(ending).toEqual({ kind: 'quiet', healAt: 1, core: [1] });
    expect(network.overrides).toEqual([{ from: 1, to: 3, ...message }]);
  });

  it('has clients that ask it ask whom they like, and the others whom they did', () => {
    const { operations } = withoutReplicas(spec, [1]).plan;
    expect(operations[0]).toEqual({ at: 0, client: 0, operation: { f: 'get', key: 'x' } });
    expect(operations[1]?.via).toBe(1);
  });

  it('has no fault that waited for what it would reach', () => {
    const { plan } = withoutReplicas(spec, [2]);
    expect(plan.faults.map(({ fault }) => fault)).toEqual(['crash', 'partition', 'client-crash']);
  });
});

describe('a world without a client', () => {
  it('has none of its operations and faults, and later clients move up', () => {
    const { plan, replicas, clients, network } = withoutClients(spec, [0]);
    expect([replicas, clients]).toEqual([3, 1]);
    const asked = { at: 1, client: 0, operation: { f: 'get', key: 'y' }, via: 2 };
    expect(plan.operations).toEqual([asked]);
    expect(plan.faults[1]).toEqual({ at: 2, fault: 'partition', groups: [[0], [1, 2], [3]] });
    expect(plan.faults[2]).toEqual({ at: 3, fault: 'client-crash', client: 0 });
    expect(network.overrides?.at(-1)).toEqual({ from: 2, to: 3, ...message });
  });

  it('has its operations still where another client asks them', () => {
    const { plan, clients } = withClientMerged(spec, 1, 0);
    expect(clients).toBe(1);
    expect(plan.operations.map(({ client }) => client)).toEqual([0, 0]);
    expect(plan.faults.map(({ fault }) => fault)).not.toContain('client-crash');
  });
});
