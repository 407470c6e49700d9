/**
 * Version queries: Terrace & Freedman, USENIX ATC 2009, §2.3. A server whose object is dirty asks
 * the tail which version was committed last, and answers the read with that one.
 *
 * Deviation: the paper says that the server is certain to have that version still. It may have
 * dropped it: the acknowledgement of a later one may overtake the tail's answer. That later one is
 * committed, too, and was not before the read had come: it is as good an answer.
 */
import type { NodeId } from '../../sim/contract.ts';
import { tailOf } from '../chain-replication/configuration.ts';
import { isTail } from '../chain-replication/context.ts';
import { NEVER, type WaitingQuery } from '../chain-replication/state.ts';
import type { CraqContext } from './context.ts';
import type { VersionQuery, VersionReply } from './messages.ts';
import type { CraqServerState, Question, Version, WaitingQuestion } from './state.ts';
import { isClean, latestClean, versionsOf } from './versions.ts';

/** What has to be asked for the reads that wait, and is not asked yet. */
function askTail(state: CraqServerState, context: CraqContext): void {
  const { rules } = context;
  for (const waiting of state.waitingQueries) {
    if (rules.needsTail(state, context, waiting)) rules.ask(state, context, waiting);
  }
}

/** Whether only the tail can tell, and does not know yet that it is asked. */
function needsTail(
  state: CraqServerState,
  context: CraqContext,
  { clientId, query }: WaitingQuery,
): boolean {
  const { rules, machine } = context;
  if (isTail(state)) return false;
  const object = rules.objectOf(context, query.operation);
  const versions = versionsOf(state, machine, object);
  if (isClean(versions)) return false;
  return state.questions.get(clientId)?.requestNumber !== query.requestNumber;
}

function ask(state: CraqServerState, context: CraqContext, waiting: WaitingQuery): void {
  const { env, rules } = context;
  const { clientId, query } = waiting;
  env.mark('tail-asked');
  state.questionCount++;
  const question = {
    requestNumber: query.requestNumber,
    object: rules.objectOf(context, query.operation),
    number: state.questionCount,
    named: null,
  };
  state.questions.set(clientId, question);
  rules.sendQuestion(state, context, question);
  rules.armAsk(state, context);
}

function sendQuestion(
  state: CraqServerState,
  { env }: CraqContext,
  { object, number }: Question,
): void {
  const tail = tailOf(state.configuration);
  if (tail === undefined) return;
  const { nonce, configuration } = state;
  const { epoch } = configuration;
  env.sendUnsynced(tail, { type: 'VersionQuery', epoch, object, question: number, nonce });
}

function armAsk(state: CraqServerState, { env, options }: CraqContext): void {
  if (state.isAskArmed) return;
  state.isAskArmed = true;
  env.setTimer('ask', options.askRetry);
}

/** Question or answer is lost, or the tail waits for the master. */
function onAskTimer(state: CraqServerState, context: CraqContext): void {
  const { env, rules } = context;
  state.isAskArmed = false;
  let isOpen = false;
  for (const question of state.questions.values()) {
    if (question.named !== null) continue;
    isOpen = true;
    env.mark('tail-asked-again');
    rules.sendQuestion(state, context, question);
  }
  if (isOpen) rules.armAsk(state, context);
}

/** §2.3, the tail: only while it is certain to be the tail. */
function onVersionQuery(
  state: CraqServerState,
  context: CraqContext,
  from: NodeId,
  { epoch, object, question, nonce }: VersionQuery,
): void {
  const { env, rules, chain } = context;
  if (!chain.rules.isOfThisEpoch(state, chain, from, epoch) || !isTail(state)) return;
  const round = chain.rules.roundFor(state, chain);
  const waiting = { server: from, object, question, nonce, round };
  if (rules.mayName(state, context, waiting)) {
    rules.nameVersion(state, context, waiting);
    return;
  }
  env.mark('version-query-waits');
  const others = state.waitingQuestions.filter(
    (other) => other.server !== from || other.question !== question,
  );
  state.waitingQuestions = [...others, waiting];
}

/** As for the tail's own answers: nobody else may be the tail. */
function mayName(
  state: CraqServerState,
  { base, chain }: CraqContext,
  waiting: WaitingQuestion,
): boolean {
  return base.isTailFor(state, chain, waiting.round);
}

function nameVersion(
  state: CraqServerState,
  { env, machine }: CraqContext,
  { server, object, question, nonce }: WaitingQuestion,
): void {
  const { epoch } = state.configuration;
  const version = latestClean(versionsOf(state, machine, object)).number;
  env.sendUnsynced(server, { type: 'VersionReply', epoch, question, nonce, version });
}

function serveQuestions(state: CraqServerState, context: CraqContext): void {
  const { rules } = context;
  if (state.waitingQuestions.length === 0) return;
  const still: WaitingQuestion[] = [];
  for (const waiting of state.waitingQuestions) {
    if (rules.mayName(state, context, waiting)) rules.nameVersion(state, context, waiting);
    else still.push(waiting);
  }
  state.waitingQuestions = still;
}

/** The epoch is over: who has asked has been told so, too, and asks the tail of the next one. */
function dismissQuestions(state: CraqServerState): void {
  state.roundAskedAt = NEVER;
  state.questions.clear();
  state.waitingQuestions = [];
}

function onVersionReply(
  state: CraqServerState,
  context: CraqContext,
  from: NodeId,
  { epoch, question, nonce, version }: VersionReply,
): void {
  const { chain, rules, options } = context;
  if (!chain.rules.isOfThisEpoch(state, chain, from, epoch)) return;
  if (!rules.isOfThisLife(state, nonce)) return;
  for (const asked of state.questions.values()) {
    if (asked.number === question) asked.named = version;
  }
  if (options.isMulticast) rules.takeForCommitted(state, context, version);
  chain.rules.serveQueries(state, chain);
}

/** Questions are counted from 0 in every life of a server: an answer may be to an earlier one. */
function isOfThisLife(state: CraqServerState, nonce: number): boolean {
  return nonce === state.nonce;
}

/** What the tail has named for the sake of this read, or null. */
function namedVersion(
  { questions }: CraqServerState,
  { clientId, query }: WaitingQuery,
): number | null {
  const question = questions.get(clientId);
  return question?.requestNumber === query.requestNumber ? question.named : null;
}

/** That version; or, if it is gone, the clean one for which it was dropped. */
function versionNamed(versions: readonly Version[], named: number): Version | undefined {
  const oldest = versions[0]!;
  return named < oldest.number ? oldest : versions.find(({ number }) => number === named);
}

/** Who is answered, or asks for something else, has no question any more. */
function forgetQuestions(state: CraqServerState): void {
  if (state.questions.size === 0) return;
  for (const [client, { requestNumber }] of state.questions) {
    const isOpen = state.waitingQueries.some(
      ({ clientId, query }) => clientId === client && query.requestNumber === requestNumber,
    );
    if (!isOpen) state.questions.delete(client);
  }
}

export const versionQueryRules = {
  askTail,
  needsTail,
  ask,
  sendQuestion,
  armAsk,
  onAskTimer,
  onVersionQuery,
  mayName,
  nameVersion,
  serveQuestions,
  dismissQuestions,
  onVersionReply,
  isOfThisLife,
  namedVersion,
  versionNamed,
  forgetQuestions,
};
