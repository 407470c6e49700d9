/**
 * Every fault that a plan may hold, and what each kind means. What `lasts` a while heals by itself;
 * what has no `lasts` holds until the run turns quiet.
 */
import type { Micros, NodeId, Options } from './contract.ts';

/**
 * A node of a fault: a node id; `'it'`, the node that reached the mark of its trigger; or
 * `'leader'`, whoever leads when the fault strikes.
 */
export type FaultNode = NodeId | 'it' | 'leader';

type Nodes = readonly FaultNode[];

interface Lasting {
  readonly lasts?: Micros;
}

export type Fault =
  | LinkFault
  | ProcessFault
  | DiskFault
  | ClockFault
  | ClientFault
  | ByzantineFault
  | ReconfigureFault;

export type FaultKind = Fault['fault'];

/** What links do. A cut link takes no new messages; what is on its way arrives. */
export type LinkFault = Lasting &
  (
    | {
        /**
         * Nodes in different groups cannot talk; a node in no group keeps all its links, and one
         * in several counts to the first.
         */
        readonly fault: 'partition';
        readonly groups: readonly Nodes[];
      }
    /** Nothing goes from any of `from` to any of `to`; the other way works. */
    | { readonly fault: 'one-way'; readonly from: Nodes; readonly to: Nodes }
    /** The groups cannot talk to each other, and `node` can talk to all of them. */
    | { readonly fault: 'bridge'; readonly node: FaultNode; readonly groups: readonly Nodes[] }
    /** Each node of `order` can talk to the one before and the one after it; the ends meet. */
    | { readonly fault: 'ring'; readonly order: Nodes }
    /** Each node of `order` can talk to the one before and the one after it; the ends cannot. */
    | { readonly fault: 'chained'; readonly order: Nodes }
    /**
     * All replicas can talk to `node` and to no other replica: nobody but `node` has a quorum
     * (OmniPaxos, EuroSys 2023, §2.1).
     */
    | { readonly fault: 'quorum-loss'; readonly node: FaultNode }
    | {
        /**
         * For `lag`, `node` hears nothing of `leader`; then `leader` is alone and all others can
         * talk to `node` only: the one that could lead has an outdated log (EuroSys 2023, §2.2).
         */
        readonly fault: 'constrained-election';
        readonly node: FaultNode;
        readonly leader: FaultNode;
        readonly lag: Micros;
      }
    /** A partition that comes and goes: cut for one `period`, whole for the next. */
    | { readonly fault: 'flapping'; readonly groups: readonly Nodes[]; readonly period: Micros }
    /** What goes from `from` to `to` takes `by` longer; what is sent later may overtake. */
    | { readonly fault: 'slow'; readonly from: Nodes; readonly to: Nodes; readonly by: Micros }
    /** What goes from `from` to `to` is held back, and let go all at once at the end. */
    | { readonly fault: 'clog'; readonly from: Nodes; readonly to: Nodes }
  );

export type ProcessFault = Lasting &
  /** Process and memory are gone; restarts after `lasts`, unless it stays down. */
  (
    | { readonly fault: 'crash'; readonly node: FaultNode; readonly staysDown?: boolean }
    /** As a crash, and the disk is empty when the node restarts. */
    | { readonly fault: 'amnesia'; readonly node: FaultNode }
    /** Nothing is handled for `lasts`, while the clock goes on; what arrives waits. */
    | { readonly fault: 'pause'; readonly node: FaultNode }
    /** Each event at the node takes `by`; what arrives meanwhile waits its turn. */
    | { readonly fault: 'slow-node'; readonly node: FaultNode; readonly by: Micros }
    /** Each of `order` in turn crashes, is down for `down`, and is back for `up`. */
    | {
        readonly fault: 'rolling-restart';
        readonly order: Nodes;
        readonly down: Micros;
        readonly up: Micros;
      }
    /** The node crashes and restarts after `lasts` as another build, which it then stays. */
    | {
        readonly fault: 'version-change';
        readonly node: FaultNode;
        /** Id of a planted bug that the new build has. */
        readonly mutant?: string;
        /** Options that the new build has otherwise. */
        readonly options?: Options;
      }
  );

/** What disks do. `place` says which record, in parts per million of those there are. */
export type DiskFault = Lasting &
  /** The next record cannot be written: unless it handles that, the process ends. */
  (
    | { readonly fault: 'write-error'; readonly node: FaultNode }
    /** The record at `place` cannot be read for so long: a start meanwhile finds it damaged. */
    | { readonly fault: 'read-error'; readonly node: FaultNode; readonly place: number }
    /** The record at `place` is damaged for good. */
    | { readonly fault: 'bit-rot'; readonly node: FaultNode; readonly place: number }
    /** The next record lands on the one at `place`: that one is damaged, its own place is empty. */
    | { readonly fault: 'misdirected-write'; readonly node: FaultNode; readonly place: number }
    /** Records are reported as durable and are not: a crash meanwhile loses them. */
    | { readonly fault: 'lying-fsync'; readonly node: FaultNode }
    /** No record can be written while it lasts. */
    | { readonly fault: 'disk-full'; readonly node: FaultNode }
    /** Each record takes `by` longer. */
    | { readonly fault: 'slow-disk'; readonly node: FaultNode; readonly by: Micros }
  );

