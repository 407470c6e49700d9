/** The options of Viewstamped Replication, their defaults, and what follows from them. */
import type { Micros, OptionSchema, Options } from '../../sim/contract.ts';

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

/** Longest time any option may name: one minute. */
const LONGEST: Micros = 60_000_000;

export const optionSchema: readonly OptionSchema[] = [
  {
    name: 'durability',
    about: 'diskless: memory only, with the recovery protocol; durable: log and views on disk',
    type: 'choice',
    default: 'diskless',
    choices: ['diskless', 'durable'],
  },
  time('heartbeatInterval', 10_000, 'an idle primary sends Commit this often'),
  time('viewChangeTimeout', 50_000, 'a backup that hears nothing for so long changes the view'),
  time('viewChangeSpread', 20_000, 'each node adds up to so much to its view change timeout', 0),
  time('viewChangeResend', 10_000, 'view change messages are sent again after so long'),
  time('prepareResend', 10_000, 'a primary without its quorum sends Prepare again after so long'),
  time('gapPatience', 3_000, 'a backup waits so long for an overtaken Prepare'),
  time('stateTransferRetry', 10_000, 'a replica asks another one for state after so long'),
  time('recoveryRetry', 20_000, 'a recovering replica or client asks again after so long'),
  time('clientRetry', 60_000, 'a client without a reply asks all replicas after so long'),
  time('giveUpAfter', 0, 'a client gives an operation up after so long; 0 is never', 0),
];

function time(name: string, value: Micros, about: string, min: Micros = 1): OptionSchema {
  return { name, about, type: 'integer', default: value, min, max: LONGEST };
}

/** Reads options that are complete and valid, as `Cluster.options` promises. */
export function readOptions(options: Options): VrOptions {
  return {
    isDurable: options.durability === 'durable',
    heartbeatInterval: micros(options, 'heartbeatInterval'),
    viewChangeTimeout: micros(options, 'viewChangeTimeout'),
    viewChangeSpread: micros(options, 'viewChangeSpread'),
    viewChangeResend: micros(options, 'viewChangeResend'),
    prepareResend: micros(options, 'prepareResend'),
    gapPatience: micros(options, 'gapPatience'),
    stateTransferRetry: micros(options, 'stateTransferRetry'),
    recoveryRetry: micros(options, 'recoveryRetry'),
    clientRetry: micros(options, 'clientRetry'),
    giveUpAfter: micros(options, 'giveUpAfter'),
  };
}

function micros(options: Options, name: string): Micros {
  const value = options[name];
  if (typeof value !== 'number') throw new TypeError(`option ${name} is ${value}, not a number`);
  return value;
}
