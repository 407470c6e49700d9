/**
 * What CRAQ makes of the chain's rules: each of these does what the chain does, and keeps versions,
 * lets any server answer, or waits for what is propagated backwards. Nothing else of the chain is
 * different (Terrace & Freedman, USENIX ATC 2009, §2.3: updates take the same way; §2.5: failures
 * are coped with in the same way).
 *
 * The chain's rules know of the chain's state only. Those below are made for one server, and have
 * all of its state at hand.
 */
import { backSourceOf, type Configuration, headOf } from '../chain-replication/configuration.ts';
import { roleOf, upstream } from '../chain-replication/context.ts';
import type { Rules as ChainRules } from '../chain-replication/rules.ts';
import { lacksAgreement, placeAt } from './back-propagation.ts';
import type { CraqContext } from './context.ts';
import type { CraqOptions } from './options.ts';
import type { CraqServerState } from './state.ts';

/** `context.chain.rules` is to be what this returns: the rules call each other through it. */
export function rulesOfServer(state: CraqServerState, context: CraqContext): ChainRules {
  return {
    ...context.base,
    ...historyRules(state, context),
    ...forwardRules(state, context),
    ...snapshotRules(state, context),
    ...queryRules(state, context),
    ...joiningRules(state, context),
  };
}

/** The masters grant leases to all members, wait for them all, and have servers join anywhere. */
export function rulesOfMaster(base: ChainRules, { joinAt }: CraqOptions): ChainRules {
  return {
    ...base,
    answersQueries,
    placeFor: (state, context, server) => placeAt(joinAt, state, context, server),
  };
}

function answersQueries({ chain }: Configuration, server: number): boolean {
  return chain.includes(server);
}

/** Hist grows, is executed and cut: versions come, become clean, and go. */
function historyRules(
  state: CraqServerState,
  context: CraqContext,
): Pick<ChainRules, 'order' | 'append' | 'executeUpTo' | 'cutToCommitted' | 'beginEpoch'> {
  const { base, rules } = context;
  return {
    order(_state, _chain, request) {
      rules.order(state, context, request);
    },
    append(_state, chain, entries) {
      const before = state.length;
      base.append(state, chain, entries);
      for (const [index, request] of entries.entries()) {
        rules.addVersion(state, context, request, before + index + 1);
      }
      rules.forgetPayloads(state, entries);
      if (rules.mayPassOn(state)) rules.spread(state, context, entries);
    },
    executeUpTo(_state, chain, limit) {
      if (limit <= state.committed) return;
      // First: a snapshot that is taken on the way has what is clean by then.
      rules.cleanUpTo(state, context, limit);
      base.executeUpTo(state, chain, limit);
      rules.tellCommitted(state, context);
      rules.serveUpdates(state, context);
      chain.rules.serveQueries(state, chain);
    },
    cutToCommitted() {
      base.cutToCommitted(state);
      rules.dropAfter(state, state.length);
    },
    beginEpoch(_state, chain) {
      state.named = [];
      base.beginEpoch(state, chain);
      // Who has a server before it has asked together with telling that one what it has.
      if (upstream(state) === undefined) rules.askBehind(state, context);
      rules.moveUpdates(state, context);
    },
  };
}

/** What goes down the chain may be no more than names. */
function forwardRules(
  state: CraqServerState,
  context: CraqContext,
): Pick<ChainRules, 'firstForwardOf' | 'onForward'> {
  const { base, rules } = context;
  return {
    firstForwardOf(_state, chain, after, end) {
      return rules.nameWrites(state, context, base.firstForwardOf(state, chain, after, end));
    },
    onForward(_state, chain, from, forward) {
      const whole = rules.wholeForward(state, forward);
      if (whole === undefined) rules.keepNamed(state, context, from, forward);
      else base.onForward(state, chain, from, whole);
    },
  };
}

