/** The options of Viewstamped Replication, their defaults, and what follows from them. */
import type { Micros, OptionSchema, Options } from '../../sim/contract.ts';
import { patienceOptions } from '../client-patience.ts';
import { integerOption, ROUND_TRIP, timeOption } from '../option-schema.ts';

/** Options as the replicas read them. Times are Micros. */
export interface VrOptions {
  readonly isDurable: boolean;
  readonly heartbeatInterval: Micros;
  readonly viewChangeTimeout: Micros;
  readonly viewChangeSpread: Micros;
  readonly viewChangeResend: Micros;
  readonly prepareResend: Micros;
  readonly gapPatience: Micros;
  readonly stateTransferRetry: Micros;
  readonly recoveryRetry: Micros;
  readonly clientRetry: Micros;
  readonly giveUpAfter: Micros;
}

/**
 * Nodes may wait for different times, as during a rolling upgrade; what they keep on disk has to be
 * the same everywhere. Any combination of trials leaves time for what has to happen meanwhile: the
 * shortest view change timeout is more than two of the longest heartbeats, on clocks that are a
 * fifth apart from true time.
 */
export const optionSchema: readonly OptionSchema[] = [
  {
    name: 'durability',
    about: 'diskless: memory only, with the recovery protocol; durable: log and views on disk',
    type: 'choice',
    default: 'diskless',
    choices: ['diskless', 'durable'],
    trials: ['durable'],
  },
  timeOption({
    name: 'heartbeatInterval',
    about: 'an idle primary sends Commit this often',
    default: 10_000,
    trials: [3_000],
  }),
  timeOption({
    name: 'viewChangeTimeout',
    about: 'a backup that hears nothing for so long changes the view',
    default: 50_000,
    min: ROUND_TRIP,
    trials: [40_000, 150_000],
  }),
  timeOption({
    name: 'viewChangeSpread',
    about: 'each node adds up to so much to its view change timeout',
    default: 20_000,
    min: 0,
    trials: [0, 60_000],
  }),
  timeOption({
    name: 'viewChangeResend',
    about: 'view change messages are sent again after so long',
    default: 10_000,
    trials: [3_000, 30_000],
  }),
  timeOption({
    name: 'prepareResend',
    about: 'a primary without its quorum sends Prepare again after so long',
    default: 10_000,
    trials: [3_000, 30_000],
  }),
  timeOption({
    name: 'gapPatience',
    about: 'a backup waits so long for an overtaken Prepare',
    default: 3_000,
    trials: [500, 15_000],
  }),
  timeOption({
    name: 'stateTransferRetry',
    about: 'a replica asks another one for state after so long',
    default: 10_000,
    trials: [3_000, 30_000],
  }),
  timeOption({
    name: 'recoveryRetry',
    about: 'a recovering replica or client asks again after so long',
    default: 20_000,
    trials: [1_000, 60_000],
  }),
  ...patienceOptions,
];

/** Reads options that are complete and valid, as `Cluster.options` promises. */
export function readOptions(options: Options): VrOptions {
  return {
    isDurable: options.durability === 'durable',
    heartbeatInterval: integerOption(options, 'heartbeatInterval'),
    viewChangeTimeout: integerOption(options, 'viewChangeTimeout'),
    viewChangeSpread: integerOption(options, 'viewChangeSpread'),
    viewChangeResend: integerOption(options, 'viewChangeResend'),
    prepareResend: integerOption(options, 'prepareResend'),
    gapPatience: integerOption(options, 'gapPatience'),
    stateTransferRetry: integerOption(options, 'stateTransferRetry'),
    recoveryRetry: integerOption(options, 'recoveryRetry'),
    clientRetry: integerOption(options, 'clientRetry'),
    giveUpAfter: integerOption(options, 'giveUpAfter'),
  };
}
