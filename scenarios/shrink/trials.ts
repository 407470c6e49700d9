/** Tries smaller specs and keeps the smallest one that fails in the same way. */
import { TraceHash } from '../../sim/mixing.ts';
import type { FateOverride, Plan } from '../../sim/plan.ts';
import { SpecError } from '../assemble.ts';
import {
  type CampaignEngine,
  DETERMINISM,
  DETERMINISM_TRIES,
  firstFailure,
  judge,
} from '../campaign-run.ts';
import { expectation, progress } from '../oracles/endings.ts';
import type { Failure, RunResult, RunSpec } from '../spec.ts';

export type PlannedSpec = RunSpec & { readonly plan: Plan };

/** What must stay while everything else may go: the way in which a run fails. */
export type Target = Pick<Failure, 'oracle' | 'invariant'>;

/** A spec and what running it came to. */
export interface Case {
  readonly spec: PlannedSpec;
  readonly result: RunResult;
  /** That of the result which is the target. */
  readonly failure: Failure;
}

export interface Budget {
  /** Runs that may be made. */
  readonly runs: number;
  /** Asked before each run and within it; true ends the shrinking with the best so far. */
  readonly shouldStop?: () => boolean;
  /** Told before each run; `best` is the smallest case so far. */
  readonly watch?: (runs: number, best: Case) => void;
}

/** Events between two times that the engine asks whether to stop. */
const ASKED_EVERY = 4_096;
/** No candidate may go on for ever: so many events, and so many times those of the first run. */
const EVENTS_MIN = 64 * ASKED_EVERY;
const LONGER_MAX = 4;

export class Trials {
  readonly target: Target;
  runs = 0;
  /** Whether the budget ran out before everything was tried. */
  isCutShort = false;
  private current: Case;
  private readonly engine: CampaignEngine;
  private readonly budget: Budget;
  /** What must stay as it is. */
  private readonly premises: string;
  /** Candidates of more events are given up. */
  private eventsMax: number;
  /** What specs came to, by hash: no spec is run twice. Undefined is not the failure. */
  private readonly known = new Map<string, Case | undefined>();
  /** Specs that were tried since the present start: none is taken twice, which ends all cycles. */
  private tried = new Set<string>();

  constructor(engine: CampaignEngine, first: Case, budget: Budget) {
    this.engine = engine;
    this.current = first;
    this.target = first.failure;
    this.budget = budget;
    this.premises = premisesOf(first.spec, first.failure);
    this.eventsMax = EVENTS_MIN + LONGER_MAX * eventsOf(first);
    // A run without progress is as long as it is waited for; others end where something shows.
    if (this.waits) this.takeNothingLonger(first);
    this.startFrom(first);
  }

  /** Whether the failure is that something was waited for in vain. */
  get waits(): boolean {
    return this.target.oracle === progress.id;
  }

  /** From now on, what has more events than this case is no smaller, whatever it lacks. */
  takeNothingLonger(than: Case): void {
    this.eventsMax = eventsOf(than);
  }

  /** The smallest case so far. */
  get best(): Case {
    return this.current;
  }

  get spec(): PlannedSpec {
    return this.current.spec;
  }

  /** Runs the candidate unless it was run before. If it fails in the same way, it is the best. */
  attempt(spec: PlannedSpec): boolean {
    const found = this.try(spec);
    if (found === undefined) return false;
    this.current = found;
    return true;
  }

  /** Tries candidates in order, simplest first, up to the first that fails in the same way. */
  attemptFirst(candidates: Iterable<PlannedSpec>): boolean {
    for (const candidate of candidates) {
      if (this.attempt(candidate)) return true;
      if (this.isCutShort) return false;
    }
    return false;
  }

  /** Goes back to an earlier case, which is better in some other way. */
  returnTo(earlier: Case): void {
    this.current = earlier;
  }

