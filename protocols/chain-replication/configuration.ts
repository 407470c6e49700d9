/**
 * What the master hands out: which servers form the chain, in which order (§3). Every change has a
 * number of its own, the epoch; each epoch has one configuration for ever, so that anybody who
 * knows it may pass it on.
 */
import type { NodeId } from '../../sim/contract.ts';

export interface Configuration {
  readonly epoch: number;
  /** Head first, tail last; never empty once it was not. */
  readonly chain: readonly NodeId[];
  /**
   * The server that is being added, or null. Outside the chain it copies what the tail has, or what
   * the server has that it will be before; once it is in the chain, it has not yet reported that
   * everything was handed over to it.
   */
  readonly joining: NodeId | null;
  /**
   * The server of the chain before which the joining one will be, as long as that is outside;
   * absent if it is to be the tail. Only protocols that are built on this one have servers join
   * anywhere else.
   */
  readonly before?: NodeId;
  /** By server: the incarnation that was admitted; a later one has lost what this one held. */
  readonly incarnations: { readonly [server: NodeId]: number };
}

/** What every node knows from the start. */
export const FIRST_EPOCH = 1;

export function firstConfiguration(chain: readonly NodeId[]): Configuration {
  const incarnations: { [server: NodeId]: number } = {};
  for (const server of chain) incarnations[server] = 0;
  return { epoch: FIRST_EPOCH, chain, joining: null, incarnations };
}

export function headOf({ chain }: Configuration): NodeId | undefined {
  return chain[0];
}

export function tailOf({ chain }: Configuration): NodeId | undefined {
  return chain[chain.length - 1];
}

export function successorOf({ chain }: Configuration, server: NodeId): NodeId | undefined {
  const index = chain.indexOf(server);
  return index < 0 ? undefined : chain[index + 1];
}

export function predecessorOf({ chain }: Configuration, server: NodeId): NodeId | undefined {
  return chain[chain.indexOf(server) - 1];
}

/** Whom a server forwards to: its successor; the tail to the server that copies from it, if any. */
export function downstreamOf(configuration: Configuration, server: NodeId): NodeId | undefined {
  const { chain, joining, before } = configuration;
  if (tailOf(configuration) !== server) return successorOf(configuration, server);
  const isCopying = joining !== null && !chain.includes(joining) && before === undefined;
  return isCopying ? joining : undefined;
}

/** Whom a server is forwarded to by: its predecessor; one that copies, by the tail. */
export function upstreamOf(configuration: Configuration, server: NodeId): NodeId | undefined {
  const { chain, joining, before } = configuration;
  if (chain.includes(server)) return predecessorOf(configuration, server);
  return joining === server && before === undefined ? tailOf(configuration) : undefined;
}

/** Who propagates backwards to a server that joins: the one that it is, or will be, before. */
export function backSourceOf(configuration: Configuration, server: NodeId): NodeId | undefined {
  const { chain, joining, before } = configuration;
  if (joining !== server) return undefined;
  return chain.includes(server) ? successorOf(configuration, server) : before;
}

/** Whether the server is in the chain and has said that it holds all that it should. */
export function isSettled({ chain, joining }: Configuration, server: NodeId): boolean {
  return joining !== server && chain.includes(server);
}

/** Whether both say the same, whoever has made them. */
export function isSame(one: Configuration, other: Configuration): boolean {
  return (
    one.epoch === other.epoch &&
    one.joining === other.joining &&
    one.before === other.before &&
    one.chain.length === other.chain.length &&
    one.chain.every((server, index) => server === other.chain[index]) &&
    one.chain.every((server) => one.incarnations[server] === other.incarnations[server])
  );
}

export function inWords({ chain, joining, before }: Configuration): string {
  const form = `[${chain.join(' ')}]${joining === null ? '' : ` joining ${joining}`}`;
  return before === undefined ? form : `${form} before ${before}`;
}
