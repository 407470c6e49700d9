/** The public surface of `quorumlab/checker`. */

export type { BudgetOptions, UnknownReason } from './budget.ts';
export { type CheckOptions, checkHistory, checkLinearizable } from './check.ts';
export {
  type History,
  HistoryError,
  type HistoryOperation,
  type Plain,
  validateOperations,
} from './history.ts';
export {
  type Growth,
  type Model,
  partitionByKey,
  REFUSED,
  type RegisterAccess,
  type Step,
} from './model.ts';
export { type ModelName, modelNamed, models, UnknownModelError } from './models/catalogue.ts';
export type { CheckResult, Counterexample, Verdict } from './verdict.ts';
