/** Nothing that a protocol does may throw, and nothing may grow without bound. */
import type { Oracle } from './oracle.ts';

export const noException: Oracle = {
  id: 'no-exception',
  letter: 'X',
  about: 'no handler throws, and the queue of messages and timers stays within its bound',
  watch(court) {
    return {
      ended(end) {
        if (end.how !== 'bound' || end.bound !== 'queue') return;
        const text = `more than ${court.spec.bounds.queue} events were queued at once`;
        court.violation(noException, text);
      },
    };
  },
};
