/** What is hunted: each planted bug in each protocol that it can be planted in. */
import { mutants } from '../protocols/index.ts';
import { scenarios } from '../scenarios/catalogue/index.ts';
import type { Mutant } from '../sim/contract.ts';

export interface Prey {
  readonly mutant: Mutant;
  readonly protocol: string;
  /** Such as `mp/ST-1`: a row of the zoo may be planted in several protocols. */
  readonly name: string;
}

/** Protocols that have a swarm: the others are small ones, to compare with. */
const hunted: readonly string[] = scenarios
  .filter(({ name }) => name === 'swarm')
  .map(({ protocol }) => protocol);

export const preys: readonly Prey[] = hunted.flatMap((protocol) =>
  mutants
    .filter((mutant) => mutant.protocol === undefined || mutant.protocol === protocol)
    .map((mutant) => ({ mutant, protocol, name: `${protocol}/${mutant.id}` })),
);

/** Those of a protocol (`mp`), of a row of the zoo (`ST-1`), or one of them (`mp/ST-1`). */
export function preysNamed(word: string): readonly Prey[] {
  const wanted = word.toLowerCase();
  return preys.filter(({ name, mutant, protocol }) =>
    [name, mutant.id, protocol].some((each) => each.toLowerCase() === wanted),
  );
}
