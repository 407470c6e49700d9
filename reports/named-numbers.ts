/**
 * Packed numbers as people read them: `1.2` where a ballot is 1026. Only what is shown is changed;
 * files and hashes have the numbers.
 */
import type { NodeState } from '../scenarios/node-state.ts';
import type { NumberNames } from '../sim/number-names.ts';
import type { Plain } from '../sim/plain.ts';
import type { EventRecord } from '../sim/record.ts';

/** What belongs to the state machine: its fields are called as its users like. */
const MACHINE_FIELDS: ReadonlySet<string> = new Set(['app', 'operation', 'result', 'difference']);

/** All of the state's memory and disk. */
export function namedState(state: NodeState, names: NumberNames | undefined): NodeState {
  if (names === undefined) return state;
  const { memory, disk } = state;
  const logs = Object.entries(disk.logs).map(([log, { first, entries }]) => {
    return [log, { first, entries: entries.map((entry) => named(entry, names)) }] as const;
  });
  return {
    ...state,
    ...(memory === undefined ? {} : { memory: named(memory, names) }),
    disk: {
      ...disk,
      values: namedFields(disk.values, names),
      logs: Object.fromEntries(logs),
    },
  };
}

/** The same record with its message's fields as people read them. */
export function namedRecord(record: EventRecord, names: NumberNames | undefined): EventRecord {
  const { kind, detail } = record;
  const isMessage = kind === 'deliver' || kind === 'drop';
  if (names === undefined || detail === undefined || !isMessage) return record;
  return { ...record, detail: namedText(detail, names) };
}

/** A number stands for what its field says; so do those in a list. */
function named(value: Plain, names: NumberNames, field = ''): Plain {
  if (typeof value === 'number') return nameFor(field, names)?.(value) ?? value;
  if (isList(value)) return value.map((each) => named(each, names, field));
  return typeof value === 'object' && value !== null ? namedFields(value, names) : value;
}

type Fields = { readonly [field: string]: Plain };

function namedFields(fields: Fields, names: NumberNames): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([field, value]) => {
      return [field, MACHINE_FIELDS.has(field) ? value : named(value, names, field)];
    }),
  );
}

function isList(value: Plain): value is readonly Plain[] {
  return Array.isArray(value);
}

/** A text in quotes, a field's name, a whole number that is not cut off, a bracket. */
const TOKEN = /"(?:[^"\\]|\\.)*(?:"|$)|[A-Za-z_]\w*(?=: )|-?\d+(?![\d.…])|[[\]{}]/g;

/** Of a message as the event log has it: `{type: "Phase1a", ballot: 1026, …}`, perhaps cut off. */
function namedText(detail: string, names: NumberNames): string {
  let field = '';
  let depth = 0;
  /** Of the brackets around what belongs to the machine. */
  let machineDepth = Number.POSITIVE_INFINITY;
  return detail.replace(TOKEN, (token, at: number) => {
    switch (token) {
      case '{':
      case '[':
        if (MACHINE_FIELDS.has(field)) machineDepth = Math.min(machineDepth, depth);
        depth += 1;
        if (token === '{') field = '';
        return token;
      case '}':
      case ']':
        depth -= 1;
        if (depth <= machineDepth) machineDepth = Number.POSITIVE_INFINITY;
        field = '';
        return token;
      default:
        break;
    }
    const isName = detail.startsWith(': ', at + token.length);
    if (isName) {
      field = token;
      return token;
    }
    if (token.startsWith('"') || depth > machineDepth) return token;
    return nameFor(field, names)?.(Number(token)) ?? token;
  });
}

/** A field may be called as what every object has. */
function nameFor(field: string, { fields }: NumberNames): ((value: number) => string) | undefined {
  return Object.hasOwn(fields, field) ? fields[field] : undefined;
}
