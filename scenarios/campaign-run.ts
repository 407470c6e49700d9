/** One run as a campaign sees it: judged, repeated where asked, and never thrown out of. */
import { noCounts } from '../sim/simulation-config.ts';
import { type Registry, SpecError } from './assemble.ts';
import { noException } from './oracles/no-exception.ts';
import { signatureFrom } from './signature.ts';
import type { Failure, RunResult, RunSpec } from './spec.ts';
import { describeThrown, isOthers, nameOf } from './thrown.ts';

/** The engine as campaigns need it; tests put a fake in its place. */
export interface CampaignEngine {
  /** Draws the spec of one run from its seed. */
  draw(scenario: string, seed: string): RunSpec;
  run(spec: RunSpec, request?: RunOptions): RunResult;
  /** What specs may name; what comes with the package when absent. */
  readonly registry?: Registry;
}

export interface RunOptions {
  /** Record the event log. */
  readonly events?: boolean;
  /** Record the fates of messages. */
  readonly fates?: boolean;
  /** Record what the run is measured by. */
  readonly course?: boolean;
  /** Tell everything that replicas know at the end. */
  readonly states?: boolean;
  /** Report which marks were reached, and in which order. */
  readonly coverage?: boolean;
  /** Asked now and then; true ends the run as inconclusive. */
  readonly shouldStop?: () => boolean;
}

export interface JudgeOptions extends RunOptions {
  /** Run it twice and compare the trace hashes. */
  readonly twice?: boolean;
  /** Run it up to so many times more, until a trace hash differs from the first. */
  readonly again?: number;
}

/** The oracle that blames us: the engine threw where it never may. */
export const INTERNAL_ERROR = 'internal-error';
/** The oracle that compares the trace hashes of two runs of one spec. */
export const DETERMINISM = 'determinism';

/**
 * How often a run that has shown two traces is made again to see that: chance that is not ours may
 * agree with itself now and then.
 */
export const DETERMINISM_TRIES = 8;

const INTERNAL_ERROR_SIGNATURE = signatureFrom('Q', INTERNAL_ERROR);
const DETERMINISM_SIGNATURE = signatureFrom('D', DETERMINISM);

/**
 * Runs `spec`; a throw of the engine becomes a failure that names the seed. Throws `SpecError` for
 * a spec that names what is not there.
 */
export function judge(
  engine: CampaignEngine,
  spec: RunSpec,
  options: JudgeOptions = {},
): RunResult {
  try {
    const result = engine.run(spec, options);
    const again = options.again ?? (options.twice === true ? 1 : 0);
    for (let i = 0; i < again && result.verdict !== 'inconclusive'; i++) {
      const unsteady = compareWithAnotherRun(engine, result, options);
      if (unsteady !== undefined) return unsteady;
    }
    return result;
  } catch (error) {
    if (error instanceof SpecError) throw error;
    return failureBefore(
      spec,
      isOthers(error) ? protocolsError(spec, error) : ourError(spec, error),
    );
  }
}

/** The failure that decides which group a failing run belongs to. */
export function firstFailure(result: RunResult): Failure | undefined {
  return result.verdict === 'failed' ? result.failures[0] : undefined;
}

/**
 * The first run as a failure of determinism, or undefined if another run has the same trace, and
 * has reached the same marks as often: those leave no trace of their own.
 */
function compareWithAnotherRun(
  engine: CampaignEngine,
  first: RunResult,
  options: RunOptions,
): RunResult | undefined {
  const again = options.shouldStop === undefined ? {} : { shouldStop: options.shouldStop };
  // The second run takes the plan of the first, so a plan that is drawn differently from the one
  // that a saved spec carries shows here too.
  const second = engine.run(first.spec, again);
  if (second.verdict === 'inconclusive') return undefined;
  const difference = differenceOf(first, second);
  if (difference === undefined) return undefined;
  const failure: Failure = {
    oracle: DETERMINISM,
    signature: DETERMINISM_SIGNATURE,
    message: `the same spec run twice ${difference}`,
    at: first.ended.at,
    event: first.counts.events,
  };
  // It goes first: nothing else that this run says can be trusted.
  return { ...first, verdict: 'failed', failures: [failure, ...first.failures] };
}

/** In words that go on from "the same spec run twice". */
function differenceOf(first: RunResult, second: RunResult): string | undefined {
  if (first.traceHash !== second.traceHash) {
    return (
      `gave two traces: ${first.traceHash} after ${first.counts.events} events, ` +
      `then ${second.traceHash} after ${second.counts.events}`
    );
  }
  const mark = Object.keys(first.marks).find((each) => first.marks[each] !== second.marks[each]);
  if (mark === undefined) return undefined;
  const counts = `${first.marks[mark]} times, then ${second.marks[mark]}`;
  return `reached the mark ${mark} ${counts}`;
}

/** What the protocol, or the state machine, has thrown where no node's handler was running. */
function protocolsError({ protocol, machine }: RunSpec, error: unknown): Failure {
  const invariant = nameOf(error);
  return {
    oracle: noException.id,
    invariant,
    signature: signatureFrom(noException.letter, noException.id, invariant),
    message:
      `the protocol ${protocol}, on the state machine ${machine}, threw ${invariant} ` +
      'outside of its handlers',
    at: 0,
    event: 0,
    thrown: describeThrown(error),
  };
}

function ourError(spec: RunSpec, error: unknown): Failure {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const where = `${spec.scenario}@${spec.seed}`;
  return {
    oracle: INTERNAL_ERROR,
    signature: INTERNAL_ERROR_SIGNATURE,
    message: `quorumlab itself failed in ${where}: ${text}`,
    at: 0,
    event: 0,
  };
}

/** The result of a run that came to none. */
function failureBefore(spec: RunSpec, failure: Failure): RunResult {
  return {
    format: 'quorumlab-run/1',
    spec: { ...spec, plan: spec.plan ?? { faults: [], operations: [] } },
    verdict: 'failed',
    failures: [failure],
    inconclusive: [],
    traceHash: '0000000000000000',
    ended: { how: 'violation', at: 0 },
    counts: noCounts(),
    marks: {},
    faults: [],
    history: [],
    finalSummaries: [],
  };
}
