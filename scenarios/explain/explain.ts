/**
 * Explains a failure: how likely was it, given its plan, and at which event did it become likely?
 * From some 64 points of the run on, everything that is drawn is drawn anew, many times over; then
 * the largest rise is narrowed down to the one event whose draws decide.
 */
import type { NetworkConfig } from '../../sim/plan.ts';
import type { EventRecord } from '../../sim/record.ts';
import {
  type CampaignEngine,
  DETERMINISM,
  firstFailure,
  INTERNAL_ERROR,
  judge,
} from '../campaign-run.ts';
import { type Divergence, firstDivergence } from '../diff/divergence.ts';
import type { OriginalWorld } from '../shrink/account.ts';
import type { Failure, RunResult, RunSpec } from '../spec.ts';
import { afterwardsOf } from './afterwards.ts';
import { Curve, type Interval } from './curve.ts';
import type { Chance, ChancePoint, Explanation, ExplanationVerdict, Jump } from './explanation.ts';
import { faultEffects } from './fault-effects.ts';
import { compareSteepest, narrowDown, smooth, sweep } from './jumps.ts';
import { EXPLAIN_BUDGET, type ExplainBudget, isSame, Sampler } from './sampler.ts';

/** From the start of the run, to say that the plan alone decides; fewer where runs are long. */
const PLAN_TRIES = 64;
const PLAN_TRIES_MIN = 16;
/** Shares of the budget that are spent when each stage ends. */
const AFTER_START = 0.2;
const AFTER_SWEEP = 0.4;
const AFTER_COMPARING = 0.6;
const AFTER_NARROWING = 0.85;

/** A run to explain: as it is shown, and what it was shrunk from if it was. */
export interface ShownRun {
  readonly spec: RunSpec;
  readonly original?: OriginalWorld;
  /** Whether each fault of the plan is known to be needed. */
  readonly isMinimal?: boolean;
}

/**
 * The explanation of `failure` as this run (with its plan) shows it; undefined if it does not, or
 * if the failure is none of the protocol's. The same numbers for the same spec and budget, unless
 * the caller's clock ends it.
 */
export function explain(
  engine: CampaignEngine,
  shown: ShownRun,
  failure: Failure,
  budget: ExplainBudget = EXPLAIN_BUDGET,
): Explanation | undefined {
  if (failure.oracle === DETERMINISM || failure.oracle === INTERNAL_ERROR) return undefined;
  const run = judge(engine, shown.spec, { ...stopOf(budget), events: true });
  const expected = firstFailure(run);
  if (expected === undefined || !isSame(expected, failure)) return undefined;
  return explainRun(engine, { run, expected, shown }, budget);
}

function stopOf({ shouldStop }: ExplainBudget): Pick<ExplainBudget, 'shouldStop'> {
  return shouldStop === undefined ? {} : { shouldStop };
}

interface Failing {
  readonly run: RunResult;
  readonly expected: Failure;
  readonly shown: ShownRun;
}

function explainRun(
  engine: CampaignEngine,
  { run, expected, shown }: Failing,
  budget: ExplainBudget,
): Explanation {
  const { spec } = run;
  const afterwards = afterwardsOf(spec, shown.original);
  const { network = spec.network } = afterwards;
  const sampler = new Sampler(engine, { expected, afterwards }, budget);
  const curve = new Curve(spec, sampler);
  const { kind, jumps } = findVerdict(curve, sampler, expected.event);
  sampler.allow(1);
  const faults = faultEffects(run, { curve, sampler, until: jumps[0]?.to ?? expected.event });
  const isShort = sampler.cut === 'budget';
  if (kind !== 'plan') smooth(curve);
  // A curve that the budget left ragged says all that it should; one that a clock did may differ.
  const cut = isShort || sampler.cut === 'time' ? sampler.cut : undefined;
  const story: Story = { engine, curve, sampler, original: run, times: timesOf(run) };
  return {
    traceHash: run.traceHash,
    signature: expected.signature,
    replicas: spec.replicas,
    isNetworkDrawn: isDrawn(network),
    ...(afterwards.network === undefined ? {} : { network }),
    ...(shown.isMinimal === true ? { isMinimal: true } : {}),
    event: expected.event,
    time: expected.at,
    verdict: kind,
    points: curve.events().map((event) => pointAt(story, event)),
    jumps: jumps.map((jump) => jumpAt(story, jump)),
    faults,
    runs: sampler.runs,
    events: sampler.events,
    ...(cut === undefined ? {} : { cut }),
  };
}