/** What a node's own clock does; virtual time and the other nodes' clocks go on. */
export type ClockFault = Lasting &
  /** The clock leaps forward; timers that would have expired meanwhile do so now. */
  (
    | { readonly fault: 'clock-jump'; readonly node: FaultNode; readonly by: Micros }
    /** The clock gains (or, if negative, loses) `rate` parts per million more. */
    | { readonly fault: 'clock-drift'; readonly node: FaultNode; readonly rate: number }
    /** The clock stands still, and timers with it; messages are handled. */
    | { readonly fault: 'clock-freeze'; readonly node: FaultNode }
  );

/** What clients do. `client` is an index from 0, not a node id. */
export type ClientFault = Lasting &
  /** The process dies and starts again; its open operation stays open for ever. */
  (
    | { readonly fault: 'client-crash'; readonly client: number }
    /** All that the client sends is sent a second time, `by` later. */
    | { readonly fault: 'duplicate-request'; readonly client: number; readonly by: Micros }
    /** What the client sends to a replica goes to the replica `shift` further on. */
    | { readonly fault: 'wrong-node'; readonly client: number; readonly shift: number }
    /** The client waits only for the `factor`th part of the time that it would. */
    | { readonly fault: 'impatience'; readonly client: number; readonly factor: number }
  );

/** What an adversary that has taken a replica over does with what the replica sends. */
export type Behaviour = (typeof BEHAVIOURS)[number];
export const BEHAVIOURS = [
  'withhold',
  'delay',
  'replay',
  'alter',
  'equivocate',
  'misorder',
] as const;

/**
 * An adversary over the outbox of a replica that is correct otherwise: `rate` parts per million of
 * what it sends to the nodes in `to` is withheld, sent `by` later, followed by a copy of an earlier
 * message, altered in one field, altered for this recipient only, or swapped with the next.
 */
export interface ByzantineFault extends Lasting {
  readonly fault: 'byzantine';
  readonly node: FaultNode;
  readonly behaviour: Behaviour;
  readonly to: Nodes;
  readonly rate: number;
  readonly by: Micros;
}

/** Asks the group to go on with `members`; only protocols that can do that are asked. */
export interface ReconfigureFault extends Lasting {
  readonly fault: 'reconfigure';
  readonly members: Nodes;
}

export type FaultGroup =
  | 'partition'
  | 'network'
  | 'process'
  | 'disk'
  | 'clock'
  | 'client'
  | 'byzantine'
  | 'configuration';

/** What each kind is, for lists and help. */
export const FAULT_KINDS: {
  readonly [kind in FaultKind]: { readonly group: FaultGroup; readonly about: string };
} = {
  partition: { group: 'partition', about: 'nodes in different groups cannot talk' },
  'one-way': { group: 'partition', about: 'nothing goes one way, the other way works' },
  bridge: { group: 'partition', about: 'groups that only one node can talk to all of' },
  ring: { group: 'partition', about: 'each node can talk to its two neighbours in a ring' },
  chained: { group: 'partition', about: 'each node can talk to its neighbours in a line' },
  'quorum-loss': {
    group: 'partition',
    about: 'one replica can talk to all, the others to it only',
  },
  'constrained-election': {
    group: 'partition',
    about: 'the leader is cut off, and the only one that can talk to all has an outdated log',
  },
  flapping: { group: 'partition', about: 'a partition that comes and goes' },
  slow: { group: 'network', about: 'messages over some links take longer and may be overtaken' },
  clog: { group: 'network', about: 'messages over some links are held, then all let go at once' },
  crash: { group: 'process', about: 'a node loses its memory and restarts, or stays down' },
  amnesia: { group: 'process', about: 'a node restarts with an empty disk' },
  pause: { group: 'process', about: 'a node handles nothing for a while; its clock goes on' },
  'slow-node': { group: 'process', about: 'each event at a node takes a while, others wait' },
  'rolling-restart': { group: 'process', about: 'replicas crash and restart one after the other' },
  'version-change': { group: 'process', about: 'a node restarts as another build' },
  'write-error': { group: 'disk', about: 'a record cannot be written; the process ends' },
  'read-error': { group: 'disk', about: 'a record cannot be read at a start' },
  'bit-rot': { group: 'disk', about: 'a record is damaged for good' },
  'misdirected-write': { group: 'disk', about: 'a record lands on another one' },
  'lying-fsync': { group: 'disk', about: 'records are said to be durable and are not' },
  'disk-full': { group: 'disk', about: 'nothing can be written for a while' },
  'slow-disk': { group: 'disk', about: 'each record takes longer' },
  'clock-jump': { group: 'clock', about: 'a clock leaps forward' },
  'clock-drift': { group: 'clock', about: 'a clock runs fast or slow' },
  'clock-freeze': { group: 'clock', about: 'a clock stands still, and its timers with it' },
  'client-crash': { group: 'client', about: 'a client dies with its open operation' },
  'duplicate-request': { group: 'client', about: 'a client sends everything twice' },
  'wrong-node': { group: 'client', about: 'a client asks another replica than it means to' },
  impatience: { group: 'client', about: 'a client loses patience, {factor} times too soon' },
  byzantine: { group: 'byzantine', about: 'an adversary tampers with what a replica sends' },
  reconfigure: { group: 'configuration', about: 'members are added, removed or replaced' },
};

