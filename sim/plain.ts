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

/** An array that was digested, and the running digest after each of its elements. */
interface Past {
  readonly array: readonly unknown[];
  readonly keys: readonly number[];
}

/**
 * Digests many values that share a long past, such as the logs of several replicas: of an array
 * that begins with the same objects as an earlier one, only the rest is digested. Nothing that it
 * has seen may change while it is in use.
 */
export class Digester {
  private readonly names = new Map<string, number>();
  /** By its first element, the last array that began with that object. */
  private readonly pasts = new Map<object, Past>();

  digest(value: unknown): number {
    switch (typeof value) {
      case 'string':
        return hashString(value);
      case 'number':
        return digestNumber(value);
      case 'boolean':
        return value ? TRUE_DIGEST : FALSE_DIGEST;
      case 'object':
        if (value === null) return NULL_DIGEST;
        return Array.isArray(value) ? this.digestArray(value) : this.digestUnordered(value);
      default:
        return NULL_DIGEST;
    }
  }

  private digestArray(array: readonly unknown[]): number {
    const first = array[0];
    if (typeof first === 'object' && first !== null) return this.digestShared(first, array);
    let key = ARRAY_DIGEST;
    for (let i = 0; i < array.length; i++) key = join(key, this.digest(array[i]));
    return join(key, array.length);
  }

  private digestShared(first: object, array: readonly unknown[]): number {
    const past = this.pasts.get(first);
    let shared = 0;
    if (past !== undefined) {
      const end = Math.min(past.array.length, array.length);
      while (shared < end && past.array[shared] === array[shared]) shared += 1;
    }
    const keys = past === undefined ? [] : past.keys.slice(0, shared);
    let key = keys[shared - 1] ?? ARRAY_DIGEST;
    for (let i = shared; i < array.length; i++) {
      key = join(key, this.digest(array[i]));
      keys.push(key);
    }
    this.pasts.set(first, { array, keys });
    return join(key, array.length);
  }

  /** Sums do not depend on the order of insertion. */
  private digestUnordered(value: object): number {
    if (value instanceof Map) return this.digestMap(value);
    let sum = 0;
    if (value instanceof Set) {
      for (const element of value) sum = (sum + this.digest(element)) | 0;
      return join(SET_DIGEST, sum);
    }
    return join(OBJECT_DIGEST, hasFields(value) ? this.sumOfFields(value) : 0);
  }

  private sumOfFields(fields: Fields): number {
    let sum = 0;
    for (const name of Object.keys(fields)) {
      const field = fields[name];
      if (field !== undefined) sum = (sum + join(this.nameHash(name), this.digest(field))) | 0;
    }
    return sum;
  }

  private digestMap(map: ReadonlyMap<unknown, unknown>): number {
    let sum = 0;
    for (const [key, element] of map) {
      sum = (sum + join(this.digest(key), this.digest(element))) | 0;
    }
    return join(MAP_DIGEST, sum);
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

type Fields = { readonly [name: string]: unknown };

/** What is neither array, map nor set is a record of fields, as all plain data. */
function hasFields(value: object): value is Fields {
  return !Array.isArray(value);
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
