/** Whether a plan fits its world: people edit plans, and may name what is not there. */
import { nodesOf } from '../sim/fault.ts';
import type { Plan, PlannedFault, PlannedOperation } from '../sim/plan.ts';
import { SpecError } from './assemble.ts';

/** How many replicas and clients there are; the nodes are numbered replicas first. */
interface Size {
  readonly replicas: number;
  readonly clients: number;
}

/** Throws `SpecError` that names the place in the plan. */
export function checkPlan(plan: Plan, size: Size): void {
  for (const [index, planned] of plan.operations.entries()) {
    checkOperation(planned, `plan.operations[${index}]`, size);
  }
  for (const [index, fault] of plan.faults.entries()) {
    checkFault(fault, `plan.faults[${index}]`, size);
  }
}

function checkOperation({ client, operation }: PlannedOperation, at: string, size: Size): void {
  checkClient(client, `${at}.client`, size);
  const isObject = typeof operation === 'object' && operation !== null;
  if (isObject && 'f' in operation && typeof operation.f === 'string') return;
  throw new SpecError(`${at}.operation: expected an object with a name f`);
}

function checkFault(fault: PlannedFault, at: string, size: Size): void {
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

function checkNode(node: number, at: string, { replicas, clients }: Size): void {
  const count = replicas + clients;
  if (isIndex(node, count)) return;
  const nodes = `${replicas} replicas and ${clients} clients are nodes 0 to ${count - 1}`;
  throw new SpecError(`${at}: there is no node ${node}; ${nodes}`);
}

function checkClient(client: number, at: string, { clients }: Size): void {
  if (isIndex(client, clients)) return;
  throw new SpecError(`${at}: there is no client ${client}; they are 0 to ${clients - 1}`);
}

function isIndex(value: number, count: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < count;
}
