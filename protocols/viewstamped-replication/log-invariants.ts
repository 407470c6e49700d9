/** Safety claims about logs, committed or not: a view has one log, and a number one request. */
import type { ClusterView, Invariant, InvariantWatcher, NodeId } from '../../sim/contract.ts';
import type { Plain } from '../../sim/plain.ts';
import { primaryOf } from './context.ts';
import { isSameRequest, nameOf } from './ghost.ts';
import type { Request } from './messages.ts';
import type { ReplicaState } from './state.ts';

type Watcher = InvariantWatcher<ReplicaState>;

/** How far a replica's log has been looked at. */
interface Reading {
  readonly log: readonly Request[];
  readonly viewNumber: number;
  length: number;
}

const NOTHING: Reading = { log: [], viewNumber: -1, length: 0 };

/** The longest log seen of each view, and how far each replica has been compared with it. */
class ViewLogs {
  private readonly logs = new Map<number, Request[]>();
  /** How many entries each view started with, as its primary has it. */
  private readonly starts = new Map([[0, 0]]);
  /** By view: the longest log that a backup of it has had. */
  private readonly told = new Map<number, number>();
  private readonly readings: Reading[];

  constructor(view: ClusterView<ReplicaState>) {
    this.readings = view.cluster.replicas.map(() => NOTHING);
  }

  compare(replica: NodeId, state: ReplicaState): string | undefined {
    const { log, viewNumber } = state;
    let reading = this.readings[replica]!;
    if (reading.log !== log || reading.viewNumber !== viewNumber || log.length < reading.length) {
      reading = { log, viewNumber, length: 0 };
      this.readings[replica] = reading;
      const start = this.startOf(viewNumber, replica, log.length);
      if (log.length < start) {
        return (
          `n${replica} is normal in view ${viewNumber} with ${log.length} entries,` +
          ` and the view started with ${start}`
        );
      }
    }
    if (reading.length === log.length) return undefined;
    const known = this.logOf(viewNumber);
    for (; reading.length < log.length; reading.length++) {
      const entry = log[reading.length]!;
      const other = known[reading.length];
      if (other === undefined) known.push(entry);
      else if (!isSameRequest(entry, other)) {
        return (
          `n${replica} has ${nameOf(entry, state)} at op-number ${reading.length + 1}` +
          ` of view ${viewNumber}, where there was ${nameOf(other, state)}`
        );
      }
    }
    this.hear(replica, viewNumber, log.length);
    return undefined;
  }

  /**
   * What a primary has not told anybody may be lost with its disk's queue, in the view it is in and
   * in those that it has led before, and it may go on in the same view with other requests.
   */
  crashed(replica: NodeId): void {
    this.readings[replica] = NOTHING;
    for (const [viewNumber, log] of this.logs) {
      if (primaryOf(viewNumber, this.readings.length) !== replica) continue;
      const told = this.told.get(viewNumber) ?? 0;
      if (told < log.length) log.length = told;
      if (told < (this.starts.get(viewNumber) ?? 0)) this.starts.set(viewNumber, told);
    }
  }

  /** A backup has what the primary's disk had before. */
  private hear(replica: NodeId, viewNumber: number, length: number): void {
    if (primaryOf(viewNumber, this.readings.length) === replica) return;
    if (length > (this.told.get(viewNumber) ?? 0)) this.told.set(viewNumber, length);
  }

  /** The primary is the first to be normal in its view; later on its log may be longer. */
  private startOf(viewNumber: number, replica: NodeId, length: number): number {
    const known = this.starts.get(viewNumber);
    if (known !== undefined) return known;
    if (primaryOf(viewNumber, this.readings.length) !== replica) return 0;
    this.starts.set(viewNumber, length);
    return length;
  }

  private logOf(viewNumber: number): Request[] {
    let log = this.logs.get(viewNumber);
    if (log === undefined) {
      log = [];
      this.logs.set(viewNumber, log);
    }
    return log;
  }
}

export const oneLogPerView: Invariant<ReplicaState> = {
  name: 'one-log-per-view',
  source: 'paper §4.1, §4.2 step 5: backups take the log of the view and follow its primary',
  restsAfter: 'idle',
  watch(view): Watcher {
    const logs = new ViewLogs(view);
    return {
      after: (changed, state) =>
        state.status === 'normal' ? logs.compare(changed, state) : undefined,
      crashed: (replica) => logs.crashed(replica),
    };
  },
};

/** Operations are known by identity: it is the very object that the client was asked for. */
export const numberUsedOnce: Invariant<ReplicaState> = {
  name: 'request-number-used-once',
  source: 'paper §4, §4.5: a client gives each request a number of its own, also after a restart',
  restsAfter: 'idle',
  watch(view): Watcher {
    /** By client and request number. */
    const operations: (Plain | undefined)[][] = [];
    // Replicas share their entries: what stood at the same place a moment ago is known already.
    const lastAt: Request[] = [];
    const readings: Reading[] = view.cluster.replicas.map(() => NOTHING);
    return {
      after(changed, state) {
        const { log, viewNumber } = state;
        let reading = readings[changed]!;
        if (reading.log !== log || log.length < reading.length) {
          reading = { log, viewNumber, length: 0 };
          readings[changed] = reading;
        }
        for (; reading.length < log.length; reading.length++) {
          const request = log[reading.length]!;
          if (lastAt[reading.length] === request) continue;
          lastAt[reading.length] = request;
          const { clientId, requestNumber, operation } = request;
          const known = (operations[clientId] ??= []);
          const other = known[requestNumber];
          if (other === undefined) known[requestNumber] = operation;
          else if (other !== operation) {
            return `n${changed} has ${nameOf(request, state)}, whose number had another operation`;
          }
        }
        return undefined;
      },
    };
  },
};
