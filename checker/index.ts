/** The public surface of `quorumlab/checker`. */

export type { BudgetOptions, UnknownReason } from './budget.ts';
export { type CheckOptions, checkHistory, checkLinearizable } from './check.ts';
export { describeOperation, type Names } from './explanation.ts';
export { writeJepsenEdn } from './formats/edn-writer.ts';
export { HistoryFormatError } from './formats/format-error.ts';
export { writeQuorumlabHistory } from './formats/quorumlab-history.ts';
export { detectFormat, formatNames, readHistories } from './formats/read-histories.ts';
export type { FailedCas, FormatName, ReadOptions } from './formats/read-options.ts';
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
export {
  type ModelName,
  modelNamed,
  modelNames,
  models,
  UnknownModelError,
} from './models/catalogue.ts';
export { statesAlong } from './states.ts';
export type { CheckResult, Counterexample, Verdict } from './verdict.ts';
