/** What shrinking has taken away, as plain data; `reports/` puts it into words. */
import type { Plain } from '../../sim/plain.ts';
import type { RunResult, RunSpec } from '../spec.ts';
import { isPlain } from './world.ts';

/** How many there are of each kind of thing. */
export type Tally = { readonly [kind: string]: number };

/** How big a run is. */
export interface CaseSize {
  readonly events: number;
  readonly messages: number;
  readonly replicas: number;
  readonly clients: number;
  /** Faults of the plan by kind. */
  readonly faults: Tally;
  /** Operations of the plan by name. */
  readonly operations: Tally;
}

export interface ShrinkAccount {
  readonly from: CaseSize;
  readonly to: CaseSize;
  /** How many runs it took. */
  readonly runs: number;
  /** Whether no single fault, operation, client or replica can go; else the budget ran out. */
  readonly isMinimal: boolean;
  /** What chance did in the original and is not needed: `message loss`, `clock drift`, … */
  readonly calmed: readonly string[];
  readonly network: NetworkAccount;
}

/**
 * `plain`: every message takes as long as every other. `explicit`: all but `fates` messages do.
 * `drawn`: fates are still drawn; `why` says why.
 */
export type NetworkAccount =
  | { readonly kind: 'plain' }
  | { readonly kind: 'explicit'; readonly fates: number }
  | { readonly kind: 'drawn'; readonly why: string };

export function sizeOf({ spec, counts }: RunResult): CaseSize {
  return {
    events: counts.events,
    messages: counts.sent,
    replicas: spec.replicas,
    clients: spec.clients,
    faults: tally(spec.plan.faults.map(({ fault }) => fault)),
    operations: tally(spec.plan.operations.map(({ operation }) => nameOf(operation))),
  };
}

/** In the order of the names. */
function tally(names: readonly string[]): Tally {
  const counts = new Map<string, number>();
  for (const name of names.toSorted(byText)) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Object.fromEntries(counts);
}

function nameOf(operation: Plain): string {
  const isNamed = typeof operation === 'object' && operation !== null && 'f' in operation;
  return isNamed ? String(operation.f) : 'operation';
}

/** What chance does under the first spec and no more under the second. */
export function calmedBetween(first: RunSpec, second: RunSpec): readonly string[] {
  return CHANCES.filter(({ isIn }) => isIn(first) && !isIn(second)).map(({ name }) => name);
}

const CHANCES: readonly { readonly name: string; readonly isIn: (spec: RunSpec) => boolean }[] = [
  { name: 'message loss', isIn: ({ network }) => network.drop > 0 },
  { name: 'duplicates', isIn: ({ network }) => network.duplicate > 0 },
  { name: 'corruption', isIn: ({ network }) => network.corrupt > 0 },
  { name: 'reordering', isIn: ({ network }) => network.reorder > 0 },
  { name: 'late copies', isIn: ({ network }) => (network.replay ?? 0) > 0 },
  { name: 'changing delays', isIn: ({ network }) => network.delay.kind !== 'fixed' },
  { name: 'clock offsets', isIn: ({ clock }) => clock.offset > 0 },
  { name: 'clock drift', isIn: ({ clock }) => clock.drift > 0 },
  { name: 'torn writes', isIn: ({ disk }) => disk.torn > 0 },
  { name: 'disk stalls', isIn: ({ disk }) => (disk.stall ?? 0) > 0 },
  { name: 'changing disk latency', isIn: ({ disk }) => disk.latencyMin !== disk.latencyMax },
  { name: 'shuffled ties', isIn: ({ shuffleTies }) => shuffleTies },
];

export function networkAccount({ network }: RunSpec, whyDrawn: string): NetworkAccount {
  if (!isPlain(network)) return { kind: 'drawn', why: whyDrawn };
  const fates = network.overrides?.length ?? 0;
  return fates === 0 ? { kind: 'plain' } : { kind: 'explicit', fates };
}

function byText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
