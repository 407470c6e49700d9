/** Whether a plan fits its world: people edit plans, and may name what is not there. */
import { type Fault, nodesOf } from '../sim/fault.ts';
import type { Ending, Plan, PlannedFault, PlannedOperation } from '../sim/plan.ts';
import { assembleOther, type Registry, SpecError } from './assemble.ts';
import type { RunSpec } from './spec.ts';

/** How many replicas and clients there are; the nodes are numbered replicas first. */
type Size = Pick<RunSpec, 'replicas' | 'clients'>;

/** What a plan has to fit: the size of its world, and what runs there. */
type World = Size & Pick<RunSpec, 'protocol' | 'machine' | 'mutant' | 'options'>;

/** Throws `SpecError` that names the place in the plan. */
export function checkPlan(plan: Plan, world: World, registry?: Registry): void {
  for (const [index, planned] of plan.operations.entries()) {
    checkOperation(planned, `plan.operations[${index}]`, world);
  }
  for (const [index, fault] of plan.faults.entries()) {
    const at = `plan.faults[${index}]`;
    checkNodes(fault, at, world);
    checkExtent(fault, at);
    if (fault.fault === 'version-change') checkBuild(fault, at, world, registry);
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

function checkOperation({ client, operation }: PlannedOperation, at: string, size: Size): void {
  checkClient(client, `${at}.client`, size);
  const isObject = typeof operation === 'object' && operation !== null;
  if (isObject && 'f' in operation && typeof operation.f === 'string') return;
  throw new SpecError(`${at}.operation: expected an object with a name f`);
}

function checkNodes(fault: PlannedFault, at: string, size: Size): void {
  if (fault.when?.node !== undefined) checkNode(fault.when.node, `${at}.when.node`, size);
  for (const [field, nodes] of nodesOf(fault)) {
    for (const node of nodes) {
      if (typeof node === 'number') checkNode(node, `${at}.${field}`, size);
      else if (node === 'it' && fault.when === undefined) {
        throw new SpecError(`${at}.${field}: "it" is the node that reached a mark; expected when`);
      }
    }
  }
  const named = nodesOf(fault).flatMap(([, nodes]) => nodes);
  if (named.includes('it') && named.includes('leader')) {
    throw new SpecError(`${at}: expected "it" or "leader", not both in one fault`);
  }
  if ('client' in fault) checkClient(fault.client, `${at}.client`, size);
}

/** What nobody is in, or what never goes on, is a mistake and no fault. */
function checkExtent(fault: Fault, at: string): void {
  for (const [field, nodes] of nodesOf(fault)) {
    // A group may be empty: with one replica, nobody is on the other side.
    if (nodes.length > 0 || field.startsWith('groups')) continue;
    throw new SpecError(`${at}.${field}: expected at least one node`);
  }
  if ('groups' in fault && fault.groups.length < 2) {
    const found = fault.groups.length;
    throw new SpecError(
      `${at}.groups: expected at least two, found ${found}; a node in no group keeps all its links`,
    );
  }
  if (fault.fault === 'flapping' && !(fault.period >= 1)) {
    throw new SpecError(`${at}.period: expected at least 1`);
  }
  if (fault.fault === 'impatience' && !(fault.factor >= 1)) {
    throw new SpecError(`${at}.factor: expected at least 1`);
  }
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
    located(`${at}.options`, () => assembleOther(world, { options }, registry));
  }
}

function located(at: string, check: () => void): void {
  try {
    check();
  } catch (error) {
    if (error instanceof SpecError) throw new SpecError(`${at}: ${error.message}`);
    throw error;
  }
}

function checkNode(node: number, at: string, { replicas, clients }: Size): void {
  const count = replicas + clients;
  if (isIndex(node, count)) return;
  const nodes = [...counted(replicas, 'replica'), ...counted(clients, 'client')].join(' and ');
  const are = count === 1 ? 'is node 0' : `are nodes 0 to ${count - 1}`;
  throw new SpecError(`${at}: there is no node ${node}; ${nodes} ${are}`);
}

function checkClient(client: number, at: string, { clients }: Size): void {
  if (isIndex(client, clients)) return;
  throw new SpecError(`${at}: there is no client ${client}; ${numbered(clients, 'client')}`);
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
