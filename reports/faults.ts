/** Faults in words, and where and when each of a run's faults held. */
import type { RunResult } from '../scenarios/spec.ts';
import type { Options } from '../sim/contract.ts';
import {
  FAULT_KINDS,
  type FaultGroup,
  type FaultKind,
  type FaultNode,
  nodesOf,
  renameNodes,
} from '../sim/fault.ts';
import type { PlannedFault } from '../sim/plan.ts';
import { formatRate, formatTime, formatTimeRange, nodeName } from './words.ts';

/** One fired fault of a run: when it held, and on whom. */
export interface FaultSpan {
  /** Index in the plan's faults. */
  readonly fault: number;
  readonly kind: FaultKind;
  readonly from: number;
  /** End of the run where it held to the end; `from` of what happens at a moment. */
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
      until: isInstant(planned.fault)
        ? outcome.at
        : (outcome.until ?? Math.max(run.ended.at, outcome.at)),
      isHealed: outcome.until !== undefined,
      groups,
      title: faultTitle(planned, groups, replicas),
    });
  });
  return spans.sort((a, b) => a.from - b.from || a.fault - b.fault);
}

/** `partition {n0}|{n1,n2} 420–700 ms`, `crash n1 from 655 ms on`, `bit rot n1 at 206 ms`. */
export function spanInWords(span: FaultSpan): string {
  return `${span.title} ${whenInWords(span)}`;
}

/** Whether such a fault is over as soon as it has struck; what it did remains. */
export function isInstant(kind: FaultKind): boolean {
  return INSTANT.has(kind);
}

function whenInWords({ kind, from, until, isHealed }: FaultSpan): string {
  if (isInstant(kind)) return `at ${formatTime(from)}`;
  return isHealed ? formatTimeRange(from, until) : `from ${formatTime(from)} on`;
}

const INSTANT: ReadonlySet<FaultKind> = new Set(['bit-rot', 'clock-jump', 'reconfigure']);

/** A fault without its times: `crash n1`; `it` is the node that reached the mark of its trigger. */
export function faultInWords(planned: PlannedFault, replicas: number, it?: number): string {
  return faultTitle(planned, touchedNodes(planned, replicas, it), replicas);
}

/** What a fault does to the nodes or links that it touches, as far as it can be drawn. */
export type FaultEffect = 'cut' | 'slow' | 'down' | 'paused' | 'disk' | 'clock' | 'tampered';

export function effectOf(kind: FaultKind): FaultEffect {
  switch (kind) {
    case 'crash':
    case 'amnesia':
    case 'version-change':
    case 'client-crash':
      return 'down';
    case 'pause':
      return 'paused';
    default:
      return EFFECTS[FAULT_KINDS[kind].group];
  }
}

const EFFECTS: { readonly [group in FaultGroup]: FaultEffect } = {
  partition: 'cut',
  network: 'slow',
  process: 'tampered',
  disk: 'disk',
  clock: 'clock',
  client: 'tampered',
  byzantine: 'tampered',
  configuration: 'tampered',
};

/** A fault with what it waits for: `crash it at the mark elected, occurrence 2`. */
export function unfiredInWords(
  planned: PlannedFault,
  replicas: number,
  { node: it, leaderName }: Unfired = {},
): string {
  const groups = touchedNodes(planned, replicas, it);
  const title = faultTitle(planned, groups, replicas, leaderName);
  if (planned.when === undefined) return `${title} ${formatTime(planned.at)}`;
  const { mark, nth, after, node } = planned.when;
  const who = node === undefined ? '' : ` by ${nodeName(node, replicas)}`;
  const later = after === 0 ? '' : ` and ${formatTime(after)}`;
  return `${title} at the mark ${mark}${who}, occurrence ${nth}${later}`;
}

interface Unfired {
  /** Whom `'it'` or `'leader'` stood for, where that is known. */
  readonly node?: number | undefined;
  /** What the protocol calls whoever leads. */
  readonly leaderName?: string | undefined;
}

/** Stand in a group for `'it'` and `'leader'` of a fault that did not strike. */
const UNKNOWN_NODE = -1;
const UNKNOWN_LEADER = -2;

