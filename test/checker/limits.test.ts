/** Limits of time: how often the caller is asked, and what is left when the answer is to stop. */

import { describe, expect, test } from 'vitest';
import {
  queueWorkload,
  record,
  registerWorkload,
  stackWorkload,
  withStaleRead,
} from '../../bench/check-histories.ts';
import {
  checkHistory,
  checkLinearizable,
  type HistoryOperation,
  type Model,
  models,
} from '../../checker/index.ts';

const LARGE = { operations: 20_000, clients: 10, pending: 0, seed: 1 };

/** Of 100 values, one read late that was gone long before. */
function lateRead(): readonly HistoryOperation[] {
  return withStaleRead(record(registerWorkload('cas', 100), LARGE).operations, 'read');
}

/** The model, and what is told of each time that it is asked. */
function counting<State>(model: Model<State>, onStep: () => void): Model<State> {
  return {
    ...model,
    step: (state, operation) => {
      onStep();
      return model.step(state, operation);
    },
  };
}

describe('evidence of a large history', () => {
  /** So many transitions take less than a hundredth of a second. */
  const TRANSITIONS_MAX = 25_000;

  test('asks whether to stop before much has been done, all the way', () => {
    let transitions = 0;
    let most = 0;
    const model = counting(models['cas-register'], () => {
      transitions++;
      most = Math.max(most, transitions);
    });
    const shouldStop = () => {
      transitions = 0;
      return false;
    };

    const { counterexample } = checkLinearizable(model, lateRead(), { evidence: true, shouldStop });

    expect(counterexample).toMatchObject({ minimal: true });
    expect(counterexample?.operations.length).toBeLessThan(10);
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThan(TRANSITIONS_MAX);
  });

  test.each([0, 1, 20, 200])('ends soon when it is to stop at its question %i', (last) => {
    let questions: number | undefined;
    let transitions = 0;
    const isOver = () => questions !== undefined && questions > last;
    const model = counting(models['cas-register'], () => {
      if (isOver()) transitions++;
    });

    const { verdict, counterexample } = checkLinearizable(model, lateRead(), {
      evidence: true,
      onViolation: () => {
        questions = 0;
      },
      shouldStop: () => {
        if (questions !== undefined) questions++;
        return isOver();
      },
    });

    expect(verdict).toBe('not-linearizable');
    expect(counterexample?.operations).toContain(counterexample?.failing);
    expect(counterexample?.minimal).toBe(false);
    expect(transitions).toBeLessThan(TRANSITIONS_MAX);
  });

  test('names the operation at which the search stopped, if there is no time to prove it', () => {
    const operations = lateRead();
    // Without it no test applies, so that it is a search that stops.
    const { registerAccess: _, ...model } = models['cas-register'];
    let isOver = false;

    const { counterexample } = checkLinearizable(model, operations, {
      evidence: true,
      onViolation: () => {
        isOver = true;
      },
      shouldStop: () => isOver,
    });

    const whole = checkLinearizable(model, operations, { evidence: true });
    expect(counterexample?.failing).toBe(whole.counterexample?.failing);
    expect(counterexample?.sentence).toMatch(/^c\d+ read = \d+ at \d+, but /);
  });

  test('says no more than it knows, where no search has stopped anywhere', () => {
    const { operations } = record(queueWorkload(), { ...LARGE, operations: 2_000 });
    const isTaken = ({ f, output = null }: HistoryOperation) => f === 'dequeue' && output !== null;
    const taken = operations.findIndex((each, index) => index > 1_000 && isTaken(each));
    const output = operations.find(isTaken)?.output ?? null;
    const spoiled = operations.map((each, index) => (index === taken ? { ...each, output } : each));
    let isOver = false;

    const { counterexample } = checkLinearizable(models.queue, spoiled, {
      evidence: true,
      onViolation: () => {
        isOver = true;
      },
      shouldStop: () => isOver,
    });

    expect(counterexample?.sentence).toMatch(
      /^no order of the operations explains what was answered by \d+$/,
    );
    expect(counterexample?.minimal).toBe(false);
  });

  test('takes no more steps than are left of those allowed', () => {
    const operations = lateRead();
    const verdictSteps = checkLinearizable(models['cas-register'], operations).steps;
    const transitionsWith = (maxSteps: number) => {
      let transitions = 0;
      const model = counting(models['cas-register'], () => {
        transitions++;
      });
      const result = checkLinearizable(model, operations, { evidence: true, maxSteps });
      expect(result.verdict).toBe('not-linearizable');
      return transitions;
    };

    expect(transitionsWith(verdictSteps + 10)).toBeLessThan(transitionsWith(100 * verdictSteps));
  });
});

describe('an exact test of a large history', () => {
  const stack = record(stackWorkload(), LARGE).operations;
  const queue = record(queueWorkload(), LARGE).operations;
  const register = record(registerWorkload('read-write', 0), LARGE).operations;

  test.each([
    ['stack', stack],
    ['queue', queue],
    ['register', register],
  ] as const)('of a %s ends in the midst of it when it is to stop', (name, operations) => {
    const questionsUntil = (last: number) => {
      let questions = 0;
      const result = checkHistory(
        { model: name, initial: null, operations },
        { shouldStop: () => ++questions > last },
      );
      return { ...result, questions };
    };

    const whole = questionsUntil(Number.POSITIVE_INFINITY);
    expect(whole.verdict).toBe('linearizable');
    expect(whole.questions).toBeGreaterThan(operations.length / 4_096);
    expect(questionsUntil(3)).toMatchObject({ verdict: 'unknown', reason: 'time', questions: 4 });
  });
});
