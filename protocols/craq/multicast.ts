/**
 * Multicast: Terrace & Freedman, USENIX ATC 2009, §4.2. The head sends what a write says to all
 * servers at once, and only its name goes down the chain; the tail tells all servers at once what
 * is committed. Neither has to arrive: a server fetches what it lacks from its predecessor, and
 * takes a version for committed when the tail names it.
 *
 * Deviation: acknowledgements go up the chain besides: they also tell how much a server holds.
 * Deviation: what was written before the epoch, or is sent again, goes down the chain as a whole.
 */

import type { NodeId } from '../../sim/contract.ts';
import { headOf, isSettled } from '../chain-replication/configuration.ts';
import { downstream, isTail, roleOf, upstream } from '../chain-replication/context.ts';
import type { Forward, Request, WriteName } from '../chain-replication/messages.ts';
import type { CraqContext } from './context.ts';
import type { Committed, Fetch, Payload } from './messages.ts';
import type { CraqServerState } from './state.ts';

/** Writes that a server keeps while nobody has named them, and named ones without their payload. */
const PAYLOADS_MAX = 1_000;
const NAMED_MAX = 32;

/** The head: what the writes say, to all other servers of the chain. */
function spread(
  state: CraqServerState,
  { env, options }: CraqContext,
  requests: readonly Request[],
): void {
  const { configuration, id } = state;
  if (!options.isMulticast || headOf(configuration) !== id || roleOf(state) !== 'member') return;
  for (const server of configuration.chain) {
    if (server !== id) env.sendUnsynced(server, { type: 'Payload', requests });
  }
}

/** Names mean the same in every epoch: a client gives a number to one write only. */
function onPayload(state: CraqServerState, context: CraqContext, { requests }: Payload): void {
  for (const request of requests) {
    if (state.payloads.size >= PAYLOADS_MAX) break;
    state.payloads.set(keyOf(request), request);
  }
  context.rules.takeNamed(state, context);
}

function keyOf({ clientId, requestNumber }: WriteName): string {
  return `${clientId} ${requestNumber}`;
}

/** What is in Hist is not needed any more. */
function forgetPayloads(state: CraqServerState, requests: readonly Request[]): void {
  if (state.payloads.size === 0) return;
  for (const request of requests) state.payloads.delete(keyOf(request));
}

/** A Forward that is sent for the first time: with names for what all have been sent. */
function nameWrites(state: CraqServerState, { options }: CraqContext, forward: Forward): Forward {
  const next = downstream(state);
  const isNew = next === undefined || !isSettled(state.configuration, next);
  if (!options.isMulticast || isNew || forward.after < state.lengthAtEpoch) return forward;
  const names = forward.entries.map(({ clientId, requestNumber }) => ({ clientId, requestNumber }));
  const { type, epoch, after, committed, lengthAtEpoch } = forward;
  return { type, epoch, after, entries: [], committed, lengthAtEpoch, names };
}

/** The Forward with what its names stand for; undefined while some of that is not here. */
function wholeForward(state: CraqServerState, forward: Forward): Forward | undefined {
  const { type, epoch, after, committed, lengthAtEpoch, names } = forward;
  if (names === undefined) return forward;
  const known = Math.min(names.length, Math.max(0, state.length - after));
  const entries: Request[] = [];
  for (const name of names.slice(known)) {
    const request = state.payloads.get(keyOf(name));
    if (request === undefined) return undefined;
    entries.push(request);
  }
  return { type, epoch, after: after + known, entries, committed, lengthAtEpoch };
}

/** The payload may be on its way still: it comes from further off than its name. */
function keepNamed(
  state: CraqServerState,
  context: CraqContext,
  from: NodeId,
  forward: Forward,
): void {
  const { env, rules, chain } = context;
  if (!chain.rules.isOfThisEpoch(state, chain, from, forward.epoch)) return;
  if (roleOf(state) === 'outside' || upstream(state) !== from) return;
  env.mark('payload-missing');
  if (state.named.length < NAMED_MAX) state.named.push(forward);
  rules.armFetch(state, context);
}

function takeNamed(state: CraqServerState, context: CraqContext): void {
  const { rules, chain, base } = context;
  const from = upstream(state);
  if (state.named.length === 0 || from === undefined) return;
  const waiting = state.named;
  state.named = [];
  for (const forward of waiting) {
    const whole = rules.wholeForward(state, forward);
    if (whole === undefined) state.named.push(forward);
    else base.onForward(state, chain, from, whole);
  }
}

function armFetch(state: CraqServerState, { env, chain }: CraqContext): void {
  if (state.isFetchArmed) return;
  state.isFetchArmed = true;
  env.setTimer('fetch', chain.options.gapPatience);
}

/** §4.2: the predecessor has it. If the question or its answer is lost, it sends again anyhow. */
function onFetchTimer(state: CraqServerState, { env }: CraqContext): void {
  state.isFetchArmed = false;
  const waiting = state.named;
  state.named = [];
  const from = upstream(state);
  if (from === undefined) return;
  for (const { epoch, after, names = [] } of waiting) {
    env.mark('payload-fetched');
    env.sendUnsynced(from, { type: 'Fetch', epoch, after, end: after + names.length });
  }
}

function onFetch(
  state: CraqServerState,
  { chain }: CraqContext,
  from: NodeId,
  { epoch, after, end }: Fetch,
): void {
  const { rules } = chain;
  if (!rules.isOfThisEpoch(state, chain, from, epoch) || downstream(state) !== from) return;
  if (after < state.trimmed || end > state.length) return;
  rules.sendWhenDurable(chain, from, rules.forwardOf(state, after, end));
}

/** §4.2, the tail: all servers are told what is committed. */
function tellCommitted(state: CraqServerState, { env, options, rules }: CraqContext): void {
  const { configuration, id, committed } = state;
  if (!options.isMulticast || !isTail(state) || !rules.isReady(state)) return;
  const { epoch, chain } = configuration;
  for (const server of chain) {
    if (server !== id) env.send(server, { type: 'Committed', epoch, upTo: committed });
  }
}

function onCommitted(
  state: CraqServerState,
  context: CraqContext,
  from: NodeId,
  { epoch, upTo }: Committed,
): void {
  const { rules, chain } = context;
  if (!chain.rules.isOfThisEpoch(state, chain, from, epoch)) return;
  rules.takeForCommitted(state, context, upTo);
}

/** What the tail has committed, it has with all before it. */
function takeForCommitted(state: CraqServerState, { chain, rules }: CraqContext, upTo: number) {
  if (!rules.isReady(state) || isTail(state)) return;
  chain.rules.acknowledge(state, chain, Math.min(upTo, state.length));
}

export const multicastRules = {
  spread,
  onPayload,
  forgetPayloads,
  nameWrites,
  wholeForward,
  keepNamed,
  takeNamed,
  armFetch,
  onFetchTimer,
  onFetch,
  tellCommitted,
  onCommitted,
  takeForCommitted,
};
