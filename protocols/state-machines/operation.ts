/** Operations are plain JSON records `{f, key?, value?}`, in the words of the checker's models. */
import type { Plain } from '../../sim/plain.ts';

export interface Operation {
  readonly f: string;
  readonly key: string;
  readonly value: Plain;
}

/** Reads an operation; what is no such record reads as an operation that no machine knows. */
export function readOperation(operation: Plain): Operation {
  const fields = isRecord(operation) ? operation : {};
  const { f, key, value } = fields;
  return {
    f: typeof f === 'string' ? f : '',
    key: typeof key === 'string' ? key : '',
    value: value ?? null,
  };
}

function isRecord(plain: Plain): plain is { readonly [key: string]: Plain } {
  return typeof plain === 'object' && plain !== null && !Array.isArray(plain);
}

/** Whether two values are the same JSON value; records compare whatever the order of their keys. */
export function isSame(one: Plain, other: Plain): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object') return false;
  if (one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const oneFields = Object.entries(one);
  if (oneFields.length !== Object.keys(other).length) return false;
  const fields = new Map(Object.entries(other));
  return oneFields.every(([name, value]) => {
    const counterpart = fields.get(name);
    return counterpart !== undefined && isSame(value, counterpart);
  });
}
