/**
 * Bugs planted in chain replication, by their rows in the zoo, to which CR-11 to CR-17 are
 * additions of this project: each replaces one rule, or two that say the same thing, and leaves the
 * protocol's own files alone.
 */
import type { Mutant, Options } from '../../sim/contract.ts';
import { type Rules as PaxosRules, rules as paxosRules } from '../multi-paxos/rules.ts';
import { type ClientRules, clientRules } from './client.ts';
import { isTail } from './context.ts';
import { makeChainReplication } from './index.ts';
import { type Rules, rules } from './rules.ts';
import { NEVER } from './state.ts';

const DURABLE: Options = { durability: 'durable' };
const UNDER_LEASE: Options = { readMode: 'tail' };
/** Snapshots so often that a run has many. */
const FROM_SNAPSHOTS: Options = { durability: 'durable', snapshotEvery: 3 };

export interface Bug {
  readonly id: string;
  readonly summary: string;
  readonly difficulty: Mutant['difficulty'];
  readonly options?: Options;
  readonly node?: Partial<Rules>;
  /** Of the Multi-Paxos among the masters. */
  readonly paxos?: Partial<PaxosRules>;
  readonly client?: Partial<ClientRules>;
}

function mutant({ node, paxos, client, ...bug }: Bug): Mutant {
  const protocol = makeChainReplication({
    rules: { ...rules, ...node },
    clientRules: { ...clientRules, ...client },
    paxosRules: { ...paxosRules, ...paxos },
  });
  return { ...bug, protocol: protocol.name, apply: ({ machine }) => ({ protocol, machine }) };
}

export const bugs: readonly Bug[] = [
  {
    id: 'CR-1',
    summary: 'the head executes an update and replies, without waiting for the tail',
    difficulty: 'easy',
    node: {
      order(state, context, request) {
        rules.order(state, context, request);
        rules.executeUpTo(state, context, state.length);
        rules.replyTo(state, context, request);
      },
    },
  },
  {
    id: 'CR-2',
    summary: 'a new tail does not complete what is in its Sent',
    difficulty: 'easy',
    node: { completeSent: () => {} },
  },
  {
    id: 'CR-3',
    summary: 'when a middle server fails, the rest of Sent is not sent to its successor',
    difficulty: 'easy',
    node: {
      resendSent(state, context) {
        context.rules.noteHeld(state, state.length);
      },
    },
  },
  {
    id: 'CR-5',
    summary: 'an update leaves Sent when the successor has it, not when the tail has',
    difficulty: 'medium',
    node: {
      noteHeld(state, held) {
        rules.noteHeld(state, held);
        rules.pruneSent(state, held);
      },
    },
  },
  {
    id: 'CR-7',
    summary: 'a new tail begins its work before everything is handed over to it',
    difficulty: 'medium',
    node: { isTailAtWork: isTail },
  },
  {
    id: 'CR-8',
    summary: 'a tail answers queries without a lease',
    difficulty: 'medium',
    options: UNDER_LEASE,
    node: { holdsLease: () => true },
  },
  {
    id: 'CR-10',
    summary: 'a master acts as soon as it leads, on the configuration that it has executed so far',
    difficulty: 'hard',
    node: { mayAct: (state) => state.term !== 0 },
  },
  {
    id: 'CR-11',
    summary: 'a change of the chain counts whichever master has proposed it, and when',
    difficulty: 'hard',
    options: UNDER_LEASE,
    node: { isOfActingTerm: () => true },
  },
  {
    id: 'CR-12',
    summary: 'a master that begins to act waits for its own leases, and not for those of others',
    difficulty: 'hard',
    options: UNDER_LEASE,
    node: {
      beginToAct(state, context) {
        const own = { ...state.grantedAt };
        rules.beginToAct(state, context);
        for (const server of context.roles.servers) state.grantedAt[server] = own[server] ?? NEVER;
      },
    },
  },
  {
    id: 'CR-13',
    summary: 'a confirmation answers the questions, too, that came after its read had begun',
    difficulty: 'hard',
    options: { readMode: 'confirm' },
    node: {
      onResponse(state, context, response) {
        if (response.requestNumber === state.confirmingBy) {
          state.confirming.push(...state.toConfirm);
          state.toConfirm = [];
        }
        rules.onResponse(state, context, response);
      },
    },
  },
  {
    id: 'CR-14',
    summary: 'a tail takes for confirmed what it asked before it crashed',
    difficulty: 'hard',
    options: { readMode: 'confirm', ...DURABLE },
    node: { drawNonce: () => 0 },
  },
  {
    id: 'CR-15',
    summary: 'a query counts on the question whose answer is on its way when it arrives',
    difficulty: 'hard',
    options: { readMode: 'confirm' },
    node: {
      roundFor: (state, context) =>
        state.confirmedRound < state.round ? state.round : rules.roundFor(state, context),
    },
  },
  {
    id: 'CR-16',
    summary: 'a master that restarts refuses nobody, though it may have granted a lease',
    difficulty: 'hard',
    options: UNDER_LEASE,
    paxos: { refuseAfterRestart: () => undefined },
  },
  {
    id: 'CR-17',
    summary: 'a master removes a server on the word of another one that may be long dead',
    difficulty: 'hard',
    node: { isThere: () => true },
  },
  {
    id: 'CL-1',
    summary: 'a client gives its retry a new request number',
    difficulty: 'easy',
    client: {
      requestForRetry(state) {
        state.requestNumber++;
        state.open = { ...clientRules.requestForRetry(state), requestNumber: state.requestNumber };
        return state.open;
      },
    },
  },
  {
    id: 'CL-2',
    summary: 'a client reports a request that timed out as one that has not happened',
    difficulty: 'easy',
    client: {
      retry(state, context) {
        state.open = null;
        context.env.refuse();
      },
    },
  },
  {
    id: 'CL-5',
    summary: 'a client asks the server that it knows for ever, and never the masters again',
    difficulty: 'easy',
    client: {
      retry(state, context) {
        context.rules.send(state, context, context.rules.requestForRetry(state));
      },
    },
  },
  {
    id: 'CL-6',
    summary: 'an unreadable message throws in the replica that receives it',
    difficulty: 'easy',
    node: {
      onUnreadable() {
        throw new TypeError('unreadable message');
      },
    },
  },
  {
    id: 'ST-1',
    summary: 'Forward, Ack and Reply leave before what they promise is on disk',
    difficulty: 'easy',
    options: DURABLE,
    node: {
      sendWhenDurable: (context, to, message) => context.env.sendUnsynced(to, message),
    },
  },
  {
    id: 'ST-2',
    summary: 'a start takes a torn record for whole if anything of it was written',
    difficulty: 'medium',
    options: DURABLE,
    node: { isReadable: (record) => record.writes.length > 0 },
  },
  {
    id: 'ST-4',
    summary: 'Hist is trimmed in one record, and the snapshot is written in the next',
    difficulty: 'medium',
    options: FROM_SNAPSHOTS,
    node: {
      trimPoint: (state) => state.acknowledged,
      persistSnapshot(state, { env, options }) {
        if (!options.isDurable) return;
        const [snapshot, trim] = rules.snapshotWrites(state);
        env.persist(trim);
        env.persist(snapshot);
      },
    },
  },
  {
    id: 'ST-6',
    summary: 'a start takes a damaged record, and all after it, for a torn end of the log',
    difficulty: 'hard',
    options: DURABLE,
    node: { isTornTail: () => true },
  },
];

export const mutants: readonly Mutant[] = bugs.map(mutant);
