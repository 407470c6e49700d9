/** The ledger, but for one mistake of its author: to see what becomes of the run. */
import { expect } from 'vitest';
import { type RunRequest, run } from '../../scenarios/run.ts';
import type { Failure, RunResult, RunSpec } from '../../scenarios/spec.ts';
import type { Env, Message, Protocol } from '../../sim/contract.ts';
import { ledger } from './ledger.ts';
import { ledgerSpec, ledgers } from './ledger-spec.ts';

export type Mistake = (env: Env, message: Message) => unknown;

/** Its second replica makes the mistake with each message that it receives. */
export function ledgerThat(mistake: Mistake, changes: Partial<Protocol> = {}): Protocol {
  return {
    ...ledger,
    replica(env, cluster, machine) {
      const process = ledger.replica(env, cluster, machine);
      return {
        state: process.state,
        start: (durable) => process.start(durable),
        expire: (timer) => process.expire(timer),
        receive(from, message) {
          process.receive(from, message);
          if (env.id === 1) return wrong(mistake(env, message));
        },
      };
    },
    ...changes,
  };
}

/** What JavaScript lets through. */
export function wrong<T>(value: unknown): T {
  return value as T;
}

export function runOf(
  protocol: Protocol,
  changes: Partial<RunSpec> = {},
  request: RunRequest = {},
): RunResult {
  return run(ledgerSpec(changes), { ...request, registry: { ...ledgers, protocols: [protocol] } });
}

export function failureOf(protocol: Protocol, changes: Partial<RunSpec> = {}): Failure {
  const { failures, ended } = runOf(protocol, changes);
  const [failure] = failures;
  if (failure === undefined) throw new Error('the run has not failed');
  expect(ended.how).toBe('violation');
  return failure;
}
