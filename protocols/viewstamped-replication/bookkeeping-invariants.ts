/**
 * Safety claims about what a replica keeps beside its log: the client-table, which has to say what
 * the log says, and the reports of a view change, which have to wait for the others.
 */
import type { ClusterView, Invariant, InvariantWatcher, NodeId } from '../../sim/contract.ts';
import { quorumOf } from './context.ts';
import type { Request } from './messages.ts';
import type { ReplicaState } from './state.ts';

/** What one replica's log says of each client, kept up to date as the log grows. */
class LogReader {
  private log: readonly Request[] = [];
  private length = 0;
  private executed = 0;
  /** By client: the latest request number in the log, and the latest executed one. */
  private readonly latest: number[] = [];
  private readonly results: number[] = [];

  /** Takes in what has changed; says where the client-table differs from it. */
  compare(replica: NodeId, state: ReplicaState): string | undefined {
    const { log, commitNumber } = state;
    const isNew = log !== this.log || log.length < this.length || commitNumber < this.executed;
    if (isNew) this.startOver(log);
    if (log.length === this.length && commitNumber === this.executed && !isNew) return undefined;
    const logged = this.length;
    const executed = this.executed;
    this.readOn(log, commitNumber);
    if (isNew) return this.wrongAnywhere(replica, state);
    return this.wrongSince(replica, state, logged, executed);
  }

  private readOn(log: readonly Request[], commitNumber: number): void {
    for (; this.length < log.length; this.length++) {
      const { clientId, requestNumber } = log[this.length]!;
      this.latest[clientId] = requestNumber;
    }
    const end = Math.min(commitNumber, log.length);
    for (; this.executed < end; this.executed++) {
      const { clientId, requestNumber } = log[this.executed]!;
      this.results[clientId] = requestNumber;
    }
  }

  /** Looks at the rows of the clients whose requests were logged or executed just now. */
  private wrongSince(
    replica: NodeId,
    state: ReplicaState,
    logged: number,
    executed: number,
  ): string | undefined {
    const { log } = state;
    for (let index = logged; index < this.length; index++) {
      const wrong = this.wrongRow(replica, state, log[index]!.clientId);
      if (wrong !== undefined) return wrong;
    }
    for (let index = executed; index < this.executed; index++) {
      const wrong = this.wrongRow(replica, state, log[index]!.clientId);
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  }

  private wrongAnywhere(replica: NodeId, state: ReplicaState): string | undefined {
    for (const clientId of Object.keys(state.clientTable)) {
      const wrong = this.wrongRow(replica, state, Number(clientId));
      if (wrong !== undefined) return wrong;
    }
    for (let clientId = 0; clientId < this.latest.length; clientId++) {
      const wrong = this.wrongRow(replica, state, clientId);
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  }

  private startOver(log: readonly Request[]): void {
    this.log = log;
    this.length = 0;
    this.executed = 0;
    this.latest.length = 0;
    this.results.length = 0;
  }

  private wrongRow(replica: NodeId, state: ReplicaState, clientId: number): string | undefined {
    const row = state.clientTable[clientId];
    const latest = this.latest[clientId] ?? 0;
    const executed = this.results[clientId] ?? 0;
    const tabled = row?.requestNumber ?? 0;
    const answered = row?.executedNumber ?? 0;
    if (tabled === latest && answered === executed) return undefined;
    const client = `c${clientId - state.ackedOpNumbers.length}`;
    return (
      `n${replica}'s client-table has request ${tabled} of ${client}, executed up to ${answered};` +
      ` its log has request ${latest}, executed up to ${executed}`
    );
  }
}

export const clientTableTellsLog: Invariant<ReplicaState> = {
  name: 'client-table-tells-log',
  source: 'paper §4: the client-table records each client’s most recent request, and its result',
  restsAfter: 'idle',
  watch(view): InvariantWatcher<ReplicaState> {
    const readers = view.cluster.replicas.map(() => new LogReader());
    return { after: (changed, state) => readers[changed]!.compare(changed, state) };
  },
};

/** A crash takes no word back: who once was in the view, or a later one, has left those before. */
export const reportAfterQuorum: Invariant<ReplicaState> = {
  name: 'report-after-quorum',
  source: 'paper §4.2 step 2: DoViewChange follows StartViewChange messages from f other replicas',
  restsAfter: 'steady',
  watch(view: ClusterView<ReplicaState>): InvariantWatcher<ReplicaState> {
    const quorum = quorumOf(view.cluster.replicas.length);
    const reached = view.cluster.replicas.map(() => 0);
    const reported = view.cluster.replicas.map(() => 0);
    return {
      after(changed, state) {
        const { viewNumber } = state;
        if (viewNumber > reached[changed]!) reached[changed] = viewNumber;
        if (state.status !== 'view-change' || !state.hasSentDoViewChange) return undefined;
        if (reported[changed] === viewNumber) return undefined;
        reported[changed] = viewNumber;
        let count = 0;
        for (const each of reached) if (each >= viewNumber) count++;
        if (count >= quorum) return undefined;
        return (
          `n${changed} reports for view ${viewNumber}, for which ` +
          `${count} of ${reached.length} replicas have left earlier views`
        );
      },
    };
  },
};
