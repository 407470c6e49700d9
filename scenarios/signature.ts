/**
 * Signatures: what failures have in common. A provisional one is made of oracle and invariant, and
 * every failure carries it. A refined one adds the shape of the minimised run, so that two bugs
 * which break the same invariant are told apart.
 */
import { type FaultNode, nodesOf } from '../sim/fault.ts';
import { hashString, hex32 } from '../sim/mixing.ts';
import type { Plain } from '../sim/plain.ts';
import type { PlannedFault, PlannedOperation } from '../sim/plan.ts';
import type { RunResult } from './spec.ts';

const HEX_DIGITS = 4;

/** Without a shape it is provisional. `letter` is the oracle's. */
export function signatureFrom(
  letter: string,
  oracle: string,
  invariant = '',
  shape?: string,
): string {
  const more = shape === undefined ? '' : `/${shape}`;
  return `${letter}-${hex32(hashString(`${oracle}/${invariant}${more}`)).slice(0, HEX_DIGITS)}`;
}

/** The refined signature of a minimised run; undefined for one that has not failed. */
export function refinedSignature(result: RunResult): string | undefined {
  const [failure] = result.failures;
  if (failure === undefined) return undefined;
  const letter = failure.signature.slice(0, failure.signature.indexOf('-'));
  return signatureFrom(letter, failure.oracle, failure.invariant, shapeOf(result));
}

/** Whether a signature, refined or provisional, is that of a failure that may have both. */
export function isCalled(
  failure: { readonly signature?: string; readonly provisional?: string },
  signature: string,
): boolean {
  return failure.signature === signature || failure.provisional === signature;
}

/**
 * Operations and faults in the order of their times, without times and values: nodes and keys are
 * named by their first appearance. `put c0 k0, crash n0, get c1 k0`.
 */
export function shapeOf(result: RunResult): string {
  const { plan, replicas } = result.spec;
  const calls = new Map(result.history.map(({ operation, call }) => [operation, call]));
  const names = new Names();
  const entries: Entry[] = [
    ...plan.operations.map((planned) => ({
      at: calls.get(planned.operation) ?? planned.at,
      write: () => operationShape(planned, names),
    })),
    ...plan.faults.map((fault, index) => ({
      at: result.faults[index]?.at ?? fault.at ?? Number.MAX_SAFE_INTEGER,
      write: () => faultShape(fault, names, { replicas, it: result.faults[index]?.node }),
    })),
  ];
  // Sorting is stable: what begins at the same time stays in the order of the plan.
  return entries
    .sort((a, b) => a.at - b.at)
    .map(({ write }) => write())
    .join(', ');
}

interface Entry {
  readonly at: number;
  /** Called in the order of the times, in which names are given. */
  write(): string;
}

/** Names by kind and first appearance: `n0`, `n1`, `c0`, `k0`. */
class Names {
  private readonly given = new Map<string, string>();
  private readonly counts = new Map<string, number>();

  of(kind: 'n' | 'c' | 'k', what: Plain): string {
    const id = `${kind} ${JSON.stringify(what)}`;
    const known = this.given.get(id);
    if (known !== undefined) return known;
    const count = this.counts.get(kind) ?? 0;
    this.counts.set(kind, count + 1);
    this.given.set(id, `${kind}${count}`);
    return `${kind}${count}`;
  }
}

function operationShape({ client, operation, level }: PlannedOperation, names: Names): string {
  const isRecord = typeof operation === 'object' && operation !== null;
  const f = isRecord && 'f' in operation ? String(operation.f) : 'operation';
  const words = [f, names.of('c', client)];
  if (isRecord && 'key' in operation) words.push(names.of('k', operation.key));
  if (level !== undefined) words.push(level);
  return words.join(' ');
}

interface Cast {
  readonly replicas: number;
  /** Who reached the mark of the fault's trigger, or led when it struck. */
  readonly it: number | undefined;
}

function faultShape(fault: PlannedFault, names: Names, { replicas, it }: Cast): string {
  const nameOf = (named: FaultNode): string => {
    const node = typeof named === 'number' ? named : it;
    if (node === undefined) return String(named);
    return node < replicas ? names.of('n', node) : names.of('c', node - replicas);
  };
  const nodes = nodesOf(fault).map(([, list]) => list.map(nameOf).join('+'));
  const client = 'client' in fault ? [names.of('c', fault.client)] : [];
  return [fault.fault, ...nodes, ...client].join(' ');
}
