/** A key-value store: get, put, delete and compare-and-set; an absent key reads as null. */
import type { StateMachine } from '../../sim/contract.ts';
import type { Plain } from '../../sim/plain.ts';
import { isSame, readOperation } from './operation.ts';

/** Values by key. */
export interface KvState {
  [key: string]: Plain;
}

/**
 * Has nothing, so that `__proto__` is a key like any other. A record with this prototype is made,
 * and copied, at a small part of what it takes an engine without any.
 */
const NOTHING: object = Object.freeze(Object.create(null));

export const kv: StateMachine<KvState> = {
  name: 'kv',
  model: 'kv',
  initial: emptyKv,
  apply(app, operation) {
    const { f, key, value } = readOperation(operation);
    switch (f) {
      case 'get':
        return app[key] ?? null;
      case 'put':
        app[key] = value;
        return null;
      case 'delete':
        delete app[key];
        return null;
      case 'cas':
        return compareAndSet(app, key, value);
      default:
        return null;
    }
  },
  clone: (app) => Object.assign(emptyKv(), app),
  isReadOnly: (operation) => readOperation(operation).f === 'get',
  objectOf: (operation) => readOperation(operation).key,
  isTestAndSet: (operation) => readOperation(operation).f === 'cas',
  difference(app, operations) {
    const changed = new Set<string>();
    for (const operation of operations) {
      const { f, key } = readOperation(operation);
      if (f !== 'get') changed.add(key);
    }
    // Pairs, and a key alone for one that is absent: null may be a value.
    return [...changed].map((key) => (key in app ? [key, app[key]!] : [key]));
  },
  merge(app, difference) {
    for (const [key, value] of difference as readonly (readonly [string, Plain?])[]) {
      if (value === undefined) delete app[key];
      else app[key] = value;
    }
  },
};

function emptyKv(): KvState {
  return Object.create(NOTHING);
}

/** `value` is [expected, new]; an absent key holds null. */
function compareAndSet(app: KvState, key: string, value: Plain): boolean {
  if (!Array.isArray(value)) return false;
  const [expected = null, next = null] = value as readonly Plain[];
  if (!isSame(app[key] ?? null, expected)) return false;
  app[key] = next;
  return true;
}
