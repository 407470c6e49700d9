/** The masters as the Multi-Paxos among them sees them: a cluster of its own, without servers. */
import type { ClusterView, Message } from '../../sim/contract.ts';
import type { PaxosMessage } from '../multi-paxos/messages.ts';
import type { PaxosState } from '../multi-paxos/state.ts';
import type { ChainState } from './index.ts';
import { paxosOptions } from './master.ts';
import type { ChainMessage } from './messages.ts';
import { type Roles, readOptions } from './options.ts';

/** Live, as long as the view of the whole is. Its clients are the masters themselves. */
export function viewOfMasters(
  view: ClusterView<ChainState>,
  { masters }: Roles,
): ClusterView<PaxosState> {
  const options = paxosOptions(readOptions(view.cluster.options));
  return {
    cluster: { replicas: masters, clients: masters, options },
    get now() {
      return view.now;
    },
    clockOf: (node) => view.clockOf(node),
    stateOf(replica) {
      const state = view.stateOf(replica);
      return state?.kind === 'master' ? state.paxos : undefined;
    },
    crashesOf: (replica) => view.crashesOf(replica),
    isUp: (node) => view.isUp(node),
    isPaused: (node) => view.isPaused(node),
    isConnected: (from, to) => view.isConnected(from, to),
    isSound: (from, to) => view.isSound(from, to),
    requestedMembers: [],
    isDamaged: (replica) => view.isDamaged(replica),
    messagesInFlight: () =>
      view.messagesInFlight().flatMap((message) => paxosMessageIn(message) ?? []),
  };
}

/** What a master has sent to another one, if that is what it is. */
export function paxosMessageIn(message: Message): PaxosMessage | undefined {
  const sent = message as ChainMessage;
  return sent.type === 'MasterPaxos' ? sent.message : undefined;
}
