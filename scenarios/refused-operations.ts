/**
 * Refused operations leave the history that a result tells of; what points into the history must
 * then point past them.
 */
import type { HistoryRecord } from '../sim/clients.ts';
import type { EventRecord } from '../sim/record.ts';
import type { Failure } from './spec.ts';

/** Index of each operation in the history without refused ones; undefined for these. */
export type Places = readonly (number | undefined)[];

export function placesWithoutRefused(history: readonly HistoryRecord[]): Places {
  let count = 0;
  return history.map(({ isRefused }) => (isRefused ? undefined : count++));
}

export function replaceInFailure(failure: Failure, places: Places): Failure {
  const { operations, evidence } = failure;
  const replace = (indexes: readonly number[]): number[] =>
    indexes.flatMap((index) => places[index] ?? []);
  const stuckAt = places[evidence?.stuckAt ?? -1];
  return {
    ...failure,
    ...(operations === undefined ? {} : { operations: replace(operations) }),
    ...(evidence === undefined
      ? {}
      : {
          evidence: {
            ...evidence,
            operations: replace(evidence.operations),
            // An order has no refused operation: each state stays beside its operation.
            partial: evidence.partial.map(({ order, states }) => ({
              order: replace(order),
              states,
            })),
            ...(stuckAt === undefined ? {} : { stuckAt }),
          },
        }),
  };
}

export function replaceInRecord(record: EventRecord, places: Places): EventRecord {
  if (record.operation === undefined) return record;
  const { operation, ...others } = record;
  const place = places[operation];
  return place === undefined ? others : { ...others, operation: place };
}
