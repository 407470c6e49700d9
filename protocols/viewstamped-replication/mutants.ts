/**
 * Bugs planted in Viewstamped Replication, by their rows in the zoo: each replaces one rule, or two
 * that say the same thing, and leaves the protocol's own files alone.
 */
import type { Mutant, Options } from '../../sim/contract.ts';
import { type ClientRules, clientRules } from './client.ts';
import { makeViewstampedReplication } from './index.ts';
import { type Rules, rules } from './rules.ts';

const DURABLE: Options = { durability: 'durable' };
const DISKLESS: Options = { durability: 'diskless' };

interface Bug {
  readonly id: string;
  readonly summary: string;
  readonly difficulty: Mutant['difficulty'];
  readonly options?: Options;
  readonly replica?: Partial<Rules>;
  readonly client?: Partial<ClientRules>;
}

function mutant({ replica, client, ...bug }: Bug): Mutant {
  const protocol = makeViewstampedReplication(
    { ...rules, ...replica },
    { ...clientRules, ...client },
  );
  return { ...bug, protocol: protocol.name, apply: ({ machine }) => ({ protocol, machine }) };
}

export const mutants: readonly Mutant[] = [
  mutant({
    id: 'VR-1',
    summary: 'the new primary takes the longest log, whatever view it is of',
    difficulty: 'medium',
    replica: {
      chooseLog: (collected) =>
        collected.reduce((best, each) => (each.opNumber > best.opNumber ? each : best)),
    },
  }),
  mutant({
    id: 'VR-3',
    summary: "state transfer cuts the log and adopts the later view at once, as the paper's text",
    difficulty: 'hard',
    replica: {
      beginViewTransfer(state, context, viewNumber) {
        context.env.mark('state-transfer-started');
        context.rules.adoptLog(state, context, state.log.slice(0, state.commitNumber), viewNumber);
        context.rules.enterNormal(state, context);
        context.rules.sendGetState(state, context, viewNumber, state.opNumber);
      },
    },
  }),
  mutant({
    id: 'VR-5',
    summary: 'a recovering replica takes part in view changes with the empty log it has',
    difficulty: 'medium',
    options: DISKLESS,
    replica: { takesPart: () => true },
  }),
  mutant({
    id: 'VR-6',
    summary: 'a recovering replica does not compare the nonce of the answers it gets',
    difficulty: 'hard',
    options: DISKLESS,
    replica: { isAnswerToNonce: () => true },
  }),
  mutant({
    id: 'VR-8',
    summary: 'what a replica said before its crash goes on counting: no crash vectors',
    difficulty: 'hard',
    options: DISKLESS,
    replica: { isFromEarlierIncarnation: () => false, isOutdated: () => false },
  }),
  mutant({
    id: 'VR-9',
    summary: 'the view-number is not written to disk before StartViewChange leaves',
    difficulty: 'medium',
    options: DURABLE,
    replica: { persistViews: () => {} },
  }),
  mutant({
    id: 'VR-10',
    summary: 'the client-table is not rebuilt when a view change replaces the log',
    difficulty: 'medium',
    replica: { rebuildClientTable: () => {} },
  }),
  mutant({
    id: 'VR-12',
    summary: 'a repeated PrepareOk counts as that of another backup',
    difficulty: 'medium',
    replica: {
      recordAcknowledgement(state, context, replica, opNumber) {
        const acked = state.ackedOpNumbers;
        const isRepeated = acked[replica]! >= opNumber;
        const other = acked.findIndex((highest) => highest < opNumber);
        const counted = isRepeated && other >= 0 ? other : replica;
        rules.recordAcknowledgement(state, context, counted, opNumber);
      },
    },
  }),
  mutant({
    id: 'VR-13',
    summary: 'a backup takes a Prepare for the next one although entries before it are missing',
    difficulty: 'easy',
    replica: { isNextInOrder: (state, opNumber) => opNumber > state.opNumber },
  }),
  mutant({
    id: 'VR-15',
    summary: 'a backup executes all that is in its log, committed or not',
    difficulty: 'easy',
    replica: { executableUpTo: (state) => state.opNumber },
  }),
  mutant({
    id: 'VR-21',
    summary: 'a recovered client goes on with the very number that the group knows',
    difficulty: 'medium',
    client: { numberAfterRecovery: (latest) => latest },
  }),
  mutant({
    id: 'VR-24',
    summary: 'a recovering replica asks only those again that have not answered, not all anew',
    difficulty: 'medium',
    options: DISKLESS,
    replica: {
      retryAskForState(state, context) {
        const message = context.rules.recoveryFor(state);
        for (let replica = 0; replica < context.replicas; replica++) {
          if (replica === state.replicaNumber || state.recoveryResponses[replica] !== null)
            continue;
          context.env.send(replica, message);
        }
        context.env.setTimer('recovery', context.options.recoveryRetry);
      },
    },
  }),
  mutant({
    id: 'CL-1',
    summary: 'a client gives its retry a new request number',
    difficulty: 'easy',
    client: {
      requestForRetry(state) {
        state.requestNumber++;
        state.request = clientRules.requestFor(state);
        return state.request;
      },
    },
  }),
  mutant({
    id: 'CL-2',
    summary: 'a client reports a request that timed out as one that has not happened',
    difficulty: 'easy',
    client: {
      onTimeout(state, context) {
        state.isOpen = false;
        context.env.refuse();
      },
    },
  }),
  mutant({
    id: 'CL-6',
    summary: 'an unreadable message throws in the replica that receives it',
    difficulty: 'easy',
    replica: {
      onUnreadable() {
        throw new TypeError('unreadable message');
      },
    },
  }),
  mutant({
    id: 'ST-1',
    summary: 'PrepareOk and Reply leave before what they promise is on disk',
    difficulty: 'easy',
    options: DURABLE,
    replica: {
      sendPrepareOk(state, context, primary) {
        context.env.sendUnsynced(primary, context.rules.prepareOkFor(state));
      },
      sendReply(context, clientId, reply) {
        context.env.sendUnsynced(clientId, reply);
      },
    },
  }),
  mutant({
    id: 'ST-2',
    summary: 'a start takes a torn record for whole if anything of it was written',
    difficulty: 'medium',
    options: DURABLE,
    replica: { isReadable: (record) => record.writes.length > 0 },
  }),
  mutant({
    id: 'ST-6',
    summary: 'a start takes a damaged record, and all after it, for a torn end of the log',
    difficulty: 'hard',
    options: DURABLE,
    replica: { isTornTail: () => true },
  }),
];
