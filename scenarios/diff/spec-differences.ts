/** What two specs have different, down to the single fault and operation. */
import type { Plain } from '../../sim/plain.ts';
import type { RunSpec } from '../spec.ts';

/** One place where two specs differ; a side that has nothing there lacks its field. */
export interface SpecDifference {
  /** `options.durable`; of a list that has something more, `plan.faults`. */
  readonly path: string;
  readonly a?: Plain;
  readonly b?: Plain;
}

/** With a plan, what plans are drawn from is not used; the format is the same anyway. */
const UNUSED = ['format', 'workload', 'faults'];

/** In the order of the spec's fields; both specs must have their plans. */
export function specDifferences(a: RunSpec, b: RunSpec): readonly SpecDifference[] {
  return differences('', usedOf(a), usedOf(b));
}

function usedOf(spec: RunSpec): Plain {
  // A spec is JSON; parsing it again drops optional fields that are there and undefined.
  const plain = JSON.parse(JSON.stringify(spec)) as { readonly [name: string]: Plain };
  return Object.fromEntries(Object.entries(plain).filter(([name]) => !UNUSED.includes(name)));
}

function differences(path: string, a: Plain, b: Plain): readonly SpecDifference[] {
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

function onOneSide(path: string, a: Plain | undefined, b: Plain | undefined): SpecDifference[] {
  return [{ path, ...(a === undefined ? {} : { a }), ...(b === undefined ? {} : { b }) }];
}

/** What one list has more of than the other: where things stand in a list is told by themselves. */
function listDifferences(
  path: string,
  a: readonly Plain[],
  b: readonly Plain[],
): readonly SpecDifference[] {
  const onlyA = surplus(a, b).map((element) => ({ path, a: element }));
  const onlyB = surplus(b, a).map((element) => ({ path, b: element }));
  const found: SpecDifference[] = [...onlyA, ...onlyB];
  return found.length > 0 ? found : [{ path, a, b }];
}

function surplus(list: readonly Plain[], other: readonly Plain[]): readonly Plain[] {
  const left = new Map<string, number>();
  for (const element of other) {
    const text = canonical(element);
    left.set(text, (left.get(text) ?? 0) + 1);
  }
  return list.filter((element) => {
    const text = canonical(element);
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
