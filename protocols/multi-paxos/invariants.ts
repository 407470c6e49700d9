/**
 * The named safety claims of Multi-Paxos, checked after every event at a node. R1 to R5 of
 * replicas, A1 to A5 of acceptors, C1 and C2 of commanders are the names of "Paxos Made Moderately
 * Complex" (§2).
 *
 * What a node has in memory may still be lost with its disk's queue, so across a crash they rely
 * only on what other nodes have been told.
 */
import type { ClusterView, Invariant, InvariantWatcher, NodeId } from '../../sim/contract.ts';
import { type Ballot, ballotName, leaderOf, NO_BALLOT } from './ballot.ts';
import { configurationAt } from './configurations.ts';
import { ghostOf } from './ghost.ts';
import {
  leaseBackedByQuorum,
  leaseNeverShortened,
  leaseOutlastsRival,
} from './lease-invariants.ts';
import { type PaxosOptions, phase2QuorumFor, readOptions } from './options.ts';
import { readsConfirmedAnew, readsSeeDecided } from './read-invariants.ts';
import { endOf, FIRST_SLOT, valueAt } from './slots.ts';
import type { PaxosState } from './state.ts';

type Watcher = InvariantWatcher<PaxosState>;
type View = ClusterView<PaxosState>;

/** Must come before those about decisions: it tells the shared ghost what is accepted. */
const oneCommandPerBallot: Invariant<PaxosState> = {
  name: 'one-command-per-ballot',
  source: 'C1, A4: for a slot and a ballot at most one command is proposed and accepted',
  restsAfter: 'idle',
  watch(view): Watcher {
    const ghost = ghostOf(view);
    return {
      after: (changed, state) => ghost.learnAccepted(changed, state),
      crashed: (replica) => ghost.crashed(replica),
    };
  },
};

/** Must come before those that read what is decided: it tells the shared ghost. */
const oneCommandPerSlot: Invariant<PaxosState> = {
  name: 'one-command-per-slot',
  source: 'R1: no two different commands are decided for a slot',
  restsAfter: 'idle',
  watch(view): Watcher {
    const ghost = ghostOf(view);
    return { after: (changed, state) => ghost.learnDecided(changed, state) };
  },
};

const decidedByQuorum: Invariant<PaxosState> = {
  name: 'decided-by-quorum',
  source: '§2.3: a command is decided when a quorum of acceptors has accepted its pvalue',
  restsAfter: 'idle',
  watch(view): Watcher {
    const ghost = ghostOf(view);
    let checked = FIRST_SLOT;
    return {
      after(changed) {
        for (; checked < ghost.decidedEnd; checked++) {
          if (ghost.decided[checked]?.ballot !== NO_BALLOT) continue;
          const slot = checked++;
          return `n${changed} has performed slot ${slot}, and no quorum has accepted its command`;
        }
        return undefined;
      },
    };
  },
};

const performedInOrder: Invariant<PaxosState> = {
  name: 'performed-in-order',
  source: 'R2, R4: all slots below slot_out are decided, and slot_out never goes back',
  restsAfter: 'idle',
  watch(view): Watcher {
    const ghost = ghostOf(view);
    const performed = view.cluster.replicas.map(() => FIRST_SLOT);
    return {
      after(changed, { replica: { slotOut } }) {
        const before = performed[changed]!;
        performed[changed] = slotOut;
        if (slotOut < before) return `n${changed} went back from slot ${before} to ${slotOut}`;
        if (slotOut <= ghost.decidedEnd) return undefined;
        const open = ghost.decidedEnd;
        return `n${changed} has performed slots up to ${slotOut - 1}, and ${open} is not decided`;
      },
      crashed(replica) {
        performed[replica] = FIRST_SLOT;
      },
    };
  },
};

const proposedWithinWindow: Invariant<PaxosState> = {
  name: 'proposed-within-window',
  source: 'R5: a replica proposes for slots below slot_out + WINDOW only',
  restsAfter: 'idle',
  watch(view): Watcher {
    const { window } = readOptions(view.cluster.options);
    return {
      after(changed, { replica }) {
        const end = endOf(replica.proposals);
        if (end <= replica.slotOut + window) return undefined;
        return `n${changed} proposes for slot ${end - 1}, its slot_out is ${replica.slotOut}`;
      },
    };
  },
};