/** The kinds in the order of their list. */
export const faultKinds = Object.keys(FAULT_KINDS) as readonly FaultKind[];

/** The fields of each kind that name nodes: to look for all in every fault takes far longer. */
const NODE_FIELDS: {
  readonly [kind in FaultKind]: readonly Exclude<keyof OfKind<kind> & keyof NodeFields, 'fault'>[];
} = {
  partition: ['groups'],
  'one-way': ['from', 'to'],
  bridge: ['node', 'groups'],
  ring: ['order'],
  chained: ['order'],
  'quorum-loss': ['node'],
  'constrained-election': ['node', 'leader'],
  flapping: ['groups'],
  slow: ['from', 'to'],
  clog: ['from', 'to'],
  crash: ['node'],
  amnesia: ['node'],
  pause: ['node'],
  'slow-node': ['node'],
  'rolling-restart': ['order'],
  'version-change': ['node'],
  'write-error': ['node'],
  'read-error': ['node'],
  'bit-rot': ['node'],
  'misdirected-write': ['node'],
  'lying-fsync': ['node'],
  'disk-full': ['node'],
  'slow-disk': ['node'],
  'clock-jump': ['node'],
  'clock-drift': ['node'],
  'clock-freeze': ['node'],
  'client-crash': [],
  'duplicate-request': [],
  'wrong-node': [],
  impatience: [],
  byzantine: ['node', 'to'],
  reconfigure: ['members'],
};

/** The nodes that a fault names, each with the field that names it: `['groups[0]', [0, 'it']]`. */
export function nodesOf(fault: Fault): readonly (readonly [string, Nodes])[] {
  const fields: NodeFields = fault;
  const found: [string, Nodes][] = [];
  for (const name of NODE_FIELDS[fault.fault]) {
    if (name === 'groups') {
      fields.groups?.forEach((group, index) => {
        found.push([`groups[${index}]`, group]);
      });
    } else {
      const named = fields[name];
      if (named !== undefined) found.push([name, typeof named === 'object' ? named : [named]]);
    }
  }
  return found;
}

/**
 * The same fault among other nodes. Nodes that `rename` maps to undefined leave the lists they are
 * in; a fault that is about such a node, or that this leaves with nobody, is undefined itself. What
 * becomes one node is named once, in the first place that it has: that is where it is struck.
 */
export function renameNodes<F extends Fault>(fault: F, rename: Rename): F | undefined {
  const fields: NodeFields = fault;
  const renamed: { [field: string]: FaultNode | Nodes | readonly Nodes[] } = {};
  for (const name of NODE_FIELDS[fault.fault]) {
    if (name === 'groups') {
      const groups = renameGroups(fields.groups ?? [], rename);
      if (groups === undefined) return undefined;
      renamed[name] = groups;
    } else {
      const named = fields[name];
      if (named === undefined) continue;
      const other = typeof named === 'object' ? renameList(named, rename) : rename(named);
      if (other === undefined) return undefined;
      const isList = typeof other === 'object' && !mayNameTwice(fault);
      renamed[name] = isList ? [...new Set(other)] : other;
    }
  }
  return { ...fault, ...renamed };
}

/** Whether a list of the fault may have a node in several places: it restarts again then. */
export function mayNameTwice({ fault }: Fault): boolean {
  return fault === 'rolling-restart';
}

type Rename = (node: FaultNode) => FaultNode | undefined;

function renameList(nodes: Nodes, rename: Rename): Nodes | undefined {
  const others = nodes.flatMap((node) => rename(node) ?? []);
  return others.length === 0 && nodes.length > 0 ? undefined : others;
}

function renameGroups(groups: readonly Nodes[], rename: Rename): readonly Nodes[] | undefined {
  const others = groups.map((group) => group.flatMap((node) => rename(node) ?? []));
  if (countWithNodes(others) < 2 && countWithNodes(groups) >= 2) return undefined;
  const placed = new Set<FaultNode>();
  return others.map((group) =>
    group.filter((node) => {
      const isNew = !placed.has(node);
      placed.add(node);
      return isNew;
    }),
  );
}

function countWithNodes(groups: readonly Nodes[]): number {
  return groups.filter((group) => group.length > 0).length;
}

type OfKind<Kind extends FaultKind> = Extract<Fault, { readonly fault: Kind }>;

/** The fields of all kinds that name nodes. */
interface NodeFields {
  readonly fault: FaultKind;
  readonly node?: FaultNode;
  readonly leader?: FaultNode;
  readonly from?: Nodes;
  readonly to?: Nodes;
  readonly order?: Nodes;
  readonly members?: Nodes;
  readonly groups?: readonly Nodes[];
}
