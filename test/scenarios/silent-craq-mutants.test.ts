/** Where the bugs of CRAQ cannot show. */
import { describeSilence, type Harmless, NEVER, untorn } from './silence.ts';

/** All servers are in the chain from the start: nobody joins, nobody leaves. */
const calm: Harmless = {
  because: 'the chain stays as it is',
  scenario: 'craq/calm',
  options: { servers: 0 },
};

const ALONE = { servers: 1, autoExtend: false, multicast: false };

const alone: Harmless = {
  because: 'the only server is the tail',
  scenario: 'craq/calm',
  options: ALONE,
};

const patient: Harmless = {
  because: 'no client ever asks twice',
  scenario: 'craq/calm',
  options: { clientRetry: NEVER, giveUpAfter: 0, testAndSet: 'order' },
};

const powered: Harmless = { because: 'no power is ever lost', scenario: 'craq/lossy' };

describeSilence('craq', {
  'CQ-1': { because: 'nothing is ever put', scenario: 'craq/chaos', change: readsOnly() },
  'CQ-3': calm,
  'CQ-4': { because: 'nothing is ever put', scenario: 'craq/chaos', change: readsOnly() },
  'CQ-6': calm,
  'CQ-8': { because: 'nothing is ever put', scenario: 'craq/chaos', change: readsOnly() },
  'CQ-9': {
    because: 'no update ever waits',
    scenario: 'craq/chaos',
    options: { testAndSet: 'order' },
  },
  'CQ-10': calm,
  'CQ-11': alone,
  'CQ-12': calm,
  'CQ-13': {
    because: 'no test-and-set is ever rejected',
    scenario: 'craq/chaos',
    options: { testAndSet: 'order' },
  },
  'CQ-14': calm,
  'CQ-15': calm,
  'CL-1': patient,
  'CL-2': patient,
  'CL-5': calm,
  'CL-6': { because: 'no message is damaged', scenario: 'craq/crashes' },
  'ST-1': powered,
  'ST-2': { because: 'a crash never tears a record', scenario: 'craq/crashes', change: untorn },
  'ST-4': powered,
  'ST-6': { because: 'no record is ever damaged', scenario: 'craq/crashes' },
  'SM-1': { because: 'nothing is ever put', scenario: 'craq/chaos', change: readsOnly() },
  'SM-3': {
    because: 'nothing is ever compared and set',
    scenario: 'craq/chaos',
    change: ({ workload }) => ({ workload: { ...workload, mix: { get: 50, put: 50 } } }),
  },
});

function readsOnly(): NonNullable<Harmless['change']> {
  return ({ workload }) => ({ workload: { ...workload, mix: { get: 100 } } });
}
