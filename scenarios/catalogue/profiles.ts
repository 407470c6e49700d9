/** Fault profiles: which faults strike, how often and how hard. */
import { FAULT_KINDS, type FaultGroup, type FaultKind, faultKinds } from '../../sim/fault.ts';
import type { DelayDistribution, NetworkConfig } from '../../sim/plan.ts';
import type { Stream } from '../../sim/streams.ts';
import type { FaultConfig } from '../spec.ts';

export interface FaultProfile {
  readonly name: string;
  readonly about: string;
  /** Draws what changes from a calm world. `span` is how long faults may strike (Micros). */
  draw(stream: Stream, span: number): DrawnProfile;
}

export interface DrawnProfile {
  readonly network?: Partial<NetworkConfig>;
  readonly faults?: FaultConfig;
  readonly clock?: { readonly offset: number; readonly drift: number };
  readonly disk?: {
    readonly latencyMin: number;
    readonly latencyMax: number;
    readonly torn: number;
    readonly stall?: number;
    readonly stallBy?: number;
  };
  readonly shuffleTies?: boolean;
}

const MILLISECOND = 1_000;
const LASTS_MIN = MILLISECOND;
/** Share of faults that wait for a mark, in percent. */
const TARGETED = 50;

function faultsOf(kinds: FaultConfig['kinds'], span: number, targeted = TARGETED): FaultConfig {
  return { kinds, lastsMin: LASTS_MIN, lastsMax: Math.floor(span / 3), targeted };
}

/** Losses of 0 up to `worst` parts per million, each drawn on its own. */
export function lossy(stream: Stream, worst: number): Partial<NetworkConfig> {
  return {
    drop: stream.below(worst),
    duplicate: stream.below(worst),
    corrupt: stream.below(Math.floor(worst / 4)),
    reorder: stream.below(2 * worst),
    reorderBy: stream.between(MILLISECOND, 20 * MILLISECOND),
    replay: stream.below(Math.floor(worst / 8)),
    replayBy: stream.between(20 * MILLISECOND, 200 * MILLISECOND),
  };
}

/** From even links to links on which one message in a hundred is ten times as slow. */
export function drawDelays(stream: Stream): DelayDistribution {
  const min = stream.pick([50, 100, 500]);
  const spread = stream.pick([200, 900, 3 * MILLISECOND]);
  return { kind: stream.pick(['uniform', 'exponential', 'heavy-tail']), min, spread };
}

const SLOW_DISK = { latencyMin: 50, latencyMax: 2 * MILLISECOND, torn: 300_000 };

export const profiles: readonly FaultProfile[] = [
  { name: 'calm', about: 'no faults', draw: () => ({}) },
  {
    name: 'lossy',
    about: 'messages are dropped, duplicated, reordered and corrupted',
    draw: (stream) => ({
      network: { ...lossy(stream, 150_000), delay: drawDelays(stream) },
      shuffleTies: true,
    }),
  },
  {
    name: 'partitions',
    about: 'splits, isolated replicas, one-way cuts, bridges, rings, chains, flapping',
    draw: (stream, span) => ({
      faults: faultsOf(
        { partition: stream.between(1, 5), ...drawCounts(stream, 'partition', 3) },
        span,
      ),
    }),
  },
  {
    name: 'crashes',
    about: 'replicas crash and restart, at any time and at marks, in turn, as another build',
    draw: (stream, span) => ({
      faults: faultsOf(
        {
          crash: stream.between(1, 8),
          'rolling-restart': stream.below(2),
          'version-change': stream.below(3),
        },
        span,
      ),
      disk: SLOW_DISK,
    }),
  },
  {
    name: 'disks',
    about: 'records are torn, damaged, misdirected, cannot be written or read, take long',
    draw: (stream, span) => ({
      faults: faultsOf({ crash: stream.between(1, 4), ...drawCounts(stream, 'disk', 4) }, span),
      disk: { ...SLOW_DISK, torn: stream.pick([300_000, 1_000_000]) },
    }),
  },
  {
    name: 'clocks',
    about: 'clocks are offset, drift, leap and stand still, and replicas pause',
    draw: (stream, span) => ({
      clock: { offset: stream.below(100 * MILLISECOND), drift: stream.below(200_000) },
      faults: faultsOf({ pause: stream.between(1, 6), ...drawCounts(stream, 'clock', 3) }, span),
    }),
  },
  {
    name: 'stragglers',
    about: 'delays with a heavy tail, and copies that arrive long after the first',
    draw: (stream) => ({
      network: {
        delay: { kind: 'heavy-tail', min: 100, spread: stream.between(1, 6) * MILLISECOND },
        drop: stream.below(100_000),
        duplicate: stream.below(300_000),
        reorder: stream.below(500_000),
        reorderBy: stream.between(5, 100) * MILLISECOND,
      },
    }),
  },
  {
    name: 'byzantine',
    about: 'an adversary tampers with what one replica sends, as far as the protocol survives it',
    draw: (stream, span) => ({
      faults: faultsOf({ byzantine: stream.between(1, 6), crash: stream.between(0, 3) }, span),
    }),
  },
  {
    name: 'chaos',
    about: 'all of it at once, each kind on or off and as hard as the seed says',
    draw: drawChaos,
  },
];

/** Up to `most` of each kind of a group, some of them none. */
function drawCounts(stream: Stream, group: FaultGroup, most: number): FaultConfig['kinds'] {
  const counts: { [kind in FaultKind]?: number } = {};
  for (const kind of faultKinds) {
    if (FAULT_KINDS[kind].group !== group) continue;
    const count = stream.below(2) === 0 ? 0 : stream.between(1, most);
    if (count > 0) counts[kind] = count;
  }
  return counts;
}

const RARER: readonly FaultGroup[] = ['partition', 'network', 'process', 'disk', 'clock', 'client'];

function drawChaos(stream: Stream, span: number): DrawnProfile {
  const upTo = (most: number): number => (stream.below(3) === 0 ? 0 : stream.between(1, most));
  const kinds = {
    crash: upTo(8),
    partition: upTo(5),
    'one-way': upTo(4),
    slow: upTo(4),
    pause: upTo(4),
    'client-crash': upTo(2),
  };
  // Of what is rarer, a seed has some groups and not the others.
  const rarer = RARER.map((group) => (stream.below(3) === 0 ? drawCounts(stream, group, 2) : {}));
  const worst = stream.pick([0, 0, 20_000, 100_000, 250_000]);
  return {
    faults: faultsOf(Object.assign({}, ...rarer, kinds), span, stream.pick([0, 30, 60, 90])),
    network: { ...(worst > 0 ? lossy(stream, worst) : {}), delay: drawDelays(stream) },
    clock:
      stream.below(3) === 0
        ? { offset: stream.below(50 * MILLISECOND), drift: stream.below(100_000) }
        : { offset: 0, drift: 0 },
    disk: stream.below(2) === 0 ? SLOW_DISK : { latencyMin: 0, latencyMax: 100, torn: 100_000 },
    shuffleTies: stream.below(2) === 0,
  };
}

/**
 * Clocks that gain or lose as much as leases trust them to, at most. No profile to choose: another
 * bound may be set by an option.
 */
export const skewed: FaultProfile = {
  name: 'skewed',
  about: 'clocks that are offset and drift, within the bound that leases allow for',
  draw: (stream) => ({
    clock: { offset: stream.below(50 * MILLISECOND), drift: stream.below(200_000) },
  }),
};
