/** Viewstamped Replication Revisited as a `Protocol`, and as many others as there are mutants. */
import type { Acknowledgement, Protocol } from '../../sim/contract.ts';
import { claims } from './claims.ts';
import { type ClientRules, type ClientTimer, clientRules, VrClient } from './client.ts';
import type { ReplicaTimer } from './context.ts';
import { invariants } from './invariants.ts';
import { marks } from './marks.ts';
import type { VrMessage } from './messages.ts';
import { optionSchema } from './options.ts';
import { Replica } from './replica.ts';
import { type Rules, rules } from './rules.ts';
import type { ClientState, ReplicaState } from './state.ts';
import { steadiness } from './steadiness.ts';

export type ViewstampedReplication = Protocol<
  VrMessage,
  ReplicaTimer | ClientTimer,
  ReplicaState,
  ClientState
>;

/** The protocol under the given rules; under its own, it is the paper's. */
export function makeViewstampedReplication(
  replicaRules: Rules,
  rulesOfClients: ClientRules,
): ViewstampedReplication {
  return {
    name: 'vr',
    title: 'Viewstamped Replication Revisited',
    paper: 'Liskov & Cowling, "Viewstamped Replication Revisited", MIT-CSAIL-TR-2012-021, 2012',
    roundName: 'view',
    leaderName: 'primary',
    optionSchema,
    marks,
    landmarks: ['primary-elected', 'recovery-started', 'recovery-completed'],
    offersVia: true,
    replica: (env, cluster, machine) => new Replica(env, cluster, machine, replicaRules),
    client: (env, cluster) => new VrClient(env, cluster, rulesOfClients),
    claims,
    invariants,
    steadiness,
    decidedCount: (state) => state.commitNumber,
    decidedOperation: (state, position) =>
      position < state.commitNumber ? state.log[position]?.operation : undefined,
    appliedCount: (state) => state.commitNumber,
    app: (state) => state.app,
    acknowledges,
    holds: (state) =>
      state.status === 'recovering'
        ? undefined
        : { round: state.lastNormalView, length: state.opNumber },
    summary,
    leadership: (state) => ({
      round: state.viewNumber,
      leads: state.status === 'normal' && leadsView(state),
    }),
  };
}

export const viewstampedReplication: ViewstampedReplication = makeViewstampedReplication(
  rules,
  clientRules,
);

/** PrepareOk promises a log of its view; DoViewChange reports at least what was promised before. */
function acknowledges(message: VrMessage): Acknowledgement | undefined {
  if (message.type === 'PrepareOk') return { round: message.viewNumber, length: message.opNumber };
  if (message.type === 'DoViewChange') {
    return { round: message.lastNormalView, length: message.opNumber };
  }
  return undefined;
}

function leadsView(state: ReplicaState): boolean {
  return state.viewNumber % state.ackedOpNumbers.length === state.replicaNumber;
}

function summary(state: ReplicaState): string {
  const role = state.status === 'normal' ? (leadsView(state) ? 'primary' : 'backup') : state.status;
  return (
    `${role} view ${state.viewNumber} (last normal ${state.lastNormalView})` +
    ` op ${state.opNumber} commit ${state.commitNumber}`
  );
}
