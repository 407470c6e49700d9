/** Where the bugs of Viewstamped Replication cannot show. */
import { copied, describeSilence, type Harmless, inOrder, NEVER, untorn } from './silence.ts';

const NO_VIEW_CHANGE = { viewChangeTimeout: NEVER, viewChangeSpread: 0 };

/** Nobody is ever thought to be silent. */
const copies: Harmless = {
  because: 'no view ever changes, and nobody forgets anything',
  scenario: 'vr/calm',
  options: NO_VIEW_CHANGE,
  change: copied,
};

const calm: Harmless = { because: 'nothing is ever sent again', scenario: 'vr/calm' };

describeSilence('vr', {
  'VR-1': copies,
  'VR-3': copies,
  'VR-5': copies,
  'VR-6': copies,
  'VR-8': copies,
  'VR-9': copies,
  'VR-10': copies,
  'VR-24': copies,
  'VR-12': {
    because: 'no PrepareOk is ever repeated or overtaken',
    scenario: 'vr/calm',
    options: { prepareResend: NEVER },
    change: inOrder,
  },
  'VR-13': {
    because: 'nothing is lost and nothing overtaken',
    scenario: 'vr/calm',
    change: inOrder,
  },
  'VR-15': { because: 'there is no backup', scenario: 'vr/calm', replicas: 1 },
  'VR-21': { because: 'no client crashes', scenario: 'vr/partitions' },
  'CL-1': calm,
  'CL-2': calm,
  'CL-6': { because: 'no message is damaged', scenario: 'vr/crashes' },
  'ST-1': { because: 'no power is ever lost', scenario: 'vr/lossy' },
  'ST-2': {
    because: 'a crash never tears a record',
    scenario: 'vr/crashes',
    change: untorn,
  },
  'ST-6': { because: 'no record is ever damaged', scenario: 'vr/crashes' },
  'SM-1': {
    because: 'nothing is ever put',
    scenario: 'vr/chaos',
    change: ({ workload }) => ({ workload: { ...workload, mix: { get: 50, delete: 50 } } }),
  },
  'SM-3': {
    because: 'nothing is ever compared and set',
    scenario: 'vr/chaos',
    change: ({ workload }) => ({ workload: { ...workload, mix: { get: 50, put: 50 } } }),
  },
});
