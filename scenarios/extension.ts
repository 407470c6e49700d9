/**
 * Protocols, state machines, planted bugs and scenarios of one's own beside those of the catalogue.
 * They are known by name from then on, as if they had come with the package; so this is for the
 * start of a program, before anything is drawn or run.
 */
import { machines, mutants, protocols, register } from '../protocols/index.ts';
import type { Mutant, Protocol, StateMachine } from '../sim/contract.ts';
import { SpecError } from './assemble.ts';
import { genericScenarios } from './catalogue/generic.ts';
import { registerScenarios, type Scenario, scenarios } from './catalogue/index.ts';

/** What `quorumlab.config.mjs` exports, and `extend` takes. */
export interface Extension {
  readonly protocols?: readonly Protocol[];
  readonly machines?: readonly StateMachine[];
  readonly mutants?: readonly Mutant[];
  /** A protocol without any gets those that any protocol can be put into. */
  readonly scenarios?: readonly Scenario[];
}

/** How many replicas such a protocol is given, unless it needs more. */
const REPLICAS = [3, 3, 5];

/**
 * Throws `SpecError` for a name that there is already, and for a scenario or a planted bug of no
 * protocol; then nothing is added.
 */
export function extend(extension: Extension): void {
  const { protocols: added = [], machines: newMachines = [], mutants: bugs = [] } = extension;
  refuseKnown('protocol', added.map(nameOf), protocols.map(nameOf));
  refuseKnown('state machine', newMachines.map(nameOf), machines.map(nameOf));
  refuseKnown('mutant', bugs.map(rowOf), mutants.map(rowOf));
  const given = extension.scenarios ?? [];
  const known = [...protocols, ...added].map(nameOf);
  for (const { id, protocol } of bugs) refuseUnknown(`mutant "${id}"`, protocol, known);
  for (const { id, protocol } of given) refuseUnknown(`scenario "${id}"`, protocol, known);
  const bare = added.filter(({ name }) => !given.some(({ protocol }) => protocol === name));
  const all = [...given, ...bare.flatMap(scenariosFor)];
  refuseKnown('scenario', all.map(idOf), scenarios.map(idOf));
  register({ protocols: added, machines: newMachines, mutants: bugs });
  registerScenarios(all);
}

/** A mutant without a protocol breaks what every protocol may run on. */
function refuseUnknown(
  whose: string,
  protocol: string | undefined,
  known: readonly string[],
): void {
  if (protocol === undefined || known.includes(protocol)) return;
  throw new SpecError(`${whose} is of the protocol "${protocol}", which there is not`, {
    name: protocol,
    known,
  });
}

function scenariosFor({ name, replicasMin = 1 }: Protocol): readonly Scenario[] {
  const replicas = REPLICAS.map((count) => Math.max(count, replicasMin));
  return genericScenarios({ protocol: name, replicas, options: () => ({}) });
}

function refuseKnown(what: string, added: readonly string[], known: readonly string[]): void {
  const all = [...known];
  for (const name of added) {
    if (all.includes(name)) throw new SpecError(`there is a ${what} "${name}" already`);
    all.push(name);
  }
}

function nameOf({ name }: { readonly name: string }): string {
  return name;
}

function idOf({ id }: Scenario): string {
  return id;
}

function rowOf({ id, protocol }: Mutant): string {
  return protocol === undefined ? id : `${protocol} ${id}`;
}

/** The configuration as it is: for the types, in an editor. */
export function defineConfig(config: Extension): Extension {
  return config;
}
