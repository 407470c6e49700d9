/** Where the bugs of chain replication cannot show. */
import { describeSilence, type Harmless, NEVER, untorn } from './silence.ts';

const PATIENT = { clientRetry: NEVER, giveUpAfter: 0 };

/** All servers are in the chain from the start: nobody joins, nobody leaves. */
const calm: Harmless = {
  because: 'the chain stays as it is',
  scenario: 'chain/calm',
  options: { servers: 0 },
};

const patient: Harmless = {
  because: 'no client ever asks twice',
  scenario: 'chain/calm',
  options: PATIENT,
};

const ONE_MASTER = { masters: 1 };

const powered: Harmless = { because: 'no power is ever lost', scenario: 'chain/lossy' };

describeSilence('chain', {
  'CR-1': {
    because: 'the head is the tail',
    scenario: 'chain/calm',
    options: { servers: 1, autoExtend: false },
  },
  'CR-2': calm,
  'CR-3': calm,
  'CR-5': {
    because: 'the head has no successor but the tail',
    scenario: 'chain/calm',
    options: { servers: 2, autoExtend: false },
  },
  'CR-7': calm,
  'CR-8': calm,
  'CR-10': { because: 'no master restarts', scenario: 'chain/lossy' },
  'CR-11': {
    because: 'one master acts all the while',
    scenario: 'chain/lossy',
    options: ONE_MASTER,
  },
  'CR-12': {
    because: 'one master acts all the while',
    scenario: 'chain/lossy',
    options: ONE_MASTER,
  },
  'CR-13': {
    because: 'no question comes while there is a read for another',
    scenario: 'chain/calm',
    options: { forwardResend: NEVER },
  },
  'CR-14': { because: 'no tail restarts', scenario: 'chain/lossy' },
  'CR-15': {
    because: 'queries travel as updates do',
    scenario: 'chain/chaos',
    options: { readMode: 'chain' },
  },
  'CR-16': { because: 'no master restarts', scenario: 'chain/lossy' },
  'CR-17': { because: 'nobody dies', scenario: 'chain/lossy' },
  'CL-1': patient,
  'CL-2': patient,
  'CL-5': calm,
  'CL-6': { because: 'no message is damaged', scenario: 'chain/crashes' },
  'ST-1': powered,
  'ST-2': { because: 'a crash never tears a record', scenario: 'chain/crashes', change: untorn },
  'ST-4': powered,
  'ST-6': { because: 'no record is ever damaged', scenario: 'chain/crashes' },
  'SM-1': {
    because: 'nothing is ever put',
    scenario: 'chain/chaos',
    change: ({ workload }) => ({ workload: { ...workload, mix: { get: 50, delete: 50 } } }),
  },
  'SM-3': {
    because: 'nothing is ever compared and set',
    scenario: 'chain/chaos',
    change: ({ workload }) => ({ workload: { ...workload, mix: { get: 50, put: 50 } } }),
  },
});
