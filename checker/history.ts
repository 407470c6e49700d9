/**
 * Recorded histories: what clients asked of a shared object, when, and what they were told.
 *
 * Times are integers in one order; their unit is the caller's. Intervals are closed: an operation
 * called at the very time at which another returned is concurrent with it.
 */

/** A JSON value. */
export type Plain =
  | null
  | boolean
  | number
  | string
  | readonly Plain[]
  | { readonly [name: string]: Plain };

/** One operation of one process; those that surely did not happen are left out of a history. */
export interface HistoryOperation {
  readonly process: number;
  /** What was asked, in the words of the model: `read`, `write`, `enqueue`, … */
  readonly f: string;
  /** The object that was asked, where a history is about many. */
  readonly key?: string;
  /** The argument. */
  readonly value?: Plain;
  readonly call: number;
  /** `null`: it never returned, so whether and when it took effect is unknown for ever. */
  readonly return: number | null;
  /** The answer; absent when it is unknown, and then it constrains nothing. */
  readonly output?: Plain;
}

/** A whole history, with the model that it is to be judged by. */
export interface History {
  readonly model: string;
  /** The value that each object has before the first operation. */
  readonly initial: Plain;
  readonly operations: readonly HistoryOperation[];
}

/** A history that no set of sequential processes can have recorded. */
export class HistoryError extends Error {
  /** The index of the offending operation in the array that was given. */
  readonly operation: number;

  constructor(message: string, operation: number) {
    super(message);
    this.name = 'HistoryError';
    this.operation = operation;
  }
}

/**
 * Refuses operations with impossible times, and processes that act while an operation is open.
 *
 * One whose operation never returned may not act again: whatever its client does next is another
 * process's. Calling at the instant of the last return is fine. Throws `HistoryError`. O(n log n).
 */
export function validateOperations(operations: readonly HistoryOperation[]): void {
  validateTimes(operations);
  const byProcess = new Map<number, number[]>();
  operations.forEach((operation, index) => {
    if (!Number.isSafeInteger(operation.process)) {
      throw new HistoryError(`process ${String(operation.process)} is not an integer`, index);
    }
    const sequence = byProcess.get(operation.process);
    if (sequence === undefined) byProcess.set(operation.process, [index]);
    else sequence.push(index);
  });
  for (const sequence of byProcess.values()) validateProcess(operations, sequence);
}

/** Refuses times that are not integers and returns before their calls. Throws `HistoryError`. */
export function validateTimes(operations: readonly HistoryOperation[]): void {
  for (let index = 0; index < operations.length; index++) {
    const operation = operations[index]!;
    const { call, return: returned } = operation;
    if (!Number.isSafeInteger(call)) {
      throw new HistoryError(`operation ${index}: call ${String(call)} is not an integer`, index);
    }
    if (returned === null) continue;
    if (!Number.isSafeInteger(returned)) {
      const text = `operation ${index}: return ${String(returned)} is not an integer or null`;
      throw new HistoryError(text, index);
    }
    if (returned < call) {
      const text = `operation ${index} returns at ${returned}, before its call at ${call}`;
      throw new HistoryError(text, index);
    }
  }
}

function validateProcess(operations: readonly HistoryOperation[], sequence: number[]): void {
  sequence.sort((left, right) => {
    const a = operations[left]!;
    const b = operations[right]!;
    return a.call - b.call || endOf(a) - endOf(b) || left - right;
  });
  for (let place = 1; place < sequence.length; place++) {
    const earlier = operations[sequence[place - 1]!]!;
    const index = sequence[place]!;
    const later = operations[index]!;
    if (endOf(earlier) <= later.call) continue;
    const state =
      earlier.return === null ? 'never returned' : `is open until ${String(earlier.return)}`;
    throw new HistoryError(
      `process ${later.process} calls ${later.f} at ${later.call}, but its ${earlier.f} ` +
        `called at ${earlier.call} ${state}`,
      index,
    );
  }
}

function endOf(operation: HistoryOperation): number {
  return operation.return ?? Number.POSITIVE_INFINITY;
}
