/** What a scenario is, and the calm world that every scenario starts from. */
import { protocols } from '../../protocols/index.ts';
import type { Claims, Options, Protocol } from '../../sim/contract.ts';
import type { WeakerLevel } from '../../sim/level.ts';
import { hashString } from '../../sim/mixing.ts';
import type { Plan, PlannedFault } from '../../sim/plan.ts';
import { STREAMS_VERSION, Stream } from '../../sim/streams.ts';
import { completeOptions, mutantNamed, SpecError } from '../assemble.ts';
import { drawPlan } from '../draw-plan.ts';
import { checkSense, enoughReplicas, fittedOptions } from '../option-fit.ts';
import { possibleMembers, withPossibleMembers } from '../possible-members.ts';
import { type Expectation, type RunSpec, SPEC_FORMAT } from '../spec.ts';
import { alterations } from './alterations.ts';
import { type DrawnProfile, type FaultProfile, profiles } from './profiles.ts';

export interface Scenario {
  /** `vr/chaos`. */
  readonly id: string;
  readonly protocol: string;
  readonly name: string;
  readonly title: string;
  readonly about: string;
  /** The expected outcome, in words; what of it is asserted is in the spec's `expect`. */
  readonly expects: string;
  draw(seed: string, settings: DrawSettings): RunSpec;
  /** Options of the seed without which the scenario would be another one. */
  fixedOptions(seed: string): Options;
}

/** What a user may set instead of leaving it to the seed. Times are Micros. */
export interface DrawSettings {
  readonly replicas?: number;
  readonly clients?: number;
  readonly operations?: number;
  /** How long faults may strike. */
  readonly duration?: number;
  readonly maxEvents?: number;
  /** How long each message keeps a replica busy; 0 is no time. */
  readonly serviceTime?: number;
  readonly options?: Options;
  /** Name of a fault profile. */
  readonly faults?: string;
  /** Whether faults may wait for marks; false: all strike at fixed times. */
  readonly targeting?: boolean;
  readonly mutant?: string;
  readonly oracles?: readonly string[];
}

/** The world of one scenario, before the user's settings. */
export interface World {
  readonly replicas: number;
  readonly clients: number;
  readonly operations: number;
  readonly span: number;
  readonly profile: FaultProfile;
  /** Options as drawn; a mutant's own come before them. */
  readonly options?: Options;
  /** Options without which the scenario is another one. */
  readonly fixed?: Options;
  /** What its script names nodes by: with other options those are in other places. */
  readonly needed?: Options;
  readonly machine?: string;
  readonly keys?: number;
  readonly expect?: Expectation;
  /** What it expects is of at most so many replicas; absent means as many as there are. */
  readonly expectedOf?: number;
  /** Faults of the scenario's own; they replace the profile's. */
  readonly faults?: Plan['faults'];
  /** Whether they were drawn, by one who did not know the options that the user wants. */
  readonly areFaultsDrawn?: boolean;
  readonly mix?: RunSpec['workload']['mix'];
  /** Operations of a script's own; each comes after all that are drawn for its client. */
  readonly lastOperations?: Plan['operations'];
  /** Parts per hundred of the reads that may be stale, if the protocol offers such. */
  readonly sequential?: number | 'drawn';
  /** The same for reads of other levels; where sequential ones are drawn, these are, too. */
  readonly eventual?: number;
  readonly bounded?: number;
  /** How long clients are busy if nothing slows them (Micros); absent means the whole span. */
  readonly busyFor?: number;
  /** Clients of a script begin to ask so late (Micros); absent means at once. */
  readonly asksFrom?: number;
  /** How long each message keeps a replica busy (Micros); absent means no time. */
  readonly serviceTime?: number;
  /** It is cut at the end of the span, and nothing is owed; absent means that it turns quiet. */
  readonly isCut?: true;
  /** The replicas that heal in the end; absent means all. */
  readonly core?: readonly number[];
}

/** What a scenario is asked for before it draws its world. */
export interface WorldRequest {
  /** The numbers of replicas and clients that the user wants, if any. */
  readonly replicas: number | undefined;
  readonly clients: number | undefined;
  readonly isTargeted: boolean;
}

const AS_DRAWN: WorldRequest = { replicas: undefined, clients: undefined, isTargeted: true };

export interface ScenarioDefinition {
  readonly protocol: string;
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly expects: string;
  world(stream: Stream, request: WorldRequest): World;
}

export const MILLISECOND = 1_000;
export const SAFE = 'no oracle objects, and all that is owed after the healing happens';
const DELAY = { kind: 'uniform', min: 100, spread: 900 } as const;
const BOUNDS = { events: 200_000, queue: 50_000, time: 600_000_000 };
const KV_MIX = { get: 40, put: 35, cas: 15, delete: 10 };
/** Half of the seeds ask for linearizable answers alone. */
const LEVEL_SHARES = [0, 0, 30, 90];
/** One run in so many freezes all that is sent or persisted, to catch shared containers. */
const PARANOID_ONE_IN = 64;

