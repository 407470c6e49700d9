/**
 * What a server tells the masters: §3 has a master that detects failures, and says no more of how.
 * A heartbeat says that the sender is alive, how far it knows the configuration, whether it still
 * has the state it was admitted with, and how far it has come in joining; it asks for a lease, too.
 */
import { isSettled } from './configuration.ts';
import { roleOf, type ServerContext } from './context.ts';
import type { ServerHeartbeat } from './messages.ts';
import type { ServerState } from './state.ts';

function onHeartbeatTimer(state: ServerState, context: ServerContext): void {
  context.rules.sendHeartbeat(state, context);
  context.env.setTimer('heartbeat', context.options.heartbeatInterval);
}

function sendHeartbeat(state: ServerState, context: ServerContext): void {
  const { env, options, rules, masters } = context;
  const heartbeat = rules.heartbeatOf(state, context);
  // A member promises nothing by it that it has not promised before; the others rely on the disk.
  const isMember = roleOf(state) === 'member' && isSettled(state.configuration, state.id);
  const mayHurry = options.isDurable && isMember;
  for (const master of masters) {
    if (mayHurry) env.sendUnsynced(master, heartbeat);
    else env.send(master, heartbeat);
  }
}

function heartbeatOf(state: ServerState, { env, rules }: ServerContext): ServerHeartbeat {
  return {
    type: 'ServerHeartbeat',
    epoch: state.configuration.epoch,
    incarnation: state.incarnation,
    status: rules.statusOf(state),
    length: state.length,
    sentAt: env.now,
    echo: state.echo,
  };
}

export const heartbeatRules = { onHeartbeatTimer, sendHeartbeat, heartbeatOf };
