/**
 * Every rule of a server of CRAQ in one record, beside those of the chain that it is built on. They
 * call each other through it, never directly, so that `{ ...craqRules, mayName }` is another
 * protocol: that is how mutants are made.
 */
import { backPropagationRules } from './back-propagation.ts';
import { multicastRules } from './multicast.ts';
import { readRules } from './reads.ts';
import { testAndSetRules } from './test-and-set.ts';
import { versionQueryRules } from './version-queries.ts';
import { versionRules } from './versions.ts';

export const craqRules = {
  ...versionRules,
  ...readRules,
  ...versionQueryRules,
  ...testAndSetRules,
  ...multicastRules,
  ...backPropagationRules,
};

export type CraqRules = typeof craqRules;
