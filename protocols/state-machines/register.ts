/** One register: `read`, `write`, and `cas` from one value to another. */
import type { StateMachine } from '../../sim/contract.ts';
import type { Plain } from '../../sim/plain.ts';
import { isSame, readOperation } from './operation.ts';

export interface RegisterState {
  value: Plain;
}

export const register: StateMachine<RegisterState> = {
  name: 'register',
  model: 'cas-register',
  initial: () => ({ value: null }),
  apply(app, operation) {
    const { f, value } = readOperation(operation);
    switch (f) {
      case 'read':
        return app.value;
      case 'write':
        app.value = value;
        return null;
      case 'cas':
        return compareAndSet(app, value);
      default:
        return null;
    }
  },
  clone: (app) => ({ value: app.value }),
  isReadOnly: (operation) => readOperation(operation).f === 'read',
  isTestAndSet: (operation) => readOperation(operation).f === 'cas',
};

/** `value` is [expected, new]. */
function compareAndSet(app: RegisterState, value: Plain): boolean {
  if (!Array.isArray(value)) return false;
  const [expected = null, next = null] = value as readonly Plain[];
  if (!isSame(app.value, expected)) return false;
  app.value = next;
  return true;
}
