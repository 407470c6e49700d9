/**
 * What CRAQ claims to survive, and whom it owes progress: what the chain that it is built on does
 * (Terrace & Freedman, USENIX ATC 2009, §2.5).
 */
import type { Claims, Micros, Options } from '../../sim/contract.ts';
import { claims as chainClaims } from '../chain-replication/claims.ts';
import type { CraqState } from './index.ts';
import { readCraqOptions } from './options.ts';

/** Times that an answer of the tail is lost, for one read. */
const RETRIES = 4;

export function claims(options: Options, replicas: number): Claims<CraqState> {
  const chain = chainClaims(options, replicas);
  const { staleness, askRetry } = readCraqOptions(options);
  return {
    ...chain,
    // How old an answer is, every server tells by its own clock.
    survives: (loss, replica, view) =>
      !(loss === 'clock' && staleness.by === 'time') && chain.survives(loss, replica, view),
    progressWithin: chain.progressWithin + waits(askRetry),
  };
}

function waits(askRetry: Micros): Micros {
  return RETRIES * askRetry;
}
