/** Scenarios that any protocol can be put into; the seed draws how hard. */
import type { Options } from '../../sim/contract.ts';
import type { FaultKind } from '../../sim/fault.ts';
import type { PlannedFault } from '../../sim/plan.ts';
import type { Stream } from '../../sim/streams.ts';
import {
  defineScenario,
  drawReplicas,
  MILLISECOND,
  profileNamed,
  SAFE,
  type Scenario,
} from './scenario.ts';
import { swarm, untargetedSwarm } from './swarm.ts';
import { uniform } from './uniform.ts';

/** What a protocol brings along to the generic scenarios. */
export interface GenericSettings {
  readonly protocol: string;
  readonly replicas: readonly number[];
  /** Draws the options of one run. */
  options(stream: Stream): Options;
  /** The swarm's: wider, and with timeouts so short that everything runs into everything. */
  extremes?(stream: Stream): Options;
  /** Faults of the swarm that are about this protocol's own roles, besides those of any node. */
  roleFaults?(
    stream: Stream,
    options: Options,
    weather: { readonly span: number; readonly longest: number },
  ): readonly PlannedFault[];
  /** State machines besides the key-value store that the swarm may replicate. */
  readonly machines?: readonly string[];
  /** Kinds that the protocol never claims to survive, or has no use for. */
  readonly beyond?: readonly FaultKind[];
}

const SPAN_MIN = 200 * MILLISECOND;
const SPAN_MAX = 600 * MILLISECOND;

const GENERIC = [
  { name: 'calm', title: 'Nothing goes wrong', about: 'no faults; delays of 0.1 to 1 ms' },
  { name: 'lossy', title: 'Lossy links', about: 'loss, duplicates, reordering, corruption' },
  { name: 'partitions', title: 'Partitions', about: 'splits, isolated replicas, one-way cuts' },
  { name: 'crashes', title: 'Crashes', about: 'crash and restart at any time and at marks' },
  { name: 'disks', title: 'Disks', about: 'damage, failed and slow writes, torn records, crashes' },
  {
    name: 'clocks',
    title: 'Clocks and pauses',
    about: 'offset, drift, leaps, freezes, and pauses',
  },
  { name: 'chaos', title: 'Chaos', about: 'all faults at once, drawn by the seed' },
] as const;

export type GenericName = (typeof GENERIC)[number]['name'];

/** Those named, or all, the swarm first. */
export function genericScenarios(
  settings: GenericSettings,
  names?: readonly GenericName[],
): Scenario[] {
  const chosen = profileScenarios(settings, names ?? GENERIC.map(({ name }) => name));
  return names === undefined
    ? [swarm(settings), untargetedSwarm(settings), uniform(settings), ...chosen]
    : chosen;
}

function profileScenarios(settings: GenericSettings, names: readonly GenericName[]): Scenario[] {
  return GENERIC.filter(({ name }) => names.includes(name)).map(({ name, title, about }) =>
    defineScenario({
      protocol: settings.protocol,
      name,
      title,
      about,
      expects: SAFE,
      world: (stream, request) => ({
        replicas: drawReplicas(stream, settings.replicas, request),
        clients: stream.between(2, 6),
        operations: stream.between(40, 120),
        span: stream.between(SPAN_MIN, SPAN_MAX),
        keys: stream.between(1, 3),
        sequential: 'drawn',
        profile: profileNamed(name),
        options: settings.options(stream),
      }),
    }),
  );
}
