/**
 * The named safety claims about ballots: what is promised, who leads, and what a leader begins
 * with (§4, §5).
 *
 * What a server has in memory may still be lost with its disk's queue, so across a crash they rely
 * only on what other servers have been told.
 */
import type { ClusterView, Invariant, InvariantWatcher, NodeId } from '../../sim/contract.ts';
import { type Ballot, ballotName, NO_BALLOT, ownerOf } from './ballot.ts';
import { ghostOf } from './ghost.ts';
import { entryAt, lengthOf } from './log.ts';
import { leaderQuorumFor, type OmniOptions, prepareQuorumFor, readOptions } from './options.ts';
import type { OmniState } from './state.ts';

type Watcher = InvariantWatcher<OmniState>;
type View = ClusterView<OmniState>;

/** Must come before those that ask who knows of a ballot: it tells the shared ghost. */
const promisesGrow: Invariant<OmniState> = {
  name: 'promises-grow',
  source: '§4: promisedRnd only grows, and acceptedRnd is never above it',
  restsAfter: 'steady',
  watch(view): Watcher {
    const ghost = ghostOf(view);
    const promises = view.cluster.replicas.map(() => NO_BALLOT);
    return {
      after(changed, { paxos: { promised, acceptedRound } }) {
        const before = promises[changed]!;
        promises[changed] = promised;
        if (ownerOf(promised) !== changed) ghost.notePromise(promised);
        if (promised < before) {
          return `n${changed} went back from ${ballotName(before)} to ${ballotName(promised)}`;
        }
        if (acceptedRound <= promised) return undefined;
        const accepted = ballotName(acceptedRound);
        return `n${changed} has accepted in ${accepted}, and promised ${ballotName(promised)}`;
      },
      crashed(server) {
        promises[server] = NO_BALLOT;
      },
    };
  },
};

const electedGrow: Invariant<OmniState> = {
  name: 'elected-ballots-grow',
  source: '§5: the ballots that a server elects only grow, and each is one server’s',
  restsAfter: 'steady',
  watch(view): Watcher {
    const elected = view.cluster.replicas.map(() => NO_BALLOT);
    return {
      after(changed, { election: { leader, ballot } }) {
        const before = elected[changed]!;
        elected[changed] = leader;
        if (leader < before) {
          return `n${changed} went back from leader ${ballotName(before)} to ${ballotName(leader)}`;
        }
        if (ownerOf(ballot) === changed || ballot === NO_BALLOT) return undefined;
        return `n${changed} has ${ballotName(ballot)} as its own ballot`;
      },
      crashed(server) {
        elected[server] = NO_BALLOT;
      },
    };
  },
};

/** Whoever gives up a ballot, or leads on into the next configuration, asks nobody. */
const takesOverUnserved: Invariant<OmniState> = {
  name: 'takes-over-unserved',
  source: '§5: a server takes over if it is quorum-connected, and nobody that it hears is served',
  restsAfter: 'steady',
  watch(view): Watcher {
    const options = readOptions(view.cluster.options);
    const rounds = view.cluster.replicas.map(() => 0);
    return {
      after(changed, { election, replica: { configuration } }) {
        const { ballot, takenOverIn, previousReplies } = election;
        if (takenOverIn === rounds[changed]) return undefined;
        rounds[changed] = takenOverIn;
        const replies = Object.values(previousReplies);
        const what = `n${changed} takes over with ${ballotName(ballot)}, and has heard`;
        if (replies.some(({ isHappy }) => isHappy)) return `${what} servers that are served`;
        const members = configuration.members.length;
        if (1 + replies.length >= leaderQuorumFor(members, options)) return undefined;
        return `${what} ${replies.length} of ${members - 1} others`;
      },
      crashed(server) {
        rounds[server] = 0;
      },
    };
  },
};

