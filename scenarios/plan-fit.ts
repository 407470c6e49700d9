/** Whether a plan fits its world: people edit plans, and may name what is not there. */
import {
  type Fault,
  type FaultNode,
  mayNameTwice,
  nodesOf,
  type ReconfigureFault,
} from '../sim/fault.ts';
import type { Ending, NetworkConfig, Plan, PlannedFault, PlannedOperation } from '../sim/plan.ts';
import {
  assembleOther,
  machineNamed,
  protocolNamed,
  type Registry,
  SpecError,
} from './assemble.ts';
import { checkFit } from './option-fit.ts';
import { inWords } from './oracles/words.ts';
import { possibleMembers } from './possible-members.ts';
import type { Expectation, ReturnWindow, RunSpec } from './spec.ts';

/** How many replicas and clients there are; the nodes are numbered replicas first. */
type Size = Pick<RunSpec, 'replicas' | 'clients'>;

/** What a plan has to fit: the size of its world, and what runs there. */
type World = Size & Pick<RunSpec, 'protocol' | 'machine' | 'mutant' | 'options'>;

/**
 * Throws `SpecError` that names the place in the plan. Campaigns check every plan they draw: places
 * are put into words only where something is wrong with them.
 */
export function checkPlan(plan: Plan, world: World, registry?: Registry): void {
  const { operations, faults } = plan;
  for (let index = 0; index < operations.length; index++) {
    const planned = operations[index] as PlannedOperation;
    const wrong =
      wrongOperation(planned, world) ??
      wrongLevel(planned, world, registry) ??
      wrongVia(planned, world, registry);
    if (wrong !== undefined) throw new SpecError(`plan.operations[${index}].${wrong}`);
  }
  for (let index = 0; index < faults.length; index++) {
    const fault = faults[index] as PlannedFault;
    const wrong = wrongFault(fault, world);
    if (wrong !== undefined) throw new SpecError(`plan.faults[${index}].${wrong}`);
    if (fault.fault === 'version-change') {
      checkBuild(fault, `plan.faults[${index}]`, world, registry);
    }
    if (fault.fault === 'reconfigure') {
      checkMembers(fault, `plan.faults[${index}]`, world, registry);
    }
  }
}

/** Throws `SpecError` for a core that is none. */
export function checkEnding(ending: Ending, { replicas }: Size): void {
  const core = ending.kind === 'quiet' ? ending.core : undefined;
  if (core === undefined) return;
  if (core.length === 0) {
    throw new SpecError('ending.core: expected at least one replica; without a core, all heal');
  }
  for (const [index, replica] of core.entries()) {
    const at = `ending.core[${index}]`;
    if (!isIndex(replica, replicas)) {
      const there = numbered(replicas, 'replica');
      throw new SpecError(`${at}: there is no replica ${replica}; ${there}`);
    }
    if (core.indexOf(replica) < index) throw new SpecError(`${at}: ${replica} is named twice`);
  }
}

/** Throws `SpecError` for a window that names no client, or that nothing could be in. */
export function checkExpectation({ windows = [] }: Expectation, size: Size): void {
  for (const [index, window] of windows.entries()) {
    const wrong = wrongWindow(window, size);
    if (wrong !== undefined) throw new SpecError(`expect.windows[${index}]${wrong}`);
  }
}

/**
 * Throws `SpecError` for an override of no message. Whether there is such a type, and so many
 * messages of it, shows when the run is over: `RunResult.unmetOverrides`.
 */
export function checkOverrides({ overrides = [] }: NetworkConfig, size: Size): void {
  const places = new Map<string, number>();
  for (const [index, { from, to, type, ordinal }] of overrides.entries()) {
    const at = `network.overrides[${index}]`;
    if (!isNode(from, size)) throw new SpecError(`${at}.from: ${noNode(from, size)}`);
    if (!isNode(to, size)) throw new SpecError(`${at}.to: ${noNode(to, size)}`);
    if (from === to) {
      throw new SpecError(`${at}.to: nothing happens to what ${from} sends to itself`);
    }
    const message = JSON.stringify([from, to, type, ordinal]);
    const earlier = places.get(message);
    if (earlier !== undefined) {
      const which = `${type} from ${from} to ${to}, ordinal ${ordinal}`;
      throw new SpecError(
        `${at}: network.overrides[${earlier}] is about the same message, ${which}`,
      );
    }
    places.set(message, index);
  }
}

