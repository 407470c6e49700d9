/** §4.5, the replicas' side: tell a restarted client the number of its latest request. */
import type { NodeId } from '../../sim/contract.ts';
import type { Context } from './context.ts';
import type { ClientRecovery } from './messages.ts';
import type { ReplicaState } from './state.ts';

/** What is in the log counts, executed or not; a recovering replica does not know and is silent. */
function onClientRecovery(
  state: ReplicaState,
  context: Context,
  from: NodeId,
  message: ClientRecovery,
): void {
  if (state.status === 'recovering') return;
  context.env.send(from, {
    type: 'ClientRecoveryResponse',
    viewNumber: state.viewNumber,
    nonce: message.nonce,
    requestNumber: state.clientTable[from]?.requestNumber ?? 0,
  });
}

export const clientRecoveryRules = { onClientRecovery };
