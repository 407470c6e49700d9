/**
 * Bugs planted in CRAQ, by their rows in the zoo, to which CQ-9 to CQ-15 are additions of this
 * project: each replaces one rule, or two that say the same thing, and leaves the protocol's own
 * files alone. Those of clients and disks are the chain's.
 */
import type { Mutant, Options } from '../../sim/contract.ts';
import {
  type ClientRules as ChainClientRules,
  clientRules as chainClientRules,
} from '../chain-replication/client.ts';
import { tailOf } from '../chain-replication/configuration.ts';
import { isTail, roleOf } from '../chain-replication/context.ts';
import { type Bug as ChainBug, bugs as chainBugs } from '../chain-replication/mutants.ts';
import { type Rules as ChainRules, rules as chainRules } from '../chain-replication/rules.ts';
import { rules as paxosRules } from '../multi-paxos/rules.ts';
import { type CraqClientRules, craqClientRules } from './client.ts';
import { makeCraq } from './index.ts';
import { type CraqRules, craqRules } from './rules.ts';

const LEASED: Options = { readMode: 'lease' };

interface Bug {
  readonly id: string;
  readonly summary: string;
  readonly difficulty: Mutant['difficulty'];
  readonly options?: Options;
  readonly node?: Partial<CraqRules>;
  readonly client?: Partial<CraqClientRules>;
  /** Of the chain that it is built on. */
  readonly chain?: Partial<ChainRules>;
  readonly chainClient?: Partial<ChainClientRules>;
}

function mutant({ node, client, chain, chainClient, ...bug }: Bug): Mutant {
  const protocol = makeCraq({
    rules: { ...craqRules, ...node },
    clientRules: { ...craqClientRules, ...client },
    chainRules: { ...chainRules, ...chain },
    chainClientRules: { ...chainClientRules, ...chainClient },
    paxosRules,
  });
  return { ...bug, protocol: protocol.name, apply: ({ machine }) => ({ protocol, machine }) };
}

/** What every protocol's clients and disks may do wrong. */
const inherited: readonly Bug[] = chainBugs
  .filter(({ id }) => id.startsWith('CL-') || id.startsWith('ST-'))
  .map(({ node, client, paxos: _, ...bug }: ChainBug) => ({
    ...bug,
    ...(node === undefined ? {} : { chain: node }),
    ...(client === undefined ? {} : { chainClient: client }),
  }));

const own: readonly Bug[] = [
  {
    id: 'CQ-1',
    summary: 'a server answers a strong read with its newest version, dirty or not',
    difficulty: 'easy',
    node: {
      chooseStrong: (state, context, { query }) =>
        context.rules.newestVersion(state, context, query.operation),
    },
  },
  {
    id: 'CQ-3',
    summary: 'a server names versions as the tail, though another one may be the tail by now',
    difficulty: 'medium',
    node: { mayName: () => true },
  },
  {
    id: 'CQ-4',
    summary: 'the versions before a new one are dropped when it comes, not when it is clean',
    difficulty: 'medium',
    node: { versionsToKeep: (versions) => versions.slice(-1) },
  },
  {
    id: 'CQ-6',
    summary: 'what a new tail finds dirty stays dirty when it commits that',
    difficulty: 'easy',
    node: {
      cleanUpTo(state, context, limit) {
        if (isTail(state) && state.committed < state.answersFrom) return;
        craqRules.cleanUpTo(state, context, limit);
      },
    },
  },
  {
    id: 'CQ-8',
    summary: 'a bounded read is told the newest version, whatever the bound',
    difficulty: 'easy',
    options: { boundBy: 'versions', boundVersions: 0 },
    node: {
      mayBeBounded: () => true,
      chooseBounded: (_state, _context, _waiting, versions) => versions.at(-1),
    },
  },
  {
    id: 'CQ-9',
    summary:
      'an eventual read is told of an update that waits at the head, and may come to nothing',
    difficulty: 'medium',
    options: { testAndSet: 'wait' },
    node: {
      newestVersion(state, context, operation) {
        const { rules, machine } = context;
        const newest = craqRules.newestVersion(state, context, operation);
        const object = rules.objectOf(context, operation);
        const waiting = state.waitingUpdates.find(
          (request) => rules.objectOf(context, request.operation) === object,
        );
        if (waiting === undefined) return newest;
        const app = machine.clone(newest.app);
        machine.apply(app, waiting.operation);
        return { ...newest, app };
      },
    },
  },
  {
    id: 'CQ-10',
    summary: 'a server that is not the tail answers clean reads without a lease',
    difficulty: 'medium',
    options: LEASED,
    node: { isMemberFor: () => true },
  },
  {
    id: 'CQ-11',
    summary: 'masters wait for the lease of a tail only, though all members count on theirs',
    difficulty: 'medium',
    options: LEASED,
    chain: {
      hasLeaseRunOut: (state, context, server) =>
        tailOf(state.configuration) !== server || chainRules.hasLeaseRunOut(state, context, server),
    },
  },
  {
    id: 'CQ-12',
    summary: 'a server that joins answers reads before everything is handed over to it',
    difficulty: 'medium',
    node: { isReady: (state) => roleOf(state) === 'member' },
    chain: { isTailAtWork: isTail },
  },
  {
    id: 'CQ-13',
    summary: 'a client takes a rejected test-and-set for one that has not happened',
    difficulty: 'medium',
    options: { testAndSet: 'reject' },
    client: {
      onRejected(state, { env }, { requestNumber }) {
        if (state.chain.open?.requestNumber !== requestNumber) return;
        state.chain.open = null;
        env.refuse();
      },
    },
  },
  {
    id: 'CQ-14',
    summary: 'a new head takes updates before all that its successor has was propagated back to it',
    difficulty: 'easy',
    options: { joinAt: 'head' },
    node: { mayOrder: () => true },
  },
  {
    id: 'CQ-15',
    summary: 'a server that joins in the middle answers reads before it agrees with its successor',
    difficulty: 'medium',
    options: { joinAt: 'middle' },
    node: { isReady: (state) => roleOf(state) === 'member' },
  },
];

export const mutants: readonly Mutant[] = [...own, ...inherited].map(mutant);
