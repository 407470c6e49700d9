/** Measures what shrinking has taken away. */
import type { Plain } from '../../sim/plain.ts';
import type { RunResult, RunSpec } from '../spec.ts';
import type { CaseSize, NetworkAccount, Tally } from './account.ts';
import { isPlain } from './world.ts';

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
  const delay = network.delay.min;
  return fates === 0 ? { kind: 'plain', delay } : { kind: 'explicit', delay, fates };
}

function byText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
