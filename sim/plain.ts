/** Plain data: JSON values, their structural digest, and deep freezing. */
import { hashString, join, scatter } from './mixing.ts';

/** A JSON value: what operations, results, options and specs are made of. */
export type Plain =
  | null
  | boolean
  | number
  | string
  | readonly Plain[]
  | { readonly [key: string]: Plain };

const NULL_DIGEST = 0x1f3d5b79;
const TRUE_DIGEST = 0x2e8b5d11;
const FALSE_DIGEST = 0x3a7c9e55;
const ARRAY_DIGEST = 0x4cf5ad43;
const OBJECT_DIGEST = 0x5851f42d;
const MAP_DIGEST = 0x6c8e9cf5;
const SET_DIGEST = 0x7b1dcdaf;
const TWO_TO_32 = 4_294_967_296;

/**
 * A 32-bit structural digest of plain data. Equal structures give equal digests, in whatever order
 * the keys of objects, maps and sets were inserted; a property that is undefined counts as absent.
 */
export function digest(value: unknown): number {
  return new Digester().digest(value);
}

/**
 * Digests many values that share parts, such as the logs of several replicas: an object is digested
 * once. Nothing that it has seen may change while it is in use.
 */
export class Digester {
  private readonly known = new Map<object, number>();
  private readonly names = new Map<string, number>();

  digest(value: unknown): number {
    switch (typeof value) {
      case 'string':
        return hashString(value);
      case 'number':
        return digestNumber(value);
      case 'boolean':
        return value ? TRUE_DIGEST : FALSE_DIGEST;
      case 'object':
        return value === null ? NULL_DIGEST : this.digestStructure(value);
      default:
        return NULL_DIGEST;
    }
  }

  private digestStructure(value: object): number {
    if (Array.isArray(value)) {
      let key = ARRAY_DIGEST;
      for (let i = 0; i < value.length; i++) key = join(key, this.digest(value[i]));
      return join(key, value.length);
    }
    let known = this.known.get(value);
    if (known === undefined) {
      known = this.digestUnordered(value);
      this.known.set(value, known);
    }
    return known;
  }

  /** Sums do not depend on the order of insertion. */
  private digestUnordered(value: object): number {
    let sum = 0;
    if (value instanceof Map) {
      for (const [key, element] of value) {
        sum = (sum + join(this.digest(key), this.digest(element))) | 0;
      }
      return join(MAP_DIGEST, sum);
    }
    if (value instanceof Set) {
      for (const element of value) sum = (sum + this.digest(element)) | 0;
      return join(SET_DIGEST, sum);
    }
    for (const [name, element] of Object.entries(value)) {
      if (element !== undefined) sum = (sum + join(this.nameHash(name), this.digest(element))) | 0;
    }
    return join(OBJECT_DIGEST, sum);
  }

  private nameHash(name: string): number {
    let hash = this.names.get(name);
    if (hash === undefined) {
      hash = hashString(name);
      this.names.set(name, hash);
    }
    return hash;
  }
}

function digestNumber(value: number): number {
  if ((value | 0) === value) return scatter(value + 0x165667b1);
  const whole = Math.floor(value);
  const fraction = Math.floor((value - whole) * TWO_TO_32);
  return join(join(whole | 0, Math.floor(whole / TWO_TO_32) | 0), fraction | 0);
}

/** Freezes plain data all the way down and returns it; what is frozen already is taken as done. */
export function freezeDeeply<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const element of Object.values(value)) freezeDeeply(element);
  }
  return value;
}