/** Each of these tells what is wrong, after the field in which it is, or undefined. */
type Wrong = string | undefined;

function wrongOperation({ client, operation }: PlannedOperation, size: Size): Wrong {
  const isObject = typeof operation === 'object' && operation !== null;
  if (!isObject || !('f' in operation) || typeof operation.f !== 'string') {
    return 'operation: expected an object with a name f';
  }
  return wrongClient(client, size);
}

function wrongWindow(window: ReturnWindow, size: Size): Wrong {
  const { from, until, clients = [], kind, level, atLeast, atMost } = window;
  if (until <= from) return `.until: expected more than from, ${from}; ${until} is not`;
  if (window.clients?.length === 0) {
    return '.clients: expected at least one client; without clients, all count';
  }
  for (const [place, client] of clients.entries()) {
    const missing = missingClient(client, size);
    if (missing !== undefined) return `.clients[${place}]: ${missing}`;
  }
  if (kind === 'writes' && level !== undefined && level !== 'linearizable') {
    return `.level: only reads may be ${level}, and it counts writes`;
  }
  if (atLeast === undefined && atMost === undefined) return ': expected atLeast, atMost or both';
  if (atLeast === undefined || atMost === undefined || atLeast <= atMost) return undefined;
  return `.atLeast: expected at most atMost, ${atMost}; ${atLeast} is more`;
}

/** A write has its place among all others, and cannot be stale. */
function wrongLevel(
  { level, operation }: PlannedOperation,
  { machine }: World,
  registry: Registry | undefined,
): Wrong {
  if (level === undefined || machineNamed(machine, registry).isReadOnly(operation)) {
    return undefined;
  }
  return `level: only reads may be ${level}, and ${inWords(operation)} is none`;
}

/** Elsewhere clients know whom to ask, and cannot be told. */
function wrongVia(
  { via }: PlannedOperation,
  { protocol, replicas }: World,
  registry: Registry | undefined,
): Wrong {
  if (via === undefined) return undefined;
  if (!isIndex(via, replicas)) {
    return `via: there is no replica ${via}; ${numbered(replicas, 'replica')}`;
  }
  return protocolNamed(protocol, registry).offersVia === true
    ? undefined
    : `via: clients of ${protocol} cannot be told whom to ask first`;
}

function wrongFault(fault: PlannedFault, size: Size): Wrong {
  const named = nodesOf(fault);
  return (
    wrongNodes(fault, named, size) ??
    wrongUnknowns(fault, named) ??
    wrongRepetition(fault, named) ??
    wrongExtent(fault, named)
  );
}

type Named = ReturnType<typeof nodesOf>;

function wrongNodes(fault: PlannedFault, named: Named, size: Size): Wrong {
  const by = fault.when?.node;
  if (by !== undefined && !isNode(by, size)) return `when.node: ${noNode(by, size)}`;
  for (const [field, nodes] of named) {
    for (const node of nodes) {
      if (typeof node === 'number' && !isNode(node, size)) return `${field}: ${noNode(node, size)}`;
    }
  }
  return named.length === 0 && 'client' in fault ? wrongClient(fault.client, size) : undefined;
}

/** Nodes that are not known beforehand: a fault may speak of one such only. */
function wrongUnknowns({ when }: PlannedFault, named: Named): Wrong {
  const it = named.find(([, nodes]) => nodes.includes('it'));
  if (it === undefined) return undefined;
  if (when === undefined) {
    return `${it[0]}: "it" is the node that reached a mark; expected when`;
  }
  const leader = named.find(([, nodes]) => nodes.includes('leader'));
  return leader && `${leader[0]}: expected "it" or "leader", not both in one fault`;
}

/** A node is on one side only, and has one place in a ring. */
function wrongRepetition(fault: Fault, named: Named): Wrong {
  if (mayNameTwice(fault)) return undefined;
  for (const [field, nodes] of named) {
    const node = namedTwice(nodes);
    if (node !== undefined) return `${field}: ${JSON.stringify(node)} is named twice`;
  }
  if (!hasGroups(fault)) return undefined;
  const node = namedTwice(fault.groups.flat());
  if (node === undefined) return undefined;
  const sides = named.filter(([field, nodes]) => isGroup(field) && nodes.includes(node));
  const where = sides.map(([field]) => field).join(' and ');
  return `groups: ${JSON.stringify(node)} is in ${where}; a node is on one side only`;
}

