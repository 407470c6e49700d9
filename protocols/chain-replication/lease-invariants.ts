/** The safety claim of a tail's lease, judged by an observer who sees all clocks at once. */
import type { ClusterView, Invariant, InvariantWatcher, NodeId } from '../../sim/contract.ts';
import { isSettled } from './configuration.ts';
import { isTail } from './context.ts';
import type { ChainState } from './index.ts';
import { readOptions } from './options.ts';
import type { ServerState } from './state.ts';

/**
 * Looked at after each step of a tail at work: one of an earlier epoch that still counts on its
 * lease would answer queries without what a later one executes, whether or not one comes just now.
 */
export const leaseExcludesLaterTails: Invariant<ChainState> = {
  name: 'lease-excludes-later-tails',
  source: 'masters: a tail is replaced when the lease that it was granted last has run out',
  restsAfter: 'idle',
  watch(view: ClusterView<ChainState>): InvariantWatcher<ChainState> {
    if (readOptions(view.cluster.options).readMode !== 'tail') return { after: () => undefined };
    return {
      after(changed, state) {
        if (state.kind !== 'server' || !isAtWork(state)) return undefined;
        for (const other of view.cluster.replicas) {
          const rival = other === changed ? undefined : serverOf(view, other);
          if (rival === undefined || !isAtWork(rival)) continue;
          const complaint = compare(view, state, rival) ?? compare(view, rival, state);
          if (complaint !== undefined) return complaint;
        }
        return undefined;
      },
    };
  },
};

function compare(
  view: ClusterView<ChainState>,
  later: ServerState,
  earlier: ServerState,
): string | undefined {
  const { epoch } = earlier.configuration;
  if (epoch >= later.configuration.epoch) return undefined;
  if (earlier.leaseUntil <= view.clockOf(earlier.id)) return undefined;
  return (
    `n${later.id} works as the tail of epoch ${later.configuration.epoch},` +
    ` while n${earlier.id} has a lease as that of epoch ${epoch}`
  );
}

function serverOf(view: ClusterView<ChainState>, node: NodeId): ServerState | undefined {
  const state = view.stateOf(node);
  return state?.kind === 'server' ? state : undefined;
}

/** Whether it would execute updates, and so answer with them. */
function isAtWork(state: ServerState): boolean {
  return isTail(state) && (isSettled(state.configuration, state.id) || state.hasCaughtUp);
}
