/**
 * The safety claims of the Multi-Paxos among the masters, under their own names: what masters tell
 * servers is as safe as what they have decided.
 */
import type { ClusterView, Invariant, InvariantWatcher } from '../../sim/contract.ts';
import { invariants as invariantsOfPaxos } from '../multi-paxos/invariants.ts';
import type { PaxosState } from '../multi-paxos/state.ts';
import type { ChainState } from './index.ts';
import { viewOfMasters } from './masters-view.ts';
import { rolesOf } from './options.ts';

type View = ClusterView<ChainState>;

/** One for all of them: what they remember of a run together, they remember by its view. */
const views = new WeakMap<View, ClusterView<PaxosState>>();

function sharedView(view: View): ClusterView<PaxosState> {
  const known = views.get(view);
  if (known !== undefined) return known;
  const masters = viewOfMasters(view, rolesOf(view.cluster));
  views.set(view, masters);
  return masters;
}

function amongMasters({
  name,
  source,
  restsAfter,
  watch,
}: Invariant<PaxosState>): Invariant<ChainState> {
  return {
    name: `masters-${name}`,
    source: `the masters' Multi-Paxos: ${source}`,
    ...(restsAfter === undefined ? {} : { restsAfter }),
    watch(view: View): InvariantWatcher<ChainState> {
      const masters = sharedView(view);
      const watcher = watch(masters);
      return {
        only: masters.cluster.replicas,
        after: (changed, state) =>
          state.kind === 'master' ? watcher.after(changed, state.paxos) : undefined,
        crashed(replica) {
          if (masters.cluster.replicas.includes(replica)) watcher.crashed?.(replica);
        },
      };
    },
  };
}

export const paxosInvariants: readonly Invariant<ChainState>[] =
  invariantsOfPaxos.map(amongMasters);
