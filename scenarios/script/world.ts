/** The world of a session: that of a scenario, or a calm one of a protocol as it comes. */
import type { Options, Protocol } from '../../sim/contract.ts';
import { mutantNamed, protocolNamed, SpecError } from '../assemble.ts';
import type { DrawSettings, Scenario } from '../catalogue/scenario.ts';
import { possibleMembers } from '../possible-members.ts';
import type { RunSpec } from '../spec.ts';
import type { Script } from './commands.ts';
import { Servers } from './servers.ts';
import { ScriptError } from './words.ts';

const SERVERS_USUAL = 3;
const REPLICAS_MAX = 100;
/** Most of a long session is waiting, and most of that are heartbeats. */
const EVENTS_MAX = 20_000_000;

export interface SessionWorld {
  readonly spec: RunSpec;
  readonly servers: Servers;
}

export interface WorldWish {
  /** The scenario whose network, disks and clocks it is. */
  readonly scenario: Scenario;
  /** Options and number of servers are the scenario's too, as far as nobody says otherwise. */
  readonly isWhole: boolean;
  /** As the script has them: options of the protocol. */
  readonly options: Options;
  /** As the command line has them, which goes before the script. */
  readonly settings: DrawSettings;
}

/** Throws `ScriptError` or `SpecError` for what does not go together. */
export function sessionWorld(script: Script, seed: string, wish: WorldWish): SessionWorld {
  const { scenario, isWhole, settings } = wish;
  const protocol = protocolNamed(scenario.protocol);
  const first = script.nodes?.count ?? SERVERS_USUAL;
  const started = startedIn(script);
  const isSized = !isWhole || script.nodes !== undefined || started > 0;
  const options: Options = {
    ...(isWhole ? {} : usualOptions(protocol, settings)),
    ...membersOf(script, protocol, first),
    ...wish.options,
    ...settings.options,
  };
  const needed = isSized ? replicasFor(protocol, options, Math.max(first, started)) : undefined;
  const replicas = settings.replicas ?? needed;
  const spec = scenario.draw(seed, {
    ...settings,
    options,
    ...(replicas === undefined ? {} : { replicas }),
  });
  const members = possibleMembers(protocol, spec.options, spec.replicas);
  if (members.length === 0) {
    throw new SpecError(`${protocol.name} has no server with ${spec.replicas} nodes`);
  }
  const bounds = { ...spec.bounds, events: settings.maxEvents ?? EVENTS_MAX };
  // Whatever the scenario replicates: this is what requests are about.
  const world = { ...spec, bounds, machine: 'kv' };
  return { spec: world, servers: new Servers(members, spec.replicas) };
}

/** As the protocol comes; a planted bug may need others to show. */
function usualOptions({ name, optionSchema }: Protocol, { mutant }: DrawSettings): Options {
  const usual = Object.fromEntries(optionSchema.map((option) => [option.name, option.default]));
  return mutant === undefined ? usual : { ...usual, ...mutantNamed(mutant, name).options };
}

/** The highest number of a server that comes up later. */
function startedIn({ lines }: Script): number {
  const numbers = lines.flatMap((line) =>
    'command' in line && line.command.does === 'start'
      ? Number(/^s?(\d+)$/.exec(line.command.server.text)?.[1] ?? 0)
      : [],
  );
  return Math.max(0, ...numbers);
}

/** Those that come up later are no members at first. */
function membersOf(script: Script, protocol: Protocol, first: number): Options {
  const starts = script.lines.flatMap((line) =>
    'command' in line && line.command.does === 'start' ? line.command : [],
  );
  const [start] = starts;
  if (start === undefined) return {};
  const { name, membersOption } = protocol;
  if (membersOption === undefined) {
    throw new ScriptError(start.server, `${name} has the same servers for ever: none can be added`);
  }
  return { [membersOption]: first };
}

/** So many nodes that there are so many servers among them. */
function replicasFor(protocol: Protocol, options: Options, servers: number): number {
  for (let replicas = servers; replicas <= REPLICAS_MAX; replicas++) {
    if (possibleMembers(protocol, options, replicas).length >= servers) return replicas;
  }
  throw new SpecError(`${protocol.name} cannot have ${servers} servers`);
}
