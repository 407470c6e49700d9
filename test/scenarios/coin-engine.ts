/**
 * An engine whose failures are decided by coins: what the explanation of a failure must find is
 * known. A run has one event a millisecond; a coin falls at its event, as it did in the original
 * run if nothing is drawn anew before, and by the other seed if it is.
 */
import type { CampaignEngine } from '../../scenarios/campaign-run.ts';
import type { Failure, RunResult, RunSpec } from '../../scenarios/spec.ts';
import { hashString } from '../../sim/mixing.ts';
import type { PlannedFault } from '../../sim/plan.ts';
import type { EventRecord } from '../../sim/record.ts';
import { fakeSpec } from '../cli/fake-engine.ts';

export interface CoinWorld {
  /** Events until the failure shows. */
  readonly events: number;
  readonly coins: readonly Coin[];
  readonly faults?: readonly PlannedFault[];
  /** Whether the run fails at all, given its faults; whatever the coins say. */
  readonly needs?: (faults: readonly PlannedFault[]) => boolean;
  /** Another failure that shows when the coins do not fall badly. */
  readonly otherwise?: string;
}

/** Falls badly in so many of a hundred throws; all coins must fall badly for a failure. */
export interface Coin {
  readonly event: number;
  readonly percent: number;
}

const MILLISECOND = 1_000;

export const COIN_FAILURE: Failure = {
  oracle: 'invariants',
  invariant: 'coins-fall-well',
  signature: 'I-c011',
  message: 'the coins fell badly',
  at: 0,
  event: 0,
};

export function coinSpec(faults: readonly PlannedFault[] = []): RunSpec {
  return { ...fakeSpec('toy/coins', '0xc01'), plan: { faults, operations: [] } };
}

/** Every run is also handed to `watch`. */
export function coinEngine(world: CoinWorld, watch?: (spec: RunSpec) => void): CampaignEngine {
  return {
    draw: () => coinSpec(world.faults),
    run: (spec, options) => {
      watch?.(spec);
      if (options?.shouldStop?.() === true) return { ...resultOf(spec, world, []), ...STOPPED };
      const plan = spec.plan ?? { faults: [], operations: [] };
      const isNeeded = world.needs?.(plan.faults) ?? true;
      const fails = isNeeded && world.coins.every((coin) => fallsBadly(coin, spec));
      const other = world.otherwise === undefined ? [] : [{ ...shown(world), oracle: 'other' }];
      const result = resultOf(spec, world, fails ? [shown(world)] : other);
      return options?.events === true ? { ...result, events: logOf(world) } : result;
    },
  };
}

const STOPPED: Partial<RunResult> = { verdict: 'inconclusive', inconclusive: ['time'] };

function shown(world: CoinWorld): Failure {
  return { ...COIN_FAILURE, at: world.events * MILLISECOND, event: world.events };
}

function fallsBadly({ event, percent }: Coin, { rekey }: RunSpec): boolean {
  if (rekey === undefined || rekey.event >= event) return true;
  return (hashString(`${rekey.seed}/${event}`) >>> 0) % 100 < percent;
}

function resultOf(spec: RunSpec, world: CoinWorld, failures: readonly Failure[]): RunResult {
  const plan = spec.plan ?? { faults: [], operations: [] };
  return {
    format: 'quorumlab-run/1',
    spec: { ...spec, plan },
    verdict: failures.length > 0 ? 'failed' : 'passed',
    failures,
    inconclusive: [],
    traceHash: '0'.repeat(16),
    ended: { how: 'quiet', at: world.events * MILLISECOND },
    counts: {
      events: world.events,
      sent: 0,
      delivered: world.events,
      dropped: 0,
      duplicated: 0,
      corrupted: 0,
      persisted: 0,
      invoked: 0,
      completed: 0,
      abandoned: 0,
      refused: 0,
      crashes: 0,
      restarts: 0,
    },
    marks: {},
    faults: plan.faults.map(({ at = 0 }) => ({
      status: 'fired',
      at,
      event: Math.max(1, Math.floor(at / MILLISECOND)),
    })),
    history: [],
    finalSummaries: [],
  };
}

/** A message from n1 to n0 at every event; it arrives one event later. */
function logOf(world: CoinWorld): readonly EventRecord[] {
  return Array.from({ length: world.events }, (_, index) => ({
    index,
    event: index + 1,
    time: (index + 1) * MILLISECOND,
    kind: 'deliver',
    node: (index + 1) % 2,
    peer: index % 2,
    label: 'Toss',
    sentAt: index * MILLISECOND,
    ordinal: index,
  }));
}