const ballotsGrow: Invariant<PaxosState> = {
  name: 'ballots-grow',
  source: 'A1: an acceptor only adopts strictly increasing ballots',
  restsAfter: 'steady',
  watch(view): Watcher {
    const ballots = view.cluster.replicas.map(() => NO_BALLOT);
    return {
      after(changed, { acceptor: { ballot } }) {
        const before = ballots[changed]!;
        ballots[changed] = ballot;
        if (ballot >= before) return undefined;
        return `n${changed} went back from ballot ${ballotName(before)} to ${ballotName(ballot)}`;
      },
      crashed(replica) {
        ballots[replica] = NO_BALLOT;
      },
    };
  },
};

const acceptedWithinPromise: Invariant<PaxosState> = {
  name: 'accepted-within-promise',
  source: 'A2: an acceptor accepts a pvalue only in the ballot that it has adopted',
  restsAfter: 'idle',
  watch(view): Watcher {
    const promised = view.cluster.replicas.map(() => NO_BALLOT);
    const counts = view.cluster.replicas.map(() => 0);
    return {
      after(changed, { acceptor }) {
        const before = promised[changed]!;
        promised[changed] = acceptor.ballot;
        if (acceptor.acceptedCount === counts[changed]) return undefined;
        counts[changed] = acceptor.acceptedCount;
        const last = valueAt(acceptor.accepted, acceptor.lastSlot);
        if (last === null || (last.ballot >= before && last.ballot <= acceptor.ballot)) {
          return undefined;
        }
        return (
          `n${changed} has accepted ballot ${ballotName(last.ballot)} in slot ${last.slot}` +
          ` after it had promised ${ballotName(before)}`
        );
      },
      crashed(replica) {
        promised[replica] = NO_BALLOT;
        counts[replica] = 0;
      },
    };
  },
};

/** It may have promised more than it knows: whatever it promises or accepts now may break that. */
const retiredTakesNoPart: Invariant<PaxosState> = {
  name: 'retired-takes-no-part',
  source: '§4.3: an acceptor keeps its state on disk; one that has lost it must not act as one',
  watch(view): Watcher {
    /** By node: what an acceptor had promised and accepted when it was first seen retired. */
    const retired = view.cluster.replicas.map((): string | undefined => undefined);
    return {
      after(changed, { acceptor }) {
        if (!acceptor.isRetired) return undefined;
        const what = `ballot ${ballotName(acceptor.ballot)}, ${acceptor.acceptedCount} pvalues`;
        const before = (retired[changed] ??= what);
        if (what === before) return undefined;
        return `n${changed} has retired with ${before}, and now has ${what}`;
      },
      crashed(replica) {
        retired[replica] = undefined;
      },
    };
  },
};

/** What a leader becoming active has to satisfy; `check` is called once for each time. */
function whenElected(
  name: string,
  source: string,
  check: (
    view: View,
    options: PaxosOptions,
    leader: NodeId,
    state: PaxosState,
  ) => string | undefined,
): Invariant<PaxosState> {
  return {
    name,
    source,
    restsAfter: 'steady',
    watch(view): Watcher {
      const options = readOptions(view.cluster.options);
      const active = view.cluster.replicas.map((): Ballot => NO_BALLOT);
      return {
        after(changed, state) {
          const { isActive, ballot } = state.leader;
          if (!isActive || active[changed] === ballot) return undefined;
          active[changed] = ballot;
          return check(view, options, changed, state);
        },
        crashed(replica) {
          active[replica] = NO_BALLOT;
        },
      };
    },
  };
}

/** Only what was decided in earlier ballots: a leader may be late, when a later one is at work. */
const leaderAdoptsDecided = whenElected(
  'leader-adopts-decided',
  'C2, A5: what was decided in a ballot is what every later leader proposes for the slot',
  (view, { window }, leader, { leader: { proposals, ballot }, replica: { slotOut } }) => {
    const { decided } = ghostOf(view);
    // Of slots beyond the window the leader does not know yet who votes.
    const end = Math.min(decided.length, slotOut + window);
    for (let slot = Math.max(slotOut, proposals.first); slot < end; slot++) {
      const known = decided[slot];
      if (known === undefined || known.ballot >= ballot) continue;
      if (valueAt(proposals, slot) === known.command) continue;
      return (
        `n${leader} leads ballot ${ballotName(ballot)} without what was decided` +
        ` in slot ${slot} and ballot ${ballotName(known.ballot)}`
      );
    }
    return undefined;
  },
);

