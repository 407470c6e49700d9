/** OmniPaxos as a `Protocol`, and as many others as there are mutants. */
import type { Acknowledgement, Protocol } from '../../sim/contract.ts';
import { ballotName, ballotNames, NO_BALLOT } from './ballot.ts';
import { claims } from './claims.ts';
import {
  type ClientRules,
  type ClientState,
  type ClientTimer,
  clientRules,
  OmniClient,
} from './client.ts';
import type { OmniTimer } from './context.ts';
import { invariants } from './invariants.ts';
import { lengthOf } from './log.ts';
import { marks } from './marks.ts';
import type { OmniMessage } from './messages.ts';
import { limits, optionSchema } from './options.ts';
import { type Rules, rules } from './rules.ts';
import { OmniServer } from './server.ts';
import type { OmniState } from './state.ts';
import { steadiness } from './steadiness.ts';

export type OmniPaxos = Protocol<OmniMessage, OmniTimer | ClientTimer, OmniState, ClientState>;

/** The protocol under the given rules; under its own, it is the paper's. */
export function makeOmniPaxos(serverRules: Rules, rulesOfClients: ClientRules): OmniPaxos {
  return {
    name: 'op',
    title: 'OmniPaxos',
    paper:
      'Ng, Haridi & Carbone, "Omni-Paxos: Breaking the Barriers of Partial Connectivity", 2023',
    optionSchema,
    limits,
    marks,
    landmarks: [
      'leader-elected',
      'log-adopted',
      'stepped-down',
      'configuration-ended',
      'configuration-begun',
      'snapshot-installed',
      'delta-merged',
      'server-retired',
    ],
    roundName: 'ballot',
    numberNames: ballotNames,
    weakerLevels: ['sequential'],
    offersVia: true,
    membersOption: 'members',
    replica: (env, cluster, machine) => new OmniServer(env, cluster, machine, serverRules),
    client: (env, cluster) => new OmniClient(env, cluster, rulesOfClients),
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
    holds: ({ paxos }) =>
      paxos.isRetired ? undefined : { round: paxos.promised, length: lengthOf(paxos.log) },
    summary,
    leadership: ({ leader, paxos, election }) => ({
      round: Math.max(paxos.promised, election.leader),
      leads: leader.ballot !== NO_BALLOT && paxos.phase === 'accept',
    }),
  };
}

export const omniPaxos: OmniPaxos = makeOmniPaxos(rules, clientRules);

/** What a server answers names the ballot below which it takes part in nothing any more. */
function acknowledges(message: OmniMessage): Acknowledgement | undefined {
  if (message.type === 'Promise') return { round: message.ballot, length: 0 };
  if (message.type !== 'Accepted') return undefined;
  return { round: message.ballot, length: message.acceptedLength };
}

function summary({ leader, paxos, replica, election }: OmniState): string {
  const role = leader.ballot !== NO_BALLOT ? 'leader' : 'follower';
  const promise = paxos.isRetired ? 'retired' : `promised ${ballotName(paxos.promised)}`;
  const { id, members } = replica.configuration;
  return (
    `${role} ${paxos.phase} ${promise} of {${members.join(' ')}} in configuration ${id + 1}` +
    ` length ${lengthOf(paxos.log)} decided ${paxos.decidedLength}` +
    `${election.isHappy ? '' : ' unhappy'}`
  );
}
