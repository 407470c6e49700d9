/** What lies after the failure goes: it cannot have caused it. */
import type { Micros } from '../../sim/contract.ts';
import type { PlannedFault } from '../../sim/plan.ts';
import {
  endingAt,
  endOf,
  MILLISECOND,
  roundUp,
  withFaults,
  withOperations,
  withoutEnd,
} from './edit.ts';
import type { Case, PlannedSpec, Trials } from './trials.ts';

/** How often the time of a cut is halved at most. */
const HALVINGS_MAX = 16;

/** Takes away what was not begun when the run failed, and what ends only afterwards. */
export function dropWhatCameLater(trials: Trials): void {
  trials.attempt(withoutWhatCameLater(trials.best));
  trials.attempt(withoutLaterHealing(trials.best));
  endEarly(trials);
}

function withoutWhatCameLater({ spec, result, failure }: Case): PlannedSpec {
  const faults = spec.plan.faults.filter((_, index) => {
    const outcome = result.faults[index];
    return outcome?.status === 'fired' && (outcome.event ?? 0) <= failure.event;
  });
  return withFaults(withoutUninvoked({ spec, result, failure }), faults);
}

/**
 * Without the operations that no client came to. The history holds the planned objects themselves;
 * refused operations are not in it, so that of a client all up to its last one there are kept.
 */
function withoutUninvoked({ spec, result }: Case): PlannedSpec {
  const invoked = new Set(result.history.map(({ operation }) => operation));
  const kept = new Set<unknown>();
  for (let client = 0; client < spec.clients; client++) {
    const own = spec.plan.operations.filter((planned) => planned.client === client);
    own.sort((a, b) => a.at - b.at);
    const last = own.findLastIndex(({ operation }) => invoked.has(operation));
    for (const planned of own.slice(0, last + 1)) kept.add(planned);
  }
  return withOperations(
    spec,
    spec.plan.operations.filter((planned) => kept.has(planned)),
  );
}

/** Faults that had not healed when the run failed need not say when they would have. */
function withoutLaterHealing({ spec, result, failure }: Case): PlannedSpec {
  const faults = spec.plan.faults.map((fault, index): PlannedFault => {
    const until = result.faults[index]?.until;
    return until !== undefined && until <= failure.at ? fault : withoutEnd(fault);
  });
  return withFaults(spec, faults);
}

/** A run that is cut when it has failed owes nothing, and does nothing more. */
function endEarly(trials: Trials): void {
  const { spec, failure } = trials.best;
  const now = endOf(spec);
  const known = lastSign(trials.best);
  for (const at of [known, failure.at]) {
    const cut = roundUp(at + 1, MILLISECOND);
    if (spec.ending.kind === 'cut' && cut >= now) continue;
    if (trials.attempt(cutAt(spec, cut))) break;
  }
  bisectEnd(trials);
}

/** A failure that only the end of a run shows may be there long before. */
function bisectEnd(trials: Trials): void {
  let low = 0;
  for (let i = 0; i < HALVINGS_MAX; i++) {
    const high = Math.ceil(endOf(trials.spec) / MILLISECOND);
    const middle = Math.floor((low + high) / 2);
    if (middle <= low || middle >= high) return;
    if (!trials.attempt(endingAt(trials.spec, middle * MILLISECOND))) low = middle;
  }
}

function cutAt(spec: PlannedSpec, at: Micros): PlannedSpec {
  return { ...spec, ending: { kind: 'cut', at } };
}

/** When the last of the operations that show the failure had ended; else when it was seen. */
function lastSign({ result, failure }: Case): Micros {
  const times = (failure.operations ?? []).map((index) => {
    const entry = result.history[index];
    return entry === undefined ? failure.at : (entry.return ?? entry.call);
  });
  return times.length === 0 ? failure.at : Math.max(...times);
}
