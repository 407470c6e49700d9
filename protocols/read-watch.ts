/**
 * Reads that have no place in the order of updates, as an observer judges them: by what was so when
 * one arrived, once it is answered. Shared by the protocols that have such reads.
 */
import type { ClusterView, InvariantWatcher, NodeId } from '../sim/contract.ts';
import type { WeakerLevel } from '../sim/level.ts';

/** A read that a client asked a node for, for whoever judges how it was answered. */
export interface ReadRecord {
  readonly requestNumber: number;
  /** Rounds of questions that had begun at this node when it first arrived. */
  readonly round: number;
  /** How far this node had executed updates when it was answered; null until then. */
  answeredAt: number | null;
  /** Where there are several objects: which one it is about, as `answeredAt` is then. */
  readonly object?: string;
  /** Absent: linearizable. */
  readonly level?: WeakerLevel;
}

/** By client: its latest read that may not be old. */
export interface ReadRecords {
  [clientId: number]: ReadRecord;
}

/** What one claim makes of reads: `What` is kept up from the arrival to the answer. */
export interface ReadClaim<State, What> {
  /** Of a node that answers reads: its records, and how often one has arrived or was answered. */
  recordsOf(state: State): { readonly records: ReadRecords; readonly changes: number } | undefined;
  /** When it arrives, and whenever another one does meanwhile, or the same again. */
  look(node: NodeId, state: State, before: What | undefined, read: ReadRecord): What;
  /** What is wrong with the answer, if anything. */
  judge(node: NodeId, state: State, read: ReadRecord, what: What): string | undefined;
}

export function watchReads<State extends object, What>(
  { cluster }: ClusterView<State>,
  claim: ReadClaim<State, What>,
): InvariantWatcher<State> {
  const seen: number[] = [];
  /** By node and client: the latest read that was looked at. */
  const latest: Look<What>[][] = cluster.replicas.map(() => []);
  return {
    after(changed, state) {
      const found = claim.recordsOf(state);
      if (found === undefined || found.changes === (seen[changed] ?? 0)) return undefined;
      seen[changed] = found.changes;
      const looks = latest[changed]!;
      let complaint: string | undefined;
      for (const client of cluster.clients) {
        const read = found.records[client];
        if (read === undefined) continue;
        const known = looks[client]?.read === read ? looks[client] : undefined;
        // Who asks again is answered as before, or better.
        if (known?.isJudged === true) continue;
        const what = claim.look(changed, state, known?.what, read);
        const isJudged = read.answeredAt !== null;
        looks[client] = { read, what, isJudged };
        if (isJudged) complaint ??= claim.judge(changed, state, read, what);
      }
      return complaint;
    },
    crashed(replica) {
      seen[replica] = 0;
      latest[replica]!.length = 0;
    },
  };
}

/** What was known of a read when it was looked at last. */
interface Look<What> {
  readonly read: ReadRecord;
  readonly what: What;
  readonly isJudged: boolean;
}
