/** What speaks against a total that was read of a sum to which things are only added. */

import type { HistoryOperation, Plain } from './history.ts';
import type { Model } from './model.ts';
import { growingSums } from './problem.ts';

export type AgainstTotal =
  /** More was read before it was called. */
  | { readonly kind: 'read'; readonly read: HistoryOperation }
  /** So much it was already when it was called. */
  | { readonly kind: 'least'; readonly total: number }
  /** More it cannot have been when it returned. */
  | { readonly kind: 'most'; readonly total: number }
  /** Nothing by itself. */
  | { readonly kind: 'nothing' };

/** Undefined if the operation is no read of such a sum. O(n). */
export function againstTotal<State>(
  model: Model<State>,
  initial: Plain,
  operations: readonly HistoryOperation[],
  failing: HistoryOperation,
): AgainstTotal | undefined {
  const said = growingSums(model, operations);
  const own = model.sumAccess?.(failing);
  if (said === undefined || own?.kind !== 'reads' || failing.return === null) return undefined;
  const first = typeof initial === 'number' ? initial : 0;
  let least = first;
  let most = first;
  let highest: { readonly read: HistoryOperation; readonly total: number } | undefined;
  for (const [place, each] of said.entries()) {
    const operation = operations[place]!;
    const hasEnded = operation.return !== null && operation.return < failing.call;
    if (each.kind === 'adds' && hasEnded) least += each.amount;
    if (each.kind === 'adds' && operation.call <= failing.return) most += each.amount;
    if (each.kind !== 'reads' || !hasEnded) continue;
    if (each.total > (highest?.total ?? own.total))
      highest = { read: operation, total: each.total };
  }
  if (highest !== undefined) return { kind: 'read', read: highest.read };
  if (own.total < least) return { kind: 'least', total: least };
  return own.total > most ? { kind: 'most', total: most } : { kind: 'nothing' };
}
