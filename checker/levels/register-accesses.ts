/** What the operations of a history read and write, where its objects are registers. */

import type { Plain } from '../history.ts';
import type { Model } from '../model.ts';
import { split } from '../partition.ts';
import { type PlainKey, plainKey } from '../plain.ts';
import { INITIAL, NONE } from '../saturation.ts';
import type { Processes } from './processes.ts';

export { INITIAL, NONE };

/** Values are numbered, those of different objects differently; places as in `Processes`. */
export interface RegisterAccesses {
  readonly objectOf: Int32Array;
  readonly objectCount: number;
  /** False for an object of which an operation is no access to a register. */
  readonly isRegister: readonly boolean[];
  /** The place of the first operation that is no access to a register; -1 if there is none. */
  readonly firstOther: number;
  /** 1 for each place that has looked, whether or not it is known what it saw. */
  readonly looks: Uint8Array;
  /** The value that each place has seen, or `NONE`. */
  readonly reads: Int32Array;
  /** The value that each place has written, or would have, or `NONE`. */
  readonly writes: Int32Array;
  /** The value that a refused swap did not find, or `NONE`. */
  readonly refuses: Int32Array;
  /** For each value, the places that write it. */
  readonly writersOf: readonly (readonly number[])[];
  /** For each object, the value that it has at first. */
  readonly initialOf: Int32Array;
}

/** Reads the history so. Where the model has no objects, all is one. O(n). */
export function readAccesses<State>(
  model: Model<State>,
  initial: Plain,
  { operations }: Processes,
): RegisterAccesses {
  const { objectOf, objectCount } = objectsOf(model, operations);
  const values = new Values(objectCount);
  const initialKey = plainKey(initial);
  const initialOf = Int32Array.from({ length: objectCount }, (_, object) =>
    values.number(object, initialKey),
  );
  const isRegister = Array.from({ length: objectCount }, () => true);
  const looks = new Uint8Array(operations.length);
  const reads = new Int32Array(operations.length).fill(NONE);
  const writes = new Int32Array(operations.length).fill(NONE);
  const refuses = new Int32Array(operations.length).fill(NONE);
  let firstOther = -1;
  operations.forEach((operation, place) => {
    const access = model.registerAccess?.(operation);
    const object = objectOf[place]!;
    const value = (plain: Plain) => values.number(object, plainKey(plain));
    switch (access?.kind) {
      case 'read':
        if (operation.return === null) break;
        looks[place] = 1;
        reads[place] = value(access.value);
        break;
      case 'write':
        writes[place] = value(access.value);
        break;
      case 'swap':
        looks[place] = 1;
        reads[place] = value(access.from);
        writes[place] = value(access.to);
        break;
      case 'refused':
        looks[place] = 1;
        refuses[place] = value(access.from);
        break;
      case 'nothing':
        // Whatever it answered, it had seen what its process makes visible to it.
        if (operation.return !== null) looks[place] = 1;
        break;
      default:
        isRegister[object] = false;
        if (firstOther < 0) firstOther = place;
    }
  });
  const writersOf: number[][] = Array.from({ length: values.count }, () => []);
  writes.forEach((value, place) => {
    if (value !== NONE) writersOf[value]!.push(place);
  });
  return {
    objectOf,
    objectCount,
    isRegister,
    firstOther,
    looks,
    reads,
    writes,
    refuses,
    writersOf,
    initialOf,
  };
}

/**
 * For each read that took place, the only place that can have written what it saw, or `INITIAL`;
 * `NONE` where there are several, or none. O(n).
 */
export function certainSources(
  { operations }: Processes,
  { reads, writersOf, initialOf, objectOf, isRegister }: RegisterAccesses,
): Int32Array {
  const sources = new Int32Array(operations.length).fill(NONE);
  // What never returned took place if it was seen; a set yields what is added to it on the way.
  const taken = new Set<number>();
  operations.forEach((operation, place) => {
    if (operation.return !== null) taken.add(place);
  });
  for (const place of taken) {
    const value = reads[place]!;
    if (value === NONE || !isRegister[objectOf[place]!]) continue;
    const writers = writersOf[value]!;
    const isInitial = initialOf[objectOf[place]!] === value;
    if (writers.length + (isInitial ? 1 : 0) !== 1) continue;
    sources[place] = writers[0] ?? INITIAL;
    if (writers[0] !== undefined) taken.add(writers[0]);
  }
  return sources;
}

/** The object of each place, in the order in which they are asked first. */
function objectsOf<State>(model: Model<State>, operations: Processes['operations']) {
  const objectOf = new Int32Array(operations.length);
  const parts = split(model, operations).toSorted((a, b) => a.indexes[0]! - b.indexes[0]!);
  for (const [object, { indexes }] of parts.entries()) {
    for (const place of indexes) objectOf[place] = object;
  }
  return { objectOf, objectCount: parts.length };
}

class Values {
  count = 0;
  private readonly numbers: readonly Map<PlainKey, number>[];

  constructor(objectCount: number) {
    this.numbers = Array.from({ length: objectCount }, () => new Map<PlainKey, number>());
  }

  number(object: number, key: PlainKey): number {
    const own = this.numbers[object]!;
    const number = own.get(key) ?? this.count++;
    own.set(key, number);
    return number;
  }
}
