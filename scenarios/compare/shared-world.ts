/**
 * The same world for every contender: cluster, clients, operations, faults, network, disks and
 * clocks of one seed are drawn once, by the name of the scenario and without regard to who takes
 * part, and each contender is put into them.
 *
 * Drawn is the world of the first protocol, in the order of the registry, all of whose replicas are
 * servers. Faults and operations name servers and clients by number; where a contender's servers
 * are not its first replicas, they move to where those are. Options are the contender's own, at
 * their defaults but for what it is given and what the scenario is about.
 */
import { protocols } from '../../protocols/index.ts';
import type { Options, Protocol } from '../../sim/contract.ts';
import type { Plan } from '../../sim/plan.ts';
import { completeOptions, mutantNamed, SpecError } from '../assemble.ts';
import { clockWithin, type DrawSettings, type Scenario } from '../catalogue/scenario.ts';
import { drawPlan } from '../draw-plan.ts';
import { checkSense, fittedOptions } from '../option-fit.ts';
import { possibleMembers, replicasFor } from '../possible-members.ts';
import type { RunSpec } from '../spec.ts';
import type { Contender } from './contender.ts';
import { placedFaults } from './placed-faults.ts';

/** What a user may set of a world that contenders share; `replicas` counts servers. */
export type WorldSettings = Pick<
  DrawSettings,
  | 'replicas'
  | 'clients'
  | 'operations'
  | 'duration'
  | 'maxEvents'
  | 'serviceTime'
  | 'faults'
  | 'oracles'
>;

/** A world without anybody in it. */
export interface SharedWorld {
  readonly name: string;
  readonly spec: Omit<RunSpec, 'plan' | 'expect' | 'unjudged' | 'mutant' | 'options'>;
  readonly plan: Plan;
  /** Drawn faults that are about one protocol's own members and options, which nobody meets. */
  readonly leftOut: number;
}

/** The scenario of the name whose world is everybody's. Throws `SpecError` if nobody has one. */
export function referenceOf(name: string, scenarios: readonly Scenario[]): Scenario {
  const named = protocols.flatMap((protocol) => {
    const scenario = scenarios.find((each) => each.id === `${protocol.name}/${name}`);
    return scenario === undefined ? [] : { protocol, scenario };
  });
  const whole = named.find(({ protocol }) => protocol.canBeMember === undefined);
  const reference = whole ?? named[0];
  if (reference === undefined) throw new SpecError(`no protocol has a scenario "${name}"`);
  return reference.scenario;
}

/** Draws the world of a seed. No fault waits for a mark: protocols have marks of their own. */
export function drawWorld(scenario: Scenario, seed: string, settings: WorldSettings): SharedWorld {
  const protocol = protocolOf(scenario.protocol);
  const drawn = scenario.draw(seed, { ...settings, targeting: false });
  const plan = drawn.plan ?? drawPlan(drawn, protocol);
  const { plan: _plan, expect: _expect, unjudged: _unjudged, mutant: _mutant, ...rest } = drawn;
  const { options: _options, ...spec } = rest;
  const faults = plan.faults.filter(({ fault }) => !OF_ONE_PROTOCOL.includes(fault));
  return {
    name: scenario.name,
    spec,
    plan: { operations: plan.operations, faults },
    leftOut: plan.faults.length - faults.length,
  };
}

const OF_ONE_PROTOCOL: readonly string[] = ['reconfigure', 'version-change'];

/** The world with the contender in it. Throws `SpecError` if it cannot be there. */
export function placedIn(
  world: SharedWorld,
  contender: Contender,
  scenarios: readonly Scenario[],
): RunSpec {
  const protocol = protocolOf(contender.protocol);
  const own = scenarios.find(({ id }) => id === `${protocol.name}/${world.name}`);
  if (own === undefined) {
    throw new SpecError(`${protocol.name} has no scenario "${world.name}"`);
  }
  const { spec, plan } = world;
  const count = spec.replicas;
  const { mutant } = contender;
  const needed = mutant === undefined ? {} : (mutantNamed(mutant, protocol.name).options ?? {});
  const given: Options = { ...own.fixedOptions(spec.seed), ...contender.options };
  const complete = completeOptions(protocol.optionSchema, { ...needed, ...given });
  const replicas = replicasFor(protocol, complete, count);
  if (replicas === undefined) {
    throw new SpecError(`${contender.label} cannot have ${count} servers with its options`);
  }
  const options = fittedOptions(protocol, complete, replicas, Object.keys(given));
  checkSense(protocol, options, replicas);
  const places = { servers: possibleMembers(protocol, options, replicas), replicas };
  const claims = protocol.claims(options, replicas);
  return {
    ...spec,
    scenario: own.id,
    protocol: protocol.name,
    ...(mutant === undefined ? {} : { mutant }),
    options,
    replicas,
    clock: clockWithin(claims, spec.clock),
    ending: placedEnding(spec.ending, places.servers),
    plan: { ...plan, faults: placedFaults(plan.faults, places) },
  };
}

function placedEnding(ending: RunSpec['ending'], servers: readonly number[]): RunSpec['ending'] {
  if (ending.kind === 'cut' || ending.core === undefined) return ending;
  return { ...ending, core: ending.core.map((server) => servers[server] ?? server) };
}

function protocolOf(name: string): Protocol {
  const protocol = protocols.find((each) => each.name === name);
  if (protocol === undefined) throw new SpecError(`unknown protocol "${name}"`);
  return protocol;
}
