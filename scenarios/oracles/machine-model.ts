/** A state machine as its own sequential specification, for machines that no model describes. */
import { type HistoryOperation, type Model, REFUSED } from '../../checker/index.ts';
import type { StateMachine } from '../../sim/contract.ts';
import type { Plain } from '../../sim/plain.ts';
import { inWords } from './words.ts';

/** What operations are called in histories whose `value` is a machine's whole operation. */
export const APPLY = 'apply';

/**
 * The model of histories whose operations carry, as `value`, what the machine is to apply, with
 * whatever fields that has. Each touches the whole state, so histories are not split: keep them
 * short.
 */
export function modelOfMachine(machine: StateMachine): Model<unknown> {
  return {
    name: machine.name,
    init: () => machine.initial(),
    step(state, operation) {
      const next = machine.clone(state);
      const reply = machine.apply(next, asked(operation));
      const { output } = operation;
      if (output !== undefined && canonical(reply) !== canonical(output)) return REFUSED;
      return { ok: true, next };
    },
    key: canonical,
    describe: ({ output, ...operation }) => {
      const answer = output === undefined ? '' : ` → ${inWords(output)}`;
      return `${inWords(asked(operation))}${answer}`;
    },
  };
}

function asked(operation: Pick<HistoryOperation, 'value'>): Plain {
  return operation.value ?? null;
}

/** One text for each structure: the order of insertion is no part of a state or a reply. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (value instanceof Map) {
    const pairs = [...value].map(([key, element]) => `${canonical(key)}>${canonical(element)}`);
    return `Map{${sorted(pairs).join()}}`;
  }
  if (value instanceof Set) return `Set{${sorted([...value].map(canonical)).join()}}`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  const fields = Object.entries(value).filter(([, element]) => element !== undefined);
  const pairs = fields.map(([name, element]) => `${JSON.stringify(name)}:${canonical(element)}`);
  return `{${sorted(pairs).join()}}`;
}

function sorted(texts: readonly string[]): readonly string[] {
  return [...texts].sort((a, b) => (a < b ? -1 : 1));
}
