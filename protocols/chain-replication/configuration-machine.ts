/**
 * The master's state machine: the configuration of the chain, and what changes it (§3). It
 * is small enough to be replicated by any consensus protocol; the masters replicate it by
 * Multi-Paxos.
 *
 * A command names the epoch that it was proposed for and does nothing in any other: whoever
 * proposes twice, or late, changes nothing. It also names the term of the master that has proposed
 * it, and does nothing once another master acts: that one may have granted leases which the earlier
 * one knows nothing of. (Paxos Made Live makes operations conditional on an epoch number likewise.)
 */
import type { NodeId, StateMachine } from '../../sim/contract.ts';
import type { Plain } from '../../sim/plain.ts';
import { type Configuration, firstConfiguration, isSettled, successorOf } from './configuration.ts';

/** The ballot of the master that has proposed it. */
export interface InTerm {
  readonly term: number;
}

/** Changes of the chain. */
export type ChainCommand =
  /** A server leaves: it is suspected, has lost its state, or is wanted no more. */
  | { readonly f: 'remove'; readonly epoch: number; readonly server: NodeId }
  /** A server begins to copy what the tail has; or what the one has that it will be before. */
  | {
      readonly f: 'beginJoin';
      readonly epoch: number;
      readonly server: NodeId;
      readonly incarnation: number;
      readonly before?: NodeId;
    }
  /** It has copied enough: it is the last of the chain now, or where it was to be. */
  | { readonly f: 'completeJoin'; readonly epoch: number; readonly server: NodeId }
  /** Everything was handed over to it. */
  | { readonly f: 'settleJoin'; readonly epoch: number; readonly server: NodeId };

/** What an operator has asked a master for. */
export interface Wish {
  /** The master that was asked, and pursues it. */
  readonly askedOf: NodeId;
  /** Drawn: the same servers may be asked for again. */
  readonly id: number;
  readonly servers: readonly NodeId[];
}

export type ConfigurationCommand =
  | (ChainCommand & InTerm)
  /** A master begins to act: what earlier ones have proposed, and is not decided yet, is void. */
  | ({ readonly f: 'act' } & InTerm)
  /** An operator names the servers that are to form the chain: the wish after so many others. */
  | ({ readonly f: 'want'; readonly number: number } & Wish)
  /** Changes nothing: its reply is the epoch at its place in the log. */
  | { readonly f: 'confirm' };

export interface ConfigurationState {
  configuration: Configuration;
  /** The ballot of the master that acts, or has acted last. */
  term: number;
  /** The servers that are to form the chain, or null: whoever asks. */
  wanted: readonly NodeId[] | null;
  /** Wishes of operators so far. */
  wishes: number;
  /** By master: the latest one of those asked of it, by its id. */
  decidedWishes: { readonly [master: NodeId]: number };
}

/** Begins with the given chain in epoch 1; replies with the epoch after the command. */
export function configurationMachine(
  chain: readonly NodeId[],
  wanted: readonly NodeId[] | null,
  rules: ConfigurationMachineRules = configurationMachineRules,
): StateMachine<ConfigurationState> {
  return {
    name: 'configuration',
    initial: () => ({
      configuration: firstConfiguration(chain),
      term: 0,
      wanted,
      wishes: 0,
      decidedWishes: {},
    }),
    apply: (state, operation) => apply(state, operation, rules),
    // No part is ever changed in place.
    clone: (state) => ({ ...state }),
    isReadOnly: (operation) => commandOf(operation).f === 'confirm',
  };
}

function apply(
  state: ConfigurationState,
  operation: Plain,
  rules: ConfigurationMachineRules,
): Plain {
  const command = commandOf(operation);
  switch (command.f) {
    case 'act':
      state.term = Math.max(state.term, command.term);
      break;
    case 'want':
      if (command.number !== state.wishes + 1) break;
      state.wanted = command.servers;
      state.wishes++;
      state.decidedWishes = { ...state.decidedWishes, [command.askedOf]: command.id };
      break;
    case 'confirm':
      break;
    default: {
      const changed = changeChain(state.configuration, command);
      const isCurrent = rules.isOfActingTerm(state, command);
      if (isCurrent && changed !== undefined) state.configuration = changed;
    }
  }
  return state.configuration.epoch;
}

/** Whether who has proposed the change is the master that acts, in the order of commands. */
function isOfActingTerm({ term }: ConfigurationState, command: InTerm): boolean {
  return command.term === term;
}

export const configurationMachineRules = { isOfActingTerm };

export type ConfigurationMachineRules = typeof configurationMachineRules;

/** The configuration after the command, or undefined if it is not valid in this one. */
export function changeChain(
  configuration: Configuration,
  command: ChainCommand,
): Configuration | undefined {
  const { epoch, chain, joining, incarnations } = configuration;
  const { server } = command;
  if (command.epoch !== epoch) return undefined;
  const next = { epoch: epoch + 1, chain, joining, incarnations };
  switch (command.f) {
    case 'remove':
      return remove(configuration, server);
    case 'beginJoin':
      if (joining !== null || chain.includes(server)) return undefined;
      if (command.before !== undefined && !chain.includes(command.before)) return undefined;
      return placedBefore(command.before, {
        ...next,
        joining: server,
        incarnations: { ...incarnations, [server]: command.incarnation },
      });
    case 'completeJoin':
      if (joining !== server || chain.includes(server)) return undefined;
      return { ...next, chain: withJoined(configuration, server) };
    case 'settleJoin':
      if (joining !== server || !chain.includes(server)) return undefined;
      return { ...next, joining: null };
    default:
      return command satisfies never;
  }
}

function placedBefore(before: NodeId | undefined, configuration: Configuration): Configuration {
  return before === undefined ? configuration : Object.assign(configuration, { before });
}

function withJoined({ chain, before }: Configuration, server: NodeId): readonly NodeId[] {
  const index = before === undefined ? chain.length : chain.indexOf(before);
  return [...chain.slice(0, index), server, ...chain.slice(index)];
}

/** Never the last one that surely holds everything: nobody could go on without it. */
function remove(configuration: Configuration, server: NodeId): Configuration | undefined {
  const { epoch, chain, joining, incarnations } = configuration;
  if (joining !== server && !chain.includes(server)) return undefined;
  const rest = chain.filter((member) => member !== server);
  if (!rest.some((member) => isSettled(configuration, member))) return undefined;
  const left = { epoch: epoch + 1, chain: rest, incarnations, joining };
  if (joining === server) return { ...left, joining: null };
  const { before } = configuration;
  return placedBefore(before === server ? successorOf(configuration, server) : before, left);
}

/** What the masters propose to each other is what this file has made. */
export function commandOf(operation: Plain): ConfigurationCommand {
  return operation as unknown as ConfigurationCommand;
}
