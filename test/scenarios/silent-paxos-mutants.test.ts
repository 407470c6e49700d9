/** Where the bugs of Multi-Paxos cannot show. */
import { copied, describeSilence, type Harmless, inOrder, NEVER, untorn } from './silence.ts';

/** Nobody is ever thought to be silent. */
const oneLeader: Harmless = {
  because: 'the first leader stays',
  scenario: 'mp/calm',
  options: { leaderTimeout: NEVER, leaderSpread: 0 },
  change: copied,
};

const powered: Harmless = { because: 'no power is ever lost', scenario: 'mp/lossy' };

const patient: Harmless = {
  because: 'no client ever asks twice',
  scenario: 'mp/calm',
  options: { clientRetry: NEVER, giveUpAfter: 0 },
};

describeSilence('mp', {
  'MP-1': powered,
  'MP-2': powered,
  'MP-4': oneLeader,
  'MP-5': oneLeader,
  'MP-7': {
    because: 'no acceptor answers twice',
    scenario: 'mp/calm',
    options: { phase2Resend: NEVER },
  },
  'MP-8': {
    because: 'the number of members is odd',
    scenario: 'mp/crashes',
    replicas: 3,
  },
  'MP-10': { ...oneLeader, because: 'no slot is left empty', change: inOrder },
  'MP-12': patient,
  'MP-14': { because: 'nobody restarts', scenario: 'mp/partitions' },
  'MP-15': { because: 'all clocks are right', scenario: 'mp/crashes' },
  'MP-17': { because: 'members stay the same', scenario: 'mp/crashes' },
  'MP-18': {
    because: 'every read takes a slot',
    scenario: 'mp/chaos',
    options: { readMode: 'log' },
  },
  'MP-19': { because: 'nobody restarts', scenario: 'mp/partitions' },
  'CL-1': patient,
  'CL-2': patient,
  'CL-5': oneLeader,
  'CL-6': { because: 'no message is damaged', scenario: 'mp/crashes' },
  'ST-1': powered,
  'ST-2': { because: 'a crash never tears a record', scenario: 'mp/crashes', change: untorn },
  'ST-4': powered,
  'ST-6': { because: 'no record is ever damaged', scenario: 'mp/crashes' },
  'SM-1': {
    because: 'nothing is ever put',
    scenario: 'mp/chaos',
    change: ({ workload }) => ({ workload: { ...workload, mix: { get: 50, delete: 50 } } }),
  },
  'SM-3': {
    because: 'nothing is ever compared and set',
    scenario: 'mp/chaos',
    change: ({ workload }) => ({ workload: { ...workload, mix: { get: 50, put: 50 } } }),
  },
});
