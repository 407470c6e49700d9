/**
 * Judges the clients' history by the state machine's model. Sequential reads are left out: a read
 * changes nothing, so what remains is a history of its own, and `sessions` judges them.
 */

import {
  type CheckResult,
  checkLinearizable,
  HistoryError,
  type HistoryOperation,
  type Model,
  modelNamed,
} from '../../checker/index.ts';
import type { HistoryRecord } from '../../sim/clients.ts';
import type { StateMachine } from '../../sim/contract.ts';
import type { Plain } from '../../sim/plain.ts';
import type { LinearizabilityEvidence } from '../spec.ts';
import { APPLY, modelOfMachine } from './machine-model.ts';
import type { Court, Oracle } from './oracle.ts';
import { milliseconds } from './words.ts';

/** Budgets inside a run are steps and counted entries only: never a clock. */
const STEPS_MAX = 5_000_000;
const EVIDENCE_STEPS_MAX = 20_000_000;

export const linearizability: Oracle = {
  id: 'linearizability',
  letter: 'L',
  about: 'some order of the operations explains every answer and respects real time',
  watch(court) {
    return {
      ended() {
        const asked = toCheck(court);
        try {
          judge(court, asked);
        } catch (error) {
          if (!(error instanceof HistoryError)) throw error;
          reportStrange(court, asked, error);
        }
      },
    };
  },
};

interface Asked {
  /** Of each operation, its index in the court's history. */
  readonly indexes: readonly number[];
  readonly operations: readonly HistoryOperation[];
  readonly witness: readonly number[];
}

function judge(court: Court, { indexes, operations, witness }: Asked): void {
  const model = modelOf(court.specification);
  const plain = checkLinearizable(model, operations, { maxSteps: STEPS_MAX, witness });
  if (plain.verdict === 'linearizable') return;
  if (plain.verdict === 'unknown') {
    court.undecided(`linearizability: out of ${plain.reason ?? 'budget'}`);
    return;
  }
  const full = checkLinearizable(model, operations, {
    maxSteps: EVIDENCE_STEPS_MAX,
    evidence: true,
    names: { process: (process) => nameOf(court, process), time: milliseconds },
  });
  report(court, full, indexes);
}

/** An answer of a kind that the machine never gives; what was asked is ours, and must be right. */
function reportStrange(court: Court, { indexes, operations }: Asked, error: HistoryError): void {
  const model = modelOf(court.specification);
  const operation = operations[error.operation];
  const expected = operation === undefined ? undefined : model.expects?.(operation);
  if (operation === undefined || expected === undefined) throw error;
  if (model.expects?.(unanswered(operation)) !== undefined) throw error;
  const told = `${nameOf(court, operation.process)} was told ${JSON.stringify(operation.output)}`;
  court.violation(linearizability, `${told}: expected ${expected}`, {
    operations: [indexes[error.operation] ?? error.operation],
  });
}

function unanswered({ output: _, ...asked }: HistoryOperation): HistoryOperation {
  return asked;
}

function modelOf(machine: StateMachine): Model<unknown> {
  return machine.model === undefined ? modelOfMachine(machine) : modelNamed(machine.model);
}

/** `c1`, and `c1#7` for a later life of the same client as history process 7. */
function nameOf(court: Court, process: number): string {
  const entry = court.history.find((each) => each.process === process);
  const client = (entry?.node ?? 0) - court.spec.replicas;
  return client === process ? `c${client}` : `c${client}#${process}`;
}

function toCheck(court: Court): Asked {
  const indexes: number[] = [];
  const operations: HistoryOperation[] = [];
  const witness: number[] = [];
  for (const [index, entry] of court.history.entries()) {
    if (entry.isRefused || entry.level !== 'linearizable') continue;
    indexes.push(index);
    operations.push(toOperation(entry, court.specification));
    witness.push(court.decided.positionOf(entry.operation) ?? -1);
  }
  return { indexes, operations, witness };
}

type Writable<T> = { -readonly [Field in keyof T]: T[Field] };

/** Field by field, for this is done to every operation of every run. */
function toOperation(entry: HistoryRecord, machine: StateMachine): HistoryOperation {
  const { process, operation, call, end, output } = entry;
  const judged: Writable<HistoryOperation> = { process, f: APPLY, call, return: end };
  if (machine.model === undefined) judged.value = operation;
  else putInModelWords(operation, judged);
  if (output !== undefined) judged.output = output;
  return judged;
}

function putInModelWords(operation: Plain, judged: Writable<HistoryOperation>): void {
  if (typeof operation !== 'object' || operation === null || !('f' in operation)) {
    throw new Error('an operation that a model judges is an object with f');
  }
  const { f, key, value } = operation;
  judged.f = String(f);
  if (key !== undefined) judged.key = String(key);
  if (value !== undefined) judged.value = value;
}

function report(court: Court, result: CheckResult, indexes: readonly number[]): void {
  const found = result.counterexample;
  if (found === undefined) {
    court.violation(linearizability, 'no order of the operations explains their answers');
    return;
  }
  const toHistory = (index: number): number => indexes[index] ?? index;
  const evidence: LinearizabilityEvidence = {
    ...(found.object === null ? {} : { key: found.object }),
    operations: found.operations.map(toHistory),
    partial: found.partial.map((partial) => {
      const order = partial.map(toHistory);
      return { order, states: statesAlong(court, order) };
    }),
    stuckAt: toHistory(found.failing),
  };
  court.violation(linearizability, found.sentence, {
    operations: evidence.operations,
    evidence,
  });
}

/** The state machine's state after each step of an order, as JSON. */
function statesAlong(court: Court, order: readonly number[]): string[] {
  const { specification: machine } = court;
  const app = machine.initial();
  return order.map((index) => {
    const entry = court.history[index];
    if (entry !== undefined) machine.apply(app, entry.operation);
    return JSON.stringify(app);
  });
}
