/**
 * Contenders that look well because they have done little: what is never answered has no latency,
 * and a group that stands still changes no leader. Their figures are shown, but are no merit.
 */
import type {
  ComparedScenario,
  ContenderHead,
  Standing,
  StandingInMetric,
} from '../scenarios/compare/compared.ts';
import type { Metric } from '../scenarios/measure/metrics.ts';
import { formatCount } from './words.ts';

/** Who has done less than this share of what the busiest has done is no match for it. */
const IDLE_BELOW = 0.9;
const PERCENT = 100;

/** Behind a figure that is no merit; what it means stands below the table. */
export const IDLE_MARK = '*';

/** The figure is better than the busiest contender's, and that one has clearly done more. */
export function isUnearned(scenario: ComparedScenario, metric: Metric, place: number): boolean {
  const { standings } = scenario;
  const busiest = busiestOf(scenario);
  if (metric.favoursIdle !== true || !isIdle(standings[place], busiest)) return false;
  const own = entryOf(standings[place], metric)?.summary?.median;
  const its = entryOf(busiest, metric)?.summary?.median;
  if (own === undefined || own === null) return false;
  return its === undefined || its === null || own < its;
}

/** One of the two has been better in some seeds, and has clearly done too little for that. */
export function isDuelUnfair(scenario: ComparedScenario, metric: Metric, place: number): boolean {
  const { standings } = scenario;
  const busiest = busiestOf(scenario);
  const duel = entryOf(standings[place], metric)?.duel;
  if (metric.favoursIdle !== true || duel === undefined) return false;
  const [first] = standings;
  return (
    (duel.wins > 0 && isIdle(standings[place], busiest)) ||
    (duel.losses > 0 && isIdle(first, busiest))
  );
}

/** A sentence for each contender that has done too little, if any figure is marked. */
export function idleNotes(
  contenders: readonly ContenderHead[],
  scenario: ComparedScenario,
  metrics: readonly Metric[],
): readonly string[] {
  const { standings } = scenario;
  const busiest = busiestOf(scenario);
  const isMarked = metrics.some((metric) =>
    standings.some(
      (_, place) => isUnearned(scenario, metric, place) || isDuelUnfair(scenario, metric, place),
    ),
  );
  if (busiest === undefined || !isMarked) return [];
  const most = formatCount(doneBy(busiest));
  const best = contenders[standings.indexOf(busiest)]?.label ?? '';
  return standings.flatMap((standing, place) => {
    if (!isIdle(standing, busiest)) return [];
    const label = contenders[place]?.label ?? '';
    const done = formatCount(doneBy(standing));
    return [
      `${IDLE_MARK} ${label} has done ${done} operations a run on average, ` +
        `${best} ${most}: below ${IDLE_BELOW * PERCENT} % of the most, ` +
        'low latency and few leader changes are no merit',
    ];
  });
}

function busiestOf({ standings }: ComparedScenario): Standing | undefined {
  return standings.reduce<Standing | undefined>(
    (most, each) => (most === undefined || doneBy(each) > doneBy(most) ? each : most),
    undefined,
  );
}

function isIdle(standing: Standing | undefined, busiest: Standing | undefined): boolean {
  if (standing === undefined || busiest === undefined) return false;
  // Of whom no run counts, nothing is known.
  if (countedRuns(standing).length === 0) return false;
  return doneBy(standing) < IDLE_BELOW * doneBy(busiest);
}

/** Operations in the average run: a median would not see that a few runs stood still. */
function doneBy(standing: Standing): number {
  const counts = countedRuns(standing);
  return counts.length === 0 ? 0 : counts.reduce((sum, each) => sum + each, 0) / counts.length;
}

function countedRuns({ metrics }: Standing): readonly number[] {
  const values = metrics.find(({ metric }) => metric === 'done')?.values ?? [];
  return values.filter((value) => typeof value === 'number');
}

function entryOf(standing: Standing | undefined, { id }: Metric): StandingInMetric | undefined {
  return standing?.metrics.find(({ metric }) => metric === id);
}
