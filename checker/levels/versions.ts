/** An object that remembers its last versions, any of which a read may answer. */

import { sharedMembers } from '../derived-model.ts';
import type { HistoryOperation } from '../history.ts';
import { type Model, REFUSED, type Step } from '../model.ts';
import { keyOfState, textOfStates } from '../state-key.ts';
import { stepOf } from '../step-of.ts';

/** Versions, the newest first. */
type LastVersions<State> = readonly State[];

/**
 * The model whose reads may answer any of the latest `most` + 1 versions.
 *
 * A version is made by each change of the state, and by each write, even of the value that is
 * there. What is no read sees the newest version alone. A set has versions as a whole, though
 * elsewhere each of its values may be judged alone.
 */
export function versioned<State>(model: Model<State>, most: number): Model<LastVersions<State>> {
  const { wholeObject } = model;
  return {
    ...sharedMembers(model),
    ...(wholeObject === undefined ? {} : { partition: wholeObject.bind(model) }),
    name: model.name,
    init: (initial) => [model.init(initial)],
    step: (versions, operation) => step(model, most, versions, operation),
    key: (versions) => textOfStates(model, versions),
    observes: (operation) =>
      (model.isRead?.(operation) ?? false) || (model.observes?.(operation) ?? false),
    versions: { newest: model, most },
  };
}

function step<State>(
  model: Model<State>,
  most: number,
  versions: LastVersions<State>,
  operation: HistoryOperation,
): Step<LastVersions<State>> {
  if (model.isRead?.(operation)) {
    const isLegal = versions.some((version) => stepOf(model, version, operation).ok);
    return isLegal ? { ok: true, next: versions } : REFUSED;
  }
  const newest = versions[0]!;
  const result = stepOf(model, newest, operation);
  if (!result.ok) return REFUSED;
  const changes = keyOfState(model, result.next) !== keyOfState(model, newest);
  if (!changes && !isWrite(model, operation)) return { ok: true, next: versions };
  return { ok: true, next: [result.next, ...versions.slice(0, most)] };
}

function isWrite<State>(model: Model<State>, operation: HistoryOperation): boolean {
  const isOverwriting = model.overwrites?.(operation) ?? false;
  return isOverwriting || model.registerAccess?.(operation)?.kind === 'write';
}