export function profileNamed(name: string): FaultProfile {
  const profile = profiles.find((each) => each.name === name);
  if (profile === undefined) {
    const names = profiles.map((each) => each.name).join(', ');
    throw new SpecError(`unknown fault profile "${name}"; there are ${names}`);
  }
  return profile;
}

export function defineScenario(definition: ScenarioDefinition): Scenario {
  const { protocol, name, title, about, expects } = definition;
  const id = `${protocol}/${name}`;
  const draw = (seed: string, settings: DrawSettings): RunSpec =>
    drawSpec(id, definition, seed, settings);
  const fixedOptions = (seed: string): Options =>
    definition.world(new Stream(seed, 'scenario'), AS_DRAWN).fixed ?? {};
  return { id, protocol, name, title, about, expects, draw, fixedOptions };
}

/** As many as are asked for; drawn in any case, so that all that is drawn later stays the same. */
export function drawReplicas(
  stream: Stream,
  choices: readonly number[],
  request: WorldRequest,
): number {
  const drawn = stream.pick(choices);
  return request.replicas ?? drawn;
}

/** A scripted scenario: its own faults at fixed times, its operations drawn by the seed. */
export function scripted(
  stream: Stream,
  faults: readonly PlannedFault[],
  more: Partial<World>,
): World {
  return {
    replicas: 3,
    clients: 3,
    operations: stream.between(60, 100),
    span: 500 * MILLISECOND,
    keys: 2,
    profile: profileNamed('calm'),
    faults,
    ...more,
  };
}

function drawSpec(
  id: string,
  definition: ScenarioDefinition,
  seed: string,
  settings: DrawSettings,
): RunSpec {
  const protocol = protocols.find((each) => each.name === definition.protocol);
  if (protocol === undefined) throw new SpecError(`unknown protocol "${definition.protocol}"`);
  // One stream a part, so that a new draw in one moves no other.
  const isTargeted = settings.targeting !== false;
  const request = { replicas: settings.replicas, clients: settings.clients, isTargeted };
  const world = roomyWorld(definition, protocol, seed, request, settings.options);
  const isScripted = world.faults !== undefined && settings.faults === undefined;
  if (isScripted) checkScript(world, settings);
  const replicas = settings.replicas ?? world.replicas;
  const span = settings.duration ?? world.span;
  const profile = settings.faults === undefined ? world.profile : profileNamed(settings.faults);
  const drawn = profile.draw(new Stream(seed, 'profile'), span);
  const clients = settings.clients ?? world.clients;
  const operations = settings.operations ?? world.operations;
  const options = optionsOf(world, protocol, settings);
  const serviceTime = settings.serviceTime ?? world.serviceTime ?? 0;
  const spec: RunSpec = {
    format: SPEC_FORMAT,
    scenario: id,
    protocol: definition.protocol,
    ...(settings.mutant === undefined ? {} : { mutant: settings.mutant }),
    seed,
    streams: STREAMS_VERSION,
    replicas,
    clients,
    options,
    machine: world.machine ?? 'kv',
    ...surroundings(drawn, isTargeted, protocol.claims(options, replicas)),
    ...(serviceTime === 0 ? {} : { serviceTime }),
    ending: endingOf(world, span, isScripted),
    bounds: { ...BOUNDS, events: settings.maxEvents ?? BOUNDS.events },
    workload: {
      operations,
      keys: world.keys ?? 2,
      // Spread so that clients are busy for as long as faults may strike, or the world says.
      thinkTime: Math.floor(((world.busyFor ?? span) * clients) / Math.max(1, operations)),
      mix: world.mix ?? KV_MIX,
      ...levelsOf(world, protocol, seed),
    },
    shuffleTies: drawn.shuffleTies ?? false,
    withinClaims: true,
    paranoid: hashString(`${seed}\0paranoid`) % PARANOID_ONE_IN === 0,
    ...expectationOf(world, protocol, settings),
    ...(settings.oracles === undefined ? {} : { oracles: settings.oracles }),
  };
  if (world.faults === undefined || !isScripted) return spec;
  const { asksFrom = 0, lastOperations = [] } = world;
  const drawnOperations = drawPlan(spec, protocol).operations;
  const later = drawnOperations.map((each) => ({ ...each, at: each.at + asksFrom }));
  const planned = [...(asksFrom === 0 ? drawnOperations : later), ...lastOperations];
  return { ...spec, plan: { faults: faultsOf(world, spec, protocol), operations: planned } };
}

function endingOf({ isCut, core }: World, span: number, isScripted: boolean): RunSpec['ending'] {
  if (isCut === true) return { kind: 'cut', at: span };
  return { kind: 'quiet', healAt: span, ...(core === undefined || !isScripted ? {} : { core }) };
}