/** What is handed over as a whole has all objects in it. */
function snapshotRules(
  state: CraqServerState,
  context: CraqContext,
): Pick<ChainRules, 'snapshotOf' | 'installSnapshot' | 'resumeHist'> {
  const { base, rules } = context;
  return {
    snapshotOf(_state, chain) {
      const objects = rules.objectStates(state, context);
      return { ...base.snapshotOf(state, chain), objects };
    },
    installSnapshot(_state, chain, snapshot) {
      base.installSnapshot(state, chain, snapshot);
      rules.installObjects(state, context, snapshot.objects ?? []);
    },
    resumeHist(_state, hist, trimmed) {
      base.resumeHist(state, hist, trimmed);
      for (let at = state.committed; at < state.length; at++) {
        rules.addVersion(state, context, state.hist[at - trimmed]!, at + 1);
      }
    },
  };
}

/** Any server takes queries, and answers them from its versions. */
function queryRules(state: CraqServerState, context: CraqContext): Partial<ChainRules> {
  const { base, rules } = context;
  return {
    takesQueries: () => rules.isReady(state),
    onQuery(_state, _chain, from, query) {
      rules.onQuery(state, context, from, query);
    },
    recordArrival(_state, client, query) {
      rules.recordArrival(state, context, client, query);
    },
    mayAnswer(_state, _chain, waiting) {
      return rules.chooseVersion(state, context, waiting) !== undefined;
    },
    answerQuery(_state, _chain, waiting) {
      const version = rules.chooseVersion(state, context, waiting);
      if (version !== undefined) rules.answer(state, context, waiting, version);
    },
    keepQuery(_state, chain, waiting) {
      base.keepQuery(state, chain, waiting);
      rules.askTail(state, context);
    },
    serveQueries(_state, chain) {
      rules.noteMembership(state);
      base.serveQueries(state, chain);
      rules.forgetQuestions(state);
      rules.askTail(state, context);
      rules.serveQuestions(state, context);
    },
    dismissQueries(_state, chain) {
      base.dismissQueries(state, chain);
      rules.dismissQuestions(state);
    },
    askWhetherCurrent(_state, chain) {
      state.roundAskedAt = chain.env.now;
      base.askWhetherCurrent(state, chain);
    },
  };
}

/** What another server has to bring first, to one that joins before it. */
function joiningRules(state: CraqServerState, context: CraqContext): Partial<ChainRules> {
  const { base, rules } = context;
  return {
    onRequest(_state, chain, request) {
      const isHead = roleOf(state) === 'member' && headOf(state.configuration) === state.id;
      if (isHead && !rules.mayOrder(state)) rules.keepUntilAgreement(state, context, request);
      else base.onRequest(state, chain, request);
    },
    onSequentialRead(_state, chain, from, read) {
      if (lacksAgreement(state)) chain.rules.redirect(state, chain, from, read.requestNumber);
      else base.onSequentialRead(state, chain, from, read);
    },
    onLastSequence(_state, chain, from, message) {
      if (rules.mayPassOn(state)) base.onLastSequence(state, chain, from, message);
      else rules.askBehind(state, context);
    },
    onAck(_state, chain, from, ack) {
      if (rules.mayPassOn(state)) base.onAck(state, chain, from, ack);
    },
    isSomethingOpen: () => rules.mayPassOn(state) && base.isSomethingOpen(state),
    resend(_state, chain) {
      if (rules.mayPassOn(state)) base.resend(state, chain);
    },
    sendLastSequence(_state, chain) {
      base.sendLastSequence(state, chain);
      rules.askBehind(state, context);
    },
    onGetConfiguration(_state, chain, from) {
      base.onGetConfiguration(state, chain, from);
      if (backSourceOf(state.configuration, state.id) === from) rules.askBehind(state, context);
    },
    handsOver(_state, from) {
      return base.handsOver(state, from) || backSourceOf(state.configuration, state.id) === from;
    },
    learnFromPredecessor(_state, chain, forward) {
      const source = backSourceOf(state.configuration, state.id);
      if (source === undefined) base.learnFromPredecessor(state, chain, forward);
      else base.learnCommitted(state, chain, forward.committed);
    },
    adopt(_state, chain, configuration) {
      rules.cutCopy(state, context, configuration);
      base.adopt(state, chain, configuration);
    },
  };
}
