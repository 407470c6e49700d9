/**
 * Every rule of a node in one record. Rules call each other through it, never directly, so that
 * `{ ...rules, highestPValues }` is another protocol: that is how mutants are made.
 */
import { acceptorRules } from './acceptor.ts';
import { catchUpRules } from './catch-up.ts';
import { clientTableRules } from './client-table.ts';
import { commanderRules } from './commander.ts';
import { compactionRules } from './compaction.ts';
import { configurationRules } from './configurations.ts';
import { durableStateRules } from './durable-state.ts';
import { leaderRules } from './leader.ts';
import { leaseRules } from './leases.ts';
import { proposingRules } from './proposing.ts';
import { readRules } from './reads.ts';
import { reconfigurationRules } from './reconfiguration.ts';
import { scoutRules } from './scout.ts';

export const rules = {
  ...proposingRules,
  ...clientTableRules,
  ...acceptorRules,
  ...scoutRules,
  ...commanderRules,
  ...leaderRules,
  ...leaseRules,
  ...readRules,
  ...catchUpRules,
  ...compactionRules,
  ...configurationRules,
  ...reconfigurationRules,
  ...durableStateRules,
};

export type Rules = typeof rules;