function touchedNodes(
  planned: PlannedFault,
  replicas: number,
  it: number | undefined,
): readonly (readonly number[])[] {
  const resolve = (node: FaultNode): number => {
    if (typeof node === 'number') return node;
    return it ?? (node === 'it' ? UNKNOWN_NODE : UNKNOWN_LEADER);
  };
  if ('client' in planned) return [[replicas + planned.client]];
  // A node that is named on two sides is on the first.
  const named = renameNodes(planned, resolve) ?? planned;
  const groups = nodesOf(named).map(([, nodes]) => nodes.map(resolve));
  if (planned.fault !== 'bridge') return groups;
  const [bridge = [], ...sides] = groups;
  return [bridge, ...sides.map((side) => side.filter((node) => !bridge.includes(node)))];
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
  leaderName = 'leader',
): string {
  const nameOf = (node: number): string =>
    node === UNKNOWN_NODE
      ? 'it'
      : node === UNKNOWN_LEADER
        ? `the ${leaderName}`
        : nodeName(node, replicas);
  const names = groups.map((group) => inRanges(group, nameOf).join(','));
  const [first = '', second = ''] = names;
  const sides = names.map((group) => `{${group}}`).join('|');
  switch (planned.fault) {
    case 'partition':
      return `partition ${sides}`;
    case 'flapping':
      return `flapping partition ${sides} (every ${formatTime(planned.period)})`;
    case 'bridge':
      return `bridge ${first} between ${names
        .slice(1)
        .map((group) => `{${group}}`)
        .join('|')}`;
    case 'one-way':
      return `one-way cut {${first}}→{${second}}`;
    case 'slow':
      return `slow {${first}}→{${second}} (+${formatTime(planned.by)})`;
    case 'clog':
      return `clog {${first}}→{${second}}`;
    case 'ring':
    case 'chained':
      return `${planned.fault} ${groups[0]?.map(nameOf).join('–')}`;
    case 'quorum-loss':
      return `quorum loss but for ${first}`;
    case 'constrained-election':
      return `constrained election: ${first} for ${second}`;
    case 'rolling-restart':
      return `rolling restart ${groups[0]?.map(nameOf).join(', ')}`;
    case 'byzantine':
      return `byzantine ${first}: ${planned.behaviour} towards ${second}`;
    case 'reconfigure':
      return `reconfigure to {${first}}`;
    default:
      return nodeFaultTitle(planned, first);
  }
}

type NodeFault = Extract<PlannedFault, { readonly node: FaultNode } | { readonly client: number }>;

/** Faults about one node: what, where, and how much. */
function nodeFaultTitle(
  planned: Exclude<
    NodeFault,
    { fault: 'bridge' | 'quorum-loss' | 'constrained-election' | 'byzantine' }
  >,
  name: string,
): string {
  const what = `${planned.fault.replaceAll('-', ' ')} ${name}`;
  switch (planned.fault) {
    case 'crash':
      return `${what}${planned.staysDown === true ? ' for good' : ''}`;
    case 'version-change':
      return `${what} to ${changeInWords(planned.mutant, planned.options)}`;
    case 'slow-node':
    case 'slow-disk':
    case 'clock-jump':
    case 'duplicate-request':
      return `${what} (+${formatTime(planned.by)})`;
    case 'clock-drift':
      return `${what} (${planned.rate > 0 ? '+' : '−'}${formatRate(Math.abs(planned.rate))})`;
    case 'wrong-node':
      return `${what} (${planned.shift} further on)`;
    case 'impatience':
      return `${what} (${planned.factor} times too soon)`;
    case 'amnesia':
    case 'pause':
    case 'write-error':
    case 'read-error':
    case 'bit-rot':
    case 'misdirected-write':
    case 'lying-fsync':
    case 'disk-full':
    case 'clock-freeze':
    case 'client-crash':
      return what;
    default:
      return planned satisfies never;
  }
}

function changeInWords(mutant: string | undefined, options: Options | undefined): string {
  const changes = Object.entries(options ?? {}).map(([name, value]) => `${name}=${value}`);
  if (mutant !== undefined) changes.unshift(`mutant ${mutant}`);
  return changes.length === 0 ? 'the same build' : changes.join(', ');
}