function namedTwice(nodes: readonly FaultNode[]): FaultNode | undefined {
  if (nodes.length < 2 || new Set(nodes).size === nodes.length) return undefined;
  return nodes.find((node, place) => nodes.indexOf(node) < place);
}

function hasGroups(fault: Fault): fault is Extract<Fault, { readonly groups: unknown }> {
  const kind = fault.fault;
  return kind === 'partition' || kind === 'flapping' || kind === 'bridge';
}

function isGroup(field: string): boolean {
  return field.startsWith('groups');
}

/** What nobody is in, or what never goes on, is a mistake and no fault. */
function wrongExtent(fault: Fault, named: Named): Wrong {
  for (const [field, nodes] of named) {
    // A group may be empty: with one replica, nobody is on the other side.
    if (nodes.length === 0 && !isGroup(field)) return `${field}: expected at least one node`;
  }
  if (hasGroups(fault) && fault.groups.length < 2) {
    const found = fault.groups.length;
    return `groups: expected at least two, found ${found}; a node in no group keeps all its links`;
  }
  if (fault.fault === 'flapping' && !(fault.period >= 1)) return 'period: expected at least 1';
  if (fault.fault === 'impatience' && !(fault.factor >= 1)) return 'factor: expected at least 1';
  return undefined;
}

function checkBuild(
  fault: Fault & { readonly fault: 'version-change' },
  at: string,
  world: World,
  registry: Registry | undefined,
): void {
  const { mutant, options } = fault;
  if (mutant !== undefined) {
    located(`${at}.mutant`, () => assembleOther(world, { mutant }, registry));
  }
  if (options !== undefined) {
    located(`${at}.options`, () => {
      const other = assembleOther(world, { options }, registry);
      checkFit(other.protocol, other.options, world.replicas);
    });
  }
}

/** Who cannot be a member would be left out of the wish, and nobody would be told. */
function checkMembers(
  { members }: ReconfigureFault,
  at: string,
  world: World,
  registry: Registry | undefined,
): void {
  const { replicas } = world;
  const client = members.findIndex((node) => typeof node === 'number' && node >= replicas);
  if (client >= 0) {
    throw new SpecError(
      `${at}.members[${client}]: node ${members[client]} is a client; expected replicas: ` +
        numbered(replicas, 'replica'),
    );
  }
  const { protocol, options } = assembleOther(world, {}, registry);
  const possible = possibleMembers(protocol, options, replicas);
  const wrong = members.findIndex((node) => typeof node === 'number' && !possible.includes(node));
  if (wrong < 0) return;
  const { name, nonMember = 'none that can be one' } = protocol;
  throw new SpecError(
    `${at}.members[${wrong}]: node ${members[wrong]} is ${nonMember}, no member of ${name}; ` +
      `expected ${possible.length === 1 ? '' : 'one of '}${possible.join(', ') || 'nobody'}`,
  );
}

function located(at: string, check: () => void): void {
  try {
    check();
  } catch (error) {
    if (error instanceof SpecError) throw new SpecError(`${at}: ${error.message}`);
    throw error;
  }
}

function isNode(node: number, { replicas, clients }: Size): boolean {
  return isIndex(node, replicas + clients);
}

function noNode(node: number, { replicas, clients }: Size): string {
  const count = replicas + clients;
  const nodes = [...counted(replicas, 'replica'), ...counted(clients, 'client')].join(' and ');
  const are = count === 1 ? 'is node 0' : `are nodes 0 to ${count - 1}`;
  return `there is no node ${node}; ${nodes} ${are}`;
}

function wrongClient(client: number, size: Size): Wrong {
  const missing = missingClient(client, size);
  return missing && `client: ${missing}`;
}

function missingClient(client: number, { clients }: Size): string | undefined {
  if (isIndex(client, clients)) return undefined;
  return `there is no client ${client}; ${numbered(clients, 'client')}`;
}

/** `they are 0 to 4`, or what there is to say of fewer. */
function numbered(count: number, what: string): string {
  if (count === 0) return `the world has no ${what}s`;
  return count === 1 ? `the only ${what} is 0` : `they are 0 to ${count - 1}`;
}

/** `3 replicas`, and nothing of what there is none of. */
function counted(count: number, what: string): readonly string[] {
  return count === 0 ? [] : [`${count} ${what}${count === 1 ? '' : 's'}`];
}

function isIndex(value: number, count: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < count;
}
