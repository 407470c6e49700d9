/**
 * What CRAQ makes of the chain's rules: each of these does what the chain does, and keeps versions,
 * lets any server answer, or waits for what is propagated backwards. Nothing else of the chain is
 * different (Terrace & Freedman, USENIX ATC 2009, §2.3: updates take the same way; §2.5: failures
 * are coped with in the same way).
 *
 * The chain's rules know of the chain's state and context only. Those below are given the rest by
 * a server of CRAQ, which runs no others.
 */
import { backSourceOf, type Configuration, headOf } from '../chain-replication/configuration.ts';
import { roleOf, type ServerContext, upstream } from '../chain-replication/context.ts';
import type { Rules as ChainRules } from '../chain-replication/rules.ts';
import type { ServerState } from '../chain-replication/state.ts';
import { lacksAgreement, placeAt } from './back-propagation.ts';
import type { ChainContext, CraqContext, ServerRules } from './context.ts';
import type { CraqOptions } from './options.ts';
import type { CraqRules } from './rules.ts';
import type { CraqServerState } from './state.ts';

/** Made once for all servers: an engine is quicker to see through rules that they share. */
export function rulesOfServers(craq: CraqRules, base: ChainRules): ServerRules {
  const chain = {
    ...base,
    ...historyRules(craq, base),
    ...forwardRules(craq, base),
    ...snapshotRules(craq, base),
    ...queryRules(craq, base),
    ...joiningRules(craq, base),
  };
  return { craq, base, chain };
}

function stateOf(state: ServerState): CraqServerState {
  return state as CraqServerState;
}

function contextOf(chain: ServerContext): CraqContext {
  return (chain as ChainContext).craq;
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
  rules: CraqRules,
  base: ChainRules,
): Pick<ChainRules, 'order' | 'append' | 'executeUpTo' | 'cutToCommitted' | 'beginEpoch'> {
  return {
    order(state, chain, request) {
      rules.order(stateOf(state), contextOf(chain), request);
    },
    append(state, chain, entries) {
      const own = stateOf(state);
      const context = contextOf(chain);
      const before = own.length;
      base.append(own, chain, entries);
      for (let i = 0; i < entries.length; i++) {
        rules.addVersion(own, context, entries[i]!, before + i + 1);
      }
      rules.forgetPayloads(own, entries);
      if (rules.mayPassOn(own)) rules.spread(own, context, entries);
    },
    executeUpTo(state, chain, limit) {
      if (limit <= state.committed) return;
      const own = stateOf(state);
      const context = contextOf(chain);
      // First: a snapshot that is taken on the way has what is clean by then.
      rules.cleanUpTo(own, context, limit);
      base.executeUpTo(own, chain, limit);
      rules.tellCommitted(own, context);
      rules.serveUpdates(own, context);
      chain.rules.serveQueries(own, chain);
    },
    cutToCommitted(state) {
      base.cutToCommitted(state);
      rules.dropAfter(stateOf(state), state.length);
    },
    beginEpoch(state, chain) {
      const own = stateOf(state);
      own.named = [];
      base.beginEpoch(own, chain);
      // Who has a server before it has asked together with telling that one what it has.
      if (upstream(own) === undefined) rules.askBehind(own, contextOf(chain));
      rules.moveUpdates(own, contextOf(chain));
    },
  };
}

/** What goes down the chain may be no more than names. */
function forwardRules(
  rules: CraqRules,
  base: ChainRules,
): Pick<ChainRules, 'firstForwardOf' | 'onForward'> {
  return {
    firstForwardOf(state, chain, after, end) {
      const forward = base.firstForwardOf(state, chain, after, end);
      return rules.nameWrites(stateOf(state), contextOf(chain), forward);
    },
    onForward(state, chain, from, forward) {
      const whole = rules.wholeForward(stateOf(state), forward);
      if (whole === undefined) rules.keepNamed(stateOf(state), contextOf(chain), from, forward);
      else base.onForward(state, chain, from, whole);
    },
  };
}

