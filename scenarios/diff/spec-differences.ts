/** What two specs have different, down to the single fault and operation. */
import type { Plain } from '../../sim/plain.ts';
import type { Plan, PlannedFault, PlannedOperation } from '../../sim/plan.ts';
import type { RunSpec } from '../spec.ts';

export interface SpecDifferences {
  /** Everything but the plan, in the order of the spec's fields. */
  readonly fields: readonly FieldDifference[];
  readonly faults: Surplus<PlannedFault>;
  readonly operations: Surplus<PlannedOperation>;
}

/** One place where two specs differ; a side that has nothing there lacks its field. */
export interface FieldDifference {
  /** `options.durable`; of a list that has something more, `network.overrides`. */
  readonly path: string;
  readonly a?: Plain;
  readonly b?: Plain;
}

/** What one plan has and the other has not, in the plan's order. */
export interface Surplus<T> {
  readonly a: readonly T[];
  readonly b: readonly T[];
}

/** What is compared apart, or not used where there is a plan, or the same anyway. */
const LEFT_OUT = ['plan', 'workload', 'faults', 'format'];

export function specDifferences(a: PlannedSpec, b: PlannedSpec): SpecDifferences {
  return {
    fields: differences('', fieldsOf(a), fieldsOf(b)),
    faults: surplusOf(a.plan.faults, b.plan.faults),
    operations: surplusOf(a.plan.operations, b.plan.operations),
  };
}

type PlannedSpec = RunSpec & { readonly plan: Plan };

function fieldsOf(spec: RunSpec): Plain {
  const plain = plainly(spec);
  const fields = isRecord(plain) ? Object.entries(plain) : [];
  return Object.fromEntries(fields.filter(([name]) => !LEFT_OUT.includes(name)));
}

/** A spec is JSON; parsing it again drops optional fields that are there and undefined. */
function plainly(value: unknown): Plain {
  return JSON.parse(JSON.stringify(value)) as Plain;
}

function surplusOf<T>(a: readonly T[], b: readonly T[]): Surplus<T> {
  return { a: surplus(a, b), b: surplus(b, a) };
}

function differences(path: string, a: Plain, b: Plain): readonly FieldDifference[] {
  if (canonical(a) === canonical(b)) return [];
  if (Array.isArray(a) && Array.isArray(b)) return listDifferences(path, a, b);
  if (!isRecord(a) || !isRecord(b)) return [{ path, a, b }];
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return names.flatMap((name) => {
    const inner = path === '' ? name : `${path}.${name}`;
    const [ofA, ofB] = [a[name], b[name]];
    if (ofA === undefined || ofB === undefined) return onOneSide(inner, ofA, ofB);
    return differences(inner, ofA, ofB);
  });
}

function onOneSide(path: string, a: Plain | undefined, b: Plain | undefined): FieldDifference[] {
  return [{ path, ...(a === undefined ? {} : { a }), ...(b === undefined ? {} : { b }) }];
}

/** What one list has more of than the other: where things stand in a list is told by themselves. */
function listDifferences(
  path: string,
  a: readonly Plain[],
  b: readonly Plain[],
): readonly FieldDifference[] {
  const onlyA = surplus(a, b).map((element) => ({ path, a: element }));
  const onlyB = surplus(b, a).map((element) => ({ path, b: element }));
  const found: FieldDifference[] = [...onlyA, ...onlyB];
  return found.length > 0 ? found : [{ path, a, b }];
}

/** The elements that `list` has more of than `other`. */
function surplus<T>(list: readonly T[], other: readonly T[]): readonly T[] {
  const left = new Map<string, number>();
  for (const element of other) {
    const text = canonical(plainly(element));
    left.set(text, (left.get(text) ?? 0) + 1);
  }
  return list.filter((element) => {
    const text = canonical(plainly(element));
    const count = left.get(text) ?? 0;
    left.set(text, count - 1);
    return count <= 0;
  });
}

/** JSON with the fields of every object in the order of their names. */
function canonical(value: Plain): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isRecord(value)) return JSON.stringify(value);
  const names = Object.keys(value).sort((a, b) => (a < b ? -1 : 1));
  const fields = names.map((name) => `${JSON.stringify(name)}:${canonical(value[name] ?? null)}`);
  return `{${fields.join(',')}}`;
}

function isRecord(value: Plain): value is { readonly [name: string]: Plain } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
