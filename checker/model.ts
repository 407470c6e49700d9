/**
 * What the checker asks of a sequential specification; users' models are values of the same type.
 */

import type { HistoryOperation, Plain } from './history.ts';

/** The answer to "may this operation, with this answer, come next?" */
export type Step<State> =
  | { readonly ok: true; readonly next: State }
  | { readonly ok: false; readonly next?: never };

/** The operation, with the answer that it got, cannot come next. */
export const REFUSED: { readonly ok: false } = { ok: false };

/**
 * A deterministic sequential object.
 *
 * `step` must be pure, and total: an operation without `output` (never returned, or answer unknown)
 * is taken with whatever answer the object would give, or refused where it could not come next.
 * Of the operation it may read `f`, `key`, `value` and `output` alone, and `process` if
 * `seesProcess`: operations equal in these are one kind, and each transition is asked once.
 */
export interface Model<State> {
  readonly name: string;
  /** `step` looks at who is asking. */
  readonly seesProcess?: boolean;
  /** Operations name the key that they are about. Our own format refuses those that do not. */
  readonly isKeyed?: boolean;
  /** The state before the first operation; `initial` is `null` unless the history says more. */
  init(initial: Plain): State;
  /**
   * Whether the operation, with its answer, may come next, and the state after it.
   *
   * Without `output` it must do what the operation does whatever it answers, and refuse it only
   * where every answer would be refused. Where several answers are possible at one state and leave
   * different ones, as of a coin that is tossed, none may be picked, or a check may say a wrong no:
   * such an object has a choice (see `determinised`).
   */
  step(state: State, operation: HistoryOperation): Step<State>;
  /** A primitive equal for two states exactly when they are; needed for states not plain JSON. */
  key?(state: State): string | number | boolean | null;
  /** The independent object that is asked; `null` if it touches all, which forbids splitting. */
  partition?(operation: HistoryOperation): string | null;
  /**
   * The object that is asked, where `partition` tells parts of one object apart, or null for an
   * operation that touches all of it; absent: the objects are those of `partition`. Versions are
   * those of whole objects (see `checkBoundedStaleness`).
   */
  wholeObject?(operation: HistoryOperation): string;
  /** What was expected instead, if the model does not know such an operation or argument. */
  expects?(operation: HistoryOperation): string | undefined;
  /** What was expected instead, if the model has no state that stands for such an initial value. */
  expectsInitial?(initial: Plain): string | undefined;
  /**
   * Whether the operation, with its answer, leaves every state alone at which it is legal: a read,
   * a failed cas. Such operations need no search. A write of the present value is not one.
   */
  observes?(operation: HistoryOperation): boolean;
  /**
   * Whether the operation, with its answer, is legal at every state and leaves the same one behind
   * whatever was before: a write. It may then take effect unseen, right before another such one.
   */
  overwrites?(operation: HistoryOperation): boolean;
  /**
   * Whether the operation only reads, whatever it is answered: get, read, contains. Not a refused
   * swap, which would have written, nor kv's slice, which cuts. Bounded staleness needs to know.
   */
  isRead?(operation: HistoryOperation): boolean;
  /** The operation in a person's words: `read x = 3`. */
  describe?(operation: HistoryOperation): string;
  /** A state in a person's words; needed where neither it nor its key are that already. */
  describeState?(state: State): string;
  /** Says what the operation is to a register, so that the fast exact test can be used. */
  registerAccess?(operation: HistoryOperation): RegisterAccess | undefined;
  /** Of a collection that only grows, and is read as a whole: for its fast exact test. */
  readonly growingCollection?: GrowingCollection;
  /** Says what the operation is to a queue or stack, so that the fast exact tests can be used. */
  readonly collection?: Collection;
  /** Says what the operation is to a sum, so that an order can be found without a search. */
  sumAccess?(operation: HistoryOperation): SumAccess | undefined;
  /** Says what the operation is to a lock, which is taken at first if `initial` is true. */
  lockAccess?(operation: HistoryOperation): LockAccess | undefined;
  /** Of an object whose reads may be late by some versions: what it is beside that. */
  readonly versions?: Versions;
  /** Of operations that are transactions over registers: for their exact test. */
  readonly transactions?: Transactions;
  /** Says how the operation grows a state that is a string, so that dead ends are seen early. */
  growth?(operation: HistoryOperation): Growth | undefined;
}

/**
 * What an operation is to a register. `refused`: a swap that found another value than it wanted.
 * `replace`: a write that found another value than `other`.
 * `nothing`: it neither changes nor constrains.
 */
