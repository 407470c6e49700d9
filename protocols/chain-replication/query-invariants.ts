/**
 * The safety claims of queries, judged when one is answered by what was so when it arrived: a stale
 * answer is seen even if no client can tell it from a fresh one.
 */
import type { Invariant, InvariantWatcher } from '../../sim/contract.ts';
import { watchReads } from '../read-watch.ts';
import { ghostOf, SILENT } from './ghost.ts';
import type { ChainState } from './index.ts';
import { readOptions } from './options.ts';

type Watcher = InvariantWatcher<ChainState>;

function recordsOf(state: ChainState) {
  if (state.kind !== 'server') return undefined;
  return { records: state.queryRecords, changes: state.queryChanges };
}

/** Must come after the one about executed updates: it asks the shared ghost for them. */
const queriesSeeExecuted: Invariant<ChainState> = {
  name: 'queries-see-executed',
  source: 'paper §3: a query sees all updates that any server had executed when it arrived',
  restsAfter: 'idle',
  watch(view): Watcher {
    const ghost = ghostOf(view);
    return watchReads<ChainState, number>(view, {
      recordsOf,
      look: (_server, _state, before) => before ?? ghost.committed.length,
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
    if (readOptions(view.cluster.options).readMode !== 'confirm') return SILENT;
    const ghost = ghostOf(view);
    return watchReads<ChainState, number>(view, {
      recordsOf,
      look: (_server, _state, before) => before ?? ghost.latest?.epoch ?? 0,
      judge(server, state, { round }, epoch) {
        if (state.kind !== 'server') return undefined;
        const { confirmedRound, configuration } = state;
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
