/**
 * The swarm: each seed draws its own kind of world. Half of the seeds leave kinds of faults out,
 * and are the harder on those that they have (Groce et al., "Swarm Testing", ISSTA 2012). Faults
 * come in bursts that share a cause: a moment in time, or a mark that some node reaches.
 */
import { protocols } from '../../protocols/index.ts';
import type { OptionSchema } from '../../sim/contract.ts';
import { type FaultKind, type FaultNode, faultKinds } from '../../sim/fault.ts';
import type { FaultTrigger, PlannedFault } from '../../sim/plan.ts';
import type { Stream } from '../../sim/streams.ts';
import { companionOf, drawFault, isPossible } from '../draw-faults.ts';
import type { RunSpec } from '../spec.ts';
import type { GenericSettings } from './generic.ts';
import { type DrawnProfile, drawDelays, type FaultProfile, lossy } from './profiles.ts';
import {
  defineScenario,
  drawReplicas,
  MILLISECOND,
  SAFE,
  type Scenario,
  type World,
  type WorldRequest,
} from './scenario.ts';

const MS = MILLISECOND;

export function swarm(settings: GenericSettings): Scenario {
  return defineScenario({
    protocol: settings.protocol,
    name: 'swarm',
    title: 'The swarm',
    about: 'each seed draws which faults strike and how hard, sizes, workload, options',
    expects: SAFE,
    world: (stream, request) => drawWorld(stream, request, settings),
  });
}

/** What targeting is measured against. */
export function untargetedSwarm(settings: GenericSettings): Scenario {
  return defineScenario({
    protocol: settings.protocol,
    name: 'untargeted',
    title: 'The swarm without targets',
    about: 'as the swarm, but no fault waits for a mark: all strike at drawn times',
    expects: SAFE,
    world: (stream, request) => drawWorld(stream, { ...request, isTargeted: false }, settings),
  });
}

/** What one seed's faults are like. */
interface Weather {
  readonly replicas: number;
  readonly clients: number;
  readonly span: number;
  readonly optionSchema: readonly OptionSchema[];
  readonly kinds: readonly FaultKind[];
  readonly marks: readonly string[];
  /** Parts per hundred of the bursts that wait for a mark. */
  readonly targeted: number;
  readonly longest: number;
}

function drawWorld(stream: Stream, request: WorldRequest, settings: GenericSettings): World {
  const replicas = drawReplicas(stream, settings.replicas, request);
  const drawnClients = stream.between(1, 8);
  const clients = request.clients ?? drawnClients;
  const span = stream.between(100, 450) * MS;
  const weather = drawWeather(stream, { replicas, clients, span }, request, settings);
  const machine = stream.below(4) === 0 ? stream.pick(settings.machines ?? ['kv']) : 'kv';
  const world = {
    replicas,
    clients,
    operations: stream.between(20, 140),
    span,
    machine,
    // The other machines are one object; what names a key would be judged key by key.
    keys: machine === 'kv' ? stream.between(1, 3) : 0,
    mix: drawMix(stream, machine),
    sequential: 'drawn' as const,
    busyFor: stream.pick([span, span, Math.floor(span / 4)]),
    profile: drawProfile(stream),
    options: (settings.extremes ?? settings.options)(stream),
    faults: [
      ...drawSilences(stream, weather),
      ...drawBursts(stream, weather),
      ...drawLosses(stream, weather),
    ],
    areFaultsDrawn: true,
    ...drawCore(stream, replicas),
  };
  const more = settings.roleFaults?.(stream, world.options, weather) ?? [];
  return { ...world, faults: [...world.faults, ...more] };
}

function drawWeather(
  stream: Stream,
  size: Pick<Weather, 'replicas' | 'clients' | 'span'>,
  request: WorldRequest,
  settings: GenericSettings,
): Weather {
  const protocol = protocols.find(({ name }) => name === settings.protocol);
  const marks = Object.keys(protocol?.marks ?? {});
  const targeted = stream.pick([0, 50, 90, 100]);
  return {
    ...size,
    optionSchema: protocol?.optionSchema ?? [],
    kinds: drawKinds(stream, size.clients, settings.beyond ?? []),
    marks: stream.below(4) === 0 ? marks : stream.shuffle(marks).slice(0, 1 + stream.below(5)),
    targeted: request.isTargeted && marks.length > 0 ? targeted : 0,
    longest: stream.pick([15, 50, 100, 200]) * MS,
  };
}

/** How often a kind is drawn; kinds that are not named here count once. */
const WEIGHTS: { readonly [kind in FaultKind]?: number } = {
  crash: 6,
  partition: 3,
  'one-way': 4,
  slow: 4,
  pause: 3,
  'client-crash': 2,
};

/** All of them, or some: from a few to most. */
function drawKinds(
  stream: Stream,
  clients: number,
  beyond: readonly FaultKind[],
): readonly FaultKind[] {
  const possible = faultKinds.filter((kind) => isPossible(kind, clients) && !beyond.includes(kind));
  const weighted = possible.flatMap((kind) =>
    Array.from({ length: WEIGHTS[kind] ?? 1 }, () => kind),
  );
  if (stream.below(2) === 0) return weighted;
  const rate = stream.pick([100_000, 300_000, 600_000]);
  const some = weighted.filter(() => stream.chance(rate));
  return some.length > 0 ? some : [stream.pick(weighted)];
}

/** What makes leaders change: one after the other is not heard for a while. */
function drawSilences(stream: Stream, { replicas, span, longest }: Weather): PlannedFault[] {
  const count = stream.below(2) > 0 ? 0 : stream.between(1, 8);
  const all = Array.from({ length: replicas }, (_, replica) => replica);
  return Array.from({ length: count }, () => {
    const at = stream.below(span);
    const lasts = stream.between(MS, 2 * longest);
    return stream.pick<PlannedFault>([
      { at, fault: 'crash', node: 'leader', lasts },
      { at, fault: 'partition', groups: [['leader'], all], lasts },
      { at, fault: 'one-way', from: ['leader'], to: all, lasts },
      { at, fault: 'pause', node: 'leader', lasts },
    ]);
  });
}

