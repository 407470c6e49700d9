/** Scenarios of the two small protocols: an unreplicated server, and a chain of two. */
import { genericScenarios } from './generic.ts';
import { defineScenario, MILLISECOND, profileNamed, type Scenario } from './scenario.ts';

const KILLED_AT = 200 * MILLISECOND;
/** What was on its way when the server died may still arrive within the longest delay. */
const LAST_REPLY_AT = KILLED_AT + 2 * MILLISECOND;

export const smallScenarios: readonly Scenario[] = [
  ...genericScenarios({ protocol: 'single', replicas: [1], options: () => ({}) }, [
    'calm',
    'lossy',
  ]),
  defineScenario({
    protocol: 'single',
    name: 'server-killed',
    title: 'D1: a single server is killed',
    about: 'one server; operations; it dies and stays down; more operations',
    expects: 'operations return before the kill and none after it; history keeps those open',
    world: (stream) => ({
      replicas: 1,
      clients: 2,
      operations: stream.between(20, 40),
      span: 400 * MILLISECOND,
      profile: profileNamed('calm'),
      faults: [{ at: KILLED_AT, fault: 'crash', node: 0, staysDown: true }],
      expect: { noReturnsAfter: LAST_REPLY_AT },
    }),
  }),
  ...genericScenarios({ protocol: 'chain2', replicas: [2], options: () => ({}) }, [
    'calm',
    'lossy',
  ]),
];