export type RegisterAccess =
  | { readonly kind: 'read'; readonly value: Plain }
  | { readonly kind: 'write'; readonly value: Plain }
  | { readonly kind: 'swap'; readonly from: Plain; readonly to: Plain }
  | { readonly kind: 'replace'; readonly other: Plain; readonly value: Plain }
  | { readonly kind: 'refused'; readonly from: Plain }
  | { readonly kind: 'nothing' };

/** The object whose reads always answer the newest version, and by how many they may be late. */
export interface Versions {
  readonly newest: Model<unknown>;
  readonly most: number;
}

/**
 * A list, whose reads show the order in which values were added; or a set, whose reads do not, and
 * show each value once, however often it was added.
 */
export interface GrowingCollection {
  readonly isOrdered: boolean;
  /** What the operation is to the collection; undefined where it may do anything else. */
  access(operation: HistoryOperation): CollectionRead | undefined;
}

/**
 * What an operation is to a growing collection. `finds`: whether one value is there. `removes`: it
 * may take something away, and adds nothing; then no more is told than what was never added.
 * `nothing`: it neither changes nor constrains.
 */
export type CollectionRead =
  | { readonly kind: 'adds'; readonly value: Plain }
  | { readonly kind: 'reads'; readonly items: readonly Plain[] }
  | { readonly kind: 'finds'; readonly value: Plain; readonly isPresent: boolean }
  | { readonly kind: 'removes' }
  | { readonly kind: 'nothing' };

/**
 * A collection whose state is a sequence of values, and which gives them out in a fixed order.
 *
 * `queue`: what went in first comes out first; `stack`: what went in last. If the initial value is
 * an array, its items went in before everything, in that order; else the collection is empty.
 */
export interface Collection {
  readonly discipline: 'queue' | 'stack';
  /** Undefined if the operation is none of the kinds, or its value could be taken for `empty`. */
  access(operation: HistoryOperation): CollectionAccess | undefined;
}

/**
 * What an operation is to a collection. `empty`: a removal that found nothing. `unknown`: a removal
 * of which it is not known what it found.
 */
export type CollectionAccess =
  | { readonly kind: 'insert'; readonly value: Plain }
  | { readonly kind: 'remove'; readonly value: Plain }
  | { readonly kind: 'empty' }
  | { readonly kind: 'unknown' };

/**
 * What an operation is to a sum, which begins with the initial value if that is a number, else with
 * 0. `nothing`: it neither changes nor constrains.
 */
export type SumAccess =
  | { readonly kind: 'adds'; readonly amount: number }
  | { readonly kind: 'reads'; readonly total: number }
  | { readonly kind: 'nothing' };

/** What an operation is to a lock, if it takes effect: it takes or frees it, or finds it so. */
export type LockAccess = 'takes' | 'frees' | 'finds-taken' | 'finds-free';

/** What operations do that are transactions over registers: each takes effect at one instant. */
export interface Transactions {
  /** What it does, in its order; reads of which it is not known what they saw are left out. */
  accesses(operation: HistoryOperation): readonly TransactionAccess[] | undefined;
  /** What a register has before the first operation. */
  initialOf(initial: Plain, register: string): Plain;
}

/**
 * What a transaction does to one register. `append`: what was an array has the value as last item,
 * and what was none is now an array of it alone.
 */
export interface TransactionAccess {
  readonly kind: 'read' | 'write' | 'append';
  readonly register: string;
  /** What was read, written or appended. */
  readonly value: Plain;
}

/**
 * What an operation does to a state that is a string.
 *
 * `observes`: legal only at that very string. `extends`: adds `by` at the end. `resets`: anything
 * else, saying if possible what the state is then.
 */
export type Growth =
  | { readonly role: 'observes'; readonly target: string }
  | { readonly role: 'extends'; readonly by: string }
  | { readonly role: 'resets'; readonly to?: string };

/** What was expected of an operation that takes no argument, where it has one: mostly an answer. */
export function expectsNoValue({ f, value }: HistoryOperation): string | undefined {
  return value === undefined || value === null
    ? undefined
    : `${f} to have no value (an answer is its output)`;
}

/** What was asked, and of which object: `read`, or `read x`. */
export function requestOf({ f, key }: HistoryOperation): string {
  return key === undefined || key === '' ? f : `${f} ${key}`;
}

/** The partition of a model whose objects are told apart by `key` alone. */
export function partitionByKey(operation: HistoryOperation): string {
  return operation.key ?? '';
}
