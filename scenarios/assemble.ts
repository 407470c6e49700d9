/** From the ids of a spec to the protocol and state machine that run, mutant included. */
import { machines, mutants, protocols } from '../protocols/index.ts';
import type {
  Build,
  Mutant,
  OptionSchema,
  Options,
  OptionValue,
  Protocol,
  StateMachine,
} from '../sim/contract.ts';
import { valueInWords } from '../sim/plain-check.ts';
import type { BuildChange, NodeBuild } from '../sim/simulation-config.ts';
import type { RunSpec } from './spec.ts';
import { describeThrown } from './thrown.ts';

/** A name that nothing has, or an option that does not fit: the user's mistake, not ours. */
export class SpecError extends Error {
  override readonly name = 'SpecError';
  /** Where it is a name that nothing has: that one, and those that there are. */
  readonly unknown: UnknownName | undefined;

  constructor(message: string, unknown?: UnknownName) {
    super(message);
    this.unknown = unknown;
  }
}

export interface UnknownName {
  readonly name: string;
  readonly known: readonly string[];
}

/** What the ids of a spec stand for. */
export interface Registry {
  readonly protocols: readonly Protocol[];
  readonly machines: readonly StateMachine[];
  readonly mutants: readonly Mutant[];
}

/** What comes with the package. */
export const builtIn: Registry = { protocols, machines, mutants };

/** Throws `SpecError` for an unknown protocol, machine or mutant. */
export function assemble(
  spec: Pick<RunSpec, 'protocol' | 'machine'> & { readonly mutant?: string | undefined },
  registry: Registry = builtIn,
): Build {
  const protocol = protocolNamed(spec.protocol, registry);
  const build = { protocol, machine: machineNamed(spec.machine, registry) };
  if (spec.mutant === undefined) return build;
  return plant(mutantNamed(spec.mutant, spec.protocol, registry), build);
}

/** Throws `SpecError` for a planted bug that cannot be planted. */
function plant(mutant: Mutant, build: Build): Build {
  const name = `mutant ${mutant.id} of ${build.protocol.name}`;
  let planted: unknown;
  try {
    planted = mutant.apply(build);
  } catch (error) {
    const { name: kind, message, stack } = describeThrown(error);
    const where = stack[0] === undefined ? '' : ` ${stack[0]}`;
    throw new SpecError(`${name}: its apply threw ${kind}: ${message}${where}`);
  }
  if (isBuild(planted)) return planted;
  const returned = `its apply returned ${valueInWords(planted)}`;
  throw new SpecError(`${name}: ${returned}; it has to return { protocol, machine }`);
}

/** As far as can be seen without running it. */
function isBuild(value: unknown): value is Build {
  if (typeof value !== 'object' || value === null) return false;
  if (!('protocol' in value && 'machine' in value)) return false;
  return typeof value.protocol === 'object' && value.protocol !== null && isMachine(value.machine);
}

function isMachine(value: unknown): value is StateMachine {
  return typeof value === 'object' && value !== null && 'apply' in value;
}

/**
 * The planted bug of that id in the protocol: several protocols may have the same row of the zoo.
 * Throws `SpecError` for an unknown one, and for one that breaks other protocols only.
 */
export function mutantNamed(id: string, protocol: string, registry: Registry = builtIn): Mutant {
  const rows = registry.mutants.filter((each) => each.id === id);
  const found = rows.find((each) => each.protocol === undefined || each.protocol === protocol);
  if (found !== undefined) return found;
  if (rows.length === 0) {
    throw unknown('mutant', id, [...new Set(registry.mutants.map((each) => each.id))]);
  }
  const broken = rows.map((each) => each.protocol).join(' and ');
  throw new SpecError(`mutant ${id} breaks ${broken}, not ${protocol}`);
}

/** The protocol as it is without any mutant. Throws `SpecError` for an unknown one. */
export function protocolNamed(name: string, registry: Registry = builtIn): Protocol {
  const protocol = registry.protocols.find((each) => each.name === name);
  if (protocol === undefined) throw unknown('protocol', name, namesOf(registry.protocols));
  return protocol;
}

/** What a node runs that comes back as another build than the spec says. Throws `SpecError`. */
export function assembleOther(
  spec: Parameters<typeof assemble>[0] & Pick<RunSpec, 'options'>,
  change: BuildChange,
  registry?: Registry,
): NodeBuild {
  const build = assemble({ ...spec, mutant: change.mutant ?? spec.mutant }, registry);
  const given = { ...spec.options, ...change.options };
  return { ...build, options: completeOptions(build.protocol.optionSchema, given) };
}

/** The state machine as it is without any mutant. Throws `SpecError` for an unknown one. */
export function machineNamed(name: string, registry: Registry = builtIn): StateMachine {
  const machine = registry.machines.find((each) => each.name === name);
  if (machine === undefined) throw unknown('state machine', name, namesOf(registry.machines));
  return machine;
}

function namesOf(known: readonly { readonly name: string }[]): readonly string[] {
  return known.map(({ name }) => name);
}

function unknown(what: string, id: string, known: readonly string[]): SpecError {
  return new SpecError(`unknown ${what} "${id}"; there are ${known.join(', ')}`);
}

/** The protocol's options with defaults filled in. Throws `SpecError` naming what does not fit. */
export function completeOptions(schema: readonly OptionSchema[], given: Options): Options {
  const options: { [name: string]: OptionValue } = {};
  for (const option of schema) options[option.name] = option.default;
  for (const [name, value] of Object.entries(given)) {
    const option = schema.find((each) => each.name === name);
    if (option === undefined) {
      const names = schema.map((each) => each.name).join(', ');
      throw new SpecError(`unknown option "${name}"; there are ${names}`);
    }
    const expected = misfit(option, value);
    if (expected !== undefined) {
      throw new SpecError(`option ${name} = ${JSON.stringify(value)}: expected ${expected}`);
    }
    options[name] = value;
  }
  return options;
}

/** What was expected instead, or undefined if the value fits. */
function misfit(option: OptionSchema, value: OptionValue): string | undefined {
  switch (option.type) {
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'true or false';
    case 'integer': {
      const fits =
        typeof value === 'number' &&
        Number.isInteger(value) &&
        value >= option.min &&
        value <= option.max;
      const unit = option.unit === 'micros' ? ' (microseconds)' : '';
      return fits ? undefined : `an integer from ${option.min} to ${option.max}${unit}`;
    }
    case 'choice':
      return option.choices.some((choice) => choice === value)
        ? undefined
        : `one of ${option.choices.join(', ')}`;
    default:
      return option satisfies never;
  }
}
