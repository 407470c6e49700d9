/** Makes the world around the plan plain: no luck of network, disks and clocks, default options. */
import type { OptionSchema, OptionValue, Protocol } from '../../sim/contract.ts';
import type { DiskConfig, NetworkConfig } from '../../sim/plan.ts';
import { fittedOptions } from '../option-fit.ts';
import { MILLISECOND } from './edit.ts';
import { rounderTimes } from './times.ts';
import type { PlannedSpec, Trials } from './trials.ts';

/** Latencies of a plain disk, the simplest first. */
const DISK_LATENCIES = [0, 100, MILLISECOND, 5 * MILLISECOND];
/** Delays of a plain network, which is one on which every message takes as long. */
export const PLAIN_DELAYS = [MILLISECOND, 500, 100, 2 * MILLISECOND, 5 * MILLISECOND];

/** What only chance makes happen, but for how long messages take. */
export function calmWorld(trials: Trials, protocol: Protocol): void {
  const calm: readonly Edit[] = [
    (spec) => ({ ...spec, network: withoutLoss(spec.network) }),
    (spec) => ({ ...spec, clock: { offset: 0, drift: 0 } }),
    withoutServiceTime,
    (spec) => ({ ...spec, shuffleTies: false, paranoid: false }),
    withoutDrawing,
  ];
  tryAllThenEach(trials, calm);
  tryEach(trials, [
    withoutServiceTime,
    ...LOSSES.map((loss) => (spec: PlannedSpec) => withNetwork(spec, { [loss]: 0 })),
    (spec) => ({ ...spec, shuffleTies: false }),
    (spec) => ({ ...spec, paranoid: false }),
    (spec) => ({ ...spec, clock: { ...spec.clock, offset: 0 } }),
    (spec) => ({ ...spec, clock: { ...spec.clock, drift: 0 } }),
    withReorderingBounded,
    withoutReplays,
    withoutCore,
  ]);
  plainDisk(trials);
  defaultOptions(trials, protocol);
}

type Edit = (spec: PlannedSpec) => PlannedSpec;

const LOSSES = ['drop', 'duplicate', 'corrupt', 'reorder'] as const;

export function withoutLoss(network: NetworkConfig): NetworkConfig {
  const { replay: _replay, replayBy: _replayBy, ...rest } = network;
  return { ...rest, drop: 0, duplicate: 0, corrupt: 0, reorder: 0, reorderBy: 0 };
}

function withNetwork(spec: PlannedSpec, change: Partial<NetworkConfig>): PlannedSpec {
  return { ...spec, network: { ...spec.network, ...change } };
}

/** A bound on what never happens says nothing. */
function withReorderingBounded(spec: PlannedSpec): PlannedSpec {
  const { reorder, duplicate } = spec.network;
  return reorder === 0 && duplicate === 0 ? withNetwork(spec, { reorderBy: 0 }) : spec;
}

function withoutReplays(spec: PlannedSpec): PlannedSpec {
  const { replay: _replay, replayBy: _replayBy, ...network } = spec.network;
  return { ...spec, network };
}

function withoutServiceTime(spec: PlannedSpec): PlannedSpec {
  const { serviceTime: _serviceTime, ...rest } = spec;
  return rest;
}

/** All heals, not only a core. */
function withoutCore(spec: PlannedSpec): PlannedSpec {
  if (spec.ending.kind === 'cut') return spec;
  const { core: _core, ...ending } = spec.ending;
  return { ...spec, ending };
}

/** What a plan is drawn from, and what is expected of the whole scenario: nothing reads it here. */
function withoutDrawing(spec: PlannedSpec): PlannedSpec {
  const { expect: _expect, unjudged: _unjudged, ...rest } = spec;
  return {
    ...rest,
    workload: { operations: 0, keys: 0, thinkTime: 0, mix: {} },
    faults: { kinds: {}, lastsMin: 0, lastsMax: 0, targeted: 0 },
  };
}

