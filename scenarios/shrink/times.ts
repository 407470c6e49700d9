/** Times that a person can read, and no more of them than are needed. */
import type { Micros } from '../../sim/contract.ts';
import type { PlannedFault } from '../../sim/plan.ts';
import { endingAt, endOf, MILLISECOND, roundUp, triggeredBy } from './edit.ts';
import type { PlannedSpec, Trials } from './trials.ts';

/** Units that times are rounded to, the most readable first. */
const UNITS: readonly Micros[] = [MILLISECOND, MILLISECOND / 10];
/** A pause is shortened to what is left of it after so many halvings. */
const HALVINGS_MAX = 4;

/** Near times that read better than `time` does, the best first; none for one that is round. */
export function rounderTimes(time: Micros): readonly Micros[] {
  const candidates: Micros[] = [];
  for (const unit of UNITS) {
    if (time % unit === 0) break;
    const down = time - (time % unit);
    const up = down + unit;
    candidates.push(...(time - down < up - time ? [down, up] : [up, down]));
  }
  return candidates.filter((candidate) => candidate > 0);
}

/** Rounds when operations and faults begin: all at once, then one by one. */
export function roundTimes(trials: Trials): void {
  trials.attempt(mapTimes(trials.spec, (time) => roundUp(time, MILLISECOND)));
  trials.attempt(withOperationsAt(trials.spec, () => 0));
  for (const time of beginnings(trials.spec).toReversed()) {
    const candidates = time === 0 ? [] : [0, ...rounderTimes(time)];
    trials.attemptFirst(
      candidates.map((candidate) =>
        mapBeginnings(trials.spec, (each) => (each === time ? candidate : each)),
      ),
    );
  }
}

/** Shortens the pauses in which nothing begins: all that comes later comes earlier. */
export function closeGaps(trials: Trials): void {
  for (let index = 0; ; index++) {
    const begun = beginnings(trials.spec).filter((time) => time > 0);
    const times = [0, ...begun, endOf(trials.spec)];
    const start = times[index];
    const next = times[index + 1];
    if (start === undefined || next === undefined || trials.isCutShort) return;
    let gap = next - start;
    for (let i = 0; i < HALVINGS_MAX && gap > MILLISECOND; i++) {
      const shift = gap - (gap % MILLISECOND);
      const moved = mapTimes(trials.spec, (time) => (time >= next ? time - shift : time));
      if (trials.attempt(moved)) break;
      gap = Math.floor(gap / 2);
    }
  }
}

/** When operations and faults begin, without repetition, in order. */
function beginnings({ plan }: PlannedSpec): readonly Micros[] {
  const times = new Set<Micros>(plan.operations.map(({ at }) => at));
  for (const { at } of plan.faults) if (at !== undefined) times.add(at);
  return [...times].sort((a, b) => a - b);
}

function mapTimes(spec: PlannedSpec, map: (time: Micros) => Micros): PlannedSpec {
  return endingAt(mapBeginnings(spec, map), map(endOf(spec)));
}

function mapBeginnings(spec: PlannedSpec, map: (time: Micros) => Micros): PlannedSpec {
  const faults = spec.plan.faults.map(
    (fault): PlannedFault =>
      fault.at === undefined ? fault : triggeredBy(fault, { at: map(fault.at) }),
  );
  return withOperationsAt({ ...spec, plan: { ...spec.plan, faults } }, map);
}

function withOperationsAt(spec: PlannedSpec, map: (time: Micros) => Micros): PlannedSpec {
  const operations = spec.plan.operations.map((planned) => ({ ...planned, at: map(planned.at) }));
  return { ...spec, plan: { ...spec.plan, operations } };
}
