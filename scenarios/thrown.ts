/**
 * What was thrown, for people: engines word their messages differently, and a stack has paths of
 * one machine, so nothing that is compared or saved may depend on it.
 */
import type { Thrown } from './spec.ts';

/** The folder of quorumlab as stacks name it; empty in a bundle, whose parts have no places. */
const HOME = (import.meta.url ?? '').replace(/^file:\/\/|scenarios\/thrown\.[jt]s.*$/g, '');
/** What catches what protocols throw; those that come with it are no part of it. */
const ENGINE = ['sim', 'scenarios', 'checker', 'cli'].map((folder) => `${HOME}${folder}/`);
const PROTOCOLS = `${HOME}protocols/`;
/** Where all code of a protocol is called from while a world runs. */
const SIMULATION = `${HOME}sim/simulation.`;
/** Where the engine is called from, which in tests may be another one. */
const CAMPAIGN = `${HOME}scenarios/campaign`;
/** A line of a stack, but for those of Node itself. */
const FRAME = /^\s*at (?!.*\bnode:)|^\S*@\S+:\d+:\d+$/;
/** A frame of the language itself, such as that of `JSON.stringify`. */
const NATIVE = /\((?:<anonymous>|native)\)$|@\[native code\]$/;

/** Of anything that can be thrown. */
export function describeThrown(error: unknown): Thrown {
  if (!(error instanceof Error)) {
    return { name: typeof error, message: textOf(error), stack: [] };
  }
  return { name: nameOf(error), message: textOf(error.message), stack: framesOf(error) };
}

/** The class of an error, which every engine names alike; the type of what is none. */
export function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return typeof error.name === 'string' && error.name !== '' ? error.name : 'Error';
}

/**
 * Whether a protocol of somebody else threw it, or a state machine, as far as its stack tells. If
 * not, the mistake is ours.
 */
export function isOthers(error: unknown): boolean {
  const frames = allFramesOf(error);
  const first = frames.find((frame) => !NATIVE.test(frame));
  if (HOME === '' || first === undefined) return false;
  if (isEngines(first) || first.includes(PROTOCOLS)) return false;
  return frames.find(isEngines)?.includes(CAMPAIGN) !== true;
}

/** Where it was thrown, innermost first, down to where the simulation called the protocol. */
function framesOf(error: Error): readonly string[] {
  const all = allFramesOf(error);
  // What an `env` throws is thrown in the engine, one call further in.
  const frames = all.slice(Math.max(0, all.findIndex(isOfOthers)));
  const end = frames.findIndex((frame) => frame.includes(SIMULATION));
  const inner = end < 0 ? frames : frames.slice(0, end);
  const last = inner.findLastIndex(isOfOthers);
  return inner.slice(0, last + 1).flatMap((frame) => (isEngines(frame) ? [] : frame.trim()));
}

function allFramesOf(error: unknown): readonly string[] {
  const stack = error instanceof Error && typeof error.stack === 'string' ? error.stack : '';
  return stack.split('\n').filter((line) => FRAME.test(line));
}

function isOfOthers(frame: string): boolean {
  return !NATIVE.test(frame) && !isEngines(frame);
}

function isEngines(frame: string): boolean {
  return HOME !== '' && ENGINE.some((folder) => frame.includes(folder));
}

function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    return 'what has no text';
  }
}
