/**
 * How long a client waits: for one answer before it asks again, for one operation before it gives
 * up. One timer runs on over many operations; it is cheaper than one an operation.
 */
import type { Micros } from '../sim/contract.ts';
import { type IntegerOption, timeOption } from './option-schema.ts';

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

/** Of clients that ask all replicas when no answer comes. */
export const patienceOptions: readonly IntegerOption[] = [
  timeOption({
    name: 'clientRetry',
    about: 'a client without a reply asks all replicas after so long',
    default: 60_000,
    trials: [10_000, 200_000],
  }),
  timeOption({
    name: 'giveUpAfter',
    about: 'a client gives an operation up after so long; 0 is never',
    default: 0,
    min: 0,
    trials: [50_000, 300_000],
  }),
];
