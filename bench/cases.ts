/** What is measured: each protocol with 5 replicas and 10 clients in a closed loop, all calm. */

import { scenarios } from '../scenarios/catalogue/index.ts';
import type { RunSpec } from '../scenarios/spec.ts';
import type { Options } from '../sim/contract.ts';

export interface BenchCase {
  readonly name: string;
  spec(seed: number): RunSpec;
}

/** A protocol in the mode that is measured. */
interface Subject {
  readonly protocol: string;
  readonly mode: string;
  readonly replicas: number;
  readonly options: Options;
}

const REPLICAS = 5;
const MASTERS = 3;
const CLIENTS = 10;
const OPERATIONS = 2_000;
/** The run turns quiet at once: a closed loop needs no time for faults. */
const DURATION = 1;

const WORLD = `${REPLICAS} replicas, ${CLIENTS} clients, closed loop, trace hash on`;
const VR_TIMES = { viewChangeTimeout: 50_000, heartbeatInterval: 10_000 };

const CHAIN = {
  masters: MASTERS,
  servers: 0,
  batchSize: 8,
  window: 32,
  snapshotEvery: 100,
  heartbeatInterval: 10_000,
  leaseDuration: 40_000,
  suspectAfter: 50_000,
};

const subjects: readonly Subject[] = [
  {
    protocol: 'vr',
    mode: 'vr diskless',
    replicas: REPLICAS,
    options: { durability: 'diskless', ...VR_TIMES },
  },
  {
    protocol: 'vr',
    mode: 'vr durable',
    replicas: REPLICAS,
    options: { durability: 'durable', ...VR_TIMES },
  },
  {
    protocol: 'mp',
    mode: 'mp',
    replicas: REPLICAS,
    options: {
      window: 16,
      batchSize: 1,
      phase2Quorum: 0,
      commit: 'explicit',
      readMode: 'log',
      snapshotEvery: 100,
      leaderTimeout: 50_000,
      leaderSpread: 40_000,
      heartbeatInterval: 10_000,
    },
  },
  {
    protocol: 'op',
    mode: 'op durable',
    replicas: REPLICAS,
    options: {
      durability: 'durable',
      window: 16,
      batchSize: 1,
      acceptQuorum: 0,
      prioritySpread: 1,
      readMode: 'log',
      snapshotEvery: 100,
      snapshots: 'complete',
      compaction: 'local',
      electionTimeout: 50_000,
    },
  },
  ...chains('chain', { readMode: 'tail' }),
  ...chains('craq', { readMode: 'lease', readTarget: 'any', multicast: false }),
];

export const benchCases: readonly BenchCase[] = [
  ...subjects.flatMap((subject): BenchCase[] => [
    {
      name: `${subject.mode}, ${WORLD}, oracles off`,
      spec: (seed) => closedLoop(subject, seed, []),
    },
    { name: `${subject.mode}, ${WORLD}, oracles on`, spec: (seed) => closedLoop(subject, seed) },
  ]),
  ...[...new Set(subjects.map(({ protocol }) => protocol))].map((protocol) => ({
    name: `${protocol}/chaos as fuzzed: swarm of faults, oracles on`,
    spec: (seed: number) => drawn(`${protocol}/chaos`, `bench-${seed}`, {}),
  })),
];

function chains(protocol: string, options: Options): Subject[] {
  return ['fail-stop', 'durable'].map((durability) => ({
    protocol,
    mode: `${protocol} ${durability}, and ${MASTERS} masters`,
    replicas: REPLICAS + MASTERS,
    options: { durability, ...CHAIN, ...options },
  }));
}

function closedLoop(subject: Subject, seed: number, oracles?: readonly string[]): RunSpec {
  const spec = drawn(`${subject.protocol}/calm`, `bench-${seed}`, {
    replicas: subject.replicas,
    clients: CLIENTS,
    operations: OPERATIONS,
    duration: DURATION,
    options: subject.options,
    ...(oracles === undefined ? {} : { oracles }),
  });
  const { sequential: _none, ...workload } = spec.workload;
  return { ...spec, paranoid: false, workload: { ...workload, thinkTime: 0, keys: 10 } };
}

function drawn(
  id: string,
  seed: string,
  settings: Parameters<(typeof scenarios)[number]['draw']>[1],
): RunSpec {
  const scenario = scenarios.find((each) => each.id === id);
  if (scenario === undefined) throw new Error(`no scenario ${id}`);
  return scenario.draw(seed, settings);
}
