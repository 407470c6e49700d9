/** How long scripts wait for what they expect, and how long clients ask. */
import type { ReturnWindow } from '../spec.ts';
import { MILLISECOND } from './scenario.ts';

const MS = MILLISECOND;

/** Long enough for several elections in a row, with the short timeouts of these scenarios. */
export const PATIENCE = 200 * MS;

/** What was on its way, and reads under a lease, may be answered for so long after a cut. */
export const AFTERMATH = 60 * MS;

/** Faults strike for so long, and however their pauses are drawn, clients ask for longer. */
export function busyThrough(span: number): { readonly span: number; readonly busyFor: number } {
  return { span, busyFor: span + Math.floor(span / 2) };
}

/** `[from, from + lasts)`, in which at least one operation returns. */
export function servedIn(about: string, from: number, lasts: number): ReturnWindow {
  return { about, from, until: from + lasts, atLeast: 1 };
}
