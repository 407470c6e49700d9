/**
 * Snapshots and trimming, after the authors’ library: the state stands for the entries that made
 * it.
 *
 * A server takes snapshots of its own, of what it has executed. In local mode the entries that one
 * stands for are kept until the next one, for who is only a little behind. In trim mode they are
 * kept until all members have accepted them, which the leader finds out and tells: so who is a
 * little behind gets entries, not the state.
 */
import type { Context } from './context.ts';
import { dropBefore } from './log.ts';
import type { CompleteSnapshot, Trim } from './messages.ts';
import { membersOf } from './quorums.ts';
import type { OmniState, Replica } from './state.ts';

function compactIfDue(state: OmniState, context: Context): void {
  const { snapshotEvery, isTrimmed } = context.options;
  const { replica, paxos } = state;
  const before = replica.snapshot?.length ?? 0;
  if (snapshotEvery === 0 || paxos.decidedLength - before < snapshotEvery) return;
  context.env.mark('snapshot-taken');
  const earlier = replica.snapshot;
  replica.snapshot = context.rules.snapshotOf(state, context);
  if (earlier !== null) context.rules.forgetExecuted(replica, earlier);
  if (earlier !== null && !isTrimmed) dropBefore(paxos.log, earlier.length);
  context.rules.persistSnapshot(state, context);
}

/** Only what is executed: the state holds nothing else. */
function snapshotOf(state: OmniState, { machine, rules }: Context): CompleteSnapshot {
  return {
    kind: 'complete',
    length: state.paxos.decidedLength,
    app: machine.clone(state.replica.app),
    replicated: rules.replicatedState(state),
  };
}

/** Operations that an earlier snapshot stands for; those since are kept until the next one. */
function forgetExecuted(replica: Replica, { replicated }: CompleteSnapshot): void {
  const count = Math.max(0, replicated.executedCount - replica.executedBefore);
  replica.executed = replica.executed.slice(count);
  replica.executedBefore += count;
}

/** What all members have accepted, and this leader has a snapshot of, nobody will ask for. */
function trimAccepted(state: OmniState, context: Context): void {
  const { leader, paxos } = state;
  if (!context.options.isTrimmed) return;
  const accepted = membersOf(state).map((member) => leader.acceptedLengths[member]!);
  const length = Math.min(paxos.decidedLength, ...accepted);
  if (length <= leader.trimmedLength) return;
  leader.trimmedLength = length;
  const trim: Trim = { type: 'Trim', ballot: leader.ballot, length };
  for (const member of membersOf(state)) {
    if (member === state.id) context.rules.trimUpTo(state, context, length);
    else context.env.sendUnsynced(member, trim);
  }
}

function onTrim(state: OmniState, context: Context, message: Trim): void {
  if (message.ballot === state.paxos.promised) {
    context.rules.trimUpTo(state, context, message.length);
  }
}

/** As far as the snapshot on the own disk stands for it. */
function trimUpTo(state: OmniState, context: Context, length: number): void {
  const { replica, paxos } = state;
  const { snapshot } = replica;
  if (snapshot === null || snapshot.length > length || snapshot.length <= paxos.log.first) return;
  context.env.mark('log-trimmed');
  dropBefore(paxos.log, snapshot.length);
  context.rules.persistSnapshot(state, context);
}

export const compactionRules = {
  compactIfDue,
  snapshotOf,
  forgetExecuted,
  trimAccepted,
  onTrim,
  trimUpTo,
};
