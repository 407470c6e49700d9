/** Where the bugs of OmniPaxos cannot show. */
import { describeSilence, type Harmless, inOrder, NEVER, untorn } from './silence.ts';

/** Nothing is lost or overtaken, so whoever leads first is always heard. */
const oneLeader: Harmless = {
  because: 'the first leader stays',
  scenario: 'op/calm',
  change: inOrder,
};

const inTurn: Harmless = { ...oneLeader, because: 'nothing is lost, and all comes in turn' };

const running: Harmless = { because: 'nobody restarts', scenario: 'op/partitions' };

const powered: Harmless = { because: 'no power is ever lost', scenario: 'op/lossy' };

const sameMembers: Harmless = { because: 'members stay the same', scenario: 'op/crashes' };

const patient: Harmless = {
  because: 'no client ever asks twice',
  scenario: 'op/calm',
  options: { clientRetry: NEVER, giveUpAfter: 0 },
};

const whole: Harmless = {
  because: 'snapshots are of the whole state',
  scenario: 'op/crashes',
  options: { snapshots: 'complete' },
};

const inLog: Harmless = {
  because: 'every read is in the log',
  scenario: 'op/chaos',
  options: { readMode: 'log' },
};

describeSilence('op', {
  'OP-1': oneLeader,
  'OP-3': oneLeader,
  'OP-5': whole,
  'OP-6': whole,
  'OP-8': inTurn,
  'OP-9': inTurn,
  'OP-11': running,
  'OP-12': inTurn,
  'OP-13': inTurn,
  'OP-14': sameMembers,
  'OP-16': oneLeader,
  'OP-17': oneLeader,
  'OP-19': { because: 'there is one server only', scenario: 'op/crashes', replicas: 1 },
  'OP-20': sameMembers,
  'OP-22': sameMembers,
  'OP-23': sameMembers,
  'OP-25': oneLeader,
  'OP-26': { because: 'all clocks are right', scenario: 'op/crashes' },
  'OP-27': inLog,
  'OP-28': running,
  'OP-29': inLog,
  'OP-30': running,
  'OP-31': {
    because: 'no batch is ever waiting',
    scenario: 'op/crashes',
    options: { batchSize: 1 },
  },
  'CL-1': patient,
  'CL-2': patient,
  'CL-5': oneLeader,
  'CL-6': { because: 'no message is damaged', scenario: 'op/crashes' },
  'ST-1': powered,
  'ST-2': { because: 'a crash never tears a record', scenario: 'op/crashes', change: untorn },
  'ST-4': powered,
  'ST-6': { because: 'no record is ever damaged', scenario: 'op/crashes' },
  'SM-1': {
    because: 'nothing is ever put',
    scenario: 'op/chaos',
    change: ({ workload }) => ({ workload: { ...workload, mix: { get: 50, delete: 50 } } }),
  },
  'SM-3': {
    because: 'nothing is ever compared and set',
    scenario: 'op/chaos',
    change: ({ workload }) => ({ workload: { ...workload, mix: { get: 50, put: 50 } } }),
  },
});
