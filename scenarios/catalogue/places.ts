/** Where the servers of a protocol are, for scenarios that any protocol can be put into. */
import type { Options } from '../../sim/contract.ts';
import { completeOptions, protocolNamed } from '../assemble.ts';
import type { Places } from '../compare/placed-faults.ts';
import { possibleMembers, replicasFor } from '../possible-members.ts';

/**
 * Places of `usual` servers, or of those among as many replicas as are asked for; with options at
 * their defaults but for those that are needed.
 */
export function placesOf(
  protocol: string,
  needed: Options,
  { usual, asked }: { readonly usual: number; readonly asked: number | undefined },
): Places {
  const tested = protocolNamed(protocol);
  const options = completeOptions(tested.optionSchema, needed);
  const replicas = asked ?? replicasFor(tested, options, usual) ?? usual;
  return { servers: possibleMembers(tested, options, replicas), replicas };
}

/** The option as it is wanted, if the protocol has it. */
export function ifKnown(protocol: string, name: string, value: number): Options {
  const { optionSchema } = protocolNamed(protocol);
  return optionSchema.some((option) => option.name === name) ? { [name]: value } : {};
}
