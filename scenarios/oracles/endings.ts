/** Oracles that judge how a run has ended: convergence, progress, what the scenario expects. */
import { digest } from '../../sim/plain.ts';
import { expectedInWords, isAwaited, isMet, returnsIn, windowInWords } from '../return-windows.ts';
import type { ReturnWindow } from '../spec.ts';
import type { Court, Oracle } from './oracle.ts';
import { inWords, milliseconds, nodeName } from './words.ts';

/** Replicas that have applied the same number of positions are in the same state. */
export const convergence: Oracle = {
  id: 'convergence',
  letter: 'C',
  about: 'replicas that have applied the same decided positions are in the same state at the end',
  watch(court) {
    const { protocol } = court.build;
    return {
      ended(end) {
        if (end.how === 'violation') return;
        const states = new Map<number, { readonly who: string; readonly digest: number }>();
        states.set(court.decided.length, { who: 'the log', digest: digest(court.decided.app) });
        for (const replica of court.view.cluster.replicas) {
          const state = court.view.stateOf(replica);
          if (state === undefined) continue;
          const count = protocol.appliedCount(state);
          const own = digest(protocol.app(state));
          const other = states.get(count);
          if (other === undefined) states.set(count, { who: `n${replica}`, digest: own });
          else if (other.digest !== own) {
            const text = `n${replica} and ${other.who} differ after ${count} applied operations`;
            court.violation(convergence, text, { node: replica });
          }
        }
      },
    };
  },
};

/** After the healing, all that is owed happens within the bound that the protocol states. */
export const progress: Oracle = {
  id: 'progress',
  letter: 'G',
  about: 'once faults have healed, operations end and replicas agree within the stated bound',
  watch(court) {
    return {
      ended(end) {
        if (end.how !== 'quiet' || !end.stalled) return;
        const { owed } = court;
        const open = court.history.findIndex(
          (entry) =>
            entry.end === null &&
            !entry.isRefused &&
            owed.clients.includes(entry.node) &&
            isWaiting(court, entry),
        );
        const entry = court.history[open];
        if (entry === undefined) {
          const behind = whoIsBehind(court);
          if (behind.length === 0) return;
          const text = `the replicas had not agreed by ${milliseconds(end.at)}`;
          court.violation(progress, `${text}: ${behind.join('; ')}`);
        } else {
          const text =
            `${inWords(entry.operation)}, asked by ${nodeName(entry.node, court.spec.replicas)} ` +
            `at ${milliseconds(entry.call)}, had no answer by ${milliseconds(end.at)}`;
          court.violation(progress, text, { operations: [open] });
        }
      },
    };
  },
};

/** `n1 has applied 40 of 92 decided operations (backup view 0 …)`, for every replica behind. */
function whoIsBehind(court: Court): string[] {
  const { protocol } = court.build;
  return court.owed.replicas.flatMap((replica) => {
    const state = court.view.stateOf(replica);
    if (state === undefined) return [];
    const applied = protocol.appliedCount(state);
    if (applied === court.decided.length) return [];
    const what = `n${replica} has applied ${applied} of ${court.decided.length} decided operations`;
    return [`${what} (${protocol.summary(state)})`];
  });
}

/** Whether the entry is its client's latest: an earlier open one was given up. */
function isWaiting(court: Court, entry: { readonly node: number }): boolean {
  const latest = court.history.findLast((other) => other.node === entry.node);
  return latest === entry;
}

/**
 * The scenario's own claims about its outcome. Each is named, like an invariant: a counterexample
 * to one that has been minimised is not one to another.
 */
export const expectation: Oracle = {
  id: 'expectation',
  letter: 'S',
  about: "the scenario's expected outcome: marks reached, how many operations return when",
  watch(court) {
    return {
      ended(end) {
        const expected = court.spec.expect;
        if (expected === undefined || end.how === 'violation') return;
        for (const mark of expected.marks ?? []) {
          if (court.countOf(mark) > 0) continue;
          court.violation(expectation, `the run never reached "${mark}"`, { invariant: mark });
        }
        if (expected.noReturnsAfter !== undefined) judgeLastReturn(court, expected.noReturnsAfter);
        for (const window of expected.windows ?? []) judgeWindow(court, window);
      },
    };
  },
};

function judgeLastReturn(court: Court, after: number): void {
  const index = court.history.findIndex((entry) => entry.end !== null && entry.end > after);
  const entry = court.history[index];
  if (entry === undefined) return;
  const text =
    `${inWords(entry.operation)} returned at ${milliseconds(entry.end ?? 0)}, ` +
    `though nothing should after ${milliseconds(after)}`;
  court.violation(expectation, text, { operations: [index] });
}

/** Of too many, those are shown that are beyond what was expected. */
function judgeWindow(court: Court, window: ReturnWindow): void {
  const { replicas } = court.spec;
  const returned = returnsIn(window, court.history, court.specification, replicas);
  if (isMet(window, returned.length)) return;
  const isTooFew = returned.length < (window.atLeast ?? 0);
  const vain = isTooFew ? whyVain(court, window) : undefined;
  const happened = vain ?? `${returned.length} returned`;
  const claim = window.about ?? window.kind ?? 'operations';
  court.violation(
    expectation,
    `${windowInWords(window, replicas)}: ${happened}, expected ${expectedInWords(window)}`,
    {
      invariant: vain === undefined ? claim : `${claim}, ${vain}`,
      operations: returned.slice(window.atMost),
    },
  );
}

/**
 * Why too few could but return. That is another failure: if it were the same, whatever is too slow
 * would be minimised to a run in which nobody waits, or one that is cut before there is an answer.
 */
function whyVain(court: Court, window: ReturnWindow): string | undefined {
  const { replicas, ending } = court.spec;
  if (ending.kind === 'cut' && ending.at < window.until) return 'the run was cut';
  return isAwaited(window, court.history, court.specification, replicas)
    ? undefined
    : 'nobody waited for any';
}
