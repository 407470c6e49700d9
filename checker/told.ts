/**
 * What operations tell of values, whatever the object: who puts them there, and who shows them. Of
 * lists and sets `excess.ts` does.
 */

import type { HistoryOperation, Plain } from './history.ts';
import type { Model } from './model.ts';
import { isSequence, plainEqual } from './plain.ts';

/** What the operation would put there, and what its answer shows to have been there. */
export interface Told {
  readonly puts?: Plain;
  readonly shows?: Plain;
  /** The one that is taken away, if it took effect: it is to be put there again for the next. */
  readonly takes?: Plain;
}

/** The members of a model that tell it. */
type ToldModel = Pick<Model<unknown>, 'registerAccess' | 'collection' | 'lockAccess'>;

export type Tell = (operation: HistoryOperation) => Told | undefined;

const NOTHING: Told = {};
/** What is put there when a lock is taken, and when it is free again. */
const TAKEN = 'taken';
const FREE = 'free';

/**
 * Says it of each operation; undefined of one that may do anything else. Undefined where the model
 * does not say what its operations do with values.
 */
export function tellOf(model: ToldModel): Tell | undefined {
  if (model.registerAccess !== undefined) return (operation) => toldOfRegister(model, operation);
  if (model.collection !== undefined) return (operation) => toldOfCollection(model, operation);
  if (model.lockAccess !== undefined) return (operation) => toldOfLock(model, operation);
  return undefined;
}

/** The values that are there at first, of a model that says the above. */
export function toldAtFirst(model: ToldModel, initial: Plain): readonly Plain[] {
  if (model.registerAccess !== undefined) return [initial];
  if (model.lockAccess !== undefined) return [initial === true ? TAKEN : FREE];
  return isSequence(initial) ? initial : [];
}

function toldOfRegister(model: ToldModel, operation: HistoryOperation): Told | undefined {
  const access = model.registerAccess?.(operation);
  if (access === undefined) return undefined;
  if (access.kind === 'write' || access.kind === 'replace') return { puts: access.value };
  if (access.kind === 'read') return { shows: access.value };
  if (access.kind !== 'swap') return NOTHING;
  // Whoever needs the value to be there already is not the one who brings it.
  if (plainEqual(access.from, access.to)) return { shows: access.from };
  return { puts: access.to, shows: access.from };
}

function toldOfCollection(model: ToldModel, operation: HistoryOperation): Told | undefined {
  const access = model.collection?.access(operation);
  if (access === undefined) return undefined;
  if (access.kind === 'insert') return { puts: access.value };
  return access.kind === 'remove' ? { shows: access.value, takes: access.value } : NOTHING;
}

function toldOfLock(model: ToldModel, operation: HistoryOperation): Told | undefined {
  switch (model.lockAccess?.(operation)) {
    case 'takes':
      return { puts: TAKEN, shows: FREE, takes: FREE };
    case 'frees':
      return { puts: FREE, shows: TAKEN, takes: TAKEN };
    case 'finds-taken':
      return { shows: TAKEN };
    case 'finds-free':
      return { shows: FREE };
    default:
      return undefined;
  }
}
