/** What Viewstamped Replication claims to survive, and when it owes answers. */
import { describe, expect, it } from 'vitest';
import { claims } from '../../protocols/viewstamped-replication/claims.ts';
import { optionSchema } from '../../protocols/viewstamped-replication/options.ts';
import {
  initialReplicaState,
  type ReplicaState,
} from '../../protocols/viewstamped-replication/state.ts';
import type { ClusterView, Options, OptionValue } from '../../sim/contract.ts';

const REPLICAS = [0, 1, 2, 3, 4];

function options(durability: string): Options {
  const complete: { [name: string]: OptionValue } = {};
  for (const option of optionSchema) complete[option.name] = option.default;
  return { ...complete, durability };
}

/** Five replicas, of which some are down and some recover. */
function view(down: readonly number[], recovering: readonly number[]): ClusterView<ReplicaState> {
  return {
    cluster: { replicas: REPLICAS, clients: [], options: {} },
    now: 0,
    stateOf: (replica) => {
      if (down.includes(replica)) return undefined;
      const state = initialReplicaState(replica, REPLICAS.length);
      if (recovering.includes(replica)) state.status = 'recovering';
      return state;
    },
    crashesOf: () => 0,
    isUp: (node) => !down.includes(node),
    isPaused: () => false,
    isConnected: () => true,
    isDamaged: () => false,
  };
}

describe('the claims', () => {
  it('diskless: at most f replicas may be down or recovering at once', () => {
    const { durable, survives } = claims(options('diskless'), 5);
    expect(durable).toBe(false);
    expect(survives('memory', 0, view([], []))).toBe(true);
    expect(survives('memory', 0, view([1], []))).toBe(true);
    expect(survives('memory', 0, view([], [1]))).toBe(true);
    expect(survives('memory', 0, view([1], [2]))).toBe(false);
    expect(survives('memory', 1, view([], [1, 2]))).toBe(true);
  });

  it('durable: any number of replicas may crash', () => {
    const { durable, survives } = claims(options('durable'), 5);
    expect(durable).toBe(true);
    expect(survives('memory', 0, view([1, 2, 3, 4], []))).toBe(true);
  });

  it('progress is owed while a majority takes part', () => {
    const diskless = claims(options('diskless'), 5);
    expect(diskless.owes(view([0, 1], [])).replicas.length).toBeGreaterThan(2);
    expect(diskless.owes(view([0], [1])).replicas.length).toBeGreaterThan(2);
    expect(diskless.owes(view([0], [1, 2])).replicas).toEqual([]);
    const durable = claims(options('durable'), 5);
    expect(durable.owes(view([0, 1], [])).replicas.length).toBeGreaterThan(2);
    expect(durable.owes(view([0, 1, 2], [])).replicas).toEqual([]);
  });

  it('the bound on progress follows the timeouts', () => {
    const patient = { ...options('diskless'), viewChangeTimeout: 500_000 };
    const usual = claims(options('diskless'), 5).progressWithin;
    expect(claims(patient, 5).progressWithin).toBeGreaterThan(usual);
  });
});
