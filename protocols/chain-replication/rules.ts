/**
 * Every rule of servers and masters in one record. Rules call each other through it, never
 * directly, so that `{ ...rules, holdsLease }` is another protocol: that is how mutants are made.
 */
import { clientTableRules } from './client-table.ts';
import { configurationRules } from './configuration-changes.ts';
import { configurationMachineRules } from './configuration-machine.ts';
import { diskReadingRules } from './disk-reading.ts';
import { durableStateRules } from './durable-state.ts';
import { extensionRules } from './extension.ts';
import { failureDetectionRules } from './failure-detection.ts';
import { heartbeatRules } from './heartbeats.ts';
import { masterRules } from './master-rules.ts';
import { readRules } from './reads.ts';
import { sequentialReadRules } from './sequential-reads.ts';
import { snapshotRules } from './snapshots.ts';
import { updatePathRules } from './update-path.ts';

export const rules = {
  ...updatePathRules,
  ...clientTableRules,
  ...readRules,
  ...sequentialReadRules,
  ...configurationRules,
  ...extensionRules,
  ...heartbeatRules,
  ...snapshotRules,
  ...durableStateRules,
  ...diskReadingRules,
  ...masterRules,
  ...configurationMachineRules,
  ...failureDetectionRules,
};

export type Rules = typeof rules;
