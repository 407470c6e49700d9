/**
 * The named safety claims of Viewstamped Replication, checked after every event at a replica.
 *
 * They hold in both modes and under every crash that the protocol claims to survive. What a replica
 * has in memory may still be lost with its disk's queue, so across a crash they rely only on what
 * other replicas have been told. Sources: the paper's §4 and §8, and Jack Vanlightly's TLA+
 * specification of it (NoLogDivergence, AcknowledgedWriteNotLost, and
 * AcknowledgedWritesExistOnMajority).
 */
import type { ClusterView, Invariant, InvariantWatcher, NodeId } from '../../sim/contract.ts';
import { clientTableTellsLog, reportAfterQuorum } from './bookkeeping-invariants.ts';
import { primaryOf } from './context.ts';
import { ghostOf, isSameRequest, nameOf } from './ghost.ts';
import { numberUsedOnce, oneLogPerView } from './log-invariants.ts';
import { readOptions } from './options.ts';
import {
  answersToOneQuestion,
  collectedBeforeNoCrash,
  crashCountedAnew,
  crashVectorsGrow,
  recoveredByQuorum,
} from './recovery-invariants.ts';
import { NO_MESSAGE, type ReplicaState } from './state.ts';

type Watcher = InvariantWatcher<ReplicaState>;
type View = ClusterView<ReplicaState>;

/** Must come first: it tells the shared ghost what has been decided, and the others read that. */
const noLogDivergence: Invariant<ReplicaState> = {
  name: 'no-log-divergence',
  source: 'Vanlightly, NoLogDivergence; paper §4.1: replicas execute the same requests in order',
  restsAfter: 'idle',
  watch(view): Watcher {
    const ghost = ghostOf(view);
    return {
      after: (changed, state) => ghost.learn(changed, state),
      crashed: (replica) => ghost.crashed(replica),
    };
  },
};

const commitWithinLog: Invariant<ReplicaState> = {
  name: 'commit-within-log',
  source: 'paper §4: the commit-number is that of an operation in the log',
  restsAfter: 'idle',
  watch: () => ({
    after(changed, state) {
      if (state.opNumber !== state.log.length) {
        return `n${changed} has op-number ${state.opNumber}, a log of ${state.log.length}`;
      }
      if (state.commitNumber <= state.opNumber) return undefined;
      return `n${changed} has commit-number ${state.commitNumber} of ${state.opNumber}`;
    },
  }),
};

const commitNeverDecreases: Invariant<ReplicaState> = {
  name: 'commit-never-decreases',
  source: 'paper §4.1: what is executed stays executed',
  restsAfter: 'idle',
  watch(view): Watcher {
    const committed = zeros(view);
    return {
      after(changed, state) {
        const before = committed[changed]!;
        committed[changed] = state.commitNumber;
        if (state.commitNumber >= before) return undefined;
        return `n${changed} went back from commit-number ${before} to ${state.commitNumber}`;
      },
      crashed(replica) {
        committed[replica] = 0;
      },
    };
  },
};

const onePrimaryPerView: Invariant<ReplicaState> = {
  name: 'one-primary-per-view',
  source: 'paper §4: one primary in a view',
  restsAfter: 'steady',
  watch(view): Watcher {
    const primaries = new Map<number, NodeId>();
    return {
      after(changed, state) {
        if (!leads(state)) return undefined;
        const known = primaries.get(state.viewNumber);
        if (known === changed) return undefined;
        primaries.set(state.viewNumber, changed);
        const expected = primaryOf(state.viewNumber, view.cluster.replicas.length);
        if (known === undefined && expected === changed) return undefined;
        return `n${changed} leads view ${state.viewNumber}, which is ${expected}'s`;
      },
    };
  },
};

