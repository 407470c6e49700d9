/** What a world says of messages that were sent and have not been received. */
import { describe, expect, test } from 'vitest';
import type { PlannedFault } from '../../sim/plan.ts';
import { DELAY, type Script, simulate } from './scripted.ts';

const SENT_AT = 1_000;

/** Bodies of the letters in flight when the run is cut. */
function inFlight(at: number, faults: readonly PlannedFault[] = []): readonly unknown[] {
  const script: Script = {
    replica: {
      start(env) {
        if (env.id === 1) env.setTimer('write', SENT_AT);
        // The first event after the cut is taken from the queue: not the letter.
        env.setTimer('end', at + 1);
      },
      expire(env, timer) {
        if (timer === 'write') env.send(0, { type: 'Letter', body: 'to node 0' });
      },
    },
  };
  const { simulation } = simulate(script, { replicas: 2, faults, ending: { kind: 'cut', at } });
  return simulation.messagesInFlight().map((message) => (message as { body?: unknown }).body);
}

describe('a message is in flight', () => {
  const LATE = SENT_AT + 10 * DELAY;

  test('from its sending until it arrives', () => {
    expect(inFlight(SENT_AT - 1)).toEqual([]);
    expect(inFlight(SENT_AT + DELAY / 2)).toEqual(['to node 0']);
    expect(inFlight(LATE)).toEqual([]);
  });

  test('while a clogged link holds it back', () => {
    const clog = { at: 1, fault: 'clog', from: [1], to: [0] } as const;
    expect(inFlight(LATE, [clog])).toEqual(['to node 0']);
    expect(inFlight(LATE, [{ ...clog, lasts: 5 * DELAY }])).toEqual([]);
  });

  test('while it waits for a paused node, until that one crashes', () => {
    const pause = { at: 1, fault: 'pause', node: 0 } as const;
    expect(inFlight(LATE, [pause])).toEqual(['to node 0']);
    expect(inFlight(LATE, [pause, { at: LATE - 1, fault: 'crash', node: 0 }])).toEqual([]);
  });
});
