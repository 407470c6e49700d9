/**
 * Reads that may be old, at any server of the chain.
 *
 * Deviation: the paper has queries at the tail only. A session that is content with old values
 * reads where it likes, and tells how many updates it has seen. What a server has executed is a
 * prefix of what the tail has (§3.1), so an answer from that many updates on is of one history with
 * all that the session saw. So a server may answer which the master suspects, or has removed in an
 * epoch that it has not heard of. One that knows to be outside the chain gets no more updates, and
 * sends the session to the chain instead of keeping a read that it may never be able to answer.
 */
import type { NodeId } from '../../sim/contract.ts';
import { roleOf, type ServerContext } from './context.ts';
import type { SequentialRead } from './messages.ts';
import type { ServerState, WaitingRead } from './state.ts';

/** Not before this server has executed as much as the session has seen. */
function onSequentialRead(
  state: ServerState,
  context: ServerContext,
  from: NodeId,
  read: SequentialRead,
): void {
  const { env, rules, machine } = context;
  if (!machine.isReadOnly(read.operation)) return;
  if (roleOf(state) !== 'member') {
    rules.redirect(state, context, from, read.requestNumber);
    return;
  }
  if (rules.isFreshEnough(state, read)) {
    env.mark('sequential-read-served');
    rules.answerRead(state, context, from, read.operation, read.requestNumber);
    return;
  }
  env.mark('sequential-read-waits');
  state.waitingReads = state.waitingReads.filter(({ clientId }) => clientId !== from);
  state.waitingReads.push({ clientId: from, read });
}

function isFreshEnough(state: ServerState, read: SequentialRead): boolean {
  return state.committed >= read.sequence;
}

function serveWaitingReads(state: ServerState, context: ServerContext): void {
  if (state.waitingReads.length === 0) return;
  const still: WaitingRead[] = [];
  for (const waiting of state.waitingReads) {
    const { clientId, read } = waiting;
    if (context.rules.isFreshEnough(state, read)) {
      context.rules.answerRead(state, context, clientId, read.operation, read.requestNumber);
    } else {
      still.push(waiting);
    }
  }
  state.waitingReads = still;
}

/** This server is in the chain no more: what its reads wait for may never come here. */
function dismissReads(state: ServerState, context: ServerContext): void {
  const dismissed = state.waitingReads;
  state.waitingReads = [];
  for (const { clientId, read } of dismissed) {
    context.rules.redirect(state, context, clientId, read.requestNumber);
  }
}

export const sequentialReadRules = {
  onSequentialRead,
  isFreshEnough,
  serveWaitingReads,
  dismissReads,
};
