/** A counter: `add` a number, `read` the sum. */
import type { StateMachine } from '../../sim/contract.ts';
import { readOperation } from './operation.ts';

export interface CounterState {
  sum: number;
}

export const counter: StateMachine<CounterState> = {
  name: 'counter',
  model: 'counter',
  initial: () => ({ sum: 0 }),
  apply(app, operation) {
    const { f, value } = readOperation(operation);
    if (f === 'read') return app.sum;
    if (f === 'add' && typeof value === 'number') app.sum += value;
    return null;
  },
  clone: (app) => ({ sum: app.sum }),
  isReadOnly: (operation) => readOperation(operation).f === 'read',
};
