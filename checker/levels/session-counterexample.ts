/** Evidence that a session guarantee is broken: a few operations whose demands have a circle. */

import { Budget, type BudgetOptions } from '../budget.ts';
import type { Names } from '../explanation.ts';
import type { HistoryOperation, Plain } from '../history.ts';
import { leaveOut } from '../leave-out.ts';
import type { Model } from '../model.ts';
import { split } from '../partition.ts';
import { bare, type CutOperation } from '../prefix.ts';
import { hasUnwrittenRead } from '../unwritten-reads.ts';
import type { Counterexample } from '../verdict.ts';
import { hasBaselessAnswer } from './baseless-answers.ts';
import { decideSessions, type SessionDecision, type SessionQuestion } from './decide-sessions.ts';
import { lastToReturn, namer } from './naming.ts';
import { INITIAL } from './register-accesses.ts';
import type { CircleStep } from './session-circle.ts';
import type { Guarantee } from './session-graph.ts';

/** Rechecks together may take this many steps, or a multiple of what the verdict took. */
const STEPS_MIN = 2_000_000;
const STEPS_PER_VERDICT_STEP = 40;
/** No operation is the failing one: any may be left out. */
const NO_OPERATION = -1;

/** Shows why guarantees are broken. `core`: indexes of operations that break them by themselves. */
export function explainSessions<State>(
  question: SessionQuestion<State>,
  guarantees: readonly Guarantee[],
  core: readonly number[],
  verdictSteps: number,
  options: BudgetOptions & { readonly names?: Names },
): Counterexample {
  const { model, initial, operations } = question;
  const maxSteps = Math.max(STEPS_MIN, verdictSteps * STEPS_PER_VERDICT_STEP);
  const budget = new Budget({ ...options, maxSteps });
  const all = operations.map((operation, source) => ({ source, operation }));
  const decisionOn = (part: readonly CutOperation[]): SessionDecision =>
    decideSessions({ model, initial, operations: bare(part) }, guarantees, budget);
  const flaws = flawsOf(model, initial, all);
  const accepts = (part: readonly CutOperation[]) => {
    const own = flawsOf(model, initial, part);
    if ((own.unwritten && !flaws.unwritten) || (own.early && !flaws.early)) return false;
    return decisionOn(part).outcome === 'none';
  };
  const isSpent = () => budget.exhausted !== undefined;
  // In the order given: by it a process's operations of one instant are told apart.
  const chosen = core.toSorted((a, b) => a - b).map((index) => all[index]!);
  let small: readonly CutOperation[] = accepts(chosen) ? chosen : all;
  for (let before = small.length + 1; small.length < before && !isSpent(); ) {
    before = small.length;
    small = leaveOut(small, NO_OPERATION, (each) => each.source, accepts, isSpent);
  }
  const shown = [...small].sort(
    (a, b) => a.operation.call - b.operation.call || a.source - b.source,
  );
  const cut = bare(shown);
  const objects = split(model, cut);
  return {
    object: objects.length === 1 ? objects[0]!.object : null,
    failing: shown[lastToReturn(cut)]!.source,
    operations: shown.map((each) => each.source),
    minimal: !isSpent(),
    partial: [],
    sentence: sentenceFor(model, cut, decisionOn(shown), options.names ?? {}),
  };
}

/** Whether some read saw what nobody writes, or what was not yet being written. */
function flawsOf<State>(model: Model<State>, initial: Plain, history: readonly CutOperation[]) {
  const operations = bare(history);
  const early = split(model, operations).some(({ indexes }) =>
    hasUnwrittenRead(model, initial, operations, indexes),
  );
  return { unwritten: hasBaselessAnswer(model, initial, operations), early };
}

function sentenceFor<State>(
  model: Model<State>,
  operations: readonly HistoryOperation[],
  decision: SessionDecision,
  names: Names,
): string {
  const { what, who, asked, answered } = namer(model, names);
  if (decision.outcome !== 'none') return 'no order of the writes explains what was read';
  if (decision.circle === undefined) {
    const alone = operations[decision.core[0] ?? 0];
    if (alone === undefined) return 'no order of the writes explains what was read';
    return `${answered(alone)}, but nothing called by then can have led to that`;
  }
  const tell = ({ kind, before, after, reader, through }: CircleStep): string => {
    const earlier = operations[before];
    const later = operations[after];
    const seeing = reader === undefined ? undefined : operations[reader];
    if (seeing === undefined) {
      const first = earlier === undefined ? 'the initial value' : asked(earlier);
      if (later === undefined) return `${first} came first`;
      if (before === after) return `${who(later)} had seen ${what(later)} before it called it`;
      return kind === 'called'
        ? `${asked(later)} came after its ${earlier === undefined ? first : what(earlier)}`
        : `${asked(later)} came after it had seen ${first}`;
    }
    if (kind === 'early') {
      return `${answered(seeing)} had to see ${asked(earlier ?? seeing)}, called only later`;
    }
    const own = through === undefined ? undefined : operations[through];
    const had = own === undefined ? undefined : `after its ${what(own)}`;
    const told = `${answered(seeing)} ${had ?? `where it had to see ${asked(earlier ?? seeing)}`}`;
    if (after === INITIAL) return told;
    if (earlier === undefined || later === undefined) return told;
    return `${told}, so ${what(earlier)} came before ${what(later)}`;
  };
  return decision.circle.steps.map(tell).join('; but ');
}
