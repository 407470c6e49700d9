/**
 * Every rule of a server in one record. Rules call each other through it, never directly, so that
 * `{ ...rules, mostUpToDate }` is another protocol: that is how mutants are made.
 */
import { acceptingRules } from './accepting.ts';
import { compactionRules } from './compaction.ts';
import { configurationRules } from './configurations.ts';
import { decidingRules } from './deciding.ts';
import { durableStateRules } from './durable-state.ts';
import { followingRules } from './following.ts';
import { leaderElectionRules } from './leader-election.ts';
import { leadingRules } from './leading.ts';
import { logSyncRules } from './log-sync.ts';
import { migrationRules } from './migration.ts';
import { quorumRules } from './quorums.ts';
import { readRules } from './reads.ts';

export const rules = {
  ...leaderElectionRules,
  ...leadingRules,
  ...followingRules,
  ...acceptingRules,
  ...decidingRules,
  ...logSyncRules,
  ...compactionRules,
  ...configurationRules,
  ...migrationRules,
  ...readRules,
  ...durableStateRules,
  ...quorumRules,
};

export type Rules = typeof rules;
