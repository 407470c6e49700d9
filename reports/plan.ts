/** A small run as a person reads it: what is done to the world, in the order in which it is. */
import type { RunResult, RunSpec } from '../scenarios/spec.ts';
import type { Options } from '../sim/contract.ts';
import type {
  DelayDistribution,
  FateOverride,
  MarkTrigger,
  NetworkConfig,
  PlannedFault,
  PlannedOperation,
} from '../sim/plan.ts';
import { faultInWords } from './faults.ts';
import { formatAsked, formatRate, formatTime, formatTimeExact, nodeName, plural } from './words.ts';

const TIME_WIDTH = 12;

/** Lines without indentation. Of the options only those are told that are not as `usual`. */
export function planLines(run: RunResult, usual: Options = {}): readonly string[] {
  const { spec } = run;
  const rows = [...operationRows(run), ...faultRows(run)].sort((a, b) => a.at - b.at);
  return [
    worldInWords(spec, usual),
    ...rows.map(({ at, text }) => `${formatTimeExact(at).padStart(TIME_WIDTH)}  ${text}`),
    `${formatTimeExact(endOf(spec)).padStart(TIME_WIDTH)}  ${endInWords(spec)}`,
    ...networkLines(spec),
    ...surroundings(spec),
  ];
}

interface Row {
  readonly at: number;
  readonly text: string;
}

/** `vr, 3 replicas, 1 client, durability=durable`. */
function worldInWords(spec: RunSpec, usual: Options): string {
  const { protocol, mutant, replicas, clients, machine, options } = spec;
  const others = Object.entries(options).filter(([name, value]) => usual[name] !== value);
  return [
    protocol,
    ...(mutant === undefined ? [] : [`mutant ${mutant}`]),
    plural(replicas, 'replica'),
    clients === 0 ? 'no client' : `${plural(clients, 'client')} of a ${machine}`,
    ...others.map(([name, value]) => `${name}=${value}`),
  ].join(', ');
}

/** At the time at which it was asked, where that is known. */
function operationRows({ spec, history }: RunResult): readonly Row[] {
  const calls = new Map(history.map(({ operation, call }) => [operation, call]));
  return spec.plan.operations.map((planned) => ({
    at: calls.get(planned.operation) ?? planned.at,
    text: `c${planned.client} ${formatAsked(planned)}${viaInWords(planned, spec)}`,
  }));
}

/** `, via n1`, where the client is told whom to ask first. */
function viaInWords({ via }: PlannedOperation, { replicas }: RunSpec): string {
  return via === undefined ? '' : `, via ${nodeName(via, replicas)}`;
}

function faultRows({ spec, faults }: RunResult): readonly Row[] {
  return spec.plan.faults.map((planned, index) => {
    const outcome = faults[index];
    const what = faultInWords(planned, spec.replicas, outcome?.node);
    const how = [...triggerInWords(planned, spec), ...lengthInWords(planned)].join(', ');
    return {
      at: outcome?.at ?? planned.at ?? 0,
      text: how === '' ? what : `${what}, ${how}`,
    };
  });
}

/** `at the mark elected of n1, the 2nd time`. */
function triggerInWords({ when }: PlannedFault, { replicas }: RunSpec): readonly string[] {
  if (when === undefined) return [];
  const who = when.node === undefined ? '' : ` of ${nodeName(when.node, replicas)}`;
  const later = when.after === 0 ? '' : ` and ${formatTime(when.after)}`;
  return [`at the mark ${when.mark}${who}${timeInWords(when)}${later}`];
}

function timeInWords({ nth }: MarkTrigger): string {
  return nth === 1 ? '' : ` (no. ${nth})`;
}

function lengthInWords({ lasts }: PlannedFault): readonly string[] {
  return lasts === undefined ? [] : [`for ${formatTime(lasts)}`];
}

function endOf({ ending }: RunSpec): number {
  return ending.kind === 'cut' ? ending.at : ending.healAt;
}

