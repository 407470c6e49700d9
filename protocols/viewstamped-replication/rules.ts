/**
 * Every rule of a replica in one record. Rules call each other through it, never directly, so that
 * `{ ...rules, chooseLog }` is another protocol: that is how mutants are made.
 */
import { clientRecoveryRules } from './client-recovery.ts';
import { clientTableRules } from './client-table.ts';
import { crashVectorRules } from './crash-vector.ts';
import { diskReadingRules } from './disk-reading.ts';
import { durableStateRules } from './durable-state.ts';
import { normalOperationRules } from './normal-operation.ts';
import { recoveryRules } from './recovery.ts';
import { stateTransferRules } from './state-transfer.ts';
import { viewChangeRules } from './view-change.ts';

export const rules = {
  ...normalOperationRules,
  ...clientTableRules,
  ...viewChangeRules,
  ...stateTransferRules,
  ...recoveryRules,
  ...crashVectorRules,
  ...durableStateRules,
  ...diskReadingRules,
  ...clientRecoveryRules,
};

export type Rules = typeof rules;
