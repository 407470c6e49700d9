/** One run: a spec goes in, a result comes out, and nothing else in the world is touched. */
import type { Protocol } from '../sim/contract.ts';
import { Misuse } from '../sim/contract-checks.ts';
import type { FaultAccount } from '../sim/faults.ts';
import { Digester } from '../sim/plain.ts';
import { whatIsNotPlain } from '../sim/plain-check.ts';
import type { Plan } from '../sim/plan.ts';
import { Simulation } from '../sim/simulation.ts';
import type { End } from '../sim/simulation-config.ts';
import { STREAMS_VERSION } from '../sim/streams.ts';
import type { Unstruck } from '../sim/unstruck.ts';
import { assemble, assembleOther, machineNamed, type Registry } from './assemble.ts';
import { drawPlan } from './draw-plan.ts';
import { Judge } from './judge.ts';
import { nodeStates } from './look-at-nodes.ts';
import { CourseRecorder } from './measure/recorder.ts';
import { checkFit } from './option-fit.ts';
import { checkEnding, checkExpectation, checkOverrides, checkPlan } from './plan-fit.ts';
import { possibleMembers } from './possible-members.ts';
import { placesWithoutRefused, replaceInFailure, replaceInRecord } from './refused-operations.ts';
import { windowOutcomes } from './return-windows.ts';
import type { FaultOutcome, HistoryEntry, Overdue, RunResult, RunSpec, Verdict } from './spec.ts';

/** How the trace tells an operation that never returned, and one that was refused, from a time. */
const NEVER = -1;
const REFUSED = -2;

export interface RunRequest {
  /** Record the event log. */
  readonly events?: boolean;
  /** Tell which marks were reached after which, and beside which. */
  readonly coverage?: boolean;
  /** Record the fates of messages. */
  readonly fates?: boolean;
  /** Record what the run is measured by. */
  readonly course?: boolean;
  /** Tell everything that replicas know at the end. */
  readonly states?: boolean;
  /** The caller's clock: asked now and then, and true ends the run without a verdict. */
  readonly shouldStop?: () => boolean;
  /** What the spec's ids stand for: add your own protocols and state machines to `builtIn`. */
  readonly registry?: Registry;
}

/** Runs `spec` to its end. Pure: the same spec gives the same result, byte for byte. */
export function run(spec: RunSpec, request: RunRequest = {}): RunResult {
  if (spec.streams !== STREAMS_VERSION) {
    throw new Error(`spec of random scheme ${spec.streams}, this build has ${STREAMS_VERSION}`);
  }
  const build = assemble(spec, request.registry);
  checkFit(build.protocol, spec.options, spec.replicas);
  checkEnding(spec.ending, spec);
  checkOverrides(spec.network, spec);
  if (spec.expect !== undefined) checkExpectation(spec.expect, spec);
  if (spec.plan !== undefined) checkPlan(spec.plan, spec, request.registry);
  const plan = spec.plan ?? drawPlan(spec, build.protocol, request.registry);
  const simulation = new Simulation({
    ...spec,
    protocol: build.protocol,
    machine: build.machine,
    plan,
    logsEvents: request.events === true,
    builds: (change) => assembleOther(spec, change, request.registry),
    recordsFates: request.fates === true,
  });
  const specification = machineNamed(spec.machine, request.registry);
  const judge = new Judge(simulation, { build, specification }, spec);
  if (spec.oracles === undefined || spec.oracles.length > 0) simulation.observer = judge;
  const recorder = request.course === true ? recorderOf(simulation, judge, spec) : undefined;
  const end = conduct(simulation, judge, request.shouldStop);
  if (simulation.observer !== undefined) judge.adjourn(end);
  return {
    ...report(simulation, judge, { ...spec, plan }, end),
    ...(recorder === undefined ? {} : { course: recorder.course() }),
    ...(request.coverage === true ? { coverage: simulation.coverage.features() } : {}),
    ...(request.states === true ? { finalStates: nodeStates(simulation) } : {}),
  };
}

/** Sits between the simulation and the judge, who hears of everything as before. */
function recorderOf(simulation: Simulation, judge: Judge, spec: RunSpec): CourseRecorder {
  const { protocol } = judge.build;
  const servers = possibleMembers(protocol, spec.options, spec.replicas);
  const recorder = new CourseRecorder(simulation, judge, protocol, { spec, servers });
  simulation.observer = recorder;
  return recorder;
}

/** What a handler throws is the protocol's failure; what we throw ourselves is ours. */
function conduct(simulation: Simulation, judge: Judge, shouldStop?: () => boolean): End {
  try {
    const end = simulation.run(shouldStop);
    const { found } = simulation.checks;
    // A handler may have caught what its env threw.
    if (found !== undefined) judge.threw(found.node, found.misuse);
    return end;
  } catch (error) {
    const { node, misuse } = simulation.checks.found ?? {
      node: simulation.running,
      misuse: error,
    };
    if (node < 0) throw error;
    judge.threw(node, misuse);
    return { how: 'violation', at: simulation.now, stalled: false };
  }
}

