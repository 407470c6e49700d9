/** Bounded staleness by its definition: try every order. For histories of a few operations. */

import {
  type HistoryOperation,
  type Model,
  modelNamed,
  type Plain,
  type Staleness,
} from '../../checker/index.ts';

/** All versions that an object has had, the newest last, as a run of the model makes them. */
type Versions = readonly unknown[];

/** Whether some order in which reads are stale by no more than the bound explains the answers. */
export function isStaleByDefinition(
  modelName: string,
  initial: Plain,
  operations: readonly HistoryOperation[],
  staleness: Staleness,
): boolean {
  const model = modelNamed(modelName);
  const lateness = staleness.by === 'time' ? staleness.most : 0;
  const startOf = (operation: HistoryOperation) =>
    operation.call - (model.isRead?.(operation) ? lateness : 0);
  const oldest = staleness.by === 'versions' ? staleness.most + 1 : 1;
  const extend = (
    all: ReadonlyMap<string, Versions>,
    left: readonly HistoryOperation[],
  ): boolean => {
    if (left.every((operation) => operation.return === null)) return true;
    return left.some((operation) => {
      const others = left.filter((other) => other !== operation);
      const isFirst = others.every(
        (other) => other.return === null || other.return >= startOf(operation),
      );
      const object = operation.key ?? '';
      const versions = all.get(object) ?? [model.init(initial)];
      const next = isFirst ? after(model, versions, operation, oldest) : undefined;
      return next !== undefined && extend(new Map(all).set(object, next), others);
    });
  };
  return extend(new Map(), operations);
}

function after(
  model: Model<unknown>,
  versions: Versions,
  operation: HistoryOperation,
  oldest: number,
): Versions | undefined {
  if (model.isRead?.(operation)) {
    const isLegal = versions.slice(-oldest).some((state) => model.step(state, operation).ok);
    return isLegal ? versions : undefined;
  }
  const newest = versions.at(-1);
  const step = model.step(newest, operation);
  if (!step.ok) return undefined;
  const isWrite = ['write', 'put', 'delete'].includes(operation.f) && operation.output !== false;
  return isWrite || keyOf(model, step.next) !== keyOf(model, newest)
    ? [...versions, step.next]
    : versions;
}

function keyOf(model: Model<unknown>, state: unknown): unknown {
  return model.key === undefined ? JSON.stringify(state) : model.key(state);
}