/** Only what was committed in earlier views: a view may start late, when a later one is at work. */
const newPrimaryHoldsCommitted: Invariant<ReplicaState> = {
  name: 'new-primary-holds-committed',
  source: 'paper §8.1: what committed in earlier views is in the log of a new view',
  restsAfter: 'steady',
  watch(view): Watcher {
    const ghost = ghostOf(view);
    const leading = view.cluster.replicas.map(() => -1);
    return {
      after(changed, state) {
        if (!leads(state) || leading[changed] === state.viewNumber) return undefined;
        leading[changed] = state.viewNumber;
        for (let index = 0; index < ghost.decided.length; index++) {
          const { request, viewNumber } = ghost.decided[index]!;
          if (viewNumber >= state.viewNumber) continue;
          const entry = state.log[index];
          if (entry !== undefined && isSameRequest(entry, request)) continue;
          return (
            `n${changed} leads view ${state.viewNumber} without ${nameOf(request, state)},` +
            ` committed in view ${viewNumber} at op-number ${index + 1}`
          );
        }
        return undefined;
      },
      crashed(replica) {
        leading[replica] = -1;
      },
    };
  },
};

/**
 * From the moment an operation is committed, f + 1 replicas hold it: those that acknowledged it go
 * on to later views only with logs that contain it. One that is down, or recovering, counts by what
 * it held: it votes for nothing until it has that again.
 */
const committedOnMajority: Invariant<ReplicaState> = {
  name: 'committed-on-majority',
  source: 'Vanlightly, AcknowledgedWritesExistOnMajority; paper §8.1',
  restsAfter: 'idle',
  watch(view): Watcher {
    const ghost = ghostOf(view);
    let checked = 0;
    return {
      after(changed, state) {
        if (ghost.decided.length === checked) {
          if (state.status === 'recovering' || !ghost.hasNewLog(changed, state)) return undefined;
        }
        checked = ghost.decided.length;
        const holders = ghost.countHolders();
        if (holders >= ghost.quorum) return undefined;
        const all = view.cluster.replicas.length;
        return `op-number ${checked} is committed, but only ${holders} of ${all} replicas hold it`;
      },
    };
  },
};

const oneViewOfDoViewChanges: Invariant<ReplicaState> = {
  name: 'do-view-changes-of-one-view',
  source: 'Vanlightly; paper §4.2 step 3: f + 1 DoViewChange messages of the view to be started',
  restsAfter: 'steady',
  watch: () => ({
    after(changed, state) {
      if (state.status !== 'view-change') return undefined;
      for (const message of state.doViewChanges) {
        if (message === null || message.viewNumber === state.viewNumber) continue;
        return (
          `n${changed} counts a DoViewChange of view ${message.viewNumber}` +
          ` towards view ${state.viewNumber}`
        );
      }
      return undefined;
    },
  }),
};

/** Request numbers of a client only grow along a log, so comparing with the last one is enough. */
const loggedOnce: Invariant<ReplicaState> = {
  name: 'request-logged-once',
  source: 'paper §4.1 step 2: the client-table keeps a request from being executed twice',
  restsAfter: 'idle',
  watch(view): Watcher {
    const logs: (object | undefined)[] = [];
    const lengths = zeros(view);
    /** By replica and client: the latest request number in the log. */
    const latest = view.cluster.replicas.map((): number[] => []);
    return {
      after(changed, state) {
        const numbers = latest[changed]!;
        if (state.log !== logs[changed] || state.opNumber < lengths[changed]!) {
          logs[changed] = state.log;
          lengths[changed] = 0;
          numbers.length = 0;
        }
        for (let index = lengths[changed]!; index < state.log.length; index++) {
          const request = state.log[index]!;
          const before = numbers[request.clientId] ?? 0;
          if (request.requestNumber <= before) {
            return `n${changed} has ${nameOf(request, state)} in its log after request ${before}`;
          }
          numbers[request.clientId] = request.requestNumber;
        }
        lengths[changed] = state.log.length;
        return undefined;
      },
    };
  },
};

/**
 * In memory always; across restarts of the durable mode, never below a view that others have this
 * replica's word for. (One that recovers may do so into an earlier view: its old word is void.)
 */
const viewNeverDecreases: Invariant<ReplicaState> = {
  name: 'view-never-decreases',
  source: 'paper §4.2: view-numbers only grow; durable mode: view synced before StartViewChange',
  watch(view): Watcher {
    const { isDurable } = readOptions(view.cluster.options);
    const views = zeros(view);
    const given = zeros(view);
    const counted = zeros(view);
    return {
      after(changed, state) {
        if (state.status === 'recovering') return undefined;
        const crashes = state.crashVector[changed]!;
        if (crashes > counted[changed]!) {
          counted[changed] = crashes;
          given[changed] = 0;
        }
        const least = Math.max(views[changed]!, isDurable ? given[changed]! : 0);
        views[changed] = state.viewNumber;
        if (state.status === 'view-change') noteGivenWords(given, counted, state);
        if (state.viewNumber >= least) return undefined;
        return `n${changed} is in view ${state.viewNumber} after it was in view ${least}`;
      },
      crashed(replica) {
        views[replica] = 0;
      },
    };
  },
};

