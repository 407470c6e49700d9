/** The safety claims of a tail's lease, judged by an observer who sees all clocks at once. */
import type { ClusterView, Invariant, InvariantWatcher, Micros } from '../../sim/contract.ts';
import { longestOf } from '../lease-windows.ts';
import { ghostOf, SILENT } from './ghost.ts';
import type { ChainState } from './index.ts';
import { ledgerOf, type MasterState } from './master-state.ts';
import { type ChainOptions, readOptions, rolesOf } from './options.ts';
import { NEVER, type ServerState } from './state.ts';

type View = ClusterView<ChainState>;

/**
 * Looked at after each step of a tail at work: one of an earlier epoch that still counts on its
 * lease would answer queries without what a later one executes, whether or not one comes just now.
 */
export const leaseExcludesLaterTails: Invariant<ChainState> = {
  name: 'lease-excludes-later-tails',
  source: 'masters: a tail is replaced when the lease that it was granted last has run out',
  restsAfter: 'regular',
  watch(view: View): InvariantWatcher<ChainState> {
    if (readOptions(view.cluster.options).readMode !== 'lease') return SILENT;
    const ghost = ghostOf(view);
    const { servers } = rolesOf(view.cluster);
    return {
      only: servers,
      after(changed, state) {
        if (state.kind !== 'server' || !ghost.isAtWork(state)) return undefined;
        const { epoch } = state.configuration;
        for (const other of servers) {
          const rival = other === changed ? undefined : ghost.server(other);
          if (rival === undefined || rival.configuration.epoch === epoch) continue;
          if (!ghost.isAtWork(rival)) continue;
          const isLater = epoch > rival.configuration.epoch;
          const [later, earlier] = isLater ? [state, rival] : [rival, state];
          const complaint = compare(view, later, earlier);
          if (complaint !== undefined) return complaint;
        }
        return undefined;
      },
    };
  },
};

function compare(view: View, later: ServerState, earlier: ServerState): string | undefined {
  const { epoch } = earlier.configuration;
  if (earlier.leaseUntil <= view.clockOf(earlier.id)) return undefined;
  return (
    `n${later.id} works as the tail of epoch ${later.configuration.epoch},` +
    ` while n${earlier.id} has a lease as that of epoch ${epoch}`
  );
}

/**
 * Clocks may go wrong from now on as far as they are trusted to: even so, what a server counts on
 * ends before the master that acts would stop to wait for it, whoever has granted it. A master that
 * was followed by another one does no harm: its commands are void.
 */
export const leasesWaitedFor: Invariant<ChainState> = {
  name: 'leases-waited-for',
  source: 'masters: who acts waits for every lease that it, or an earlier one, has granted',
  restsAfter: 'idle',
  watch(view: View): InvariantWatcher<ChainState> {
    const options = readOptions(view.cluster.options);
    if (options.readMode !== 'lease') return SILENT;
    const ghost = ghostOf(view);
    const { masters, servers } = rolesOf(view.cluster);
    /** The latest term that anybody knows to have begun. */
    let term = 0;
    return {
      after(_changed, state) {
        if (state.kind === 'server') {
          if (state.leaseUntil === NEVER) return undefined;
          for (const id of masters) {
            const master = view.stateOf(id);
            if (master?.kind !== 'master' || !isActingIn(master, term)) continue;
            const complaint = complain(view, options, master, state);
            if (complaint !== undefined) return complaint;
          }
          return undefined;
        }
        term = Math.max(term, ledgerOf(state).term);
        if (!isActingIn(state, term)) return undefined;
        for (const id of servers) {
          const server = ghost.server(id);
          const complaint = server && complain(view, options, state, server);
          if (complaint !== undefined) return complaint;
        }
        return undefined;
      },
    };
  },
};

function isActingIn({ actingSince, term }: MasterState, latest: number): boolean {
  return actingSince !== NEVER && term >= latest;
}

const MILLION = 1_000_000;
/** Two clocks are read in whole Micros. */
const ROUNDING: Micros = 2;

function complain(
  view: View,
  { leaseDuration, driftBound }: ChainOptions,
  master: MasterState,
  server: ServerState,
): string | undefined {
  if (server.leaseUntil === NEVER) return undefined;
  const left = server.leaseUntil - view.clockOf(server.id);
  if (left <= 0) return undefined;
  const granted = master.grantedAt[server.id] ?? NEVER;
  const wait = granted + longestOf(leaseDuration, driftBound) - view.clockOf(master.id);
  // The server's clock may lose, and what is left lasts the longer; the master's may gain.
  const isCovered = left * (MILLION + driftBound) <= (wait + ROUNDING) * (MILLION - driftBound);
  if (isCovered) return undefined;
  return (
    `n${server.id} counts on its lease for ${left} us more,` +
    ` and n${master.id}, which acts, waits for ${Math.max(0, wait)} us`
  );
}
