/** What is measured: VR with 5 replicas and 10 clients in a closed loop, on a calm network. */
import { scenarios } from '../scenarios/catalogue/index.ts';
import type { RunSpec } from '../scenarios/spec.ts';

export interface BenchCase {
  readonly name: string;
  spec(seed: number): RunSpec;
}

const REPLICAS = 5;
const CLIENTS = 10;
const OPERATIONS = 2_000;
/** The run turns quiet at once: a closed loop needs no time for faults. */
const DURATION = 1;

const WORLD = `${REPLICAS} replicas, ${CLIENTS} clients, closed loop, trace hash on`;

export const benchCases: readonly BenchCase[] = [
  {
    name: `vr diskless, ${WORLD}, oracles off`,
    spec: (seed) => closedLoop(seed, 'diskless', []),
  },
  { name: `vr diskless, ${WORLD}, oracles on`, spec: (seed) => closedLoop(seed, 'diskless') },
  { name: `vr durable, ${WORLD}, oracles off`, spec: (seed) => closedLoop(seed, 'durable', []) },
  { name: `vr durable, ${WORLD}, oracles on`, spec: (seed) => closedLoop(seed, 'durable') },
  {
    name: 'vr/chaos as fuzzed: swarm of faults, oracles on',
    spec: (seed) => drawn('vr/chaos', `bench-${seed}`, {}),
  },
];

function closedLoop(seed: number, durability: string, oracles?: readonly string[]): RunSpec {
  const spec = drawn('vr/calm', `bench-${seed}`, {
    replicas: REPLICAS,
    clients: CLIENTS,
    operations: OPERATIONS,
    duration: DURATION,
    options: { durability, viewChangeTimeout: 50_000, heartbeatInterval: 10_000 },
    ...(oracles === undefined ? {} : { oracles }),
  });
  return { ...spec, paranoid: false, workload: { ...spec.workload, thinkTime: 0, keys: 10 } };
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
