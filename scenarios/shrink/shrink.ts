/**
 * Makes a failing run small. The plan and the network's overrides are edited, never the seed; each
 * edit is run, and stays if the run still fails in the same way: by the same oracle and invariant.
 */
import type { Protocol } from '../../sim/contract.ts';
import { assemble } from '../assemble.ts';
import { type CampaignEngine, DETERMINISM, INTERNAL_ERROR, judge } from '../campaign-run.ts';
import { refinedSignature } from '../signature.ts';
import type { Failure, RunResult } from '../spec.ts';
import type { ShrinkAccount } from './account.ts';
import { calmedBetween, networkAccount, sizeOf } from './measure.ts';
import { type Descent, descend } from './stages.ts';
import { descentsFor, isLower, otherStarts } from './starts.ts';
import {
  type Budget,
  type Case,
  eventsOf,
  isSteady,
  type PlannedSpec,
  runCase,
  type Target,
  Trials,
} from './trials.ts';

export interface ShrinkRequest {
  /** The failing run, with its plan. */
  readonly spec: PlannedSpec;
  /** What to keep: oracle and invariant of its first failure. */
  readonly target: Target;
  readonly budget?: Partial<Budget>;
}

/** Runs that a shrinking may take: some ten times what a hard one does. */
export const SHRINK_RUNS_MAX = 20_000;

export type ShrinkOutcome = Shrunk | NotShrunk;

export interface Shrunk {
  readonly kind: 'shrunk';
  readonly original: RunResult;
  /** The smallest run of all. */
  readonly minimal: RunResult;
  /** Its failure. */
  readonly failure: Failure;
  readonly account: ShrinkAccount;
}

export interface NotShrunk {
  readonly kind: 'not-shrunk';
  /** Why, in words that go on from "it was not shrunk: ". */
  readonly reason: string;
}

/** What is handed on of a shrunk failure: plain data, without the histories of bigger runs. */
export interface SmallFailure {
  readonly kind: 'shrunk';
  /** The refined signature. */
  readonly signature: string;
  /** That of the minimal run. */
  readonly failure: Failure;
  /** With its event log. */
  readonly minimal: RunResult;
  readonly account: ShrinkAccount;
}

/** Runs the minimal case once more, with its event log. */
export function smallFailure(engine: CampaignEngine, shrunk: Shrunk): SmallFailure {
  const { account, failure, minimal } = shrunk;
  const { events } = judge(engine, minimal.spec, { events: true });
  return {
    kind: 'shrunk',
    signature: refinedSignature(minimal) ?? failure.signature,
    failure,
    minimal: { ...minimal, ...(events === undefined ? {} : { events }) },
    account,
  };
}

/** Shrinks a failing run as far as it goes, or as the budget lets it. */
export function shrink(engine: CampaignEngine, request: ShrinkRequest): ShrinkOutcome {
  const { spec, target } = request;
  const budget: Budget = { runs: SHRINK_RUNS_MAX, ...request.budget };
  if (target.oracle === INTERNAL_ERROR) {
    return { kind: 'not-shrunk', reason: 'quorumlab itself failed, which no plan explains' };
  }
  const original = runCase(engine, spec, target);
  if (original === undefined) return unsteady('run again it does not fail in the same way');
  if (target.oracle !== DETERMINISM && !isSteady(engine, original)) {
    return unsteady('two runs of it give two traces');
  }
  const { protocol } = assemble(spec, engine.registry);
  return shrinkCase(engine, original, budget, protocol);
}

function unsteady(what: string): NotShrunk {
  const reason =
    `${what}, so that something decides that is not drawn; ` +
    '--determinism finds that as a failure of its own';
  return { kind: 'not-shrunk', reason };
}

function shrinkCase(
  engine: CampaignEngine,
  original: Case,
  budget: Budget,
  protocol: Protocol,
): Shrunk {
  const trials = new Trials(engine, original, budget);
  const { minimal, isComplete, whyDrawn } = deepestNotLonger(trials, original, engine, protocol);
  const { network, ending } = original.spec;
  return {
    kind: 'shrunk',
    original: original.result,
    minimal: minimal.result,
    failure: minimal.failure,
    account: {
      from: sizeOf(original.result),
      to: sizeOf(minimal.result),
      runs: trials.runs,
      isMinimal: isComplete,
      calmed: calmedBetween(original.spec, minimal.spec),
      network: networkAccount(minimal.spec, whyDrawn ?? 'the budget ran out'),
      original: { network, ending },
    },
  };
}

/**
 * What lacks faults and operations may take longer to fail. Where the end is longer than the
 * original, it is gone down once more, by no step to anything that is longer.
 */
function deepestNotLonger(
  trials: Trials,
  original: Case,
  engine: CampaignEngine,
  protocol: Protocol,
): Descent {
  const lowest = deepest(trials, original, engine, protocol);
  if (eventsOf(lowest.minimal) <= eventsOf(original)) return lowest;
  trials.takeNothingLonger(original);
  trials.startFrom(original);
  return deepest(trials, original, engine, protocol);
}

/** Goes down from the original and, while the end is not low, from other places as well. */
function deepest(
  trials: Trials,
  original: Case,
  engine: CampaignEngine,
  protocol: Protocol,
): Descent {
  let lowest = descend(trials, engine, protocol);
  let descents = 1;
  for (const start of otherStarts(original.spec)) {
    if (descents >= descentsFor(lowest) || trials.isCutShort) break;
    trials.startFrom(original);
    if (!trials.attempt(start)) continue;
    const other = descend(trials, engine, protocol);
    descents += 1;
    if (isLower(other, lowest)) lowest = other;
  }
  return lowest;
}
