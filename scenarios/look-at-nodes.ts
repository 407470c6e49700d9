/** Reads off a simulation what its replicas know: what is in memory, and what their records say. */
import type { Durable, NodeId, Write } from '../sim/contract.ts';
import type { Plain } from '../sim/plain.ts';
import type { Simulation } from '../sim/simulation.ts';
import type { CutLink, DiskState, NodeState } from './node-state.ts';

/** Of all replicas, in their order. */
export function nodeStates(simulation: Simulation): readonly NodeState[] {
  return simulation.cluster.replicas.map((node) => nodeState(simulation, node));
}

function nodeState(simulation: Simulation, id: NodeId): NodeState {
  const node = simulation.node(id);
  const memory = node.process?.state;
  return {
    node: id,
    condition: node.isUp ? (node.isPaused ? 'paused' : 'up') : 'down',
    ...(memory === undefined ? {} : { memory: plainOf(memory) }),
    disk: diskState(node.disk.look()),
    cutOffFrom: cutLinks(simulation, id),
  };
}

function cutLinks(simulation: Simulation, id: NodeId): readonly CutLink[] {
  return simulation.cluster.replicas.flatMap((other): CutLink[] => {
    const hears = simulation.isConnected(other, id);
    const isHeard = simulation.isConnected(id, other);
    if (other === id || (hears && isHeard)) return [];
    if (!hears && !isHeard) return [{ node: other }];
    return [{ node: other, only: hears ? 'to' : 'from' }];
  });
}

interface OpenLog {
  first: number;
  entries: unknown[];
}

function diskState({
  records,
  outstanding,
}: Durable & { readonly outstanding: number }): DiskState {
  const values = new Map<string, unknown>();
  const logs = new Map<string, OpenLog>();
  let damaged = 0;
  for (const { intact, writes } of records) {
    if (!intact) damaged += 1;
    for (const write of intact ? writes : []) apply(write, values, logs);
  }
  return {
    values: Object.fromEntries([...values].map(([key, value]) => [key, plainOf(value)])),
    logs: Object.fromEntries(
      [...logs].map(([name, { first, entries }]) => [
        name,
        { first, entries: entries.map((entry) => plainOf(entry)) },
      ]),
    ),
    damaged,
    outstanding,
  };
}

function apply(write: Write, values: Map<string, unknown>, logs: Map<string, OpenLog>): void {
  if (write.kind === 'set') {
    values.set(write.key, write.value);
    return;
  }
  const log = logs.get(write.log) ?? { first: 0, entries: [] };
  logs.set(write.log, log);
  switch (write.kind) {
    case 'append':
      log.entries.push(write.entry);
      break;
    case 'truncate':
      log.entries.length = Math.min(log.entries.length, Math.max(0, write.end - log.first));
      break;
    case 'trim':
      log.entries.splice(0, Math.max(0, write.first - log.first));
      log.first = Math.max(log.first, write.first);
      break;
    default:
      write satisfies never;
  }
}

/**
 * A copy as JSON has it: a map is a record, a set a list, and what is undefined is not there, nor
 * what is a part of itself. `within` are the objects around the value.
 */
function plainOf(value: unknown, within: readonly object[] = []): Plain {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : null;
    case 'object':
      return value === null || within.includes(value) ? null : plainObject(value, within);
    default:
      return null;
  }
}

function plainObject(value: object, around: readonly object[]): Plain {
  const within = [...around, value];
  if (Array.isArray(value) || value instanceof Set) {
    return [...value].map((element) => plainOf(element, within));
  }
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  return Object.fromEntries(
    entries.flatMap(([key, field]) =>
      field === undefined ? [] : [[String(key), plainOf(field, within)] as const],
    ),
  );
}
