/** Commands that the masters have not executed yet and may still decide, for the claims. */
import type { Message } from '../../sim/contract.ts';
import type { Command, PaxosMessage, Request } from '../multi-paxos/messages.ts';
import type { Slots } from '../multi-paxos/slots.ts';
import { type ConfigurationCommand, commandOf } from './configuration-machine.ts';
import type { MasterState } from './master-state.ts';
import { paxosMessageIn } from './masters-view.ts';

/** Commands that these masters know of, and those on their way in messages. */
export function openCommands(
  masters: readonly MasterState[],
  messages: readonly Message[],
): readonly ConfigurationCommand[] {
  const slotOut = Math.max(...masters.map(({ paxos }) => paxos.replica.slotOut));
  const commands = [
    ...masters.flatMap(knownTo),
    ...messages.flatMap((message) => openIn(paxosMessageIn(message), slotOut)),
  ];
  return commands.flatMap(requestsIn).map(({ operation }) => commandOf(operation));
}

function knownTo({ paxos }: MasterState): readonly Command[] {
  const { requests, proposals, decisions, slotOut } = paxos.replica;
  return [
    ...requests,
    ...openValues(proposals, slotOut),
    ...openValues(decisions, slotOut),
    ...openValues(paxos.leader.proposals, slotOut),
    ...openValues(paxos.acceptor.accepted, slotOut).map((pvalue) => pvalue.command),
  ];
}

/** What is in slots that this master has not executed yet. */
function openValues<Value>(slots: Slots<Value>, slotOut: number): Value[] {
  return slots.values.slice(Math.max(0, slotOut - slots.first)).filter((value) => value !== null);
}

/** What the message tells of slots that no master has executed. */
function openIn(message: PaxosMessage | undefined, slotOut: number): readonly Command[] {
  switch (message?.type) {
    case 'Request':
      return [message];
    case 'Propose':
    case 'Decision':
      return message.slot < slotOut ? [] : [message.command];
    case 'Phase2a':
      return message.pvalue.slot < slotOut ? [] : [message.pvalue.command];
    case 'Phase1b':
      return message.accepted.flatMap(({ slot, command }) => (slot < slotOut ? [] : [command]));
    case 'CatchUpReply':
      return message.commands.slice(Math.max(0, slotOut - message.first));
    default:
      return [];
  }
}

function requestsIn(command: Command): readonly Request[] {
  if (command.type === 'Batch') return command.requests;
  return command.type === 'Request' ? [command] : [];
}
