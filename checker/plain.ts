/** Equality of JSON values, by way of a primitive that two values share exactly when equal. */

import type { Plain } from './history.ts';

/** Marks the text of a compound value, which no bare string can then be mistaken for. */
const COMPOUND = '\u0000';

export type PlainKey = string | number | boolean | null | undefined;

/** A primitive equal for two values exactly when they are equal; object members in any order. */
export function plainKey(value: Plain | undefined): PlainKey {
  if (typeof value === 'string') return value.startsWith(COMPOUND) ? compoundKey(value) : value;
  if (typeof value !== 'object' || value === null) return value;
  return compoundKey(value);
}

/** Narrows what is made of null, booleans, numbers, strings, arrays and plain objects alone. */
export function isPlain(value: unknown): value is Plain {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
      return true;
    case 'object':
      if (value === null) return true;
      if (Array.isArray(value)) return value.every(isPlain);
      return (
        Object.getPrototypeOf(value) === Object.prototype && Object.values(value).every(isPlain)
      );
    default:
      return false;
  }
}

/** Values may be nested so deep: none, and least of all a circle, may exhaust the stack. */
const DEPTH_MAX = 100;

/**
 * What is in a value that JSON cannot say, in words; undefined if it can say all of it. O(size).
 *
 * Such values would be equal to others, or to none, without notice. An object is plain if it was
 * made by a literal, in whichever realm: its prototype, if it has one, has none.
 */
export function flawIn(value: unknown, depth = 0): string | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return undefined;
    case 'number':
      return Number.isFinite(value) ? undefined : String(value);
    case 'object':
      return value === null ? undefined : flawInside(value, depth);
    case 'undefined':
      return 'undefined';
    default:
      return `a ${typeof value}`;
  }
}

function flawInside(value: object, depth: number): string | undefined {
  if (depth === DEPTH_MAX) return `what is nested more than ${DEPTH_MAX} deep`;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      const flaw = flawIn(value[index], depth + 1);
      if (flaw !== undefined) return flaw;
    }
    return undefined;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    return `a ${value.constructor?.name ?? 'class'}`;
  }
  for (const member of Object.values(value)) {
    const flaw = flawIn(member, depth + 1);
    if (flaw !== undefined) return flaw;
  }
  return undefined;
}

/** Whether two values are equal; absent equals only absent. */
export function plainEqual(left: Plain | undefined, right: Plain | undefined): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object') return false;
  return plainKey(left) === plainKey(right);
}

/** The one text that equal values share: JSON with the members of objects in code-unit order. */
export function canonicalText(value: Plain): string {
  if (isSequence(value)) return `[${value.map(canonicalText).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const names = Object.keys(value).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const members = names.map((name) => `${JSON.stringify(name)}:${canonicalText(value[name]!)}`);
  return `{${members.join(',')}}`;
}

/** Narrows a value to an array, which the language's own test does not do for read-only ones. */
export function isSequence(value: Plain | undefined): value is readonly Plain[] {
  return Array.isArray(value);
}

/** Whether a value is an array of exactly two. */
export function isPair(value: Plain | undefined): value is readonly [Plain, Plain] {
  return isSequence(value) && value.length === 2;
}

function compoundKey(value: Plain): string {
  if (isPair(value) && typeof value[0] === 'number' && typeof value[1] === 'number') {
    return `${COMPOUND}[${value[0]},${value[1]}]`;
  }
  return COMPOUND + canonicalText(value);
}
