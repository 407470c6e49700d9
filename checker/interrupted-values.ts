/**
 * A mistake that can be found without a search even where most values are written again and again:
 * one that was written only once was seen again after something else had been there.
 *
 * After Gibbons & Korach, "Testing shared memories" (1997), section 4: what wrote and saw such a
 * value is a block, whose zone lies between its first return and its last call. Any operation with
 * another value is a block of its own. No two of them may each have to precede the other.
 */

import type { Budget } from './budget.ts';
import type { HistoryOperation } from './history.ts';
import type { RegisterAccess } from './model.ts';
import { type PlainKey, plainKey } from './plain.ts';
import type { Decision, Question } from './question.ts';
import { hasConflict, type Zone } from './zones.ts';

/** What wrote and saw a value. */
class Life implements Zone {
  /** The initial value has one, too. */
  writers = 0;
  firstReturn = Number.POSITIVE_INFINITY;
  lastCall = Number.NEGATIVE_INFINITY;

  take({ call, return: returned }: HistoryOperation): void {
    if (call > this.lastCall) this.lastCall = call;
    if (returned !== null && returned < this.firstReturn) this.firstReturn = returned;
  }
}

/** Decides what no order can explain: a value was there, then another one, and then it again. */
export function findInterruptedValue<State>(
  { model, initial, operations }: Question<State>,
  indexes: readonly number[],
  budget: Budget,
): Decision | undefined {
  const lives = new Map<PlainKey, Life>();
  const lifeOf = (value: PlainKey): Life => {
    const known = lives.get(value);
    if (known !== undefined) return known;
    const fresh = new Life();
    lives.set(value, fresh);
    return fresh;
  };
  const first = lifeOf(plainKey(initial));
  first.writers++;
  first.firstReturn = Number.NEGATIVE_INFINITY;
  const alone: { readonly operation: HistoryOperation; readonly life: Life }[] = [];
  let count = 0;
  for (const index of indexes) {
    budget.goOn(count++);
    const operation = operations[index]!;
    const access = model.registerAccess?.(operation);
    if (access === undefined) return undefined;
    const value = valueAfter(access);
    if (value === undefined) continue;
    const life = lifeOf(plainKey(value));
    life.take(operation);
    if (access.kind !== 'read') life.writers++;
    if (operation.return !== null) alone.push({ operation, life });
    // One that never returned may not have replaced anything.
    if (access.kind === 'swap' && operation.return !== null) {
      lifeOf(plainKey(access.from)).take(operation);
    }
  }
  const zones: Zone[] = [...lives.values()].filter(({ writers }) => writers === 1);
  if (!zones.some(isForward)) return undefined;
  for (const { operation, life } of alone) {
    if (life.writers === 1) continue;
    zones.push({ firstReturn: operation.return!, lastCall: operation.call });
  }
  zones.sort((a, b) => startOf(a) - startOf(b) || Number(isForward(a)) - Number(isForward(b)));
  return hasConflict(zones) ? { outcome: 'none' } : undefined;
}

/** What was there after the operation, as far as it is known. */
function valueAfter(access: RegisterAccess) {
  switch (access.kind) {
    case 'read':
    case 'write':
    case 'replace':
      return access.value;
    case 'swap':
      return access.to;
    default:
      return undefined;
  }
}

function isForward({ firstReturn, lastCall }: Zone): boolean {
  return firstReturn < lastCall;
}

function startOf({ firstReturn, lastCall }: Zone): number {
  return Math.min(firstReturn, lastCall);
}
