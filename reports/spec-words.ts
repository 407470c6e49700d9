/** What two specs have different, for people: fields, then faults and operations of the plans. */
import type { SpecDifferences } from '../scenarios/diff/spec-differences.ts';
import type { Plain } from '../sim/plain.ts';
import type { PlannedFault, PlannedOperation } from '../sim/plan.ts';
import { unfiredInWords } from './faults.ts';
import { formatAsked, formatPlain, formatTime, plural } from './words.ts';

/** Of faults, and of operations, that only one side has. */
const LISTED_MAX = 6;
const VALUE_LENGTH_MAX = 60;
const INDENT = '  ';

/** How many replicas each side has, for the names of nodes. */
interface Replicas {
  readonly a: number;
  readonly b: number;
}

/** No lines where the specs are the same. */
export function specDifferenceLines(
  { fields, faults, operations }: SpecDifferences,
  replicas: Replicas,
): readonly string[] {
  const pathWidth = Math.max(...fields.map(({ path }) => path.length), 0);
  const lines = [
    ...fields.map(({ path, a, b }) => {
      return `${path.padEnd(pathWidth)}  a ${valueInWords(a)} · b ${valueInWords(b)}`;
    }),
    ...onlyOn('a', 'fault', faults.a, (fault) => faultWithTimes(fault, replicas.a)),
    ...onlyOn('b', 'fault', faults.b, (fault) => faultWithTimes(fault, replicas.b)),
    ...onlyOn('a', 'operation', operations.a, operationWithTime),
    ...onlyOn('b', 'operation', operations.b, operationWithTime),
  ];
  if (lines.length === 0) return [];
  return ['The specs differ:', ...lines.map((line) => INDENT + line)];
}

function onlyOn<T>(
  side: 'a' | 'b',
  noun: string,
  elements: readonly T[],
  inWords: (element: T) => string,
): readonly string[] {
  if (elements.length === 0) return [];
  const shown = elements.slice(0, LISTED_MAX).map((element) => INDENT + inWords(element));
  const more = elements.length - shown.length;
  const rest = more > 0 ? [`${INDENT}and ${more} more`] : [];
  return [`only ${side} has ${plural(elements.length, noun)}:`, ...shown, ...rest];
}

function faultWithTimes(fault: PlannedFault, replicas: number): string {
  const lasts = fault.lasts === undefined ? '' : ` for ${formatTime(fault.lasts)}`;
  return `${unfiredInWords(fault, replicas)}${lasts}`;
}

function operationWithTime(planned: PlannedOperation): string {
  return `c${planned.client} from ${formatTime(planned.at)} on: ${formatAsked(planned)}`;
}

function valueInWords(value: Plain | undefined): string {
  if (value === undefined) return 'none';
  const text = typeof value === 'string' ? value : formatPlain(value);
  return text.length > VALUE_LENGTH_MAX ? `${text.slice(0, VALUE_LENGTH_MAX - 1)}…` : text;
}
