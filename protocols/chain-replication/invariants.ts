/**
 * The named safety claims of chain replication about what servers hold, checked after every event
 * at a replica; those about configurations and reads are in configuration-invariants.ts.
 *
 * The paper states its two invariants for servers that all know the same chain (§3.1). Here they
 * are checked between two servers as long as both are in the same epoch.
 */
import type { Invariant, InvariantWatcher, NodeId } from '../../sim/contract.ts';
import { isSettled } from './configuration.ts';
import { answersOfTails, configurationInvariants } from './configuration-invariants.ts';
import { confirmationFollowsQuestion } from './confirmation-invariant.ts';
import { entryAt, type Ghost, ghostOf } from './ghost.ts';
import type { ChainState } from './index.ts';
import { leaseExcludesLaterTails, leasesWaitedFor } from './lease-invariants.ts';
import { configurationOfWhoActs } from './master-invariants.ts';
import type { Request } from './messages.ts';
import { rolesOf } from './options.ts';
import { paxosInvariants } from './paxos-invariants.ts';
import { queryInvariants } from './query-invariants.ts';
import { removalLeavesSomebody } from './removal-invariant.ts';
import type { ServerState } from './state.ts';

type Watcher = InvariantWatcher<ChainState>;

/** Must come first: it tells the shared ghost what has been committed, and the others read that. */
const committedPrefixAgreement: Invariant<ChainState> = {
  name: 'committed-prefix-agreement',
  source: 'paper §2: one history of the object, which only grows',
  restsAfter: 'steady',
  watch(view): Watcher {
    const ghost = ghostOf(view);
    return {
      after(changed, state) {
        ghost.hear(state);
        return state.kind === 'server' ? ghost.learn(changed, state) : undefined;
      },
      crashed: (replica) => ghost.crashed(replica),
    };
  },
};

const countsInOrder: Invariant<ChainState> = {
  name: 'counts-in-order',
  source: 'paper §3.1: Sent is a part of Hist, and what is executed is, too',
  restsAfter: 'steady',
  watch: ({ cluster }) => ({
    only: rolesOf(cluster).servers,
    after(changed, state) {
      if (state.kind !== 'server') return undefined;
      const { trimmed, acknowledged, committed, length, hist } = state;
      const isRight =
        length === trimmed + hist.length &&
        trimmed <= acknowledged &&
        acknowledged <= length &&
        committed <= length;
      if (isRight) return undefined;
      return (
        `n${changed} has ${hist.length} updates after ${trimmed}, length ${length},` +
        ` acknowledged ${acknowledged}, committed ${committed}`
      );
    },
  }),
};

/** Whether a server's Hist was cut or replaced since the last look. */
class Growth {
  private readonly hists: (readonly Request[] | undefined)[] = [];
  private readonly lengths: number[] = [];

  /** How much of Hist was there at the last look; 0 if it is another one, or has lost some. */
  kept(server: NodeId, state: ServerState): number {
    const before = this.lengths[server] ?? 0;
    const isWhole = this.hists[server] === state.hist && state.length >= before;
    const kept = isWhole ? before : 0;
    this.hists[server] = state.hist;
    this.lengths[server] = state.length;
    return kept;
  }
}

interface Pair {
  readonly previous: NodeId;
  readonly epoch: number;
  upTo: number;
}

/** Compared once for each pair and epoch, and then as far as the one behind has grown. */
const updatePropagation: Invariant<ChainState> = {
  name: 'update-propagation',
  source: 'paper §3.1, Update Propagation Invariant: Hist of a successor is a prefix',
  restsAfter: 'steady',
  watch(view): Watcher {
    const ghost = ghostOf(view);
    /** By server: with whom it was compared, in which epoch, and how far. */
    const pairs: (Pair | undefined)[] = [];
    const compare = (server: NodeId, state: ServerState): string | undefined => {
      const { previous } = ghost.placeOf(state);
      const other = previous === undefined ? undefined : ghost.server(previous);
      const { epoch } = state.configuration;
      if (previous === undefined || other === undefined) return undefined;
      const place = ghost.placeOf(other);
      if (!place.isMember) return undefined;
      if (other.configuration.epoch !== epoch) return undefined;
      let pair = pairs[server];
      if (pair?.previous !== previous || pair.epoch !== epoch || pair.upTo > state.length) {
        pair = { previous, epoch, upTo: 0 };
        pairs[server] = pair;
      }
      // A new server that is not the tail gets the rest of what its successor has from there.
      const isLacking = !place.isSettled && !other.hasCaughtUp;
      const end = isLacking ? Math.min(state.length, other.length) : state.length;
      for (let at = Math.max(pair.upTo, state.trimmed, other.trimmed); at < end; at++) {
        const [own, its] = [entryAt(state, at), entryAt(other, at)];
        if (own !== its) return differs(ghost, server, previous, at, own, its);
      }
      pair.upTo = Math.max(pair.upTo, end);
      return undefined;
    };
    return {
      only: rolesOf(view.cluster).servers,
      after(changed, state) {
        if (state.kind !== 'server') return undefined;
        const { next } = ghost.placeOf(state);
        const other = next === undefined ? undefined : ghost.server(next);
        const behind =
          next !== undefined && other !== undefined && ghost.placeOf(other).previous === changed
            ? compare(next, other)
            : undefined;
        return compare(changed, state) ?? behind;
      },
      crashed(replica) {
        delete pairs[replica];
        // What its successor was compared with is gone.
        for (const [server, pair] of pairs.entries()) {
          if (pair?.previous === replica) delete pairs[server];
        }
      },
    };
  },
};

