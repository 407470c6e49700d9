/** An append-only list: `append` a value, `read` all of them; a read shows the order of writes. */
import type { StateMachine } from '../../sim/contract.ts';
import type { Plain } from '../../sim/plain.ts';
import { readOperation } from './operation.ts';

export interface ListState {
  readonly values: Plain[];
}

export const list: StateMachine<ListState> = {
  name: 'list',
  model: 'list',
  initial: () => ({ values: [] }),
  apply(app, operation) {
    const { f, value } = readOperation(operation);
    if (f === 'read') return app.values.slice();
    if (f === 'append') app.values.push(value);
    return null;
  },
  clone: (app) => ({ values: app.values.slice() }),
  isReadOnly: (operation) => readOperation(operation).f === 'read',
};