  /** Begins anew from another case: what was tried before may be tried again. */
  startFrom(other: Case): void {
    const key = keyOf(other.spec);
    this.known.set(key, other);
    this.tried = new Set([key]);
    this.current = other;
  }

  private try(spec: PlannedSpec): Case | undefined {
    if (this.isOver()) return undefined;
    const key = keyOf(spec);
    if (this.tried.has(key)) return undefined;
    this.tried.add(key);
    if (!this.known.has(key)) this.known.set(key, this.run(spec));
    const found = this.known.get(key);
    return found !== undefined && eventsOf(found) <= this.eventsMax ? found : undefined;
  }

  private run(spec: PlannedSpec): Case | undefined {
    if (premisesOf(spec, this.target) !== this.premises) return;
    this.runs += 1;
    this.budget.watch?.(this.runs, this.current);
    let asked = 0;
    const stop = (): boolean =>
      ++asked * ASKED_EVERY > this.eventsMax || this.budget.shouldStop?.() === true;
    const found = runCase(this.engine, spec, this.target, stop);
    return found !== undefined && isFair(this.engine, found) ? found : undefined;
  }

  private isOver(): boolean {
    if (this.runs >= this.budget.runs || this.budget.shouldStop?.() === true) {
      this.isCutShort = true;
    }
    return this.isCutShort;
  }
}

/** How long the run of a case is. */
export function eventsOf({ result }: Case): number {
  return result.counts.events;
}

/** The case that a spec makes, if it fails in the way that is wanted. */
export function runCase(
  engine: CampaignEngine,
  spec: PlannedSpec,
  target: Target,
  shouldStop?: () => boolean,
): Case | undefined {
  const stop = shouldStop === undefined ? {} : { shouldStop };
  const again = target.oracle === DETERMINISM ? { again: DETERMINISM_TRIES } : {};
  try {
    const result = judge(engine, spec, { ...stop, ...again });
    const failure = firstFailure(result);
    if (failure === undefined || !isSame(failure, target)) return undefined;
    return { spec, result, failure };
  } catch (error) {
    // An edit that leaves a plan that does not fit its world is no smaller failure.
    if (error instanceof SpecError) return undefined;
    throw error;
  }
}

/**
 * Whether a failure of progress is one: once the run is quiet, every message is promised to arrive
 * in time, so no fate may be written out for a message that is sent by then.
 */
function isFair(engine: CampaignEngine, { spec, failure }: Case): boolean {
  const overrides = spec.network.overrides ?? [];
  if (failure.oracle !== progress.id || overrides.length === 0) return true;
  const { fates = [] } = judge(engine, spec, { fates: true });
  const early = new Set(fates.map(messageOf));
  return overrides.every((override) => early.has(messageOf(override)));
}

function messageOf({ from, to, type, ordinal }: FateOverride): string {
  return `${from}>${to} ${type} ${ordinal}`;
}

/**
 * A script says what to expect of these faults and replicas, not of others; and of these operations
 * at that, where it expects a mark: anybody can miss one who does nothing.
 */
function premisesOf({ plan, replicas, ending, expect }: PlannedSpec, target: Target): string {
  if (target.oracle !== expectation.id) return '';
  const isMark = expect?.marks?.some((mark) => mark === target.invariant) === true;
  const more = isMark ? [plan.operations, ending] : [];
  return JSON.stringify([replicas, plan.faults, ...more]);
}

/** Whether another run of the case gives the same trace. */
export function isSteady(engine: CampaignEngine, { spec, result }: Case): boolean {
  return judge(engine, spec).traceHash === result.traceHash;
}

/** Whether two failures have the same provisional signature. */
export function isSame(one: Target, other: Target): boolean {
  return one.oracle === other.oracle && one.invariant === other.invariant;
}

/** 64 bits of what the spec says. */
function keyOf(spec: PlannedSpec): string {
  const text = JSON.stringify(spec);
  const hash = new TraceHash();
  for (let i = 0; i < text.length; i++) hash.integer(text.charCodeAt(i));
  return hash.text();
}