function drawBursts(stream: Stream, weather: Weather): PlannedFault[] {
  const count = stream.between(1, stream.pick([8, 24, 40]));
  return Array.from({ length: count }, () => drawBurst(stream, weather)).flat();
}

/** Up to four faults with one cause; most concern the same node. */
function drawBurst(stream: Stream, weather: Weather): PlannedFault[] {
  const { replicas, clients, optionSchema, kinds } = weather;
  const isTargeted = stream.below(100) < weather.targeted;
  const mark = isTargeted
    ? { mark: stream.pick(weather.marks), nth: 1 + stream.below(stream.pick([1, 3, 10])) }
    : undefined;
  const node = stream.below(replicas);
  const timed: FaultNode = stream.below(3) === 0 ? 'leader' : node;
  const start = stream.below(weather.span);
  let after = stream.pick([0, 0, stream.below(MS), stream.below(15 * MS)]);
  const faults: PlannedFault[] = [];
  for (let rest = stream.pick([1, 1, 2, 3, 4]); rest > 0; rest--) {
    const trigger: FaultTrigger =
      mark === undefined ? { at: start + after } : { when: { ...mark, after } };
    const other = stream.below(replicas);
    const subject: FaultNode = mark === undefined ? timed : 'it';
    const victim = stream.below(3) === 0 ? other : subject;
    const lengths = drawLengths(stream, weather.longest);
    const lasts = stream.between(lengths.lastsMin, lengths.lastsMax);
    const draw = { replicas, clients, optionSchema, stream, node: victim, lasts };
    const planned: PlannedFault = { ...trigger, ...drawFault(stream.pick(kinds), draw) };
    faults.push(planned, ...companionOf(planned, lengths, stream));
    after += stream.pick([0, 1 + stream.below(300), stream.below(10 * MS)]);
  }
  return faults;
}

/** Some last as long as messages take, most as long as timeouts. */
function drawLengths(stream: Stream, longest: number): { lastsMin: number; lastsMax: number } {
  return { lastsMin: 1, lastsMax: stream.pick([3 * MS, longest, longest, longest]) };
}

/** Sometimes a minority goes down for good: the others owe all that they owe with it. */
function drawLosses(stream: Stream, { replicas, span }: Weather): PlannedFault[] {
  if (stream.below(4) > 0) return [];
  const all = Array.from({ length: replicas }, (_, replica) => replica);
  return stream
    .shuffle(all)
    .slice(0, Math.floor((replicas - 1) / 2))
    .map((node) => ({ at: stream.below(span), fault: 'crash', node, staysDown: true }));
}

/** Sometimes only a core heals: a majority or more, the rest stays as it was. */
function drawCore(stream: Stream, replicas: number): { core?: readonly number[] } {
  const majority = Math.floor(replicas / 2) + 1;
  const size = stream.between(majority, replicas);
  const all = Array.from({ length: replicas }, (_, replica) => replica);
  const core = stream.shuffle(all).slice(0, size);
  return stream.below(4) > 0 || size === replicas ? {} : { core: core.sort((a, b) => a - b) };
}

/** Losses, delays, disks, clocks: each on or off, and as hard as the seed says. */
function drawProfile(stream: Stream): FaultProfile {
  const worst = stream.pick([0, 20_000, 100_000, 100_000]);
  const drawn: DrawnProfile = {
    network: {
      ...(worst > 0 ? lossy(stream, worst) : {}),
      delay: drawDelays(stream),
      ...(stream.below(3) === 0 ? drawStragglers(stream) : {}),
    },
    clock:
      stream.below(3) === 0
        ? { offset: stream.below(50 * MS), drift: stream.below(100_000) }
        : { offset: 0, drift: 0 },
    disk: {
      latencyMin: 20,
      latencyMax: stream.pick([100, 500, 2_000]),
      torn: stream.pick([0, 300_000, 1_000_000]),
      stall: stream.pick([0, 0, 10_000, 100_000]),
      stallBy: stream.pick([3, 10, 40]) * MS,
    },
    shuffleTies: stream.below(2) === 0,
  };
  return { name: 'swarm', about: 'drawn by the seed', draw: () => drawn };
}

/** What was sent arrives when it is no longer expected: after timeouts, view changes, restarts. */
function drawStragglers(stream: Stream): DrawnProfile['network'] {
  return {
    delay: { kind: 'heavy-tail', min: 100, spread: stream.between(1, 6) * MS },
    duplicate: stream.below(300_000),
    reorder: stream.below(500_000),
    reorderBy: stream.between(5, 100) * MS,
  };
}

/** What each state machine does. */
const OPERATIONS: { readonly [machine: string]: readonly string[] } = {
  kv: ['get', 'put', 'cas', 'delete'],
  register: ['read', 'write', 'cas'],
  counter: ['add', 'read'],
  list: ['append', 'read'],
};

/** Each operation as often as the seed says; at least one that writes. */
function drawMix(stream: Stream, machine: string): RunSpec['workload']['mix'] {
  const operations = OPERATIONS[machine] ?? OPERATIONS.kv ?? [];
  const mix: { [operation: string]: number } = {};
  for (const operation of operations) mix[operation] = stream.pick([0, 10, 30, 60]);
  const writes = operations.find((operation) => operation !== 'get' && operation !== 'read');
  if (writes !== undefined) mix[writes] = Math.max(20, mix[writes] ?? 0);
  return mix;
}
