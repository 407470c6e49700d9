/** `quorumlab/vitest`: imported by a test or a setup file, it teaches Vitest about histories. */
import { expect } from 'vitest';
import type { ConsistencyLevel, Model, ModelName } from '../checker/index.ts';
import { type HistoryMatcherOptions, historyMatchers } from './matchers.ts';

export { type HistoryMatcherOptions, historyMatchers } from './matchers.ts';

expect.extend(historyMatchers);

declare module 'vitest' {
  interface Matchers<T> {
    /**
     * Passes if some order of the operations explains every answer and respects real time.
     *
     * Takes a history or several, as `readHistories` returns them, or an array of operations with
     * the model to judge them by. What cannot be judged within its budget fails, with `not` too.
     */
    toBeLinearizable(model?: ModelName | Model<unknown>, options?: HistoryMatcherOptions): T;
    /** The same for another level: `'sequential'`, `'sessions'`, and what is later by so much. */
    toBeConsistent(
      level: ConsistencyLevel,
      model?: ModelName | Model<unknown>,
      options?: HistoryMatcherOptions,
    ): T;
  }
}
