/** The same world with fewer nodes: those that stay are numbered anew, without gaps. */
import type { NodeId } from '../../sim/contract.ts';
import { renameNodes } from '../../sim/fault.ts';
import type { FateOverride, FaultTrigger, PlannedFault, PlannedOperation } from '../../sim/plan.ts';
import { triggeredBy, withoutVia } from './edit.ts';
import type { PlannedSpec } from './trials.ts';

/** Without these replicas and all faults that are about one of them. */
export function withoutReplicas(spec: PlannedSpec, gone: readonly NodeId[]): PlannedSpec {
  return withNodes(spec, (node) => !gone.includes(node));
}

/** Without these clients (by index), their operations, and all faults that are about one. */
export function withoutClients(spec: PlannedSpec, gone: readonly number[]): PlannedSpec {
  return withNodes(spec, (node) => !gone.includes(node - spec.replicas));
}

/** `from` no longer asks: `to` does it instead. `from` is gone. Both are indices of clients. */
export function withClientMerged(spec: PlannedSpec, from: number, to: number): PlannedSpec {
  const operations = spec.plan.operations.map((planned) =>
    planned.client === from ? { ...planned, client: to } : planned,
  );
  return withoutClients({ ...spec, plan: { ...spec.plan, operations } }, [from]);
}

/** Keeps the nodes that `stays` says, replicas and clients, by node id. */
function withNodes(spec: PlannedSpec, stays: (node: NodeId) => boolean): PlannedSpec {
  const count = spec.replicas + spec.clients;
  const newIds = new Map<NodeId, NodeId>();
  for (let node = 0; node < count; node++) if (stays(node)) newIds.set(node, newIds.size);
  const replicas = countBelow(newIds, spec.replicas);
  const renumbering: Renumbering = {
    node: (node) => newIds.get(node),
    client: (client) => {
      const id = newIds.get(client + spec.replicas);
      return id === undefined ? undefined : id - replicas;
    },
  };
  const { faults, operations } = spec.plan;
  return {
    ...spec,
    replicas,
    clients: newIds.size - replicas,
    network: renumberNetwork(spec.network, renumbering),
    ending: renumberEnding(spec.ending, renumbering),
    plan: {
      faults: faults.flatMap((fault) => renumberFault(fault, renumbering) ?? []),
      operations: operations.flatMap((each) => renumberOperation(each, renumbering) ?? []),
    },
  };
}

interface Renumbering {
  /** The new number; undefined for one that is gone. */
  node(node: NodeId): NodeId | undefined;
  client(client: number): number | undefined;
}

function countBelow(newIds: ReadonlyMap<NodeId, NodeId>, end: NodeId): number {
  let count = 0;
  for (const node of newIds.keys()) if (node < end) count += 1;
  return count;
}

function renumberNetwork(
  network: PlannedSpec['network'],
  renumbering: Renumbering,
): PlannedSpec['network'] {
  if (network.overrides === undefined) return network;
  const overrides = network.overrides.flatMap((override): FateOverride[] => {
    const from = renumbering.node(override.from);
    const to = renumbering.node(override.to);
    return from === undefined || to === undefined ? [] : [{ ...override, from, to }];
  });
  return { ...network, overrides };
}

function renumberEnding(
  ending: PlannedSpec['ending'],
  renumbering: Renumbering,
): PlannedSpec['ending'] {
  if (ending.kind === 'cut' || ending.core === undefined) return ending;
  return { ...ending, core: ending.core.flatMap((node) => renumbering.node(node) ?? []) };
}

function renumberFault(planned: PlannedFault, renumbering: Renumbering): PlannedFault | undefined {
  const trigger = renumberTrigger(planned, renumbering);
  const fault = renameNodes(planned, (node) =>
    typeof node === 'number' ? renumbering.node(node) : node,
  );
  if (trigger === undefined || fault === undefined) return undefined;
  if (!('client' in fault)) return triggeredBy(fault, trigger);
  const client = renumbering.client(fault.client);
  return client === undefined ? undefined : triggeredBy({ ...fault, client }, trigger);
}

function renumberTrigger(
  { at, when }: FaultTrigger,
  renumbering: Renumbering,
): FaultTrigger | undefined {
  if (when === undefined) return { at };
  if (when.node === undefined) return { when };
  const node = renumbering.node(when.node);
  return node === undefined ? undefined : { when: { ...when, node } };
}

function renumberOperation(
  planned: PlannedOperation,
  renumbering: Renumbering,
): PlannedOperation | undefined {
  const client = renumbering.client(planned.client);
  if (client === undefined) return undefined;
  if (planned.via === undefined) return { ...planned, client };
  const via = renumbering.node(planned.via);
  return { ...withoutVia(planned), client, ...(via === undefined ? {} : { via }) };
}
