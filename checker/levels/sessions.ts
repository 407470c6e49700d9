/**
 * Session guarantees: what a process may rely on that goes from one copy of the data to another
 * (Terry et al. 1994). `session-graph.ts` has the definitions, and how they are decided.
 */

import { Budget } from '../budget.ts';
import type { CheckOptions } from '../check.ts';
import { HistoryError, type HistoryOperation, validateOperations } from '../history.ts';
import { assertJudgeable, CHECK_OPTIONS } from '../judgeable.ts';
import type { Model } from '../model.ts';
import type { OptionTable } from '../shown-argument.ts';
import type { ConsistencyResult } from '../verdict.ts';
import { decideSessions } from './decide-sessions.ts';
import { assertGuarantees } from './level-arguments.ts';
import { findLinearOrder } from './linear-order.ts';
import { layOutByProcess } from './processes.ts';
import { readAccesses } from './register-accesses.ts';
import { explainSessions } from './session-counterexample.ts';
import { GUARANTEES, type Guarantee } from './session-graph.ts';
import { UnsupportedModelError } from './unsupported-model.ts';

export interface SessionOptions extends Omit<CheckOptions, 'witness'> {
  /** All four if absent. */
  readonly guarantees?: readonly Guarantee[];
}

/** A `witness` is of no use here, and does no harm. */
const SESSION_OPTIONS: OptionTable<SessionOptions & CheckOptions> = {
  ...CHECK_OPTIONS,
  guarantees: 'an array',
};

/** The verdict on all that were asked for together, and on each of them alone. */
export interface SessionResult extends ConsistencyResult {
  readonly guarantees: Readonly<Partial<Record<Guarantee, ConsistencyResult>>>;
}

/**
 * Decides whether the history keeps session guarantees, each alone and all of them together.
 *
 * A session is a process. Together they say more than each alone: all four are causal consistency
 * with one arbitration (Brzeziński, Sobaniec & Wawrzyniak 2004). Exact, for registers; `unknown`
 * only where the budget ends, which it may where values are written more than once or swaps were
 * refused. The witness is an order of arbitration: all writes that took effect, and no reads. In
 * the counterexample `failing` is the operation that returned last, and `partial` is empty.
 *
 * Throws `UnsupportedModelError` for models that are no registers (`register`, `cas-register` and
 * `kv` are), and `HistoryError` for an operation that is no read, write or swap of a register whose
 * effect its answer tells, and for processes that are not sequential; else as `checkLinearizable`.
 */
export function checkSessions<State>(
  model: Model<State>,
  operations: readonly HistoryOperation[],
  options: SessionOptions = {},
): SessionResult {
  assertJudgeable(model, operations, options, SESSION_OPTIONS);
  assertGuarantees(options.guarantees);
  validateOperations(operations);
  validateAccesses(model, operations);
  const budget = new Budget(options);
  const asked = GUARANTEES.filter((each) => (options.guarantees ?? GUARANTEES).includes(each));
  const guarantees: Partial<Record<Guarantee, ConsistencyResult>> = {};
  const linear = findLinearArbitration(model, operations, budget, options);
  if (linear !== undefined) {
    for (const guarantee of asked) guarantees[guarantee] = linear;
    return { ...linear, guarantees };
  }
  for (const guarantee of asked) {
    guarantees[guarantee] = checkTogether(model, operations, [guarantee], budget, options);
  }
  const broken = asked.find((each) => guarantees[each]?.verdict === 'inconsistent');
  const alone = broken ?? (asked.length === 1 ? asked[0] : undefined);
  const together =
    (alone === undefined ? undefined : guarantees[alone]) ??
    checkTogether(model, operations, asked, budget, options);
  return { ...together, steps: budget.steps, peakBytes: budget.bytesPeak, guarantees };
}

/** All guarantees at once, from a linearization, if there is one and it is found soon. */
function findLinearArbitration<State>(
  model: Model<State>,
  operations: readonly HistoryOperation[],
  budget: Budget,
  { initial = null, evidence = false }: SessionOptions,
): ConsistencyResult | undefined {
  const order = findLinearOrder({ model, initial, operations }, budget);
  if (order === undefined) return undefined;
  const counts = { steps: budget.steps, peakBytes: budget.bytesPeak };
  const shown = evidence
    ? { witness: order.filter((index) => isWrite(model, operations[index]!)) }
    : {};
  return { verdict: 'consistent', ...shown, ...counts };
}

function isWrite<State>(model: Model<State>, operation: HistoryOperation): boolean {
  const kind = model.registerAccess?.(operation)?.kind;
  return kind === 'write' || kind === 'swap';
}

function checkTogether<State>(
  model: Model<State>,
  operations: readonly HistoryOperation[],
  guarantees: readonly Guarantee[],
  budget: Budget,
  options: SessionOptions,
): ConsistencyResult {
  budget.recover();
  const { initial = null, evidence = false } = options;
  const stepsBefore = budget.steps;
  const question = { model, initial, operations };
  const decision = decideSessions(question, guarantees, budget);
  const counts = { steps: budget.steps - stepsBefore, peakBytes: budget.bytesPeak };
  if (decision.outcome === 'unfinished') {
    return { verdict: 'unknown', reason: budget.exhausted ?? 'steps', ...counts };
  }
  if (decision.outcome === 'found') {
    const shown = evidence ? { witness: decision.arbitration } : {};
    return { verdict: 'consistent', ...shown, ...counts };
  }
  if (!evidence) return { verdict: 'inconsistent', ...counts };
  const { core } = decision;
  const counterexample = explainSessions(question, guarantees, core, counts.steps, options);
  return { verdict: 'inconsistent', counterexample, ...counts };
}

function validateAccesses<State>(
  model: Model<State>,
  operations: readonly HistoryOperation[],
): void {
  if (model.registerAccess === undefined) {
    const needed = 'it needs `registerAccess`, which register, cas-register and kv have';
    throw new UnsupportedModelError(model.name, 'session guarantees', needed);
  }
  const processes = layOutByProcess(operations);
  const { firstOther } = readAccesses(model, null, processes);
  if (firstOther < 0) return;
  const operation = processes.operations[firstOther]!;
  const index = processes.sources[firstOther]!;
  const what = model.describe?.(operation) ?? operation.f;
  throw new HistoryError(
    `${what} by process ${operation.process}, called at ${operation.call}, is no read, write or ` +
      'swap with a known effect, and session guarantees are decided for these alone',
    index,
  );
}
