/** Scripted scenarios of Multi-Paxos in which the members change (§2.1). */
import type { PlannedFault } from '../../sim/plan.ts';
import { membersReplaced } from './members.ts';
import { drawQuick } from './multi-paxos-options.ts';
import { AFTERMATH, busyThrough, PATIENCE, servedIn } from './patience.ts';
import { defineScenario, MILLISECOND, type Scenario, scripted } from './scenario.ts';

const MS = MILLISECOND;

const replacedOneByOne = membersReplaced({
  protocol: 'mp',
  about: 'three of five nodes are members; three times the oldest one gives way to another node',
  expects: 'a leader that is replaced steps down, the others elect one; clients are served on',
  marks: ['reconfiguration-performed', 'configuration-in-force', 'leader-removed'],
  drawOptions: drawQuick,
});

const allMembersReplaced = defineScenario({
  protocol: 'mp',
  name: 'all-members-replaced',
  title: 'All members are replaced at once while one of them is cut off',
  about:
    'nodes 0 to 2 are members, and node 2 is cut off from the other nodes; nodes 3 and 4 take ' +
    'over; then node 2 can be heard again',
  expects: 'the new members serve clients, and the old one learns of them when it is back',
  world: (stream) => {
    const cut = stream.between(60, 120) * MS;
    const change = cut + stream.between(5, 40) * MS;
    const lasts = change - cut + 2 * PATIENCE;
    const faults: PlannedFault[] = [
      { at: cut, fault: 'partition', groups: [[2], [0, 1, 3, 4]], lasts },
      { at: change, fault: 'reconfigure', members: [3, 4] },
    ];
    return scripted(stream, faults, {
      replicas: 5,
      operations: 160,
      ...busyThrough(cut + lasts + PATIENCE),
      options: drawQuick(stream),
      fixed: { members: 3 },
      expect: {
        marks: ['configuration-in-force', 'leader-removed'],
        windows: [
          servedIn('new members', change + PATIENCE, PATIENCE),
          servedIn('the old one is back', cut + lasts + AFTERMATH, PATIENCE - AFTERMATH),
        ],
      },
    });
  },
});

const OLD_MEMBERS = [0, 1, 2];

/** An operation of every client or two, all answered long before the members change. */
const EARLY = { operations: 6, busyFor: 40 * MS };

const membersReplacedIdle = defineScenario({
  protocol: 'mp',
  name: 'members-replaced-idle',
  title: 'Members are replaced while nobody asks for anything',
  about:
    'three of five nodes are members; when all clients are done, two or three of them give way ' +
    'to others; later those that left die for good, and then client 0 writes once',
  expects:
    'the leader fills the slots up to the change with no-ops, so that the new members need none ' +
    'of the dead to answer',
  world: (stream) => {
    const members = stream.pick([
      [2, 3, 4],
      [0, 3, 4],
      [3, 4],
    ]);
    const change = stream.between(200, 260) * MS;
    const died = change + PATIENCE;
    const asked = died + PATIENCE;
    const leaving = OLD_MEMBERS.filter((node) => !members.includes(node));
    const faults: PlannedFault[] = [
      { at: change, fault: 'reconfigure', members },
      ...leaving.map((node) => ({
        at: died,
        fault: 'crash' as const,
        node,
        staysDown: true as const,
      })),
    ];
    // Drawn values begin at 1.
    const write = { at: asked, client: 0, operation: { f: 'put', key: 'k0', value: 0 } };
    return scripted(stream, faults, {
      replicas: 5,
      ...EARLY,
      span: asked + PATIENCE,
      options: drawQuick(stream),
      // With a window of 1 the change is in force at once, and there is nothing to fill.
      fixed: { members: OLD_MEMBERS.length, window: stream.pick([2, 4, 16]) },
      lastOperations: [write],
      expect: {
        marks: ['leader-elected', 'reconfiguration-performed', 'configuration-in-force'],
        windows: [
          servedIn('old members', 0, change),
          { about: 'nobody asks', from: change, until: asked, atMost: 0 },
          servedIn('new members', asked, PATIENCE),
        ],
      },
    });
  },
});

export const memberScripts: readonly Scenario[] = [
  replacedOneByOne,
  allMembersReplaced,
  membersReplacedIdle,
];
