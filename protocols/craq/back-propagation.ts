/**
 * Servers that join anywhere in the chain: Terrace & Freedman, USENIX ATC 2009, §2.5 and §5.3. What
 * the predecessor has is propagated forward to the new server, as it is to a new tail; what the
 * successor has is propagated backwards. The new server refuses reads until it agrees with its
 * successor: from then on nothing is committed that has not passed through it. A new head takes no
 * updates before that, for they are to follow all that the successor has.
 *
 * Deviation: as a new tail does (../chain-replication/extension.ts), a server copies in one epoch,
 * outside the chain, which works on, and takes its place in the next. So the chain waits only for
 * what is under way then.
 * Deviation: the new server asks for what it lacks, as much at a time as a window holds; who
 * propagates backwards remembers nothing of it. Whatever fails meanwhile, the new server asks
 * whoever its successor is then.
 * Deviation: what is propagated are the updates after those that the new server has, or a snapshot
 * (clean versions, and the client table) and the updates after that. Of each object this makes the
 * latest clean version, and all dirty ones, as the paper wants it.
 */
import type { NodeId } from '../../sim/contract.ts';
import { backSourceOf, type Configuration, headOf } from '../chain-replication/configuration.ts';
import { roleOf } from '../chain-replication/context.ts';
import type { MasterContext } from '../chain-replication/master.ts';
import type { MasterState } from '../chain-replication/master-state.ts';
import type { Request } from '../chain-replication/messages.ts';
import type { CraqContext } from './context.ts';
import type { Back, Behind } from './messages.ts';
import type { JoinAt } from './options.ts';
import type { CraqServerState } from './state.ts';

/** Before which server of the chain the new one goes; undefined is behind the tail. */
export function placeAt(
  joinAt: JoinAt,
  { configuration: { chain }, wanted }: Pick<MasterState, 'configuration' | 'wanted'>,
  { env }: { readonly env: Pick<MasterContext['env'], 'random'> },
  server: NodeId,
): NodeId | undefined {
  switch (joinAt) {
    case 'tail':
      return undefined;
    case 'head':
      return chain[0];
    case 'middle':
      return chain[Math.ceil(chain.length / 2)];
    case 'drawn':
      return chain[env.random(chain.length + 1)];
    case 'listed': {
      const listed = wanted ?? [];
      const behind = listed.slice(listed.indexOf(server) + 1);
      return listed.includes(server) ? behind.find((other) => chain.includes(other)) : undefined;
    }
    default:
      return joinAt satisfies never;
  }
}

/** Whether this server joins, and does not hold yet all that its successor holds. */
export function lacksAgreement(state: CraqServerState): boolean {
  if (roleOf(state) === 'outside' || state.hasCaughtUp) return false;
  return backSourceOf(state.configuration, state.id) !== undefined;
}

/** Whether what this server has, or gets, may go on down the chain. */
function mayPassOn(state: CraqServerState): boolean {
  return !lacksAgreement(state);
}

/** Whether this server, as the head, may give an update its place. */
function mayOrder(state: CraqServerState): boolean {
  return !lacksAgreement(state);
}

/** A new head cannot even tell whether it is new: the client table is not complete. */
function keepUntilAgreement(state: CraqServerState, { env }: CraqContext, request: Request): void {
  env.mark('update-waits-for-agreement');
  state.waitingUpdates = state.waitingUpdates.filter(
    ({ clientId }) => clientId !== request.clientId,
  );
  state.waitingUpdates.push(request);
}

/** To the successor, the one now or to be: what comes after all that is here? */
function askBehind(state: CraqServerState, { env, rules }: CraqContext): void {
  const source = backSourceOf(state.configuration, state.id);
  if (source === undefined || rules.mayPassOn(state)) return;
  const { epoch } = state.configuration;
  env.send(source, { type: 'Behind', epoch, last: state.length });
}

/** §5.3: the successor propagates backwards what the new server lacks. */
function onBehind(
  state: CraqServerState,
  { env, chain }: CraqContext,
  from: NodeId,
  { epoch, last }: Behind,
): void {
  const { rules, options } = chain;
  const { configuration, id, snapshot, trimmed, length, committed, lengthAtEpoch } = state;
  if (!rules.isOfThisEpoch(state, chain, from, epoch)) return;
  if (roleOf(state) !== 'member' || backSourceOf(configuration, from) !== id) return;
  if (last < length) env.mark('back-propagated');
  if (last < trimmed && snapshot !== null) {
    env.mark('snapshot-sent');
    rules.sendWhenDurable(chain, from, { type: 'StateCopy', epoch, snapshot });
    return;
  }
  const after = Math.min(last, length);
  const entries = state.hist.slice(after - trimmed, after - trimmed + options.window);
  const back: Back = { type: 'Back', epoch, after, entries, committed, lengthAtEpoch };
  env.send(from, back);
}

/** As what a predecessor forwards, but for where it comes from. */
function onBack(state: CraqServerState, context: CraqContext, from: NodeId, back: Back): void {
  const { rules, chain } = context;
  if (!chain.rules.isOfThisEpoch(state, chain, from, back.epoch)) return;
  if (roleOf(state) === 'outside' || backSourceOf(state.configuration, state.id) !== from) return;
  if (!chain.rules.isNextInOrder(state, back)) return;
  const before = state.length;
  chain.rules.takeEntries(state, chain, back);
  chain.rules.takeEarly(state, chain);
  chain.rules.learnCommitted(state, chain, back.committed);
  if (state.length > before) chain.rules.sendAck(state, chain);
  if (state.hasCaughtUp) return;
  if (state.length < back.lengthAtEpoch) rules.askBehind(state, context);
  else rules.agree(state, context, from, back.lengthAtEpoch);
}

/**
 * The successor has nothing that is not here: it takes no more in this epoch but from this server.
 * One that copies has seen as much as it needs to take its place.
 */
function agree(
  state: CraqServerState,
  context: CraqContext,
  successor: NodeId,
  holds: number,
): void {
  const { env, chain } = context;
  state.hasCaughtUp = true;
  if (roleOf(state) === 'member') {
    const isHead = headOf(state.configuration) === state.id;
    env.mark(isHead ? 'joined-as-head' : 'joined-in-the-middle');
    const { epoch } = state.configuration;
    chain.rules.onLastSequence(state, chain, successor, {
      type: 'LastSequence',
      epoch,
      last: holds,
    });
    context.rules.takeKept(state, context);
  } else {
    env.mark('copy-completed');
  }
  chain.rules.sendHeartbeat(state, chain);
}

/** What has waited at the new head arrives now. */
function takeKept(state: CraqServerState, { chain }: CraqContext): void {
  const kept = state.waitingUpdates;
  state.waitingUpdates = [];
  for (const request of kept) chain.rules.onRequest(state, chain, request);
}

/**
 * Another epoch begins for a server that copies: who had what it has copied may be gone, and with
 * it all that was not committed.
 */
function cutCopy(state: CraqServerState, { chain }: CraqContext, next: Configuration): void {
  const isCopy = roleOf(state) === 'copying' && state.configuration.before !== undefined;
  if (!isCopy || next.chain.includes(state.id)) return;
  state.hasCaughtUp = false;
  chain.rules.cutToCommitted(state);
}

export const backPropagationRules = {
  mayPassOn,
  mayOrder,
  keepUntilAgreement,
  askBehind,
  onBehind,
  onBack,
  agree,
  takeKept,
  cutCopy,
};
