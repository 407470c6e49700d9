/** The order in which the passes are made, and until when. */
import type { Protocol } from '../../sim/contract.ts';
import type { CampaignEngine } from '../campaign-run.ts';
import { dropWhatCameLater } from './cut.ts';
import { explicitFates, removeFates, simplifyFates } from './fates.ts';
import {
  removeClients,
  removeFaults,
  removeOperations,
  removePairs,
  removeReplicas,
} from './remove.ts';
import { loosenFaults, shortenFaults } from './simpler-faults.ts';
import { simplifyOperations } from './simpler-operations.ts';
import { closeGaps, roundTimes } from './times.ts';
import type { Case, Trials } from './trials.ts';
import { nameLeaders, replaceTriggers, simplifyTriggers } from './triggers.ts';
import { waitLess } from './wait-less.ts';
import { calmWorld, plainNetwork, roundWorld, simplifyDelay } from './world.ts';

type Pass = (trials: Trials) => void;

/** More fates than this are no easier to read than the seed that draws them. */
const FATES_MAX = 60;

/** Big steps, which change what happens: what is not needed goes. */
function reducing(protocol: Protocol): readonly Pass[] {
  return [
    simplifyDelay,
    removeFates,
    dropWhatCameLater,
    (trials) => calmWorld(trials, protocol),
    simplifyTriggers,
    removeFaults,
    nameLeaders,
    removeClients,
    removeOperations,
    (trials) => removeReplicas(trials, protocol),
    closeGaps,
    loosenFaults,
  ];
}

/** Small steps, for the reader: what stays is said as simply as possible. */
function polishing(protocol: Protocol): readonly Pass[] {
  return [
    shortenFaults,
    simplifyOperations,
    roundTimes,
    (trials) => roundWorld(trials, protocol.optionSchema),
    simplifyFates,
  ];
}

/** One way from a failing run down to the smallest case. */
export interface Descent {
  readonly minimal: Case;
  /** Whether everything was tried; else the budget ran out. */
  readonly isComplete: boolean;
  /** Why messages still do so in the minimal case, if they do. */
  readonly whyDrawn?: string;
}

/** Goes down from the best case so far, as far as it goes. */
export function descend(trials: Trials, engine: CampaignEngine, protocol: Protocol): Descent {
  reduceUnderDraws(trials, protocol);
  const whyDrawn = reduceWithoutDraws(trials, engine, protocol);
  finish(trials, protocol);
  const why = whyDrawn === undefined ? {} : { whyDrawn };
  return { minimal: trials.best, isComplete: !trials.isCutShort, ...why };
}

/** The smallest plan whose messages still meet the fates that the seed draws. */
function reduceUnderDraws(trials: Trials, protocol: Protocol): void {
  const reduce = reducing(protocol);
  reduceWith(trials, reduce);
  // A mark that must be reached the fifth time keeps all that leads up to it; a time does not. But
  // a time misses its moment when what comes before it goes. What has fewer entries is kept.
  const waiting = trials.best;
  replaceTriggers(trials);
  if (trials.best === waiting) return;
  reduceWith(trials, reduce);
  if (entriesOf(trials.best) >= entriesOf(waiting)) trials.returnTo(waiting);
}

/** Without the network's draws, as far as that goes; returns why it does not, if it does not. */
function reduceWithoutDraws(
  trials: Trials,
  engine: CampaignEngine,
  protocol: Protocol,
): string | undefined {
  const drawn = trials.best;
  if (!plainNetwork(trials)) {
    const why = explicitFates(trials, engine);
    if (why !== undefined) return why;
  }
  reduceWith(trials, reducing(protocol));
  const fates = trials.spec.network.overrides?.length ?? 0;
  if (fates <= FATES_MAX) return undefined;
  trials.returnTo(drawn);
  return `it needs the fates of ${fates} messages, more than anybody would read`;
}

/** Polishes, until no single thing can go any more, and a time stands for each trigger. */
function finish(trials: Trials, protocol: Protocol): void {
  polishAndReduce(trials, protocol);
  const polished = trials.best;
  replaceTriggers(trials);
  if (trials.best !== polished) polishAndReduce(trials, protocol);
  if (trials.waits) waitLess(trials, protocol.optionSchema);
}

function polishAndReduce(trials: Trials, protocol: Protocol): void {
  let polished: Case;
  do {
    untilNothingChanges(trials, polishing(protocol));
    polished = trials.best;
    reduceWith(trials, reducing(protocol));
  } while (trials.best !== polished && !trials.isCutShort);
}

function untilNothingChanges(trials: Trials, passes: readonly Pass[]): void {
  let before: Case;
  do {
    before = trials.best;
    for (const pass of passes) pass(trials);
  } while (trials.best !== before && !trials.isCutShort);
}

/** Passes over and over for as long as there is less and less; pairs only where nothing single. */
function reduceWith(trials: Trials, passes: readonly Pass[]): void {
  let before: number;
  do {
    before = weightOf(trials.best);
    for (const pass of passes) pass(trials);
    if (weightOf(trials.best) === before) removePairs(trials);
  } while (weightOf(trials.best) < before && !trials.isCutShort);
}

/** All that a reader has to keep in mind. */
export function weightOf(each: Case): number {
  const { clients, replicas, network } = each.spec;
  return entriesOf(each) + clients + replicas + (network.overrides?.length ?? 0);
}

function entriesOf({ spec }: Case): number {
  return spec.plan.faults.length + spec.plan.operations.length;
}
