/** Built-in protocols but one, for scripts that have to notice what is broken. */
import { builtIn, type Registry } from '../../scenarios/assemble.ts';
import type { Protocol } from '../../sim/contract.ts';

/** All that is built in, with this one in the place of the one of its name. */
export function insteadOf(broken: Protocol): Registry {
  const others = builtIn.protocols.filter(({ name }) => name !== broken.name);
  return { ...builtIn, protocols: [...others, broken] };
}
