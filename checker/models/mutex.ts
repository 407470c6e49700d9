/** The lock. */

import type { HistoryOperation } from '../history.ts';
import {
  expectsNoValue,
  type Model,
  partitionByKey,
  REFUSED,
  requestOf,
  type Step,
} from '../model.ts';

/**
 * `acquire` takes a free lock; one that answered false found it taken. `release` frees a taken one,
 * whoever took it. An answer that is left out, or null, is a yes. `initial` true: the lock is taken
 * at first.
 */
export const mutex: Model<boolean> = {
  name: 'mutex',
  init: (initial) => initial === true,
  step: stepMutex,
  partition: partitionByKey,
  observes: (operation) => operation.output === false,
  isRead: () => false,
  expectsInitial: (initial) =>
    initial === null || typeof initial === 'boolean'
      ? undefined
      : 'initial of a mutex to be true, false or null',
  expects: expectsMutex,
  describe: (operation) => requestOf(operation) + (operation.output === false ? ' refused' : ''),
  lockAccess: ({ f, output }) => {
    if (f === 'acquire') return output === false ? 'finds-taken' : 'takes';
    if (f !== 'release') return undefined;
    return output === false ? 'finds-free' : 'frees';
  },
};

function stepMutex(taken: boolean, operation: HistoryOperation): Step<boolean> {
  const { f, output } = operation;
  if (f !== 'acquire' && f !== 'release') return REFUSED;
  const possible = taken === (f === 'release');
  if (output === false) return possible ? REFUSED : { ok: true, next: taken };
  return possible ? { ok: true, next: !taken } : REFUSED;
}

function expectsMutex(operation: HistoryOperation): string | undefined {
  const { f, output } = operation;
  if (f !== 'acquire' && f !== 'release') return 'f to be acquire or release';
  const answers = output === undefined || output === null || typeof output === 'boolean';
  return answers ? expectsNoValue(operation) : `output of ${f} to be true or false`;
}
