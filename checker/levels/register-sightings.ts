/** What reads of registers tell about the order of a history whose processes are its chains. */

import { NONE, type Sight, type Sightings } from '../saturation.ts';
import type { Processes } from './processes.ts';
import type { RegisterAccesses } from './register-accesses.ts';

/** For reads that saw the writes at `sources` (`INITIAL`, or `NONE` where that is not known). */
export function sightingsOf(
  processes: Processes,
  accesses: RegisterAccesses,
  sources: Int32Array,
): Sightings {
  const { operations, processOf, firsts, processCount } = processes;
  const { objectOf, objectCount, isRegister, writes } = accesses;
  const sights: Sight[] = [];
  const writesOf = Array.from({ length: objectCount }, () => new Map<number, number[]>());
  const seen = new Set(sources);
  for (let place = 0; place < operations.length; place++) {
    const register = objectOf[place]!;
    if (!isRegister[register]) continue;
    const isNeeded = operations[place]!.return !== null || seen.has(place);
    if (isNeeded && writes[place] !== NONE) addWrite(writesOf[register]!, processOf[place]!, place);
    const writer = sources[place]!;
    if (writer !== NONE && writer !== place) sights.push({ reader: place, writer, register });
  }
  const chains = { chainOf: processOf, firsts, chainCount: processCount };
  return { chains, precedences: [], sights, writesOf };
}

/** Adds a place to those of its chain that write to a register. */
export function addWrite(writes: Map<number, number[]>, chain: number, place: number): void {
  const own = writes.get(chain);
  if (own === undefined) writes.set(chain, [place]);
  else own.push(place);
}
