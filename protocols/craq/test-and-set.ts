/**
 * Mini-transactions on one object, at the head: Terrace & Freedman, USENIX ATC 2009, §4.1.1. An
 * append or an increment is applied to the latest version, dirty or not. A test-and-set is made on
 * a clean object only, so that it tests what is committed: of one with writes under way it is
 * rejected, and the client asks again after a while.
 *
 * Deviation: a test-and-set compares values. The paper's compares version numbers, and says of
 * values that the head would have to lock the object until it is clean. That is the `wait` mode:
 * the test-and-set waits, and all later updates of the object wait behind it.
 * Deviation: in the `order` mode the head gives it the next place at once. As every server computes
 * versions in that order, it tests the latest version, and fails or succeeds with that one.
 * Deviation: transactions of several objects of one chain (§4.1.2), or of several chains (§4.1.3),
 * are left out: no operation of a state machine here is about several objects.
 */
import { headOf } from '../chain-replication/configuration.ts';
import { roleOf } from '../chain-replication/context.ts';
import type { Request } from '../chain-replication/messages.ts';
import type { CraqContext } from './context.ts';
import type { CraqServerState } from './state.ts';
import { isClean, versionsOf } from './versions.ts';

/** The head has a new update. What the same client wanted before, it has given up. */
function order(state: CraqServerState, context: CraqContext, request: Request): void {
  const { env, rules, options, base, chain } = context;
  if (state.waitingUpdates.length > 0) {
    state.waitingUpdates = state.waitingUpdates.filter(
      ({ clientId }) => clientId !== request.clientId,
    );
  }
  if (rules.isBlocked(state, context, request, state.waitingUpdates)) {
    if (options.testAndSet === 'reject') {
      env.mark('test-and-set-rejected');
      const { clientId, requestNumber } = request;
      env.sendUnsynced(clientId, { type: 'Rejected', requestNumber });
    } else {
      env.mark('update-waits');
      state.waitingUpdates.push(request);
    }
    return;
  }
  base.order(state, chain, request);
}

/** Whether it has to wait: for a clean object, or behind one that waits for that. */
function isBlocked(
  state: CraqServerState,
  context: CraqContext,
  request: Request,
  earlier: readonly Request[],
): boolean {
  const { rules, machine, options } = context;
  if (options.testAndSet === 'order') return false;
  const isTest = machine.isTestAndSet?.(request.operation) === true;
  if (!isTest && earlier.length === 0) return false;
  const object = rules.objectOf(context, request.operation);
  const isBehind = earlier.some(({ operation }) => rules.objectOf(context, operation) === object);
  if (isBehind) return true;
  return isTest && !rules.isTestable(state, context, object);
}

/** §4.1.1: there are no outstanding uncommitted versions of the object. */
function isTestable(state: CraqServerState, { machine }: CraqContext, object: string): boolean {
  return isClean(versionsOf(state, machine, object));
}

/** Something has become clean: whatever waits no more goes on its way, in its order. */
function serveUpdates(state: CraqServerState, context: CraqContext): void {
  const { rules, base, chain } = context;
  if (state.waitingUpdates.length === 0 || !rules.mayOrder(state)) return;
  const waiting = state.waitingUpdates;
  state.waitingUpdates = [];
  for (const request of waiting) {
    if (chain.rules.standingOf(state, request) !== 'new') continue;
    const isStill = rules.isBlocked(state, context, request, state.waitingUpdates);
    if (isStill) state.waitingUpdates.push(request);
    else base.order(state, chain, request);
  }
}

/** A new epoch: who is not the head any more sends those on that have waited here. */
function moveUpdates(state: CraqServerState, context: CraqContext): void {
  const { rules, chain } = context;
  const isHead = roleOf(state) === 'member' && headOf(state.configuration) === state.id;
  if (isHead) {
    rules.serveUpdates(state, context);
    return;
  }
  const waiting = state.waitingUpdates;
  state.waitingUpdates = [];
  for (const { clientId, requestNumber } of waiting) {
    chain.rules.redirect(state, chain, clientId, requestNumber);
  }
}

export const testAndSetRules = { order, isBlocked, isTestable, serveUpdates, moveUpdates };
