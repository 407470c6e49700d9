/** Whether a spec out of a file names what there is: people edit them, and versions differ. */
import { machines, mutants, protocols } from '../protocols/index.ts';
import { completeOptions, SpecError } from '../scenarios/assemble.ts';
import { DETERMINISM } from '../scenarios/campaign-run.ts';
import { scenarios } from '../scenarios/catalogue/index.ts';
import { isPossible } from '../scenarios/draw-faults.ts';
import { checkFit } from '../scenarios/option-fit.ts';
import { oracles } from '../scenarios/oracles/index.ts';
import { checkEnding, checkExpectation, checkOverrides, checkPlan } from '../scenarios/plan-fit.ts';
import type { RunSpec } from '../scenarios/spec.ts';
import type { Protocol } from '../sim/contract.ts';
import { faultKinds } from '../sim/fault.ts';
import { STREAMS_VERSION } from '../sim/streams.ts';
import { InputError } from './exit.ts';
import { quoted } from './given.ts';
import { didYouMean } from './hints.ts';

/** The spec with its options complete. Throws `InputError`; `where` is the file and the place. */
export function fittingSpec(spec: RunSpec, where: string): RunSpec {
  if (spec.streams !== STREAMS_VERSION) {
    throw new InputError(
      `${where}streams: it was drawn by random scheme ${spec.streams}, ` +
        `this version of quorumlab has scheme ${STREAMS_VERSION}`,
    );
  }
  const protocol = checkNames(spec, where);
  checkMarks(spec, protocol, where);
  checkDrawing(spec, where);
  checkBuilds(spec, where);
  const complete = located(where, () => {
    const options = completeOptions(protocol.optionSchema, spec.options);
    checkFit(protocol, options, spec.replicas);
    checkEnding(spec.ending, spec);
    checkOverrides(spec.network, spec);
    if (spec.expect !== undefined) checkExpectation(spec.expect, spec);
    if (spec.plan !== undefined) checkPlan(spec.plan, spec);
    return { ...spec, options };
  });
  checkOperations(spec, where);
  return complete;
}

/** What each state machine does; to anything else it would answer null, and look broken. */
export const OPERATIONS_OF: ReadonlyMap<string, readonly string[]> = new Map([
  ['kv', ['get', 'put', 'delete', 'cas']],
  ['register', ['read', 'write', 'cas']],
  ['counter', ['add', 'read']],
  ['list', ['append', 'read']],
]);

function checkOperations({ machine, plan, workload }: RunSpec, where: string): void {
  const known = OPERATIONS_OF.get(machine) ?? [];
  for (const [at, { operation }] of (plan?.operations ?? []).entries()) {
    const isNamed = typeof operation === 'object' && operation !== null && 'f' in operation;
    const name = isNamed ? String(operation.f) : '';
    assertKnown(`${where}plan.operations[${at}].operation.f`, name, known);
  }
  if (plan !== undefined) return;
  for (const name of Object.keys(workload.mix)) assertKnown(`${where}workload.mix`, name, known);
}

function checkNames(spec: RunSpec, where: string): Protocol {
  const protocol = protocols.find((each) => each.name === spec.protocol);
  const names = protocols.map(({ name }) => name);
  if (protocol === undefined) throw unknown(`${where}protocol`, spec.protocol, names);
  const ids = scenarios.map(({ id }) => id);
  assertKnown(`${where}scenario`, spec.scenario, ids);
  const machineNames = machines.map(({ name }) => name);
  assertKnown(`${where}machine`, spec.machine, machineNames);
  if (spec.mutant !== undefined) checkMutant(spec.mutant, spec.protocol, `${where}mutant`);
  for (const [at, oracle] of (spec.oracles ?? []).entries()) {
    const known = [...oracles.map(({ id }) => id), DETERMINISM];
    assertKnown(`${where}oracles[${at}]`, oracle, known);
  }
  return protocol;
}

/** What nodes run that come back as another build. */
function checkBuilds({ plan, protocol }: RunSpec, where: string): void {
  for (const [at, fault] of (plan?.faults ?? []).entries()) {
    if (fault.fault !== 'version-change' || fault.mutant === undefined) continue;
    checkMutant(fault.mutant, protocol, `${where}plan.faults[${at}].mutant`);
  }
}

function checkMutant(id: string, protocol: string, place: string): void {
  const rows = mutants.filter((each) => each.id === id);
  if (rows.length === 0) throw unknown(place, id, [...new Set(mutants.map((each) => each.id))]);
  const broken = rows.map((each) => each.protocol);
  if (broken.some((name) => name === undefined || name === protocol)) return;
  throw new InputError(`${place}: ${id} breaks ${broken.join(' and ')}, not ${protocol}`);
}

/** A mark that is never reached would leave its fault waiting for ever, without a word. */
function checkMarks(spec: RunSpec, protocol: Protocol, where: string): void {
  const known = Object.keys(protocol.marks);
  for (const [at, { when }] of (spec.plan?.faults ?? []).entries()) {
    if (when === undefined) continue;
    assertKnown(`${where}plan.faults[${at}].when.mark`, when.mark, known, ALL_NAMES);
  }
  for (const [at, mark] of (spec.expect?.marks ?? []).entries()) {
    assertKnown(`${where}expect.marks[${at}]`, mark, known, ALL_NAMES);
  }
}

/** What a plan is drawn from, where the spec has none. */
function checkDrawing({ plan, workload, clients, faults }: RunSpec, where: string): void {
  if (plan !== undefined) return;
  const weight = Object.values(workload.mix).reduce((sum, each) => sum + each, 0);
  if (weight === 0 && workload.operations > 0 && clients > 0) {
    throw new InputError(
      `${where}workload.mix: expected at least one operation with a weight above 0, ` +
        `to draw ${workload.operations} operations from`,
    );
  }
  const { sequential = 0, eventual = 0, bounded = 0 } = workload;
  if (sequential + eventual + bounded > 100) {
    throw new InputError(
      `${where}workload: expected sequential, eventual and bounded to be 100 parts in a hundred ` +
        `together at most; they are ${sequential + eventual + bounded}`,
    );
  }
  for (const kind of faultKinds) {
    if ((faults.kinds[kind] ?? 0) === 0 || isPossible(kind, clients)) continue;
    throw new InputError(`${where}faults.kinds.${kind}: there is no client to strike`);
  }
}

function assertKnown(
  place: string,
  name: string,
  known: readonly string[],
  shown = NAMES_SHOWN,
): void {
  if (!known.includes(name)) throw unknown(place, name, known, shown);
}

/** More names than this are left to `quorumlab list`. */
const NAMES_SHOWN = 12;
const WHERE_NAMES_ARE = 'see quorumlab list; your own are those of a quorumlab.config.mjs';
/** For names that it does not list. */
const ALL_NAMES = Number.POSITIVE_INFINITY;

function unknown(
  place: string,
  name: string,
  known: readonly string[],
  shown = NAMES_SHOWN,
): InputError {
  const all = known.length <= shown ? `; there are ${known.join(', ')}` : '';
  const hint = didYouMean(name, known) || all || `; ${WHERE_NAMES_ARE}`;
  return new InputError(`${place}: unknown ${quoted(name)}${hint}`);
}

function located<T>(where: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (error instanceof SpecError) throw new InputError(`${where}${error.message}`);
    throw error;
  }
}
