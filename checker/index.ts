/** The public surface of `quorumlab/checker`. */

export type { BudgetOptions, UnknownReason } from './budget.ts';
export { type CheckOptions, checkHistory, checkLinearizable } from './check.ts';
export { describeOperation, type Names } from './explanation.ts';
export { detectFormat, formatNames } from './formats/detect-format.ts';
export { writeJepsenEdn } from './formats/edn-writer.ts';
export { HistoryFormatError } from './formats/format-error.ts';
export { writeQuorumlabHistory } from './formats/quorumlab-writer.ts';
export { placeOfOperation, readHistories } from './formats/read-histories.ts';
export type { FailedCas, FormatName, ReadOptions } from './formats/read-options.ts';
export {
  type History,
  HistoryError,
  type HistoryOperation,
  type Plain,
  validateOperations,
} from './history.ts';
export {
  type ConsistencyLevel,
  checkConsistency,
  type LevelResult,
  levelNames,
} from './levels/consistency.ts';
export { checkSequential } from './levels/sequential.ts';
export { GUARANTEES, type Guarantee } from './levels/session-graph.ts';
export { checkSessions, type SessionOptions, type SessionResult } from './levels/sessions.ts';
export { checkBoundedStaleness, type Staleness } from './levels/staleness.ts';
export { UnsupportedModelError } from './levels/unsupported-model.ts';
export {
  type Collection,
  type CollectionAccess,
  type CollectionRead,
  type GrowingCollection,
  type Growth,
  type LockAccess,
  type Model,
  partitionByKey,
  REFUSED,
  type RegisterAccess,
  type Step,
  type TransactionAccess,
  type Transactions,
} from './model.ts';
export {
  type ModelName,
  modelNamed,
  modelNames,
  models,
  UnknownModelError,
} from './models/catalogue.ts';
export { determinised, type NondeterministicModel } from './nondeterministic.ts';
export { asKnownThen, type ShownOperation, shownThen, statesAlong } from './states.ts';
export type {
  CheckResult,
  ConsistencyResult,
  ConsistencyVerdict,
  Counterexample,
  Verdict,
} from './verdict.ts';
