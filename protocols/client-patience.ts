/**
 * How long a client waits: for one answer before it asks again, for one operation before it gives
 * up. One timer runs on over many operations; it is cheaper than one an operation.
 */
import type { Durable, Micros, Write } from '../sim/contract.ts';

export interface PatientState {
  /** When the open operation was asked for, and when its request was last sent. */
  invokedAt: Micros;
  sentAt: Micros;
  isRetryArmed: boolean;
}

export interface PatientContext {
  readonly env: { readonly now: Micros; setTimer(timer: 'retry', delay: Micros): void };
  readonly options: { readonly clientRetry: Micros; readonly giveUpAfter: Micros };
}

/** Whether it is time to give up, or to ask again. */
export type Patience = 'at-an-end' | 'late' | 'waiting';

export function armRetry(state: PatientState, { env, options }: PatientContext): void {
  if (state.isRetryArmed) return;
  state.isRetryArmed = true;
  env.setTimer('retry', options.clientRetry);
}

export function patienceOf(state: PatientState, { env, options }: PatientContext): Patience {
  const { clientRetry, giveUpAfter } = options;
  if (giveUpAfter > 0 && env.now - state.invokedAt >= giveUpAfter) return 'at-an-end';
  return env.now - state.sentAt >= clientRetry ? 'late' : 'waiting';
}

/** For what is left of the wait since the request was last sent. */
export function armRestOfRetry(state: PatientState, { env, options }: PatientContext): void {
  state.isRetryArmed = true;
  const rest = options.clientRetry - (env.now - state.sentAt);
  env.setTimer('retry', rest > 0 ? rest : options.clientRetry);
}

/** Request numbers that one record reserves. */
const BLOCK = 1_000;

/**
 * Request numbers are reserved on disk in blocks: a client that restarts goes on above all that it
 * may have used.
 */
export function reservedOn({ records }: Durable): number {
  let reserved = 0;
  for (const { intact, writes } of records) {
    for (const write of intact ? writes : []) {
      if (write.kind !== 'set' || typeof write.value !== 'number') continue;
      reserved = Math.max(reserved, write.value);
    }
  }
  return reserved;
}

/** One above the last number of the next block. */
export function nextReservation(requestNumber: number): number {
  return requestNumber + BLOCK;
}

export function reservationWrite(reserved: number): Write {
  return { kind: 'set', key: 'reserved', value: reserved };
}