function isDrawn({ delay, drop, duplicate, corrupt, reorder }: NetworkConfig): boolean {
  const isSteady = delay.kind === 'fixed' || delay.spread === 0;
  return !isSteady || drop + duplicate + corrupt + reorder > 0;
}

interface Finding {
  readonly kind: ExplanationVerdict;
  readonly jumps: readonly Interval[];
}

function findVerdict(curve: Curve, sampler: Sampler, last: number): Finding {
  sampler.allow(AFTER_START);
  curve.sample(0, PLAN_TRIES);
  const { tries, failed } = curve.at(0);
  if (tries >= PLAN_TRIES_MIN && failed === tries) return { kind: 'plan', jumps: [] };
  sampler.allow(AFTER_SWEEP);
  sweep(curve, last);
  sampler.allow(AFTER_COMPARING);
  compareSteepest(curve);
  sampler.allow(AFTER_NARROWING);
  const jumps = narrowDown(curve);
  const [largest] = jumps;
  const isClear = largest !== undefined && isDistinct(curve.at(largest.from), curve.at(largest.to));
  return { kind: isClear ? 'jump' : 'gradual', jumps };
}

/** Whether the chance has risen beyond doubt: the intervals do not touch. */
function isDistinct(before: Chance, after: Chance): boolean {
  return before.high < after.low;
}

/** What the numbers are told with. */
interface Story {
  readonly engine: CampaignEngine;
  readonly curve: Curve;
  readonly sampler: Sampler;
  readonly original: RunResult;
  /** Of each event, by its number. */
  readonly times: readonly number[];
}

function jumpAt(story: Story, found: Interval): Jump {
  const isOneEvent = found.to - found.from === 1;
  const log = isOneEvent ? (story.original.events ?? []) : [];
  const records = log.filter((record) => record.event === found.to);
  const parting = isOneEvent ? partingAt(story, found) : undefined;
  return {
    before: pointAt(story, found.from),
    after: pointAt(story, found.to),
    records,
    sent: sentIn(records, log),
    ...(parting === undefined ? {} : { parting }),
  };
}

/** Two runs that differ in what is drawn in one event: the one fails, the other does not. */
function partingAt(
  { engine, curve, sampler, original }: Story,
  found: Interval,
): Divergence | undefined {
  const number = curve.escape(found);
  if (number === undefined) return undefined;
  const [fails, escapes] = [found.to, found.from].map((event) =>
    judge(engine, sampler.specOf(original.spec, event, number), { events: true }),
  );
  return firstDivergence(fails?.events ?? [], escapes?.events ?? []);
}

/** What became of the messages that left in this event, by sender and time. */
function sentIn(records: readonly EventRecord[], log: readonly EventRecord[]): EventRecord[] {
  const [first] = records;
  if (first === undefined) return [];
  const senders = new Set(
    records.flatMap(({ kind, node }) => (kind === 'drop' ? [] : (node ?? []))),
  );
  return log.filter(({ kind, node, peer, sentAt, event }) => {
    if (sentAt !== first.time || event < first.event) return false;
    if (kind === 'drop') return node !== undefined && senders.has(node);
    return kind === 'deliver' && peer !== undefined && senders.has(peer) && event > first.event;
  });
}

function pointAt({ curve, times }: Story, event: number): ChancePoint {
  return { event, time: times[event] ?? times.at(-1) ?? 0, ...curve.at(event) };
}

/** The time of each event, by its number; one that left no record has that of the one before. */
function timesOf(run: RunResult): readonly number[] {
  const times: number[] = [];
  for (const { event, time } of run.events ?? []) times[event] = time;
  let latest = 0;
  return Array.from(times, (time: number | undefined) => {
    latest = time ?? latest;
    return latest;
  });
}
