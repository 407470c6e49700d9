/** Multi-Paxos as a `Protocol`, and as many others as there are mutants. */
import type { Acknowledgement, Protocol } from '../../sim/contract.ts';
import { ballotName, ballotNames, roundOf } from './ballot.ts';
import { claims } from './claims.ts';
import {
  type ClientRules,
  type ClientState,
  type ClientTimer,
  clientRules,
  PaxosClient,
} from './client.ts';
import type { PaxosTimer } from './context.ts';
import { invariants } from './invariants.ts';
import { marks } from './marks.ts';
import type { PaxosMessage } from './messages.ts';
import { PaxosNode } from './node.ts';
import { limits, optionSchema } from './options.ts';
import { type Rules, rules } from './rules.ts';
import { endOf } from './slots.ts';
import type { PaxosState } from './state.ts';
import { steadiness } from './steadiness.ts';

export type MultiPaxos = Protocol<PaxosMessage, PaxosTimer | ClientTimer, PaxosState, ClientState>;

/** The protocol under the given rules; under its own, it is the paper's. */
export function makeMultiPaxos(nodeRules: Rules, rulesOfClients: ClientRules): MultiPaxos {
  return {
    name: 'mp',
    title: 'Multi-Paxos',
    paper:
      'van Renesse & Altinbuken, "Paxos Made Moderately Complex", ACM Comput. Surv. 47(3), 2015',
    roundName: 'ballot',
    numberNames: ballotNames,
    optionSchema,
    limits,
    marks,
    landmarks: [
      'leader-elected',
      'stepped-down',
      'reconfiguration-performed',
      'configuration-in-force',
      'snapshot-installed',
      'acceptor-retired',
    ],
    weakerLevels: ['sequential'],
    offersVia: true,
    membersOption: 'members',
    replica: (env, cluster, machine) => new PaxosNode(env, cluster, machine, nodeRules),
    client: (env, cluster) => new PaxosClient(env, cluster, rulesOfClients),
    claims,
    invariants,
    steadiness,
    decidedCount: ({ replica }) => replica.executedBefore + replica.executed.length,
    decidedFrom: ({ replica }) => replica.executedBefore,
    decidedOperation: ({ replica }, position) =>
      replica.executed[position - replica.executedBefore],
    appliedCount: ({ replica }) => replica.executedBefore + replica.executed.length,
    app: ({ replica }) => replica.app,
    acknowledges,
    holds: ({ acceptor }) =>
      acceptor.isRetired
        ? undefined
        : { round: acceptor.ballot, length: endOf(acceptor.accepted) - 1 },
    summary,
    leadership: ({ leader }) => ({ round: roundOf(leader.followed), leads: leader.isActive }),
  };
}

export const multiPaxos: MultiPaxos = makeMultiPaxos(rules, clientRules);

/**
 * What an acceptor answers names the ballot below which it takes part in nothing any more, and the
 * slot up to which it has accepted something, or has a snapshot.
 */
function acknowledges(message: PaxosMessage): Acknowledgement | undefined {
  if (message.type === 'Phase1b') return { round: message.ballot, length: 0 };
  if (message.type !== 'Phase2b') return undefined;
  const { ballot, inReplyTo, slot } = message;
  return { round: ballot, length: ballot === inReplyTo ? slot : 0 };
}

function summary({ leader, acceptor, replica }: PaxosState): string {
  const role = leader.isActive ? 'leader' : leader.scout === null ? 'follower' : 'candidate';
  const promise = acceptor.isRetired ? 'retired' : `promised ${ballotName(acceptor.ballot)}`;
  return (
    `${role} of ballot ${ballotName(leader.isActive ? leader.ballot : leader.followed)}` +
    ` ${promise} slot_in ${replica.slotIn} slot_out ${replica.slotOut}`
  );
}
