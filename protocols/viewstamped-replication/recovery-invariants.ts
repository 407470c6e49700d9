/**
 * Safety claims about recovery without a disk: what crash vectors and nonces are for. Sources: the
 * paper's §4.3, and Michael, Ports, Sharma, Szekeres, "Recovering Shared Objects Without Stable
 * Storage", DISC 2017.
 */
import type { ClusterView, Invariant, InvariantWatcher } from '../../sim/contract.ts';
import { quorumOf } from './context.ts';
import type { CrashVector } from './messages.ts';
import { NO_MESSAGE, type ReplicaState } from './state.ts';

type Watcher = InvariantWatcher<ReplicaState>;
type View = ClusterView<ReplicaState>;

interface Collected {
  readonly crashVector: CrashVector;
}

/** Vectors are never changed in place, so one that is the same object has been looked at. */
export const crashVectorsGrow: Invariant<ReplicaState> = {
  name: 'crash-vectors-grow',
  source: 'DISC 2017: a crash vector is merged with what is learned, entry by entry',
  restsAfter: 'steady',
  watch(view): Watcher {
    const vectors: (CrashVector | undefined)[] = [];
    return {
      after(changed, state) {
        const before = vectors[changed];
        if (before === state.crashVector) return undefined;
        vectors[changed] = state.crashVector;
        for (const replica of view.cluster.replicas) {
          const known = before?.[replica] ?? 0;
          const now = state.crashVector[replica]!;
          if (now >= known) continue;
          return `n${changed} knew of ${known} crashes of n${replica}, and now of ${now}`;
        }
        return undefined;
      },
      crashed(replica) {
        vectors[replica] = undefined;
      },
    };
  },
};

export const collectedBeforeNoCrash: Invariant<ReplicaState> = {
  name: 'collected-before-no-crash',
  source: 'DISC 2017: a message counts in no quorum that knows of a later crash of its sender',
  restsAfter: 'steady',
  watch: () => ({
    after(changed, state) {
      const { status, crashVector } = state;
      if (status !== 'view-change' && status !== 'recovering') return undefined;
      for (let replica = 0; replica < crashVector.length; replica++) {
        if (replica === changed) continue;
        const crashes = oldestCollected(state, replica);
        if (crashes >= crashVector[replica]!) continue;
        return (
          `n${changed} counts what n${replica} said after ${crashes} crashes,` +
          ` and knows of ${crashVector[replica]}`
        );
      }
      return undefined;
    },
  }),
};

/** How often `replica` had crashed when it sent the oldest message of its own that counts here. */
function oldestCollected(state: ReplicaState, replica: number): number {
  if (state.status === 'recovering') {
    return Math.min(
      crashesTold(state.crashVectorResponses[replica], replica),
      crashesTold(state.recoveryResponses[replica], replica),
    );
  }
  const voted = state.startViewChanges[replica]!;
  const reported = crashesTold(state.doViewChanges[replica], replica);
  return voted === NO_MESSAGE ? reported : Math.min(voted, reported);
}

function crashesTold(message: Collected | null | undefined, replica: number): number {
  return message?.crashVector[replica] ?? Number.POSITIVE_INFINITY;
}

/** A recovery that was cut short before the replica took part again may have counted the same. */
export const crashCountedAnew: Invariant<ReplicaState> = {
  name: 'crash-counted-anew',
  source: 'DISC 2017: a recovered replica can be told from the one that crashed',
  restsAfter: 'steady',
  watch(view: View): Watcher {
    const counts = view.cluster.replicas.map(() => -1);
    const lives = view.cluster.replicas.map(() => -1);
    return {
      after(changed, state) {
        if (state.status === 'recovering' || !state.hasCountedCrash) {
          if (counts[changed]! < 0) counts[changed] = 0;
          return undefined;
        }
        const life = view.crashesOf(changed);
        if (lives[changed] === life) return undefined;
        lives[changed] = life;
        const before = counts[changed]!;
        const now = state.crashVector[changed]!;
        counts[changed] = now;
        if (now > before) return undefined;
        return `n${changed} has recovered as of crash ${now}, as which it was known before`;
      },
    };
  },
};

export const answersToOneQuestion: Invariant<ReplicaState> = {
  name: 'answers-to-one-question',
  source: 'paper §4.3: a fresh nonce for each recovery, and f + 1 answers that contain it',
  restsAfter: 'steady',
  watch(view: View): Watcher {
    const asked = view.cluster.replicas.map(() => ({ retries: -1, counted: false, nonce: -1 }));
    return {
      after(changed, state) {
        if (state.status !== 'recovering') return undefined;
        const last = asked[changed]!;
        const { recoveryRetries: retries, hasCountedCrash: counted, nonce } = state;
        if (last.retries !== retries || last.counted !== counted) {
          if (last.nonce === nonce) return `n${changed} asks again with the nonce ${nonce}`;
          asked[changed] = { retries, counted, nonce };
        }
        const answers = counted ? state.recoveryResponses : state.crashVectorResponses;
        for (let replica = 0; replica < answers.length; replica++) {
          const answer = answers[replica];
          if (answer === null || answer === undefined || answer.nonce === nonce) continue;
          return `n${changed} counts n${replica}'s answer to ${answer.nonce} as one to ${nonce}`;
        }
        return undefined;
      },
    };
  },
};

/** The last answer and what it leads to are one step: of the others, all but one are seen here. */
export const recoveredByQuorum: Invariant<ReplicaState> = {
  name: 'recovered-by-quorum',
  source:
    'paper §4.3 step 3, DISC 2017: f + 1 answers before a crash is counted, and before the end',
  restsAfter: 'steady',
  watch(view: View): Watcher {
    const least = quorumOf(view.cluster.replicas.length) - 1;
    const answered = view.cluster.replicas.map(() => ({ isRecovering: false, count: 0 }));
    return {
      after(changed, { status, hasCountedCrash, crashVectorResponses, recoveryResponses }) {
        const before = answered[changed]!;
        const isRecovering = status === 'recovering' && hasCountedCrash;
        if (before.isRecovering && status !== 'recovering' && before.count < least) {
          return `n${changed} has recovered by at most ${before.count + 1} answers`;
        }
        if (isRecovering && !before.isRecovering && countOf(crashVectorResponses) <= least) {
          return `n${changed} counts its crash by ${countOf(crashVectorResponses)} crash vectors`;
        }
        before.isRecovering = isRecovering;
        before.count = isRecovering ? countOf(recoveryResponses) : 0;
        return undefined;
      },
      crashed(replica) {
        answered[replica] = { isRecovering: false, count: 0 };
      },
    };
  },
};

function countOf(answers: readonly (object | null)[]): number {
  let count = 0;
  for (const answer of answers) if (answer !== null) count++;
  return count;
}
