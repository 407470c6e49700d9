/** Faults in words, and where and when each of a run's faults held. */
import type { RunResult } from '../scenarios/spec.ts';
import type { FaultKind, FaultNode, PlannedFault } from '../sim/plan.ts';
import { formatTime, formatTimeRange, nodeName } from './words.ts';

/** One fired fault of a run: when it held, and on whom. */
export interface FaultSpan {
  /** Index in the plan's faults. */
  readonly fault: number;
  readonly kind: FaultKind;
  readonly from: number;
  /** End of the run where it held to the end. */
  readonly until: number;
  readonly isHealed: boolean;
  /** Whom it touches: a partition's groups, a one-way cut's two sides, else a node alone. */
  readonly groups: readonly (readonly number[])[];
  /** `partition {n0}|{n1,n2}`, without times. */
  readonly title: string;
}

/** The faults of a run that fired, by time. */
export function faultSpans(run: RunResult): readonly FaultSpan[] {
  const { plan, replicas } = run.spec;
  const spans: FaultSpan[] = [];
  run.faults.forEach((outcome, index) => {
    const planned = plan.faults[index];
    if (planned === undefined || outcome.status !== 'fired' || outcome.at === undefined) return;
    const groups = touchedNodes(planned, replicas, outcome.node);
    spans.push({
      fault: index,
      kind: planned.fault,
      from: outcome.at,
      until: outcome.until ?? Math.max(run.ended.at, outcome.at),
      isHealed: outcome.until !== undefined,
      groups,
      title: faultTitle(planned, groups, replicas),
    });
  });
  return spans.sort((a, b) => a.from - b.from || a.fault - b.fault);
}

/** `partition {n0}|{n1,n2} 420–700 ms`, `crash n1 655 ms` while it still holds. */
export function spanInWords(span: FaultSpan): string {
  const when = span.isHealed ? formatTimeRange(span.from, span.until) : formatTime(span.from);
  return `${span.title} ${when}`;
}

/** What a fault does to the nodes or links that it touches. */
export function effectOf(kind: FaultKind): 'cut' | 'slow' | 'down' | 'paused' {
  switch (kind) {
    case 'partition':
    case 'one-way':
      return 'cut';
    case 'slow':
      return 'slow';
    case 'crash':
    case 'client-crash':
      return 'down';
    case 'pause':
      return 'paused';
    default:
      return kind satisfies never;
  }
}

/** A fault of the plan that did not fire, and why: `crash the node that reaches elected`. */
export function unfiredInWords(planned: PlannedFault, replicas: number): string {
  const groups = touchedNodes(planned, replicas, undefined);
  const title = faultTitle(planned, groups, replicas);
  if (planned.when === undefined) return `${title} ${formatTime(planned.at)}`;
  const { mark, nth, after, node } = planned.when;
  const who = node === undefined ? '' : ` by ${nodeName(node, replicas)}`;
  const later = after === 0 ? '' : ` and ${formatTime(after)}`;
  return `${title} at the mark ${mark}${who}, time ${nth}${later}`;
}

/** Stands in a group for `'it'`, the node of a mark that was never reached. */
const UNKNOWN_NODE = -1;

function touchedNodes(
  planned: PlannedFault,
  replicas: number,
  it: number | undefined,
): readonly (readonly number[])[] {
  const resolve = (node: FaultNode): number => (node === 'it' ? (it ?? UNKNOWN_NODE) : node);
  switch (planned.fault) {
    case 'partition':
      return planned.groups.map((group) => group.map(resolve));
    case 'one-way':
    case 'slow':
      return [planned.from.map(resolve), planned.to.map(resolve)];
    case 'crash':
    case 'pause':
      return [[resolve(planned.node)]];
    case 'client-crash':
      return [[replicas + planned.client]];
    default:
      return planned satisfies never;
  }
}

/** From so many neighbours on, the first and the last of them are named: `c0–c3`. */
const RANGE_MIN = 3;

/** The nodes in order; replicas and clients are neighbours only among themselves. */
function inRanges(group: readonly number[], nameOf: (node: number) => string): readonly string[] {
  const ranges: number[][] = [];
  for (const node of [...group].sort((a, b) => a - b)) {
    const range = ranges.at(-1);
    const last = range?.at(-1);
    const isNext = last !== undefined && node === last + 1;
    if (isNext && nameOf(node).charAt(0) === nameOf(last).charAt(0)) range?.push(node);
    else ranges.push([node]);
  }
  return ranges.flatMap((range) => {
    const names = range.map(nameOf);
    return names.length < RANGE_MIN ? names : [`${names[0]}–${names.at(-1)}`];
  });
}

function faultTitle(
  planned: PlannedFault,
  groups: readonly (readonly number[])[],
  replicas: number,
): string {
  const nameOf = (node: number): string =>
    node === UNKNOWN_NODE ? 'it' : nodeName(node, replicas);
  const names = groups.map((group) => inRanges(group, nameOf).join(','));
  switch (planned.fault) {
    case 'partition':
      return `partition ${names.map((group) => `{${group}}`).join('|')}`;
    case 'one-way':
      return `one-way cut {${names[0]}}→{${names[1]}}`;
    case 'slow':
      return `slow {${names[0]}}→{${names[1]}} (+${formatTime(planned.by)})`;
    case 'crash':
      return `crash ${names[0]}${planned.staysDown === true ? ' for good' : ''}`;
    case 'pause':
      return `pause ${names[0]}`;
    case 'client-crash':
      return `client crash ${names[0]}`;
    default:
      return planned satisfies never;
  }
}
