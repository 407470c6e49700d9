/** Adds up what contenders have done, scenario by scenario. */
import { protocols } from '../../protocols/index.ts';
import type { Scenario } from '../catalogue/scenario.ts';
import { METRICS, type Metric } from '../measure/metrics.ts';
import {
  COMPARISON_FORMAT,
  type ComparedFailure,
  type ComparedRun,
  type ComparedScenario,
  type ComparedSeed,
  type ComparisonResult,
  type Standing,
  type StandingInMetric,
  type UndecidedRun,
} from './compared.ts';
import type { ComparisonRequest } from './request.ts';
import { referenceOf } from './shared-world.ts';
import { duel, type Measured, summarise } from './statistics.ts';

/** What was run of what was asked for. */
export interface Collected {
  readonly from: number;
  readonly to: number;
  readonly flags: readonly string[];
  readonly interrupted: boolean;
  /** In any order. */
  readonly seeds: readonly ComparedSeed[];
  /** Seeds that came to no end. */
  readonly lost: readonly UndecidedRun[];
}

export function comparisonOf(
  scenarios: readonly Scenario[],
  request: ComparisonRequest,
  collected: Collected,
): ComparisonResult {
  const { from, to, flags, interrupted } = collected;
  const seeds = collected.seeds.toSorted((one, other) => one.index - other.index);
  return {
    format: COMPARISON_FORMAT,
    baseSeed: request.baseSeed,
    from,
    to,
    flags,
    interrupted,
    metrics: METRICS,
    contenders: request.contenders.map((contender) => {
      const protocol = protocols.find(({ name }) => name === contender.protocol);
      return { ...contender, title: protocol?.title ?? contender.protocol };
    }),
    scenarios: request.names.flatMap((name) => {
      const own = seeds.filter((each) => each.name === name);
      return own.length === 0 ? [] : scenarioOf(scenarios, request, name, own);
    }),
    failures: seeds.flatMap((each) => failuresIn(each, request)),
    inconclusive: [...seeds.flatMap((each) => undecidedIn(each, request)), ...collected.lost],
  };
}

function scenarioOf(
  scenarios: readonly Scenario[],
  { contenders }: ComparisonRequest,
  name: string,
  seeds: readonly ComparedSeed[],
): ComparedScenario {
  const { title, about } = referenceOf(name, scenarios);
  const servers = seeds.map((each) => each.servers);
  return {
    name,
    title,
    about,
    servers: { least: Math.min(...servers), most: Math.max(...servers) },
    seeds: seeds.map(({ index, seed }) => ({ index, seed })),
    leftOut: seeds.reduce((sum, { leftOut }) => sum + leftOut, 0),
    standings: contenders.map((_, place) => standingOf(seeds, place)),
  };
}

function standingOf(seeds: readonly ComparedSeed[], place: number): Standing {
  const runs = seeds.flatMap((each) => each.runs[place] ?? []);
  const first = place === 0 ? undefined : valuesOf(seeds, 0);
  return {
    passed: countOf(runs, 'passed'),
    failed: countOf(runs, 'failed'),
    inconclusive: countOf(runs, 'inconclusive'),
    others: Math.max(0, ...runs.map(({ others }) => others)),
    faults: {
      struck: runs.reduce((sum, { faults }) => sum + faults.struck, 0),
      heldBack: runs.reduce((sum, { faults }) => sum + faults.heldBack, 0),
    },
    metrics: METRICS.map((metric) => standingIn(metric, valuesOf(seeds, place), first)),
    messagesByType: messagesByType(runs),
  };
}

function countOf(runs: readonly ComparedRun[], verdict: ComparedRun['verdict']): number {
  return runs.filter((run) => run.verdict === verdict).length;
}

type ValuesByMetric = (id: Metric['id']) => readonly (Measured | undefined)[];

function valuesOf(seeds: readonly ComparedSeed[], place: number): ValuesByMetric {
  return (id) => seeds.map(({ runs }) => runs[place]?.measures?.[id]);
}

function standingIn(
  { id, better }: Metric,
  own: ValuesByMetric,
  first: ValuesByMetric | undefined,
): StandingInMetric {
  const values = own(id);
  const summary = summarise(values, better);
  return {
    metric: id,
    values: values.map((value) => (value === undefined ? 'none' : value)),
    ...(summary === undefined ? {} : { summary }),
    ...(first === undefined ? {} : { duel: duel(values, first(id), better) }),
  };
}

/** Of runs that passed; none where nothing was done. */
function messagesByType(runs: readonly ComparedRun[]): Standing['messagesByType'] {
  const passed = runs.filter(({ measures }) => measures !== undefined);
  const done = passed.reduce((sum, { measures }) => sum + (measures?.done ?? 0), 0);
  if (done === 0) return [];
  const counts = new Map<string, number>();
  for (const { sent } of passed) {
    for (const { type, count } of sent) counts.set(type, (counts.get(type) ?? 0) + count);
  }
  return [...counts]
    .map(([type, count]) => ({ type, perOperation: count / done }))
    .sort((a, b) => b.perOperation - a.perOperation || (a.type < b.type ? -1 : 1));
}

function failuresIn(
  { name, index, seed, runs }: ComparedSeed,
  { contenders }: ComparisonRequest,
): readonly ComparedFailure[] {
  return runs.flatMap(({ failure }, place) => {
    const contender = contenders[place]?.label ?? '';
    return failure === undefined ? [] : [{ name, index, seed, contender, failure }];
  });
}

function undecidedIn(
  { name, index, seed, runs }: ComparedSeed,
  { contenders }: ComparisonRequest,
): readonly UndecidedRun[] {
  return runs.flatMap(({ inconclusive: why }, place) => {
    const contender = contenders[place]?.label ?? '';
    return why === undefined ? [] : [{ name, index, seed, contender, why }];
  });
}
