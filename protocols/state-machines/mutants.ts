/** Bugs planted in state machines. A file of mutants may break the bans: that is its job. */
import type { Mutant, StateMachine } from '../../sim/contract.ts';
import type { Plain } from '../../sim/plain.ts';
import { readOperation } from './operation.ts';

/** Replaces how a machine applies operations; `correct` is what it did before. */
type Apply = (correct: StateMachine, app: unknown, operation: Plain) => Plain;

function mutant(
  id: string,
  summary: string,
  difficulty: Mutant['difficulty'],
  apply: Apply,
): Mutant {
  return {
    id,
    summary,
    difficulty,
    apply: ({ protocol, machine }) => ({
      protocol,
      machine: { ...machine, apply: (app, operation) => apply(machine, app, operation) },
    }),
  };
}

export const mutants: readonly Mutant[] = [
  mutant('SM-1', 'a write stores a value drawn from Math.random', 'easy', (correct, app, op) => {
    const { f, value } = readOperation(op);
    const isWrite = f === 'put' || f === 'write' || f === 'add' || f === 'append';
    if (!isWrite || typeof op !== 'object' || op === null || Array.isArray(op)) {
      return correct.apply(app, op);
    }
    const drawn = Math.random() < 0.5 ? value : Math.floor(Math.random() * 1000);
    return correct.apply(app, { ...op, value: drawn });
  }),
  mutant('SM-3', 'a compare-and-set that fails writes nevertheless', 'easy', (correct, app, op) => {
    const result = correct.apply(app, op);
    const { f, value } = readOperation(op);
    if (f !== 'cas' || result !== false || !Array.isArray(value)) return result;
    const write = 'key' in (op as object) ? 'put' : 'write';
    correct.apply(app, { ...(op as object), f: write, value: (value as readonly Plain[])[1]! });
    return false;
  }),
];
