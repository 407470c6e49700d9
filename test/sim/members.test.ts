/** Requests for other members: who is asked, when, and what may come in between. */
import { describe, expect, test } from 'vitest';
import type { PlannedFault } from '../../sim/plan.ts';
import { DELAY, lines, type Outcome, type ReplicaBehaviour, simulate } from './scripted.ts';

const ASK: PlannedFault = { at: 1_000, fault: 'reconfigure', members: [0, 2] };

/** Replicas mark once after 1.5 ms and send in the same step; those that are asked answer n1. */
const MARKING: ReplicaBehaviour = {
  start: (env) => env.setTimer('mark', 1_500),
  expire(env) {
    env.mark('here');
    env.send(1, { type: 'Marked' });
  },
};

function request(
  faults: readonly PlannedFault[],
  replica = MARKING,
): Outcome & { asked: string[] } {
  const asked: string[] = [];
  const reconfigure: ReplicaBehaviour['reconfigure'] = (env, members) => {
    asked.push(`n${env.id} at ${env.now}: ${members.join()}`);
    env.send(1, { type: 'Asked' });
  };
  return { ...simulate({ replica: { ...replica, reconfigure } }, { replicas: 3, faults }), asked };
}

describe('a request for other members', () => {
  test('asks the first replica that is up, whose answer leaves like any other', () => {
    const { asked, records } = request([ASK]);
    expect(asked).toEqual(['n0 at 1000: 0,2']);
    expect(lines(records, 'deliver')).toContain(`${1_000 + DELAY} n1 Asked`);
  });

  test('asks another one while the first is down or paused', () => {
    for (const fault of ['crash', 'pause'] as const) {
      const held: PlannedFault = { at: 500, fault, node: 0, lasts: 5_000 };
      expect(request([held, ASK]).asked).toEqual(['n1 at 1000: 0,2']);
    }
  });

  test('names the node of a mark', () => {
    const when = { mark: 'here', node: 2, nth: 1, after: 0 };
    const { asked } = request([{ when, fault: 'reconfigure', members: [1, 'it'] }]);
    expect(asked).toEqual(['n0 at 1500: 1,2']);
  });

  test('waits its turn at a slow node', () => {
    const slow: PlannedFault = { at: 500, fault: 'slow-node', node: 0, by: 300 };
    expect(request([slow, ASK, { ...ASK, members: [1] }]).asked).toEqual([
      'n0 at 1000: 0,2',
      'n0 at 1300: 1',
    ]);
  });

  test('is void when its node crashes before its turn', () => {
    const slow: PlannedFault = { at: 500, fault: 'slow-node', node: 0, by: 300 };
    const crash: PlannedFault = { at: 1_100, fault: 'crash', node: 0, lasts: 10 };
    expect(request([slow, ASK, { ...ASK, members: [1] }, crash]).asked).toEqual([
      'n0 at 1000: 0,2',
    ]);
  });

  test('at a mark lets nothing leave that a crash at that mark takes back', () => {
    const when = { mark: 'here', node: 0, nth: 1, after: 0 };
    const { records } = request([
      { when, fault: 'reconfigure', members: [1] },
      { when, fault: 'crash', node: 'it', lasts: 100 },
    ]);
    const arrived = lines(records, 'deliver').filter((line) => line.startsWith('2500 n1'));
    // Of replicas 1 and 2: what 0 sent when it marked never left.
    expect(arrived).toEqual(['2500 n1 Marked']);
  });

  test('is held back where nobody can be asked', () => {
    const unable = simulate({ replica: MARKING }, { faults: [ASK] }).simulation;
    expect(unable.faults.accounts[0]?.status).toBe('held-back');
    const down: PlannedFault[] = [0, 1, 2].map((node) => ({ at: 500, fault: 'crash', node }));
    const { asked, simulation } = request([...down, ASK]);
    expect(asked).toEqual([]);
    expect(simulation.faults.accounts[3]?.status).toBe('held-back');
  });
});
