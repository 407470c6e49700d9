/** A state machine as its own sequential specification, for machines that no model describes. */
import { type HistoryOperation, type Model, REFUSED } from '../../checker/index.ts';
import type { StateMachine } from '../../sim/contract.ts';
import { digest, type Plain } from '../../sim/plain.ts';

/** Every operation touches the whole state, so histories are not split: keep them short. */
export function modelOfMachine(machine: StateMachine): Model<unknown> {
  return {
    name: machine.name,
    init: () => machine.initial(),
    step(state, operation) {
      const next = machine.clone(state);
      const reply = machine.apply(next, toPlain(operation));
      const isPossible =
        operation.output === undefined || digest(reply) === digest(operation.output);
      return isPossible ? { ok: true, next } : REFUSED;
    },
    key: (state) => JSON.stringify(sorted(state)),
  };
}

function toPlain({ f, key, value }: HistoryOperation): Plain {
  return {
    f,
    ...(key === undefined ? {} : { key }),
    ...(value === undefined ? {} : { value }),
  };
}

/** The same structure with its keys in order: the order of insertion is no part of a state. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([name, element]) => [name, sorted(element)]);
}
