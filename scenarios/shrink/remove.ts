/** Takes away faults, operations, clients and replicas, many at once and then one by one. */
import type { Micros, NodeId, Protocol } from '../../sim/contract.ts';
import type { Plain } from '../../sim/plain.ts';
import type { NetworkConfig, PlannedFault, PlannedOperation } from '../../sim/plan.ts';
import { withFaults, withOperations } from './edit.ts';
import { minimise } from './minimise.ts';
import { withClientMerged, withoutClients, withoutReplicas } from './renumber.ts';
import type { Case, PlannedSpec, Trials } from './trials.ts';
import { withFittedOptions } from './world.ts';

/** With more entries than this, pairs of them are not tried. */
const PAIRED_MAX = 16;

export function removeFaults(trials: Trials): void {
  minimise(trials.spec.plan.faults, (faults) => trials.attempt(withFaults(trials.spec, faults)));
}

/**
 * In the order of their times, for what is not needed is not needed for a while. Tried in several
 * ways: with the rest moving up, with the fates of messages moving along, and with the rest staying
 * at the times at which it was asked.
 */
export function removeOperations(trials: Trials): void {
  removeOperationsFrom(trials, (spec) => spec);
  if (trials.spec.network.overrides !== undefined) {
    const count = trials.spec.plan.operations.length;
    const { network } = trials.spec;
    removeOperationsFrom(trials, (spec) => {
      const fewer = count - spec.plan.operations.length;
      return { ...spec, network: withEarlierFates(network, fewer) };
    });
  }
  const times = callTimes(trials.best);
  removeOperationsFrom(trials, (spec) => {
    const operations = spec.plan.operations.map((planned) => {
      const at = times.get(planned.operation);
      return at === undefined ? planned : { ...planned, at };
    });
    return withOperations(spec, operations);
  });
}

/** Each of the operations that go has sent one message of each type, more or less. */
function withEarlierFates(network: NetworkConfig, by: number): NetworkConfig {
  const overrides = network.overrides?.map((fate) => ({
    ...fate,
    ordinal: Math.max(0, fate.ordinal - by),
  }));
  return overrides === undefined ? network : { ...network, overrides };
}

/** `prepare` is applied to what is tried: it must leave the operations themselves as they are. */
function removeOperationsFrom(trials: Trials, prepare: (spec: PlannedSpec) => PlannedSpec): void {
  const inTime = [...trials.spec.plan.operations].sort((a, b) => a.at - b.at);
  minimise(
    inTime.map(({ operation }) => operation),
    (rest) => {
      const kept = new Set(rest);
      const operations = trials.spec.plan.operations.filter(({ operation }) => kept.has(operation));
      return trials.attempt(prepare(withOperations(trials.spec, operations)));
    },
  );
}

/** When each operation was asked; the history holds the planned objects themselves. */
function callTimes({ result }: Case): ReadonlyMap<Plain, Micros> {
  return new Map(result.history.map(({ operation, call }) => [operation, call]));
}

/** What only goes together with something else: two entries at a time. */
export function removePairs(trials: Trials): void {
  let entries = entriesOf(trials.spec);
  for (let first = 0; first < entries.length && entries.length <= PAIRED_MAX; first++) {
    for (let second = first + 1; second < entries.length; second++) {
      const gone = new Set([entries[first], entries[second]]);
      const { faults, operations } = trials.spec.plan;
      const plan = {
        faults: faults.filter((fault) => !gone.has(fault)),
        operations: operations.filter((operation) => !gone.has(operation)),
      };
      if (!trials.attempt({ ...trials.spec, plan })) continue;
      entries = entriesOf(trials.spec);
      second = first;
    }
  }
}

function entriesOf({ plan }: PlannedSpec): readonly (PlannedFault | PlannedOperation)[] {
  return [...plan.faults, ...plan.operations];
}

/** Clients go with all that they ask; where that is needed, another client may ask it. */
export function removeClients(trials: Trials): void {
  for (let client = trials.spec.clients - 1; client >= 0; client--) {
    trials.attempt(withoutClients(trials.spec, [client]));
  }
  for (let from = trials.spec.clients - 1; from > 0; from--) {
    for (let to = 0; to < from; to++) {
      if (trials.attempt(withClientMerged(trials.spec, from, to))) break;
    }
  }
}

/**
 * In pairs first: with one less of an odd number, majorities stay as large. Options that fewer
 * replicas leave no room for are lowered: fewer masters, a smaller quorum.
 */
export function removeReplicas(trials: Trials, protocol: Protocol): void {
  const attempt = (gone: readonly NodeId[]): boolean => {
    const rest = withFittedOptions(withoutReplicas(trials.spec, gone), protocol);
    return trials.attempt(rest) || trials.attemptFirst(withLess(rest, gone.length, protocol));
  };
  while (removePair(trials.spec, attempt) || removeReplica(trials.spec, attempt));
}

/** With less of what replicas are counted for: the one that went may have been one of those. */
function withLess(spec: PlannedSpec, by: number, protocol: Protocol): readonly PlannedSpec[] {
  const limited = protocol.limits?.(spec.options, spec.replicas) ?? [];
  return protocol.optionSchema.flatMap((option) => {
    const value = spec.options[option.name];
    const isCounted = limited.some((limit) => limit.option === option.name);
    if (!isCounted || option.type !== 'integer' || typeof value !== 'number') return [];
    if (value - by < option.min || value === 0) return [];
    return [{ ...spec, options: { ...spec.options, [option.name]: value - by } }];
  });
}

type Attempt = (gone: readonly NodeId[]) => boolean;

function removePair({ replicas }: PlannedSpec, attempt: Attempt): boolean {
  if (replicas < 3) return false;
  for (let second = replicas - 1; second > 0; second--) {
    for (let first = second - 1; first >= 0; first--) {
      if (attempt([first, second])) return true;
    }
  }
  return false;
}

function removeReplica({ replicas }: PlannedSpec, attempt: Attempt): boolean {
  if (replicas < 2) return false;
  for (let replica = replicas - 1; replica >= 0; replica--) {
    if (attempt([replica])) return true;
  }
  return false;
}
