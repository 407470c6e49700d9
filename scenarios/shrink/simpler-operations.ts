/** Makes the operations that are needed simpler: fewer keys, small values, plain reads, writes. */
import type { Plain } from '../../sim/plain.ts';
import type { PlannedOperation } from '../../sim/plan.ts';
import { withOperations, withoutLevel, withoutVia } from './edit.ts';
import type { PlannedSpec, Trials } from './trials.ts';

type Fields = { readonly [name: string]: Plain };

export function simplifyOperations(trials: Trials): void {
  withoutField(trials, 'level', withoutLevel);
  withoutField(trials, 'via', withoutVia);
  mergeKeys(trials);
  plainWrites(trials);
  trials.attempt(mapOperations(trials.spec, renamer()));
}

/** What need not be said of an operation is not: all at once, or of one after the other. */
function withoutField(
  trials: Trials,
  field: 'level' | 'via',
  without: (planned: PlannedOperation) => PlannedOperation,
): void {
  const { spec } = trials;
  const { operations } = spec.plan;
  if (operations.every((planned) => planned[field] === undefined)) return;
  if (trials.attempt(withOperations(spec, operations.map(without)))) return;
  for (const [index, planned] of operations.entries()) {
    if (planned[field] === undefined) continue;
    const now = trials.spec.plan.operations;
    trials.attempt(withOperations(trials.spec, now.with(index, without(planned))));
  }
}

/** All on one key, or a key's operations on an earlier one. */
function mergeKeys(trials: Trials): void {
  const keys = keysOf(trials.spec);
  const [first] = keys;
  if (first === undefined || keys.length < 2) return;
  if (trials.attempt(mapOperations(trials.spec, (fields) => onKey(fields, keys, first)))) return;
  for (const [at, key] of keys.entries()) {
    trials.attemptFirst(
      keys
        .slice(0, at)
        .map((other) => mapOperations(trials.spec, (fields) => onKey(fields, [key], other))),
    );
  }
}

function keysOf(spec: PlannedSpec): readonly Plain[] {
  const keys = spec.plan.operations.flatMap(({ operation }) => fieldsOf(operation)?.key ?? []);
  return [...new Set(keys)];
}

function onKey(fields: Fields, keys: readonly Plain[], key: Plain): Fields {
  return fields.key !== undefined && keys.includes(fields.key) ? { ...fields, key } : fields;
}

/** What writes in another way: a compare-and-set writes its second value. */
function plainWrites(trials: Trials): void {
  for (const [index, { operation }] of trials.spec.plan.operations.entries()) {
    const fields = fieldsOf(operation);
    const plain = fields === undefined ? undefined : plainWrite(fields, trials.spec.machine);
    if (plain === undefined) continue;
    const now = trials.spec.plan.operations;
    const planned = now[index] as PlannedOperation;
    trials.attempt(withOperations(trials.spec, now.with(index, { ...planned, operation: plain })));
  }
}

function plainWrite(fields: Fields, machine: string): Fields | undefined {
  const { f, value } = fields;
  if (f !== 'cas' || !Array.isArray(value)) return undefined;
  const write = WRITES.get(machine);
  const [, next] = value as readonly Plain[];
  return write === undefined || next === undefined
    ? undefined
    : { ...fields, f: write, value: next };
}

/** What writes a value, by state machine. */
const WRITES: ReadonlyMap<string, string> = new Map([
  ['kv', 'put'],
  ['register', 'write'],
]);

/**
 * Names keys and values anew in the order of their first appearance: `k0`, `k1`, …; 1, 2, … Equal
 * ones stay equal, so that a compare-and-set compares with what it compared with.
 */
function renamer(): (fields: Fields) => Fields {
  const keys = new Map<Plain, string>();
  const values = new Map<number, number>();
  const number = (value: Plain): Plain => {
    if (Array.isArray(value)) return value.map(number);
    if (typeof value !== 'number') return value;
    const known = values.get(value);
    if (known !== undefined) return known;
    values.set(value, values.size + 1);
    return values.size;
  };
  return (fields) => {
    const { key, value } = fields;
    if (key !== undefined && !keys.has(key)) keys.set(key, `k${keys.size}`);
    return {
      ...fields,
      ...(key === undefined ? {} : { key: keys.get(key) ?? key }),
      ...(value === undefined ? {} : { value: number(value) }),
    };
  };
}

/**
 * Each operation stays an object of its own: the oracles know operations by their identity. Mapped
 * in the order of their times.
 */
function mapOperations(spec: PlannedSpec, map: (fields: Fields) => Fields): PlannedSpec {
  const mapped = new Map<PlannedOperation, Plain>();
  for (const planned of [...spec.plan.operations].sort((a, b) => a.at - b.at)) {
    const fields = fieldsOf(planned.operation);
    mapped.set(planned, fields === undefined ? planned.operation : map(fields));
  }
  return withOperations(
    spec,
    spec.plan.operations.map((planned) => ({
      ...planned,
      operation: mapped.get(planned) ?? planned.operation,
    })),
  );
}

/** An operation's fields; undefined for one that is no record. */
function fieldsOf(operation: Plain): Fields | undefined {
  const isRecord = typeof operation === 'object' && operation !== null;
  return isRecord && !Array.isArray(operation) ? (operation as Fields) : undefined;
}