const leaderFollowedByQuorum = whenElected(
  'leader-followed-by-quorum',
  '§2.4: a ballot is adopted by a quorum of acceptors, of every configuration in force',
  (view, options, leader, { replica, leader: { ballot } }) => {
    const { members } = configurationAt(replica, replica.slotOut);
    const promised = members.filter((member) => {
      const state = view.stateOf(member);
      return state === undefined || state.acceptor.isRetired || state.acceptor.ballot >= ballot;
    });
    const needed = members.length - phase2QuorumFor(members.length, options) + 1;
    if (promised.length >= needed) return undefined;
    return (
      `n${leader} leads ballot ${ballotName(ballot)},` +
      ` promised by ${promised.length} of ${members.length} members`
    );
  },
);

const ballotsOwned = whenElected(
  'ballots-owned',
  '§2.2: each leader has ballots of its own',
  (_view, _options, leader, state) =>
    leaderOf(state.leader.ballot) === leader
      ? undefined
      : `n${leader} leads ballot ${ballotName(state.leader.ballot)}`,
);

/** A ballot that never left its leader's node may be used again after a crash. */
const ballotsUsedOnce: Invariant<PaxosState> = {
  name: 'ballots-used-once',
  source: '§4.3: a leader that restarts must not use a ballot again; C1',
  restsAfter: 'steady',
  watch(view): Watcher {
    const ghost = ghostOf(view);
    /** By ballot: the incarnation that has sent scouts with it. */
    const used = new Map<Ballot, number>();
    return {
      after(changed, { leader }) {
        if (leader.scout === null && !leader.isActive) return undefined;
        const { ballot } = leader;
        const incarnation = view.crashesOf(changed);
        const known = used.get(ballot);
        if (known === incarnation) return undefined;
        used.set(ballot, incarnation);
        if (known === undefined || !ghost.isKnown(ballot)) return undefined;
        return `n${changed} uses ballot ${ballotName(ballot)} again, after a restart`;
      },
    };
  },
};

/** By slot: how many operations its performing makes in all. */
const oneStatePerSlot: Invariant<PaxosState> = {
  name: 'one-state-per-slot',
  source: 'R3: the state is what the decided commands make of the initial one, in order',
  restsAfter: 'idle',
  watch(): Watcher {
    const counts: (number | undefined)[] = [];
    return {
      after(changed, { replica }) {
        const { slotOut, executedBefore, executed } = replica;
        const count = executedBefore + executed.length;
        const known = (counts[slotOut] ??= count);
        if (known === count) return undefined;
        const what = `${count} operations below slot ${slotOut}`;
        return `n${changed} has executed ${what}, others ${known}`;
      },
    };
  },
};

/** Must come before those that ask who votes: it tells the shared ghost. */
const oneConfigurationPerSlot: Invariant<PaxosState> = {
  name: 'one-configuration-per-slot',
  source: '§2.1: a reconfiguration decided in slot s takes effect at s + WINDOW, for everybody',
  restsAfter: 'steady',
  watch(view): Watcher {
    const ghost = ghostOf(view);
    return { after: (changed, state) => ghost.learnConfigurations(changed, state) };
  },
};

export const invariants: readonly Invariant<PaxosState>[] = [
  oneConfigurationPerSlot,
  oneCommandPerBallot,
  oneCommandPerSlot,
  decidedByQuorum,
  performedInOrder,
  proposedWithinWindow,
  ballotsGrow,
  acceptedWithinPromise,
  retiredTakesNoPart,
  leaderAdoptsDecided,
  leaderFollowedByQuorum,
  ballotsOwned,
  ballotsUsedOnce,
  oneStatePerSlot,
  leaseOutlastsRival,
  leaseBackedByQuorum,
  leaseNeverShortened,
  readsSeeDecided,
  readsConfirmedAnew,
];
