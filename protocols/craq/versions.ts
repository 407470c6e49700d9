/**
 * Versions of objects: Terrace & Freedman, USENIX ATC 2009, §2.3. A write that comes down the chain
 * is a new version of its object, dirty; at the tail, and with the acknowledgement that comes up
 * the chain, it is clean, and the versions before it are dropped.
 *
 * Deviation: what comes down the chain is the operation, and every server computes the new version
 * from the one before it, as the paper's head does (§4.1.1); all do so in the same order.
 * Deviation: a version's number is the write's sequence number in the chain. It grows along the
 * versions of an object, with gaps.
 * Deviation: which objects there are is the state machine's to say. One that does not say is one
 * object.
 */
import type { StateMachine } from '../../sim/contract.ts';
import type { Plain } from '../../sim/plain.ts';
import type { ObjectState, Request } from '../chain-replication/messages.ts';
import type { CraqContext } from './context.ts';
import type { CraqServerState, Version } from './state.ts';

/** The name of the only object there is: not one that anybody has given it. */
const WHOLE = '';

/** As reports go on from what it is that the object has: ` of "a"`; nothing of the only one. */
export function ofObject(object: string | undefined): string {
  return object === undefined || object === WHOLE ? '' : ` of ${JSON.stringify(object)}`;
}

function objectOf({ machine }: CraqContext, operation: Plain): string {
  return machine.objectOf?.(operation) ?? WHOLE;
}

/** Never empty. */
export function versionsOf(
  { objects }: CraqServerState,
  machine: StateMachine,
  object: string,
): readonly Version[] {
  return objects.get(object) ?? [firstVersion(machine)];
}

function firstVersion(machine: StateMachine): Version {
  return { number: 0, app: machine.initial(), since: 0, isClean: true };
}

/** §2.3: the latest version of the object, which is dirty until its acknowledgement comes. */
function addVersion(
  state: CraqServerState,
  context: CraqContext,
  { operation }: Request,
  number: number,
): void {
  const { env, machine, rules } = context;
  if (machine.isReadOnly(operation)) return;
  const object = rules.objectOf(context, operation);
  const before = rules.versionsToKeep(versionsOf(state, machine, object));
  const app = machine.clone(before.at(-1)!.app);
  machine.apply(app, operation);
  const version = { number, app, since: env.now, isClean: false };
  state.objects.set(object, [...before, version]);
}

/** The tail may name any of them, until the acknowledgement of a later one has come. */
function versionsToKeep(versions: readonly Version[]): readonly Version[] {
  return versions;
}

/** What is about to be executed is committed. */
function cleanUpTo(state: CraqServerState, context: CraqContext, limit: number): void {
  const { rules } = context;
  for (let at = state.committed; at < limit; at++) {
    const { operation } = state.hist[at - state.trimmed]!;
    rules.markClean(state, rules.objectOf(context, operation), limit);
  }
}

/** §2.3: the acknowledgement makes versions clean, and those before the last of them go. */
function markClean(state: CraqServerState, object: string, upTo: number): void {
  const versions = state.objects.get(object);
  if (versions === undefined) return;
  let latest = 0;
  for (let i = 0; i < versions.length; i++) {
    const version = versions[i]!;
    if (version.number <= upTo) version.isClean = true;
    if (version.isClean) latest = i;
  }
  if (latest > 0) state.objects.set(object, versions.slice(latest));
}

/** What is not committed may have been nobody's; who leaves the chain takes it back. */
function dropAfter(state: CraqServerState, length: number): void {
  for (const [object, versions] of state.objects) {
    const kept = versions.filter(({ number }) => number <= length);
    state.objects.set(object, kept);
  }
}

/** §5.3: what is handed over of an object is its latest clean version; dirty ones follow. */
function objectStates(state: CraqServerState, { machine }: CraqContext): readonly ObjectState[] {
  return [...state.objects].map(([object, versions]) => {
    const clean = latestClean(versions);
    return { object, number: clean.number, app: machine.clone(clean.app) };
  });
}

/** The objects as a snapshot has them. */
function installObjects(
  state: CraqServerState,
  { env, machine }: CraqContext,
  objects: readonly ObjectState[],
): void {
  state.objects.clear();
  for (const { object, number, app } of objects) {
    const version = { number, app: machine.clone(app), since: env.now, isClean: true };
    state.objects.set(object, [version]);
  }
}

export function isClean(versions: readonly Version[]): boolean {
  return versions.at(-1)!.isClean;
}

export function latestClean(versions: readonly Version[]): Version {
  let at = versions.length - 1;
  while (at > 0 && !versions[at]!.isClean) at--;
  return versions[at]!;
}

export const versionRules = {
  objectOf,
  addVersion,
  versionsToKeep,
  cleanUpTo,
  markClean,
  dropAfter,
  objectStates,
  installObjects,
};
