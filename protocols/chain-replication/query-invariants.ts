/**
 * The safety claims of queries, judged when one is answered by what was so when it arrived: a stale
 * answer is seen even if no client can tell it from a fresh one.
 */
import type { ClusterView, Invariant, InvariantWatcher, NodeId } from '../../sim/contract.ts';
import { ghostOf } from './ghost.ts';
import type { ChainState } from './index.ts';
import { readOptions } from './options.ts';
import type { QueryRecord, ServerState } from './state.ts';

type View = ClusterView<ChainState>;
type Watcher = InvariantWatcher<ChainState>;

/** What one claim makes of queries: `What` is what the observer knows when one arrives. */
interface Claim<What> {
  look(): What;
  /** What is wrong with the answer, if anything. */
  judge(server: NodeId, state: ServerState, query: QueryRecord, what: What): string | undefined;
}

function watchQueries<What>({ cluster }: View, claim: Claim<What>): Watcher {
  const changes = cluster.replicas.map(() => 0);
  const known = new WeakMap<QueryRecord, { readonly what: What }>();
  /** Those that were answered: who asks again is answered as before, or better. */
  const judged = new WeakSet<QueryRecord>();
  return {
    after(changed, state) {
      if (state.kind !== 'server' || state.queryChanges === changes[changed]) return undefined;
      changes[changed] = state.queryChanges;
      let complaint: string | undefined;
      for (const client of cluster.clients) {
        const query = state.queryRecords[client];
        if (query === undefined || judged.has(query)) continue;
        const { what } = known.get(query) ?? { what: claim.look() };
        known.set(query, { what });
        if (query.answeredAt === null) continue;
        judged.add(query);
        complaint ??= claim.judge(changed, state, query, what);
      }
      return complaint;
    },
    crashed(replica) {
      changes[replica] = 0;
    },
  };
}

/** Must come after the one about executed updates: it asks the shared ghost for them. */
const queriesSeeExecuted: Invariant<ChainState> = {
  name: 'queries-see-executed',
  source: 'paper §3: a query sees all updates that any server had executed when it arrived',
  restsAfter: 'idle',
  watch(view): Watcher {
    const ghost = ghostOf(view);
    return watchQueries<number>(view, {
      look: () => ghost.committed.length,
      judge(server, _state, { answeredAt }, executed) {
        if (answeredAt === null || answeredAt >= executed) return undefined;
        return (
          `n${server} has answered a query from ${answeredAt} updates,` +
          ` and ${executed} were executed elsewhere before that query arrived`
        );
      },
    });
  },
};

/** What a tail was told before does not tell it that its epoch is current for this query. */
const queriesConfirmedAnew: Invariant<ChainState> = {
  name: 'queries-confirmed-anew',
  source: 'masters: a tail without a lease answers what arrived before it asked for its epoch',
  restsAfter: 'idle',
  watch(view): Watcher {
    if (readOptions(view.cluster.options).readMode !== 'confirm') return { after: () => undefined };
    const ghost = ghostOf(view);
    return watchQueries<number>(view, {
      look: () => ghost.latest?.epoch ?? 0,
      judge(server, { confirmedRound, configuration }, { round }, epoch) {
        if (configuration.epoch < epoch) {
          return (
            `n${server} has answered a query in epoch ${configuration.epoch},` +
            ` and epoch ${epoch} had begun when that query arrived`
          );
        }
        if (confirmedRound > round) return undefined;
        return (
          `n${server} has answered a query that arrived after it had asked question ${round},` +
          ` and its latest answer is to question ${confirmedRound}`
        );
      },
    });
  },
};

export const queryInvariants: readonly Invariant<ChainState>[] = [
  queriesSeeExecuted,
  queriesConfirmedAnew,
];