/**
 * Whoever is counted in a view change has said that it has left all earlier views. If it has
 * counted a crash since, it is bound no more.
 */
function noteGivenWords(given: number[], counted: readonly number[], state: ReplicaState): void {
  for (let replica = 0; replica < given.length; replica++) {
    if (replica === state.replicaNumber) continue;
    const voted = state.startViewChanges[replica]!;
    const reported = state.doViewChanges[replica]?.crashVector[replica] ?? NO_MESSAGE;
    if (Math.max(voted, reported) < counted[replica]!) continue;
    if (state.viewNumber > given[replica]!) given[replica] = state.viewNumber;
  }
}

/** PrepareOk is sent in normal status only, by a replica that holds what it acknowledges. */
const acknowledgementsBacked: Invariant<ReplicaState> = {
  name: 'acknowledgements-backed',
  source: 'paper §4.1 step 4: a backup acknowledges what it has in its log, in the same view',
  watch(view): Watcher {
    const acked = view.cluster.replicas.map(() => zeros(view));
    const views = view.cluster.replicas.map(() => -1);
    return {
      after(changed, state) {
        if (!leads(state)) return undefined;
        const before = acked[changed]!;
        // What was said in one view counts in no other.
        if (views[changed] !== state.viewNumber) before.fill(0);
        views[changed] = state.viewNumber;
        for (let replica = 0; replica < before.length; replica++) {
          const opNumber = state.ackedOpNumbers[replica]!;
          if (opNumber === before[replica]) continue;
          before[replica] = opNumber;
          if (opNumber === 0 || backs(view.stateOf(replica), state.viewNumber, opNumber)) continue;
          return (
            `n${changed} counts n${replica} for op-number ${opNumber} of view` +
            ` ${state.viewNumber}, which it does not hold`
          );
        }
        return undefined;
      },
    };
  },
};

/** A replica that has lost its memory, or has moved on, cannot be asked any more. */
function backs(state: ReplicaState | undefined, viewNumber: number, opNumber: number): boolean {
  if (state === undefined || state.status === 'recovering') return true;
  if (state.viewNumber > viewNumber) return true;
  return state.lastNormalView === viewNumber && state.opNumber >= opNumber;
}

const normalInOwnView: Invariant<ReplicaState> = {
  name: 'normal-in-own-view',
  source: "paper §4.2: v' is the latest view in which the status was normal",
  restsAfter: 'steady',
  watch: () => ({
    after(changed, state) {
      const { status, viewNumber, lastNormalView } = state;
      const isRight =
        status === 'normal' ? lastNormalView === viewNumber : lastNormalView <= viewNumber;
      if (isRight) return undefined;
      return `n${changed} is ${status} in view ${viewNumber}, v' is ${lastNormalView}`;
    },
  }),
};

function leads(state: ReplicaState): boolean {
  if (state.status !== 'normal') return false;
  return primaryOf(state.viewNumber, state.ackedOpNumbers.length) === state.replicaNumber;
}

function zeros(view: View): number[] {
  return view.cluster.replicas.map(() => 0);
}

export const invariants: readonly Invariant<ReplicaState>[] = [
  noLogDivergence,
  commitWithinLog,
  commitNeverDecreases,
  onePrimaryPerView,
  newPrimaryHoldsCommitted,
  committedOnMajority,
  oneViewOfDoViewChanges,
  loggedOnce,
  viewNeverDecreases,
  acknowledgementsBacked,
  normalInOwnView,
  oneLogPerView,
  numberUsedOnce,
  clientTableTellsLog,
  reportAfterQuorum,
  crashVectorsGrow,
  collectedBeforeNoCrash,
  crashCountedAnew,
  answersToOneQuestion,
  recoveredByQuorum,
];