/** What is handed over as a whole has all objects in it. */
function snapshotRules(
  rules: CraqRules,
  base: ChainRules,
): Pick<ChainRules, 'snapshotOf' | 'installSnapshot' | 'resumeHist'> {
  return {
    snapshotOf(state, chain) {
      const { length, app, clientTable } = base.snapshotOf(state, chain);
      const objects = rules.objectStates(stateOf(state), contextOf(chain));
      return { length, app, clientTable, objects };
    },
    installSnapshot(state, chain, snapshot) {
      base.installSnapshot(state, chain, snapshot);
      rules.installObjects(stateOf(state), contextOf(chain), snapshot.objects ?? []);
    },
    resumeHist(state, chain, hist, trimmed) {
      base.resumeHist(state, chain, hist, trimmed);
      for (let at = state.committed; at < state.length; at++) {
        rules.addVersion(stateOf(state), contextOf(chain), state.hist[at - trimmed]!, at + 1);
      }
    },
  };
}

/** Any server takes queries, and answers them from its versions. */
function queryRules(rules: CraqRules, base: ChainRules): Partial<ChainRules> {
  return {
    takesQueries: (state) => rules.isReady(stateOf(state)),
    onQuery(state, chain, from, query) {
      rules.onQuery(stateOf(state), contextOf(chain), from, query);
    },
    recordArrival(state, chain, client, query) {
      rules.recordArrival(stateOf(state), contextOf(chain), client, query);
    },
    mayAnswer(state, chain, waiting) {
      return rules.chooseVersion(stateOf(state), contextOf(chain), waiting) !== undefined;
    },
    answerQuery(state, chain, waiting) {
      const own = stateOf(state);
      const context = contextOf(chain);
      const version = rules.chooseVersion(own, context, waiting);
      if (version !== undefined) rules.answer(own, context, waiting, version);
    },
    keepQuery(state, chain, waiting) {
      base.keepQuery(state, chain, waiting);
      rules.askTail(stateOf(state), contextOf(chain));
    },
    serveQueries(state, chain) {
      const own = stateOf(state);
      const context = contextOf(chain);
      rules.noteMembership(own);
      base.serveQueries(own, chain);
      rules.forgetQuestions(own);
      rules.askTail(own, context);
      rules.serveQuestions(own, context);
    },
    dismissQueries(state, chain) {
      base.dismissQueries(state, chain);
      rules.dismissQuestions(stateOf(state));
    },
    askWhetherCurrent(state, chain) {
      stateOf(state).roundAskedAt = chain.env.now;
      base.askWhetherCurrent(state, chain);
    },
  };
}

/** What another server has to bring first, to one that joins before it. */
function joiningRules(rules: CraqRules, base: ChainRules): Partial<ChainRules> {
  return {
    onRequest(state, chain, request) {
      const own = stateOf(state);
      const isHead = roleOf(own) === 'member' && headOf(own.configuration) === own.id;
      if (isHead && !rules.mayOrder(own)) rules.keepUntilAgreement(own, contextOf(chain), request);
      else base.onRequest(own, chain, request);
    },
    onSequentialRead(state, chain, from, read) {
      const lacks = lacksAgreement(stateOf(state));
      if (lacks) chain.rules.redirect(state, chain, from, read.requestNumber);
      else base.onSequentialRead(state, chain, from, read);
    },
    onLastSequence(state, chain, from, message) {
      if (rules.mayPassOn(stateOf(state))) base.onLastSequence(state, chain, from, message);
      else rules.askBehind(stateOf(state), contextOf(chain));
    },
    onAck(state, chain, from, ack) {
      if (rules.mayPassOn(stateOf(state))) base.onAck(state, chain, from, ack);
    },
    isSomethingOpen: (state) => rules.mayPassOn(stateOf(state)) && base.isSomethingOpen(state),
    resend(state, chain) {
      if (rules.mayPassOn(stateOf(state))) base.resend(state, chain);
    },
    sendLastSequence(state, chain) {
      base.sendLastSequence(state, chain);
      rules.askBehind(stateOf(state), contextOf(chain));
    },
    onGetConfiguration(state, chain, from) {
      base.onGetConfiguration(state, chain, from);
      const isSource = backSourceOf(state.configuration, state.id) === from;
      if (isSource) rules.askBehind(stateOf(state), contextOf(chain));
    },
    handsOver(state, from) {
      return base.handsOver(state, from) || backSourceOf(state.configuration, state.id) === from;
    },
    learnFromPredecessor(state, chain, forward) {
      const source = backSourceOf(state.configuration, state.id);
      if (source === undefined) base.learnFromPredecessor(state, chain, forward);
      else base.learnCommitted(state, chain, forward.committed);
    },
    adopt(state, chain, configuration) {
      rules.cutCopy(stateOf(state), contextOf(chain), configuration);
      base.adopt(state, chain, configuration);
    },
  };
}
