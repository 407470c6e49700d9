/**
 * The named safety claims about logs: what is accepted, decided, executed and compacted. Validity,
 * uniform agreement and integrity are the properties of Sequence Consensus (§4).
 */
import type { Invariant, InvariantWatcher } from '../../sim/contract.ts';
import { NO_BALLOT } from './ballot.ts';
import { ghostOf } from './ghost.ts';
import { lengthOf } from './log.ts';
import type { OmniState } from './state.ts';

type Watcher = InvariantWatcher<OmniState>;

/** Must come before those about decisions: it tells the shared ghost what is accepted. */
export const oneLogPerBallot: Invariant<OmniState> = {
  name: 'one-log-per-ballot',
  source: '§4: what servers have accepted in a ballot is a prefix of its leader’s log',
  restsAfter: 'idle',
  watch(view): Watcher {
    const ghost = ghostOf(view);
    return {
      after: (changed, state) => ghost.learnAccepted(changed, state),
      crashed: (server) => ghost.crashed(server),
    };
  },
};

/** Must come before those that read what is decided: it tells the shared ghost. */
export const oneDecidedLog: Invariant<OmniState> = {
  name: 'one-decided-log',
  source: '§4, uniform agreement: of any two decided logs one is a prefix of the other',
  restsAfter: 'idle',
  watch(view): Watcher {
    const ghost = ghostOf(view);
    return { after: (changed, state) => ghost.learnDecided(changed, state) };
  },
};

export const decidedByQuorum: Invariant<OmniState> = {
  name: 'decided-by-quorum',
  source: '§4: an entry is chosen when a quorum has accepted it in one ballot',
  restsAfter: 'idle',
  watch(view): Watcher {
    const ghost = ghostOf(view);
    let checked = 0;
    return {
      after(changed) {
        for (; checked < ghost.decided.length; checked++) {
          if (ghost.decided[checked]?.ballot !== NO_BALLOT) continue;
          const position = checked++;
          return `n${changed} has decided position ${position}, and no quorum has accepted it`;
        }
        return undefined;
      },
    };
  },
};

export const decidedGrows: Invariant<OmniState> = {
  name: 'decided-grows',
  source: '§4, integrity: a decided log is only ever extended, by what is in the accepted one',
  restsAfter: 'idle',
  watch(view): Watcher {
    const lengths = view.cluster.replicas.map(() => 0);
    return {
      after(changed, { paxos: { decidedLength, log } }) {
        const before = lengths[changed]!;
        lengths[changed] = decidedLength;
        if (decidedLength < before) {
          return `n${changed} went back from ${before} decided entries to ${decidedLength}`;
        }
        if (decidedLength <= lengthOf(log)) return undefined;
        return `n${changed} has decided ${decidedLength} entries, and accepted ${lengthOf(log)}`;
      },
      crashed(server) {
        lengths[server] = 0;
      },
    };
  },
};

/** By length: how many operations the execution of so many entries makes in all. */
export const oneStatePerLength: Invariant<OmniState> = {
  name: 'one-state-per-length',
  source: '§2: servers that have decided as much have executed the same operations, each once',
  restsAfter: 'idle',
  watch(): Watcher {
    const counts: (number | undefined)[] = [];
    return {
      after(changed, { paxos: { decidedLength }, replica: { executedBefore, executed } }) {
        const count = executedBefore + executed.length;
        const known = (counts[decidedLength] ??= count);
        if (known === count) return undefined;
        const what = `${count} operations of the first ${decidedLength} entries`;
        return `n${changed} has executed ${what}, others ${known}`;
      },
    };
  },
};

export const trimmedIsInSnapshot: Invariant<OmniState> = {
  name: 'trimmed-is-in-snapshot',
  source: 'the library: a snapshot of decided entries stands for those that are trimmed',
  restsAfter: 'idle',
  watch(): Watcher {
    return {
      after(changed, { paxos: { log }, replica: { snapshot } }) {
        if (log.first <= (snapshot?.length ?? 0)) return undefined;
        const covered = snapshot === null ? 'none' : `one of the first ${snapshot.length}`;
        return `n${changed} keeps entries from ${log.first} on, and has ${covered} as a snapshot`;
      },
    };
  },
};

export const logInvariants = [
  oneLogPerBallot,
  oneDecidedLog,
  decidedByQuorum,
  decidedGrows,
  oneStatePerLength,
  trimmedIsInSnapshot,
] as const;