function report(
  simulation: Simulation,
  judge: Judge,
  spec: RunSpec & { readonly plan: Plan },
  end: End,
): RunResult {
  const { protocol } = judge.build;
  const { faults } = simulation;
  const unmet = simulation.network.unmetOverrides();
  const history = historyOf(judge);
  const windows = windowOutcomes(spec, judge.history, judge.specification);
  const places = placesWithoutRefused(judge.history);
  digestOutcome(simulation, judge);
  return {
    format: 'quorumlab-run/1',
    spec,
    verdict: verdictOf(judge),
    failures: judge.failures.map((failure) => replaceInFailure(failure, places)),
    inconclusive: judge.inconclusive,
    traceHash: simulation.trace.text(),
    ended: endOf(simulation, judge, end),
    counts: { ...simulation.counts },
    ...wordsOf(protocol),
    marks: marksOf(simulation, protocol),
    faults: faults.accounts.map((account, index) => outcomeOf(account, faults.whyUnstruck(index))),
    ...(unmet.length === 0 ? {} : { unmetOverrides: unmet }),
    history,
    ...(windows.length === 0 ? {} : { windows }),
    ...(judge.failures.length > 0 && simulation.landmarks.all.length > 0
      ? { landmarks: simulation.landmarks.all }
      : {}),
    finalSummaries: simulation.nodes.map((node) => {
      if (!node.isReplica) return node.isUp ? 'client' : 'down';
      return node.process === undefined ? 'down' : protocol.summary(node.process.state);
    }),
    ...(simulation.network.fates === undefined ? {} : { fates: simulation.network.fates }),
    ...(simulation.log === undefined
      ? {}
      : { events: simulation.log.records.map((record) => replaceInRecord(record, places)) }),
  };
}

function wordsOf({ roundName, leaderName }: Protocol): Pick<RunResult, 'roundName' | 'leaderName'> {
  return {
    ...(roundName === undefined ? {} : { roundName }),
    ...(leaderName === undefined ? {} : { leaderName }),
  };
}

/** The end of the trace: what clients saw, and the state that every node is left in. */
function digestOutcome({ trace, clients, nodes }: Simulation, judge: Judge): void {
  const digester = new Digester();
  for (const entry of clients.history) {
    const outcome = entry.isRefused ? REFUSED : (entry.end ?? NEVER);
    trace.event(entry.call, entry.process, digester.digest(entry.output), outcome);
  }
  for (const node of nodes) {
    try {
      trace.integer(digester.digest(node.process?.state));
    } catch (error) {
      const wrong = whatIsNotPlain('state', node.process?.state);
      if (wrong === undefined) throw error;
      const words = `has a state that is no plain data: ${wrong}`;
      judge.threw(node.id, new Misuse('state', words));
    }
  }
}

function verdictOf(judge: Judge): Verdict {
  if (judge.failures.length > 0) return 'failed';
  return judge.inconclusive.length > 0 ? 'inconclusive' : 'passed';
}

function endOf(simulation: Simulation, judge: Judge, end: End): RunResult['ended'] {
  if (end.bound !== undefined) return { how: 'bound', at: end.at, bound: end.bound };
  if (end.how === 'stopped') return { how: 'bound', at: end.at, bound: 'time limit' };
  const isOwedNothing = end.how === 'quiet' && judge.owed.replicas.length === 0;
  const why = judge.owed.whyNone;
  return {
    how: judge.failures.length > 0 ? 'violation' : end.how,
    at: end.at,
    ...(isOwedNothing ? { isOwedNothing } : {}),
    ...(end.stalled && !isOwedNothing ? { overdue: overdueIn(simulation) } : {}),
    ...(isOwedNothing && why !== undefined ? { whyOwedNothing: why } : {}),
  };
}

function overdueIn(simulation: Simulation): Overdue {
  const { owed, since, marksBefore } = simulation.ending;
  const marks: { [mark: string]: number } = {};
  for (const [mark, before] of marksBefore) {
    const count = simulation.countOf(mark) - before;
    if (count > 0) marks[mark] = count;
  }
  return { since, clients: owed.clients, replicas: owed.replicas, marks };
}

function marksOf(simulation: Simulation, protocol: Protocol): { [mark: string]: number } {
  const marks: { [mark: string]: number } = {};
  for (const mark of Object.keys(protocol.marks)) marks[mark] = simulation.countOf(mark);
  return marks;
}

function outcomeOf(account: FaultAccount, why: Unstruck | undefined): FaultOutcome {
  const { status, at, event, until, node, seen, passedOver } = account;
  return {
    status,
    ...(at >= 0 ? { at, event } : {}),
    ...(until >= 0 ? { until } : {}),
    ...(node >= 0 ? { node } : {}),
    ...(passedOver > 0 ? { passedOver } : {}),
    ...(why === undefined ? {} : { why }),
    ...(why === 'mark-not-reached' ? { seen } : {}),
  };
}

/** The history that is judged, without what was refused. */
function historyOf(judge: Judge): HistoryEntry[] {
  return judge.history
    .filter((entry) => !entry.isRefused)
    .map((entry) => {
      const decidedAt = judge.decided.positionOf(entry.operation);
      return {
        process: entry.process,
        node: entry.node,
        operation: entry.operation,
        ...(entry.level === 'linearizable' ? {} : { level: entry.level }),
        call: entry.call,
        return: entry.end,
        ...(entry.output === undefined ? {} : { output: entry.output }),
        ...(decidedAt === undefined ? {} : { decidedAt }),
      };
    });
}