function differs(
  ghost: Ghost,
  server: NodeId,
  previous: NodeId,
  position: number,
  own: Request | undefined,
  its: Request | undefined,
): string {
  const name = (request: Request | undefined): string =>
    request === undefined ? 'nothing' : ghost.nameOf(request);
  return (
    `n${server} has ${name(own)} as update ${position + 1},` +
    ` where its predecessor n${previous} has ${name(its)}`
  );
}

/**
 * In its asynchronous form: what a successor may lack is in Sent. One that joins lacks more until
 * everything was handed over to it.
 */
const inprocessRequests: Invariant<ChainState> = {
  name: 'inprocess-requests',
  source: 'paper §3.1, Inprocess Requests Invariant: Hist is that of a successor, and Sent',
  restsAfter: 'steady',
  watch(view): Watcher {
    const ghost = ghostOf(view);
    const compare = (one: ServerState, next: ServerState | undefined): string | undefined => {
      if (next === undefined || one.acknowledged <= next.length) return undefined;
      if (next.configuration.epoch !== one.configuration.epoch) return undefined;
      const place = ghost.placeOf(next);
      if (!ghost.placeOf(one).isMember || !place.isMember || !place.isSettled) return undefined;
      return (
        `n${next.id} has ${next.length} updates, and its predecessor n${one.id}` +
        ` has no more than those after ${one.acknowledged} in Sent`
      );
    };
    return {
      only: rolesOf(view.cluster).servers,
      after(_changed, state) {
        if (state.kind !== 'server') return undefined;
        const { previous, next } = ghost.placeOf(state);
        const before = previous === undefined ? undefined : ghost.server(previous);
        const after = next === undefined ? undefined : ghost.server(next);
        return compare(state, after) ?? (before && compare(before, state));
      },
    };
  },
};

/** Whoever is settled in the latest chain; one that is down, or behind, tells nothing. */
const acknowledgedUpdatesHeld: Invariant<ChainState> = {
  name: 'acknowledged-updates-held',
  source: 'paper §3: the tail replies when every server of the chain has the update',
  restsAfter: 'steady',
  watch(view): Watcher {
    const ghost = ghostOf(view);
    let checked = 0;
    const check = (server: NodeId): string | undefined => {
      const state = ghost.server(server);
      const { latest, committed } = ghost;
      if (state === undefined || latest === undefined || !isSettled(latest, server)) {
        return undefined;
      }
      if (state.configuration.epoch !== latest.epoch || !ghost.placeOf(state).isMember) {
        return undefined;
      }
      const last = committed.length - 1;
      const own = entryAt(state, last);
      if (last < state.trimmed || own === committed[last]) return undefined;
      return `n${server} is in the chain of epoch ${latest.epoch} without update ${last + 1}`;
    };
    return {
      after(changed) {
        if (ghost.committed.length === checked) return check(changed);
        checked = ghost.committed.length;
        for (const server of ghost.latest?.chain ?? []) {
          const missing = check(server);
          if (missing !== undefined) return missing;
        }
        return undefined;
      },
    };
  },
};

/** Request numbers of a client only grow along Hist; its row shows the last one. */
const clientTableTellsHist: Invariant<ChainState> = {
  name: 'client-table-tells-hist',
  source: 'paper §2: updates need not be idempotent, so that none may be performed twice',
  restsAfter: 'steady',
  watch(view): Watcher {
    const ghost = ghostOf(view);
    const growth = new Growth();
    /** By server and client: the number of the last request in Hist. */
    const latest = view.cluster.replicas.map((): number[] => []);
    return {
      only: rolesOf(view.cluster).servers,
      after(changed, state) {
        if (state.kind !== 'server') return undefined;
        const numbers = latest[changed]!;
        const kept = growth.kept(changed, state);
        if (kept === 0) numbers.length = 0;
        for (let position = Math.max(kept, state.trimmed); position < state.length; position++) {
          const request = entryAt(state, position)!;
          const before = numbers[request.clientId] ?? 0;
          if (request.requestNumber <= before) {
            return `n${changed} has ${ghost.nameOf(request)} in Hist after request ${before}`;
          }
          numbers[request.clientId] = request.requestNumber;
          const row = state.clientTable[request.clientId]?.requestNumber ?? 0;
          if (row < request.requestNumber) {
            return `n${changed} has ${ghost.nameOf(request)} in Hist and ${row} in its table`;
          }
        }
        return undefined;
      },
    };
  },
};

export const invariants: readonly Invariant<ChainState>[] = [
  committedPrefixAgreement,
  countsInOrder,
  updatePropagation,
  inprocessRequests,
  acknowledgedUpdatesHeld,
  clientTableTellsHist,
  ...configurationInvariants,
  leaseExcludesLaterTails,
  leasesWaitedFor,
  configurationOfWhoActs,
  confirmationFollowsQuestion,
  removalLeavesSomebody,
  ...queryInvariants,
  ...paxosInvariants,
];

const ofTails: readonly Invariant<ChainState>[] = [...answersOfTails, ...queryInvariants];

/** Those that hold whoever answers queries: for protocols that are built on this one. */
export const invariantsOfAnyChain: readonly Invariant<ChainState>[] = invariants.filter(
  (invariant) => !ofTails.includes(invariant),
);
