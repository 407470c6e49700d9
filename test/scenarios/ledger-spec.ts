/** A world for the ledger: two replicas, two clients, thirty operations, losses and two crashes. */
import { builtIn, type Registry } from '../../scenarios/assemble.ts';
import { type RunSpec, SPEC_FORMAT } from '../../scenarios/spec.ts';
import { STREAMS_VERSION } from '../../sim/streams.ts';
import { ledger, ledgerBugs } from './ledger.ts';

export const ledgers: Registry = { ...builtIn, protocols: [ledger], mutants: ledgerBugs };

export function ledgerSpec(changes: Partial<RunSpec> = {}): RunSpec {
  return {
    format: SPEC_FORMAT,
    scenario: 'ledger/rough',
    protocol: 'ledger',
    seed: '0x1',
    streams: STREAMS_VERSION,
    replicas: 2,
    clients: 2,
    options: {},
    machine: 'kv',
    network: {
      delay: { kind: 'uniform', min: 100, spread: 900 },
      drop: 50_000,
      duplicate: 50_000,
      corrupt: 10_000,
      reorder: 100_000,
      reorderBy: 5_000,
    },
    disk: { latencyMin: 20, latencyMax: 500, torn: 300_000 },
    clock: { offset: 1_000, drift: 10_000 },
    ending: { kind: 'quiet', healAt: 300_000 },
    bounds: { events: 20_000, queue: 2_000, time: 10_000_000 },
    workload: {
      operations: 30,
      keys: 1,
      thinkTime: 5_000,
      mix: { get: 40, put: 40, cas: 10, delete: 10 },
    },
    faults: { kinds: { crash: 2 }, lastsMin: 1_000, lastsMax: 40_000, targeted: 0 },
    shuffleTies: true,
    withinClaims: true,
    paranoid: false,
    ...changes,
  };
}
