/** OmniPaxos with a planted bug, and the worlds in which it shows. */
import { omniPaxos } from '../../protocols/omni-paxos/index.ts';
import { mutants } from '../../protocols/omni-paxos/mutants.ts';
import { kv } from '../../protocols/state-machines/kv.ts';
import type { Options, Protocol } from '../../sim/contract.ts';
import { type OmniWorld, omniWorld } from './op-world.ts';

/** The first of three clients, in a world of three servers. */
export const CLIENT = 3;
export const correct = omniPaxos as unknown as Protocol;

export function mutated(id: string): Protocol {
  const mutant = mutants.find((each) => each.id === id);
  if (mutant === undefined) throw new Error(`no mutant ${id}`);
  return mutant.apply({ protocol: correct, machine: kv }).protocol;
}

/** The world of the mutant, with the options that it needs to show. */
export function worldOf(
  id: string,
  protocol: Protocol,
  options: Options = {},
  replicas = 3,
): OmniWorld {
  const needed = mutants.find((each) => each.id === id)?.options;
  const world = { protocol, replicas, clients: 3, options: { ...needed, ...options } };
  return omniWorld(world);
}