function plainDisk(trials: Trials): void {
  const plain = (latency: number): DiskConfig => ({
    latencyMin: latency,
    latencyMax: latency,
    torn: 0,
  });
  const { disk } = trials.spec;
  const isPlain = disk.latencyMin === disk.latencyMax;
  const simpler = DISK_LATENCIES.filter((latency) => !isPlain || latency < disk.latencyMin);
  if (trials.attemptFirst(simpler.map((latency) => ({ ...trials.spec, disk: plain(latency) })))) {
    return;
  }
  tryEach(trials, [
    (spec) => ({ ...spec, disk: { ...spec.disk, torn: 0 } }),
    (spec) => ({ ...spec, disk: withoutStalls(spec.disk) }),
  ]);
}

function withoutStalls({ latencyMin, latencyMax, torn }: DiskConfig): DiskConfig {
  return { latencyMin, latencyMax, torn };
}

function defaultOptions(trials: Trials, protocol: Protocol): void {
  tryAllThenEach(
    trials,
    protocol.optionSchema.map(
      (option) => (spec) =>
        withFittedOptions(withOption(spec, option.name, option.default), protocol),
    ),
  );
}

/** With options lowered that so many replicas leave no room for. */
export function withFittedOptions(spec: PlannedSpec, protocol: Protocol): PlannedSpec {
  return { ...spec, options: fittedOptions(protocol, spec.options, spec.replicas) };
}

/** Every message takes as long as every other: tried with several times. */
export function plainNetwork(trials: Trials): boolean {
  if (isPlain(trials.spec.network)) return true;
  return trials.attemptFirst(
    PLAIN_DELAYS.map((delay) => ({ ...trials.spec, network: plainNetworkOf(delay) })),
  );
}

/** Another delay of all messages whose fate is not written out, if it reads better. */
export function simplifyDelay(trials: Trials): void {
  const { network } = trials.spec;
  if (!isPlain(network)) return;
  const rank = PLAIN_DELAYS.indexOf(network.delay.min);
  const simpler = rank < 0 ? PLAIN_DELAYS : PLAIN_DELAYS.slice(0, rank);
  trials.attemptFirst(
    simpler.map((delay) => withNetwork(trials.spec, { delay: plainNetworkOf(delay).delay })),
  );
}

export function plainNetworkOf(delay: number): NetworkConfig {
  const fixed = { kind: 'fixed', min: delay, spread: 0 } as const;
  return { delay: fixed, drop: 0, duplicate: 0, corrupt: 0, reorder: 0, reorderBy: 0 };
}

/** Whether no message's fate is drawn. */
export function isPlain(network: NetworkConfig): boolean {
  const { delay, drop, duplicate, corrupt, reorder, replay = 0 } = network;
  return delay.kind === 'fixed' && drop + duplicate + corrupt + reorder + replay === 0;
}

/** Options and clocks that have to be others than the plain ones, in round numbers. */
export function roundWorld(trials: Trials, schema: readonly OptionSchema[]): void {
  for (const option of schema) {
    const value = trials.spec.options[option.name];
    if (option.type !== 'integer' || option.unit !== 'micros') continue;
    if (typeof value !== 'number' || value === option.default) continue;
    const rounder = rounderTimes(value).filter((time) => time >= option.min && time <= option.max);
    trials.attemptFirst(rounder.map((time) => withOption(trials.spec, option.name, time)));
  }
  const { serviceTime } = trials.spec;
  if (serviceTime !== undefined) {
    const rounder = rounderTimes(serviceTime).filter((time) => time > 0 && time < serviceTime);
    trials.attemptFirst(rounder.map((time) => ({ ...trials.spec, serviceTime: time })));
  }
  for (const field of ['offset', 'drift'] as const) {
    const rounder = rounderTimes(trials.spec.clock[field]);
    trials.attemptFirst(
      rounder.map((round) => ({ ...trials.spec, clock: { ...trials.spec.clock, [field]: round } })),
    );
  }
}

function withOption(spec: PlannedSpec, name: string, value: OptionValue): PlannedSpec {
  return { ...spec, options: { ...spec.options, [name]: value } };
}

function tryAllThenEach(trials: Trials, edits: readonly Edit[]): void {
  const all = edits.reduce((spec, edit) => edit(spec), trials.spec);
  if (!trials.attempt(all)) tryEach(trials, edits);
}

function tryEach(trials: Trials, edits: readonly Edit[]): void {
  for (const edit of edits) trials.attempt(edit(trials.spec));
}
