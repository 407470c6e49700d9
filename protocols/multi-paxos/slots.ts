/**
 * Values by slot, from a first slot on: what is below has been compacted. The paper's sets of
 * ⟨slot, command⟩ pairs have at most one pair a slot, so a list does. Slots count from 1.
 */
export interface Slots<Value> {
  /** Nothing is kept below this slot. */
  first: number;
  /** The value of slot s is at index s - first; null where there is none. */
  values: (Value | null)[];
}

export const FIRST_SLOT = 1;

export function noSlots<Value>(first: number = FIRST_SLOT): Slots<Value> {
  return { first, values: [] };
}

export function valueAt<Value>(slots: Slots<Value>, slot: number): Value | null {
  return slots.values[slot - slots.first] ?? null;
}

/** Keeps `value` for `slot`; what is below the first slot is not kept any more. */
export function setValue<Value>(slots: Slots<Value>, slot: number, value: Value | null): void {
  const index = slot - slots.first;
  if (index < 0) return;
  while (slots.values.length < index) slots.values.push(null);
  slots.values[index] = value;
}

/** One above the highest slot that has ever had a value here. */
export function endOf(slots: Slots<unknown>): number {
  return slots.first + slots.values.length;
}

export function dropBelow(slots: Slots<unknown>, slot: number): void {
  const count = slot - slots.first;
  if (count <= 0) return;
  if (count === 1) slots.values.shift();
  else slots.values.splice(0, count);
  slots.first = slot;
}
