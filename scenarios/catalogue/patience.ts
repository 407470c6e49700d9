/** How long scripts wait for what they expect, and how long clients ask. */
import type { Options } from '../../sim/contract.ts';
import type { ReturnWindow } from '../spec.ts';
import { MILLISECOND } from './scenario.ts';

const MS = MILLISECOND;

/** Long enough for several elections in a row, with the short timeouts of these scenarios. */
export const PATIENCE = 200 * MS;

/** What was on its way, and reads under a lease, may be answered for so long after a cut. */
export const AFTERMATH = 60 * MS;

/** Long enough for a client to hear of who serves now, and to be answered. */
const RESUMED = 60 * MS;

/** How fast and how slow clocks go that are off by a fifth at most, each way. */
export const [FAST, SLOW] = [1.2, 0.8];

/**
 * A client asks for one thing at a time: who waits for what nobody can do must not keep what
 * somebody can from being asked.
 */
export const IMPATIENT: Options = { clientRetry: 10 * MS, giveUpAfter: 15 * MS };

/** Faults strike for so long, and however their pauses are drawn, clients ask for longer. */
export function busyThrough(span: number): { readonly span: number; readonly busyFor: number } {
  return { span, busyFor: span + Math.floor(span / 2) };
}

/** `[from, from + lasts)`, in which at least one operation returns. */
export function servedIn(about: string, from: number, lasts: number): ReturnWindow {
  return { about, from, until: from + lasts, atLeast: 1 };
}

type Whose = Pick<ReturnWindow, 'clients' | 'kind' | 'level'>;

/** Something returns from then on, or nothing after what was on its way. */
export function returning(about: string, from: number, until: number, whose?: Whose): ReturnWindow {
  return { about, from, until, ...whose, atLeast: 1 };
}

export function silent(about: string, from: number, until: number, whose?: Whose): ReturnWindow {
  return { about, from, until, ...whose, atMost: 0 };
}

/** Reads and writes, each. */
export function both(about: string, from: number, lasts = RESUMED, whose?: Whose): ReturnWindow[] {
  return (['writes', 'reads'] as const).map((kind) =>
    returning(about, from, from + lasts, { ...whose, kind }),
  );
}
