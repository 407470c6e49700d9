/** The named safety claims of chain replication about configurations, and about reads. */
import type { Invariant, InvariantWatcher, NodeId } from '../../sim/contract.ts';
import { type Configuration, inWords, isSame, isSettled } from './configuration.ts';
import { ghostOf, SILENT } from './ghost.ts';
import type { ChainState } from './index.ts';
import { readOptions, rolesOf } from './options.ts';

type Watcher = InvariantWatcher<ChainState>;

const oneConfigurationPerEpoch: Invariant<ChainState> = {
  name: 'one-configuration-per-epoch',
  source: 'masters: what they have decided for an epoch is decided for ever',
  restsAfter: 'regular',
  watch(): Watcher {
    const byEpoch: Configuration[] = [];
    return {
      after(changed, { configuration }) {
        const known = byEpoch[configuration.epoch];
        if (known === configuration) return undefined;
        if (known === undefined) byEpoch[configuration.epoch] = configuration;
        else if (!isSame(known, configuration)) {
          return (
            `n${changed} has ${inWords(configuration)} for epoch ${configuration.epoch},` +
            ` which is that of ${inWords(known)}`
          );
        }
        return undefined;
      },
    };
  },
};

const epochNeverDecreases: Invariant<ChainState> = {
  name: 'epoch-never-decreases',
  source: 'masters: a node never goes back to an earlier configuration',
  restsAfter: 'regular',
  watch(view): Watcher {
    const epochs = view.cluster.replicas.map(() => 0);
    return {
      after(changed, { configuration }) {
        const before = epochs[changed]!;
        epochs[changed] = configuration.epoch;
        if (configuration.epoch >= before) return undefined;
        return `n${changed} went back from epoch ${before} to ${configuration.epoch}`;
      },
      crashed(replica) {
        epochs[replica] = 0;
      },
    };
  },
};

/** Otherwise nobody could hand anything over to a server that joins. */
const somebodyIsSettled: Invariant<ChainState> = {
  name: 'somebody-is-settled',
  source: 'paper §3, Extending a Chain: the new tail is told what the old one has',
  restsAfter: 'regular',
  watch(view): Watcher {
    const seen: (Configuration | undefined)[] = view.cluster.replicas.map(() => undefined);
    return {
      after(changed, { configuration }) {
        if (seen[changed] === configuration) return undefined;
        seen[changed] = configuration;
        const { chain, epoch } = configuration;
        if (chain.length === 0 || chain.some((server) => isSettled(configuration, server))) {
          return undefined;
        }
        return `n${changed} has nobody in epoch ${epoch} that holds what was acknowledged`;
      },
    };
  },
};

/**
 * Whoever works as the tail of a later epoch may have executed what an earlier one has not. So the
 * earlier one answers nothing any more; that a master confirmed it earlier is another matter.
 */
const oneTailAnswers: Invariant<ChainState> = {
  name: 'one-tail-answers',
  source: 'paper §3: queries are answered by the tail, where updates take effect',
  restsAfter: 'idle',
  watch(view): Watcher {
    if (readOptions(view.cluster.options).readMode !== 'lease') return SILENT;
    const ghost = ghostOf(view);
    const answered: number[] = [];
    let working = { epoch: 0, server: -1 };
    return {
      only: rolesOf(view.cluster).servers,
      after(changed, state) {
        if (state.kind !== 'server') return undefined;
        const { epoch } = state.configuration;
        const isAnswering = state.answeredQueries > (answered[changed] ?? 0);
        answered[changed] = state.answeredQueries;
        if (epoch > working.epoch && ghost.isAtWork(state)) working = { epoch, server: changed };
        if (!isAnswering || epoch >= working.epoch || working.server === changed) return undefined;
        return (
          `n${changed} answers a query as the tail of epoch ${epoch},` +
          ` while n${working.server} is that of epoch ${working.epoch}`
        );
      },
      crashed(replica) {
        answered[replica] = 0;
      },
    };
  },
};

/** All that was handed over has reached it: what its predecessor had committed is there. */
const newTailHoldsCommitted: Invariant<ChainState> = {
  name: 'new-tail-holds-committed',
  source: 'paper §3, Extending a Chain: the new tail gets what is in Sent before it is the tail',
  restsAfter: 'idle',
  watch(view): Watcher {
    const ghost = ghostOf(view);
    const answered: number[] = [];
    return {
      only: rolesOf(view.cluster).servers,
      after(changed, state: ChainState) {
        if (state.kind !== 'server') return undefined;
        const isAnswering =
          ghost.placeOf(state).isTail && state.answeredQueries > (answered[changed] ?? 0);
        answered[changed] = state.answeredQueries;
        const isLatest = ghost.latest?.epoch === state.configuration.epoch;
        if (!isAnswering || !isLatest || state.committed >= ghost.committed.length) {
          return undefined;
        }
        return (
          `n${changed} answers a query as the latest tail with ${state.committed} of` +
          ` ${ghost.committed.length} acknowledged updates`
        );
      },
      crashed(replica: NodeId) {
        answered[replica] = 0;
      },
    };
  },
};

/** A master that holds its lease is the only one that changes anything. */
const leasesOfLatestEpoch: Invariant<ChainState> = {
  name: 'leases-of-latest-epoch',
  source: 'masters: who acts knows all that was decided before',
  restsAfter: 'idle',
  watch(view): Watcher {
    const ghost = ghostOf(view);
    const granted: number[] = [];
    return {
      only: rolesOf(view.cluster).masters,
      after(changed, state) {
        if (state.kind !== 'master') return undefined;
        const isGranting = state.grants > (granted[changed] ?? 0);
        granted[changed] = state.grants;
        const latest = ghost.latest?.epoch ?? 0;
        if (!isGranting || state.configuration.epoch >= latest) return undefined;
        return (
          `n${changed} grants a lease for epoch ${state.configuration.epoch},` +
          ` while epoch ${latest} is decided`
        );
      },
      crashed(replica) {
        granted[replica] = 0;
      },
    };
  },
};

/** Where servers that are not the tail answer queries, too, these say nothing. */
export const answersOfTails: readonly Invariant<ChainState>[] = [
  oneTailAnswers,
  newTailHoldsCommitted,
];

export const configurationInvariants: readonly Invariant<ChainState>[] = [
  oneConfigurationPerEpoch,
  epochNeverDecreases,
  somebodyIsSettled,
  oneTailAnswers,
  newTailHoldsCommitted,
  leasesOfLatestEpoch,
];