/** It may have promised more than it knows: whatever it promises or accepts now may break that. */
const retiredTakesNoPart: Invariant<OmniState> = {
  name: 'retired-takes-no-part',
  source: '§4: a server recovers from what is on its disk; without that it must not vote',
  watch(view): Watcher {
    /** By server: what it had promised and accepted when it was first seen retired. */
    const retired = view.cluster.replicas.map((): string | undefined => undefined);
    return {
      after(changed, { paxos, replica }) {
        if (!paxos.isRetired) return undefined;
        const { id } = replica.configuration;
        const { promised, acceptedRound, phase } = paxos;
        const rounds = [promised, acceptedRound].map(ballotName).join(' and ');
        const what = `promised and accepted ${rounds} in phase ${phase}`;
        const key = `${id} ${what}`;
        const before = (retired[changed] ??= key);
        // It learns of later configurations like anybody else.
        if (key === before) return undefined;
        retired[changed] = key;
        return Number.parseInt(before, 10) < id
          ? undefined
          : `n${changed} has retired, and ${what}`;
      },
      crashed(server) {
        retired[server] = undefined;
      },
    };
  },
};

/** What a leader that has adopted its log has to satisfy; `check` is called once for each. */
function whenAdopted(
  name: string,
  source: string,
  check: (view: View, options: OmniOptions, leader: NodeId, state: OmniState) => string | undefined,
): Invariant<OmniState> {
  return {
    name,
    source,
    restsAfter: 'steady',
    watch(view): Watcher {
      const options = readOptions(view.cluster.options);
      const ballots = view.cluster.replicas.map((): Ballot => NO_BALLOT);
      return {
        after(changed, state) {
          const { ballot } = state.leader;
          const isAccepting = ballot !== NO_BALLOT && state.paxos.phase === 'accept';
          if (!isAccepting || ballots[changed] === ballot) return undefined;
          ballots[changed] = ballot;
          return check(view, options, changed, state);
        },
        crashed(server) {
          ballots[server] = NO_BALLOT;
        },
      };
    },
  };
}

/** Only what was decided in earlier ballots: a leader may be late, when a later one is at work. */
const leaderAdoptsDecided = whenAdopted(
  'leader-adopts-decided',
  '§4: the most up-to-date log of a quorum has everything that was ever chosen',
  (view, _options, leader, { leader: { ballot }, paxos: { log, decidedLength } }) => {
    const { decided } = ghostOf(view);
    for (let position = Math.max(decidedLength, log.first); position < decided.length; position++) {
      const known = decided[position]!;
      if (known.ballot >= ballot) continue;
      if (position < lengthOf(log) && entryAt(log, position) === known.entry) continue;
      return (
        `n${leader} leads ballot ${ballotName(ballot)} without what was decided` +
        ` at position ${position} in ballot ${ballotName(known.ballot)}`
      );
    }
    return undefined;
  },
);

const leaderFollowedByQuorum = whenAdopted(
  'leader-followed-by-quorum',
  '§4: a leader goes on when a quorum has promised its ballot',
  (view, options, leader, { replica, leader: { ballot } }) => {
    const { members } = replica.configuration;
    const promised = members.filter((member) => {
      const state = view.stateOf(member);
      return state === undefined || state.paxos.isRetired || state.paxos.promised >= ballot;
    });
    if (promised.length >= prepareQuorumFor(members.length, options)) return undefined;
    return (
      `n${leader} leads ballot ${ballotName(ballot)},` +
      ` promised by ${promised.length} of ${members.length} members`
    );
  },
);

const ballotsOwned = whenAdopted(
  'ballots-owned',
  '§5: a ballot has one owner, which alone leads in it',
  (_view, _options, leader, state) =>
    ownerOf(state.leader.ballot) === leader
      ? undefined
      : `n${leader} leads ballot ${ballotName(state.leader.ballot)}`,
);

/** A ballot that never left its owner may be used again after a crash. */
const ballotsUsedOnce: Invariant<OmniState> = {
  name: 'ballots-used-once',
  source: '§4: a leader’s ballot is unique; a restart must not use it again',
  restsAfter: 'steady',
  watch(view): Watcher {
    const ghost = ghostOf(view);
    /** By ballot: the incarnation that has led in it. */
    const used = new Map<Ballot, number>();
    return {
      after(changed, { leader: { ballot } }) {
        if (ballot === NO_BALLOT) return undefined;
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

export const ballotInvariants = [
  promisesGrow,
  electedGrow,
  takesOverUnserved,
  retiredTakesNoPart,
  leaderAdoptsDecided,
  leaderFollowedByQuorum,
  ballotsOwned,
  ballotsUsedOnce,
] as const;
