/**
 * The network, message by message: every message takes as long as every other, but for those whose
 * fate the failure needs. What chance has drawn is written down in full first and then taken away.
 */
import type { FateOverride } from '../../sim/plan.ts';
import { type CampaignEngine, judge } from '../campaign-run.ts';
import { minimise } from './minimise.ts';
import { rounderTimes } from './times.ts';
import type { PlannedSpec, Trials } from './trials.ts';
import { plainNetworkOf } from './world.ts';

/** A run of more messages is not taken apart: there is no reading it. */
const MESSAGES_MAX = 20_000;
/** Delays that may be those of all messages; the one nearest to what was drawn is taken. */
const DELAYS = [100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000];

/**
 * Replaces the draws of the network by the fates of single messages, as few as the failure needs.
 * Returns why that cannot be done, if it cannot.
 */
export function explicitFates(trials: Trials, engine: CampaignEngine): string | undefined {
  const fates = judge(engine, trials.spec, { fates: true }).fates ?? [];
  if (fates.length > MESSAGES_MAX)
    return `it sends ${fates.length} messages, too many to go through`;
  const delay = nearestDelay(fates);
  const telling = fates.filter((fate) => !isPlainFate(fate, delay));
  const explicit: PlannedSpec = {
    ...trials.spec,
    network: { ...plainNetworkOf(delay), overrides: telling },
  };
  if (!trials.attempt(explicit)) {
    return 'with the fates of all messages written out it does not fail in the same way';
  }
  removeFates(trials);
  return undefined;
}

export function removeFates(trials: Trials): void {
  minimise(trials.spec.network.overrides ?? [], (overrides) =>
    trials.attempt(withFates(trials.spec, overrides)),
  );
}

/** Lost rather than late, a single oddity rather than two, round times. */
export function simplifyFates(trials: Trials): void {
  for (let index = 0; index < fatesOf(trials.spec).length; index++) {
    for (const candidates of [earlierFates, simplerFates, rounderFates]) {
      const fates = fatesOf(trials.spec);
      const fate = fates[index];
      if (fate === undefined) return;
      const simpler = candidates(fate).filter((each) => !isTaken(each, fates, index));
      trials.attemptFirst(simpler.map((each) => withFate(trials.spec, index, each)));
    }
  }
}

/** The same fate for an earlier message of the type, so that fewer need to come before it. */
function earlierFates(fate: FateOverride): FateOverride[] {
  const { ordinal } = fate;
  const earlier = new Set([0, 1, 2, Math.floor(ordinal / 2), ordinal - 2, ordinal - 1]);
  return [...earlier].flatMap((each) =>
    each >= 0 && each < ordinal ? [{ ...fate, ordinal: each }] : [],
  );
}

/** Whether another entry is about the same message. */
function isTaken(fate: FateOverride, fates: readonly FateOverride[], index: number): boolean {
  const { from, to, type, ordinal } = fate;
  return fates.some(
    (other, at) =>
      at !== index &&
      other.from === from &&
      other.to === to &&
      other.type === type &&
      other.ordinal === ordinal,
  );
}

function rounderFates(fate: FateOverride): FateOverride[] {
  if (fate.delay === undefined) return [];
  return rounderTimes(fate.delay).map((delay) => ({ ...fate, delay }));
}

function fatesOf(spec: PlannedSpec): readonly FateOverride[] {
  return spec.network.overrides ?? [];
}

function withFate(spec: PlannedSpec, index: number, fate: FateOverride): PlannedSpec {
  return withFates(spec, fatesOf(spec).with(index, fate));
}

function withFates(spec: PlannedSpec, overrides: readonly FateOverride[]): PlannedSpec {
  const { overrides: _overrides, ...network } = spec.network;
  return { ...spec, network: overrides.length === 0 ? network : { ...network, overrides } };
}

function simplerFates(fate: FateOverride): FateOverride[] {
  const { from, to, type, ordinal, drop, corrupt, delay, duplicate } = fate;
  if (drop === true) return [];
  const message = { from, to, type, ordinal };
  const simpler: FateOverride[] = [{ ...message, drop: true }];
  if (corrupt === true) simpler.push({ ...message, corrupt });
  if (delay !== undefined && duplicate !== undefined) {
    simpler.push({ ...message, duplicate }, { ...message, delay });
  }
  return simpler;
}

function isPlainFate({ drop, corrupt, delay, duplicate }: FateOverride, plain: number): boolean {
  return drop !== true && corrupt !== true && duplicate === undefined && delay === plain;
}

function nearestDelay(fates: readonly FateOverride[]): number {
  const delays = fates.flatMap(({ delay }) => delay ?? []).sort((a, b) => a - b);
  const median = delays[Math.floor(delays.length / 2)] ?? 0;
  const distance = (delay: number): number => Math.abs(delay - median);
  return DELAYS.reduce((best, each) => (distance(each) < distance(best) ? each : best));
}
