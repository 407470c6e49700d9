/**
 * The named safety claims of back-propagation, about a server that joins before another one: it
 * answers nothing, and orders nothing, before it holds all that its successor holds (Terrace &
 * Freedman, USENIX ATC 2009, §5.3).
 */
import type { ClusterView, Invariant, InvariantWatcher, NodeId } from '../../sim/contract.ts';
import { backSourceOf, headOf } from '../chain-replication/configuration.ts';
import { roleOf } from '../chain-replication/context.ts';
import { entryAt } from '../chain-replication/ghost.ts';
import { rolesOf } from '../chain-replication/options.ts';
import type { CraqState } from './index.ts';
import type { CraqServerState } from './state.ts';

type View = ClusterView<CraqState>;
type Watcher = InvariantWatcher<CraqState>;

function serverOf(view: View, id: NodeId): CraqServerState | undefined {
  const state = view.stateOf(id);
  return state?.kind === 'server' ? state : undefined;
}

/**
 * Why a member with so many updates cannot agree with its successor yet, or undefined. One that has
 * not come to this epoch may still take what others forward to it. One that is down, or has lost
 * its state, or is ahead in later epochs, tells nothing.
 */
function whyNoAgreement(view: View, state: CraqServerState, held: number): string | undefined {
  const { configuration, id } = state;
  const source = backSourceOf(configuration, id);
  const successor = source === undefined ? undefined : serverOf(view, source);
  if (successor === undefined) return undefined;
  const { epoch, incarnations } = configuration;
  if (successor.incarnation !== incarnations[successor.id]) return undefined;
  if (successor.configuration.epoch < epoch) {
    return `n${successor.id}, its successor, has not come to epoch ${epoch}`;
  }
  if (successor.configuration.epoch > epoch || successor.length <= held) return undefined;
  return `n${successor.id}, its successor, has ${successor.length} updates, and it has ${held}`;
}

/** What agrees once agrees from then on, in later epochs too, until it crashes or leaves. */
class Agreements {
  private readonly view: View;
  private readonly agreed: boolean[] = [];

  constructor(view: View) {
    this.view = view;
  }

  /** Told after each step of a server: why it did not agree before, and does not now. */
  after(server: NodeId, state: CraqServerState): string | undefined {
    const isMember = roleOf(state) === 'member';
    if (isMember && this.agreed[server] === true) return undefined;
    const why = isMember ? whyNoAgreement(this.view, state, state.length) : undefined;
    this.agreed[server] = isMember && why === undefined;
    return why;
  }

  has(server: NodeId): boolean {
    return this.agreed[server] === true;
  }

  crashed(server: NodeId): void {
    this.agreed[server] = false;
  }
}

const joinerCompleteBeforeServing: Invariant<CraqState> = {
  name: 'joiner-complete-before-serving',
  source: 'paper §5.3: a new node refuses reads until it reaches agreement with its successor',
  restsAfter: 'idle',
  watch(view): Watcher {
    const agreements = new Agreements(view);
    /** By server: how often a read was taken or answered. */
    const reads: number[] = [];
    return {
      only: rolesOf(view.cluster).servers,
      after(changed, state) {
        if (state.kind !== 'server') return undefined;
        const why = agreements.after(changed, state);
        const before = reads[changed] ?? 0;
        reads[changed] = state.queryChanges;
        if (why === undefined || state.queryChanges === before) return undefined;
        return `n${changed} joins and takes reads, but ${why}`;
      },
      crashed(replica) {
        agreements.crashed(replica);
        reads[replica] = 0;
      },
    };
  },
};

/** What is propagated to it from either side is held by somebody else, too. */
const headHasAllOfSuccessor: Invariant<CraqState> = {
  name: 'head-has-all-of-successor',
  source: 'paper §5.3: the previous head propagates its state backwards to a new one',
  restsAfter: 'idle',
  watch(view): Watcher {
    const agreements = new Agreements(view);
    /** By server; not there before its first step, in which it resumes from its disk. */
    const lengths: (number | undefined)[] = [];
    const isKnownElsewhere = (server: NodeId, state: CraqServerState, at: number): boolean =>
      view.cluster.replicas.some((id) => {
        const other = id === server ? undefined : serverOf(view, id);
        if (other === undefined) return false;
        // What is trimmed was committed, and so was known to all.
        return at < other.trimmed || entryAt(other, at) === entryAt(state, at);
      });
    return {
      only: rolesOf(view.cluster).servers,
      after(changed, state) {
        if (state.kind !== 'server') return undefined;
        const hadAgreed = agreements.has(changed);
        agreements.after(changed, state);
        const before = lengths[changed];
        lengths[changed] = state.length;
        if (hadAgreed || before === undefined || headOf(state.configuration) !== changed) {
          return undefined;
        }
        // It may have agreed within this step, and taken the first update after that.
        for (let at = Math.max(before, state.trimmed); at < state.length; at++) {
          const why = whyNoAgreement(view, state, at);
          if (why === undefined || isKnownElsewhere(changed, state, at)) continue;
          return `n${changed} joins as the head and orders update ${at + 1}, but ${why}`;
        }
        return undefined;
      },
      crashed(replica) {
        agreements.crashed(replica);
        lengths[replica] = undefined;
      },
    };
  },
};

export const joiningInvariants: readonly Invariant<CraqState>[] = [
  joinerCompleteBeforeServing,
  headHasAllOfSuccessor,
];
