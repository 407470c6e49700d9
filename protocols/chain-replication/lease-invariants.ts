/** The safety claim of a tail's lease, judged by an observer who sees all clocks at once. */
import type { ClusterView, Invariant, InvariantWatcher, NodeId } from '../../sim/contract.ts';
import { isSettled } from './configuration.ts';
import { isTail } from './context.ts';
import type { ChainState } from './index.ts';
import { readOptions } from './options.ts';
import type { ServerState } from './state.ts';

/**
 * Looked at after each step of a tail at work: an earlier one that still counts on its lease would
 * answer queries without what this one executes, whether or not a query comes just now.
 */
export const leaseExcludesLaterTails: Invariant<ChainState> = {
  name: 'lease-excludes-later-tails',
  source: 'masters: a tail is replaced when the lease that it was granted last has run out',
  watch(view: ClusterView<ChainState>): InvariantWatcher<ChainState> {
    if (readOptions(view.cluster.options).readMode !== 'tail') return { after: () => undefined };
    return {
      after(changed, state) {
        if (state.kind !== 'server' || !isAtWork(state)) return undefined;
        const { epoch } = state.configuration;
        for (const other of view.cluster.replicas) {
          const earlier = other === changed ? undefined : serverOf(view, other);
          if (earlier === undefined || earlier.configuration.epoch >= epoch) continue;
          if (!isAtWork(earlier) || earlier.leaseUntil <= view.clockOf(other)) continue;
          return (
            `n${changed} works as the tail of epoch ${epoch},` +
            ` while n${other} has a lease as that of epoch ${earlier.configuration.epoch}`
          );
        }
        return undefined;
      },
    };
  },
};

function serverOf(view: ClusterView<ChainState>, node: NodeId): ServerState | undefined {
  const state = view.stateOf(node);
  return state?.kind === 'server' ? state : undefined;
}

/** Whether it would execute updates, and so answer with them. */
function isAtWork(state: ServerState): boolean {
  return isTail(state) && (isSettled(state.configuration, state.id) || state.hasCaughtUp);
}