/** Throws `SpecError` for a wish with which the script would strike others than it is about. */
function checkScript(
  world: World,
  { replicas = world.replicas, options = {} }: DrawSettings,
): void {
  const instead = 'alone, or choose a fault profile instead of the script';
  if (replicas < world.replicas) {
    throw new SpecError(
      `its script is for ${world.replicas} replicas or more; leave their number ${instead}`,
    );
  }
  for (const [name, value] of Object.entries(world.needed ?? {})) {
    if (options[name] === undefined || options[name] === value) continue;
    throw new SpecError(
      `option ${name} = ${options[name]}: its script is for ${value}; leave it ${instead}`,
    );
  }
}

function faultsOf(
  { faults = [], areFaultsDrawn }: World,
  spec: RunSpec,
  protocol: Protocol,
): Plan['faults'] {
  if (areFaultsDrawn !== true) return faults;
  const members = possibleMembers(protocol, spec.options, spec.replicas);
  return faults.map((fault) => withPossibleMembers(fault, members));
}

/** A protocol that does not offer such reads has the same worlds as if there were none. */
function levelsOf(
  world: World,
  { weakerLevels = [] }: Protocol,
  seed: string,
): Pick<RunSpec['workload'], WeakerLevel> {
  const stream = new Stream(seed, 'level-share');
  const shares: { [level in WeakerLevel]?: number } = {};
  for (const level of weakerLevels) {
    const share = world[level] ?? (world.sequential === 'drawn' ? 'drawn' : 0);
    if (share === 0) continue;
    // Each level has its part of the reads, so that all of them together are reads still.
    const part = weakerLevels.length;
    shares[level] = share === 'drawn' ? Math.floor(stream.pick(LEVEL_SHARES) / part) : share;
  }
  return shares;
}

/** A world with replicas enough for the options that the user wants, if it has any choice. */
function roomyWorld(
  definition: ScenarioDefinition,
  protocol: Protocol,
  seed: string,
  request: WorldRequest,
  options: Options = {},
): World {
  const drawn = (replicas: number | undefined): World =>
    definition.world(new Stream(seed, 'scenario'), { ...request, replicas });
  const world = drawn(request.replicas);
  if (request.replicas !== undefined) return world;
  const replicas = enoughReplicas(protocol, options, world.replicas);
  return replicas === world.replicas ? world : drawn(replicas);
}

/** What is drawn makes room for what is fixed or asked for; whether that is enough is checked. */
function optionsOf(world: World, protocol: Protocol, settings: DrawSettings): Options {
  const fixed = { ...world.fixed, ...settings.options };
  const options = completeOptions(protocol.optionSchema, {
    ...world.options,
    ...optionsOfMutant(settings.mutant, protocol.name),
    ...fixed,
  });
  const replicas = settings.replicas ?? world.replicas;
  const fitted = fittedOptions(protocol, options, replicas, Object.keys(fixed));
  checkSense(protocol, fitted, replicas);
  return fitted;
}

/** What the world expects; in another world than its own, what makes it another one. */
function expectationOf(
  { expect, ...world }: World,
  { optionSchema }: Protocol,
  settings: DrawSettings,
): Pick<RunSpec, 'expect' | 'unjudged'> {
  if (expect === undefined) return {};
  const options = completeOptions(optionSchema, { ...world.options, ...world.fixed });
  const replicas = Math.min(world.replicas, world.expectedOf ?? world.replicas);
  const own = { ...world, replicas, options, maxEvents: BOUNDS.events };
  const unjudged = alterations(own, settings);
  return unjudged.length === 0 ? { expect } : { unjudged };
}

/** What a planted bug needs to show. */
function optionsOfMutant(id: string | undefined, protocol: string): Options {
  return id === undefined ? {} : (mutantNamed(id, protocol).options ?? {});
}

function surroundings(
  drawn: DrawnProfile,
  isTargeted: boolean,
  claims: Claims,
): Pick<RunSpec, 'network' | 'disk' | 'clock' | 'faults'> {
  const none = { kinds: {}, lastsMin: MILLISECOND, lastsMax: MILLISECOND, targeted: 0 };
  const faults = drawn.faults ?? none;
  const calm = { drop: 0, duplicate: 0, corrupt: 0, reorder: 0, reorderBy: 0 };
  return {
    network: { delay: DELAY, calmDelay: DELAY, ...calm, ...drawn.network },
    disk: drawn.disk ?? { latencyMin: 20, latencyMax: 200, torn: 0 },
    clock: clockWithin(claims, drawn.clock),
    faults: isTargeted ? faults : { ...faults, targeted: 0 },
  };
}

/** Clocks that drift as drawn, and no more than the protocol can bear. */
export function clockWithin({ driftMax }: Claims, drawn: DrawnProfile['clock']): RunSpec['clock'] {
  const { offset, drift } = drawn ?? { offset: 0, drift: 0 };
  return { offset, drift: Math.min(drift, driftMax ?? drift) };
}
