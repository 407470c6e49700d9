/**
 * Other members (§2.1): a reconfiguration that is decided in slot s takes effect at slot
 * s + WINDOW. No slot may be proposed for before all that are WINDOW behind it are performed, so
 * whoever proposes knows who votes.
 *
 * Deviation: a leader that performs a reconfiguration sends a new scout, to the old members and the
 * new ones, and fills the slots in between with no-ops: the new members have not promised it
 * anything, and without load the change would never take effect.
 */
import type { NodeId } from '../../sim/contract.ts';
import { configurationAt, isMember } from './configurations.ts';
import type { Context } from './context.ts';
import type { Configuration, Reconfiguration } from './messages.ts';
import type { PaxosState } from './state.ts';

/** An operator asks this node; it asks for a slot as it does for a client. */
function onReconfigure(state: PaxosState, context: Context, members: readonly NodeId[]): void {
  const known = context.nodes.filter((node) => members.includes(node));
  if (known.length === 0) return;
  context.env.mark('reconfiguration-requested');
  state.replica.requests.push({ type: 'Reconfiguration', members: known });
  context.rules.propose(state, context);
}

/** The slot performed is not counted in `slotOut` any more. */
function performReconfiguration(
  state: PaxosState,
  context: Context,
  slot: number,
  { members }: Reconfiguration,
): void {
  const { replica } = state;
  const { env, rules } = context;
  const last = replica.configurations.at(-1)!;
  if (isSame(last.members, members)) return;
  env.mark('reconfiguration-performed');
  const first = rules.firstSlotOf(context, slot);
  replica.configurations = [...replica.configurations, { first, members }];
  rules.onConfigurationChanged(state, context);
}

function firstSlotOf({ options }: Context, slot: number): number {
  return slot + options.window;
}

/** The leader needs the promises of the new members, and the old ones' votes up to then. */
function onConfigurationChanged(state: PaxosState, context: Context): void {
  if (state.leader.isActive) context.rules.seekElection(state, context);
}

/** Once its last slot is performed, a configuration has nothing to say any more. */
function forgetOldConfigurations(state: PaxosState, context: Context): void {
  const { replica } = state;
  if (replica.configurations.length === 1) return;
  const current = configurationAt(replica, replica.slotOut);
  const kept = replica.configurations.filter(({ first }) => first >= current.first);
  if (kept.length === replica.configurations.length) return;
  context.env.mark('configuration-in-force');
  replica.configurations = kept;
  const { isActive, scout } = state.leader;
  // With a window of 1 its scout for the new members is under way still.
  if ((isActive || scout !== null) && !isMember(state, context, state.id)) {
    context.env.mark('leader-removed');
    context.rules.stepDown(state, context);
  }
}

function isSame(one: Configuration['members'], other: Configuration['members']): boolean {
  return one.length === other.length && one.every((member, index) => member === other[index]);
}

export const reconfigurationRules = {
  onReconfigure,
  performReconfiguration,
  firstSlotOf,
  onConfigurationChanged,
  forgetOldConfigurations,
};
