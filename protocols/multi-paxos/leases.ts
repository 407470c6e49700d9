/**
 * The master lease: Tushar Chandra, Robert Griesemer and Joshua Redstone, "Paxos Made Live", PODC
 * 2007. While a quorum refuses every other candidate, nobody else can become leader, and the leader
 * may answer reads from its own state.
 *
 * An acceptor that follows a heartbeat refuses others for L(1 + ρ) of its own time. The leader
 * counts on it for L(1 - ρ) of its own time from the sending of that heartbeat, where no clock
 * gains or loses more than ρ: then its time is up first, whatever the two clocks do.
 *
 * An acceptor keeps leases in memory only. After a restart it does not know what it has granted, so
 * it refuses everybody for the longest that a lease can last.
 */
import type { Micros, NodeId } from '../../sim/contract.ts';
import { longestOf, shortestOf } from '../lease-windows.ts';
import { type Ballot, leaderOf } from './ballot.ts';
import { configurationsInForce } from './configurations.ts';
import type { Context } from './context.ts';
import { NEVER, type PaxosState } from './state.ts';

/** Nobody's: refuses every scout. */
export const NO_HOLDER: NodeId = -1;

function usesLeases({ options }: Context): boolean {
  return options.readMode === 'lease';
}

function grantLease(state: PaxosState, context: Context, ballot: Ballot): void {
  if (!context.rules.usesLeases(context)) return;
  state.acceptor.leaseHolder = leaderOf(ballot);
  state.acceptor.leaseUntil = context.env.now + context.rules.timeGranted(context);
}

/** How long an acceptor refuses others, by its own clock: it may be as fast as any. */
function timeGranted({ options }: Context): Micros {
  return longestOf(options.leaseDuration, options.driftBound);
}

/** How long the leader may rely on it, by its own clock: it may be as slow as any. */
function timeHeld({ options }: Context): Micros {
  return shortestOf(options.leaseDuration, options.driftBound);
}

/** An acceptor that restarts may have granted a lease a moment ago. */
function refuseAfterRestart(state: PaxosState, context: Context): void {
  if (!context.rules.usesLeases(context)) return;
  state.acceptor.leaseHolder = NO_HOLDER;
  state.acceptor.leaseUntil = context.env.now + context.rules.timeGranted(context);
}

/** Another acceptor has followed a heartbeat: the lease may last longer than before. */
function extendLease(state: PaxosState, context: Context): void {
  if (!context.rules.usesLeases(context)) return;
  state.leader.leaseUntil = context.rules.leaseEnd(state, context);
}

function holdsLease({ leader }: PaxosState, { env }: Context): boolean {
  return leader.isActive && env.now < leader.leaseUntil;
}

/**
 * When this leader's lease ends, by its own clock: as many acceptors as a phase 2 quorum of each
 * configuration in force have been counted on to at least then. `NEVER` without such a quorum.
 */
function leaseEnd(state: PaxosState, context: Context): Micros {
  const { confirmedAt } = state.leader;
  let end: Micros | undefined;
  for (const configuration of configurationsInForce(state, context)) {
    const sent = configuration.members.map((member) => confirmedAt[member]!);
    sent.sort((one, other) => other - one);
    const last = sent[context.rules.phase2QuorumOf(configuration, context) - 1]!;
    if (end === undefined || last < end) end = last;
  }
  if (end === undefined || end === NEVER) return NEVER;
  return end + context.rules.timeHeld(context);
}

export const leaseRules = {
  usesLeases,
  grantLease,
  timeGranted,
  timeHeld,
  refuseAfterRestart,
  extendLease,
  holdsLease,
  leaseEnd,
};