function endInWords({ ending, replicas }: RunSpec): string {
  if (ending.kind === 'cut') return 'the run is cut';
  if (ending.core === undefined) return 'all heals, and what is owed is waited for';
  const core = ending.core.map((node) => nodeName(node, replicas)).join(', ');
  return `${core} heal, and what is owed is waited for`;
}

function networkLines({ network, replicas }: RunSpec): readonly string[] {
  const { overrides = [] } = network;
  const but = overrides.length === 0 ? '' : ', but:';
  return [
    `${chancesInWords(network)}${but}`,
    ...overrides.map((fate) => `  ${fateInWords(fate, replicas)}`),
  ];
}

/** `messages take 100 µs to 1 ms, 1.4 % lost`: what is drawn of their fates. */
export function chancesInWords(network: NetworkConfig): string {
  const { delay, drop, duplicate, corrupt, reorder, replay = 0 } = network;
  const rates = [
    ['lost', drop],
    ['duplicated', duplicate],
    ['damaged', corrupt],
    ['held back', reorder],
    ['sent again late', replay],
  ] as const;
  const chances = rates.flatMap(([what, rate]) =>
    rate === 0 ? [] : [`${formatRate(rate)} ${what}`],
  );
  return [`messages take ${delayInWords(delay)}`, ...chances].join(', ');
}

function delayInWords({ kind, min, spread }: DelayDistribution): string {
  switch (kind) {
    case 'fixed':
      return formatTime(min);
    case 'uniform':
      return `${formatTime(min)} to ${formatTime(min + spread)}`;
    case 'exponential':
      return `${formatTime(min)} and ${formatTime(spread)} more in the mean`;
    case 'heavy-tail':
      return `${formatTime(min)} and ${formatTime(spread)} more in the mean, with a heavy tail`;
    default:
      return kind satisfies never;
  }
}

/** `Prepare n0→n1 no. 3 is lost`: of this type on this link, counted from 1. */
function fateInWords(fate: FateOverride, replicas: number): string {
  const { from, to, type, ordinal, drop, corrupt, delay, duplicate } = fate;
  const link = `${nodeName(from, replicas)}→${nodeName(to, replicas)}`;
  const what = [
    ...(drop === true ? ['is lost'] : []),
    ...(corrupt === true ? ['is damaged'] : []),
    ...(delay === undefined ? [] : [`takes ${formatTime(delay)}`]),
    ...(duplicate === undefined ? [] : [`comes again after ${formatTime(duplicate)}`]),
  ].join(' and ');
  return `${type} ${link} no. ${ordinal + 1} ${what}`;
}

/** `a message keeps its replica busy for 100 µs`. */
export function serviceInWords(serviceTime: number): string {
  return `a message keeps its replica busy for ${formatTime(serviceTime)}`;
}

/** Disks, replicas and clocks, as far as they are not plain. */
function surroundings({ disk, clock, serviceTime, shuffleTies }: RunSpec): readonly string[] {
  const { latencyMin, latencyMax, torn, stall = 0, stallBy = 0 } = disk;
  const latency =
    latencyMin === latencyMax
      ? formatTime(latencyMax)
      : `${formatTime(latencyMin)} to ${formatTime(latencyMax)}`;
  const disks = [
    ...(latencyMax === 0 ? [] : [`take ${latency}`]),
    ...(torn === 0 ? [] : [`tear ${formatRate(torn)} of the records that a crash interrupts`]),
    ...(stall === 0
      ? []
      : [`stall ${formatRate(stall)} of records by up to ${formatTime(stallBy)}`]),
  ];
  const clocks = [
    ...(clock.offset === 0 ? [] : [`are off by up to ${formatTime(clock.offset)}`]),
    ...(clock.drift === 0 ? [] : [`drift by up to ${formatRate(clock.drift)}`]),
  ];
  return [
    ...(disks.length === 0 ? [] : [`disks ${disks.join(', ')}`]),
    ...(serviceTime === undefined ? [] : [serviceInWords(serviceTime)]),
    ...(clocks.length === 0 ? [] : [`clocks ${clocks.join(', ')}`]),
    ...(shuffleTies ? ['what happens at the same time does so in an order of the seed'] : []),
  ];
}
