/**
 * A model made of small integers: states and kinds of operation are numbered as they turn up, and
 * each transition is asked of the model once.
 */

import type { Budget } from './budget.ts';
import type { HistoryOperation } from './history.ts';
import type { Model } from './model.ts';
import type { PlainKey } from './plain.ts';
import { keyOfState } from './state-key.ts';
import { stepOf } from './step-of.ts';

/** The transition is refused by the model. */
export const ILLEGAL = -1;

const EMPTY = -2;
const BYTES_PER_WORD = 4;
const WORDS_PER_CELL = 3;
const CELLS_AT_FIRST = 64;
/** What an interned state costs beside its own text: a map entry, an array entry, a header. */
const BYTES_PER_STATE = 64;

export class Transitions<State> {
  /** One operation of each kind, to show the model. */
  private readonly kinds: readonly HistoryOperation[];
  private readonly model: Model<State>;
  private readonly budget: Budget;
  private readonly states: State[] = [];
  private readonly numbers = new Map<PlainKey, number>();
  /** Open addressing: state, kind, next. A free cell has state `EMPTY`. */
  private cells: Int32Array;
  private cellsUsed = 0;
  private bytes = 0;

  constructor(model: Model<State>, kinds: readonly HistoryOperation[], budget: Budget) {
    this.model = model;
    this.kinds = kinds;
    this.budget = budget;
    this.cells = new Int32Array(CELLS_AT_FIRST * WORDS_PER_CELL).fill(EMPTY);
    this.take(this.cells.length * BYTES_PER_WORD);
  }

  /** The number of a state, the same for equal states. */
  intern(state: State): number {
    const key = keyOfState(this.model, state);
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    const number = this.states.length;
    this.states.push(state);
    this.numbers.set(key, number);
    this.take(BYTES_PER_STATE + weightOf(key) * 2);
    return number;
  }

  stateAt(number: number): State {
    return this.states[number]!;
  }

  /** The state after an operation of this kind, or `ILLEGAL`. */
  next(state: number, kind: number): number {
    const { cells } = this;
    const mask = cells.length / WORDS_PER_CELL - 1;
    for (let slot = slotOf(state, kind, mask); ; slot = (slot + 1) & mask) {
      const at = slot * WORDS_PER_CELL;
      if (cells[at] === state && cells[at + 1] === kind) return cells[at + 2]!;
      if (cells[at] === EMPTY) return this.ask(state, kind);
    }
  }

  /** Gives the memory back to the budget. */
  release(): void {
    this.budget.give(this.bytes);
    this.bytes = 0;
  }

  private ask(state: number, kind: number): number {
    const before = this.states[state]!;
    this.budget.spend(weightOf(before));
    const step = stepOf(this.model, before, this.kinds[kind]!);
    const next = step.ok ? this.intern(step.next) : ILLEGAL;
    if ((this.cellsUsed + 1) * WORDS_PER_CELL * 2 > this.cells.length) this.grow();
    this.insert(this.cells, state, kind, next);
    this.cellsUsed++;
    return next;
  }

  private insert(cells: Int32Array, state: number, kind: number, next: number): void {
    const mask = cells.length / WORDS_PER_CELL - 1;
    let slot = slotOf(state, kind, mask);
    while (cells[slot * WORDS_PER_CELL] !== EMPTY) slot = (slot + 1) & mask;
    const at = slot * WORDS_PER_CELL;
    cells[at] = state;
    cells[at + 1] = kind;
    cells[at + 2] = next;
  }

  private grow(): void {
    // With no memory left the table still grows, once: the search ends at its next step.
    this.take(this.cells.length * BYTES_PER_WORD);
    const larger = new Int32Array(this.cells.length * 2).fill(EMPTY);
    for (let at = 0; at < this.cells.length; at += WORDS_PER_CELL) {
      const state = this.cells[at]!;
      if (state !== EMPTY) this.insert(larger, state, this.cells[at + 1]!, this.cells[at + 2]!);
    }
    this.cells = larger;
  }

  private take(bytes: number): void {
    if (this.budget.take(bytes)) this.bytes += bytes;
  }
}

function weightOf(value: unknown): number {
  if (typeof value === 'string') return value.length;
  return Array.isArray(value) ? value.length * 4 : 0;
}

function slotOf(state: number, kind: number, mask: number): number {
  const mixed = Math.imul(state, 0x9e3779b1) ^ Math.imul(kind, 0x85ebca77);
  return (mixed ^ (mixed >>> 15)) & mask;
}
