/** Scripted scenarios of OmniPaxos in which the members change (§6), or their votes are lost. */
import type { PlannedFault } from '../../sim/plan.ts';
import { damagedDisk, membersReplaced } from './members.ts';
import { drawQuick } from './omni-paxos-options.ts';
import { AFTERMATH, busyThrough, PATIENCE, servedIn } from './patience.ts';
import { defineScenario, MILLISECOND, type Scenario, scripted } from './scenario.ts';

const MS = MILLISECOND;

const replacedOneByOne = membersReplaced({
  protocol: 'op',
  about: 'three of five servers are members; three times the oldest one gives way to another',
  expects: 'each stop-sign ends a configuration, and clients are served in the next one',
  marks: ['configuration-ended', 'configuration-begun', 'migration-completed'],
  drawOptions: drawQuick,
});

const parallelMigration = defineScenario({
  protocol: 'op',
  name: 'parallel-migration',
  title: 'New members get a long log from several old ones',
  about:
    'three of five servers are members and have decided much, which nobody has compacted; then ' +
    'the other two take over, with one of the old ones that was cut off for long',
  expects: 'all three get what they lack in parts, from whoever has it, and serve clients',
  world: (stream) => {
    const cut = 40 * MS;
    const change = cut + PATIENCE + stream.below(60 * MS);
    const back = change + stream.between(10, 60) * MS;
    const faults: PlannedFault[] = [
      { at: cut, fault: 'partition', groups: [[2], [0, 1, 3, 4]], lasts: back - cut },
      { at: change, fault: 'reconfigure', members: [2, 3, 4] },
    ];
    return scripted(stream, faults, {
      replicas: 5,
      operations: 240,
      ...busyThrough(back + 2 * PATIENCE),
      options: drawQuick(stream),
      fixed: { members: 3, snapshotEvery: 0 },
      expect: {
        marks: ['configuration-ended', 'migration-requested', 'migration-completed'],
        windows: [
          servedIn('two of three', cut + PATIENCE / 2, change - cut - PATIENCE / 2),
          servedIn('the new members', back + PATIENCE, PATIENCE),
        ],
      },
    });
  },
});

const inMemory = defineScenario({
  protocol: 'op',
  name: 'in-memory',
  title: 'Without disks: who crashes votes no more',
  about: 'five servers keep nothing on disk; two of them crash, one after the other, and restart',
  expects: 'both learn what the three others decide; later those ask for each other alone',
  world: (stream) => {
    const at = stream.between(60, 120) * MS;
    const lasts = stream.between(5, 40) * MS;
    const changed = at + 2 * PATIENCE;
    const faults: PlannedFault[] = [
      { at, fault: 'crash', node: 0, lasts },
      { at: at + PATIENCE / 2, fault: 'crash', node: 1, lasts },
      { at: changed, fault: 'reconfigure', members: [2, 3, 4] },
    ];
    return scripted(stream, faults, {
      replicas: 5,
      operations: 160,
      ...busyThrough(changed + 2 * PATIENCE),
      options: drawQuick(stream),
      fixed: { durability: 'memory', acceptQuorum: 0 },
      expect: {
        marks: ['server-retired', 'configuration-begun'],
        windows: [
          servedIn('three of five vote', at + PATIENCE, PATIENCE),
          servedIn('three of three', changed + AFTERMATH, PATIENCE),
        ],
      },
    });
  },
});

const retiredServer = damagedDisk({
  protocol: 'op',
  title: 'A server finds its disk damaged',
  about: 'a record of one of three servers rots, and the server restarts and cannot read it',
  expects: 'it retires, for it may have forgotten a promise; the others go on',
  marks: ['server-retired'],
  others: 'two servers',
  drawOptions: drawQuick,
});

const flexibleQuorum = defineScenario({
  protocol: 'op',
  name: 'flexible-quorum',
  title: 'Flexible quorums: two of five decide, four of five elect',
  about: 'two of five servers have to accept; three go down, and later come back',
  expects: 'a leader and one other go on if the leader is up; otherwise all wait for the three',
  world: (stream) => {
    const down = stream.between(80, 120) * MS;
    const back = down + PATIENCE;
    const crash = (node: number | 'leader'): PlannedFault => ({
      at: down,
      fault: 'crash',
      node,
      lasts: back - down,
    });
    return scripted(stream, [crash('leader'), crash(1), crash(2)], {
      replicas: 5,
      operations: 160,
      ...busyThrough(back + 2 * PATIENCE),
      options: drawQuick(stream),
      fixed: { acceptQuorum: 2 },
      expect: {
        windows: [
          { about: 'no leader', from: down + AFTERMATH, until: back, kind: 'writes', atMost: 0 },
          servedIn('elected', back + AFTERMATH, PATIENCE),
        ],
      },
    });
  },
});

export const memberScripts: readonly Scenario[] = [
  replacedOneByOne,
  parallelMigration,
  inMemory,
  retiredServer,
  flexibleQuorum,
];
