/**
 * A server's log: the entries that it keeps, from a first one on. What is before that has been
 * compacted. Positions count from 0, over all configurations; a length is the position after the
 * last entry.
 */
import type { Entry } from './messages.ts';

export interface Log {
  /** Entries before this position are not kept. */
  first: number;
  entries: Entry[];
}

export function lengthOf(log: Log): number {
  return log.first + log.entries.length;
}

/** The entry at a position that is kept. */
export function entryAt(log: Log, position: number): Entry {
  const entry = log.entries[position - log.first];
  if (entry === undefined) {
    throw new Error(`no entry at ${position}: kept are ${log.first} to ${lengthOf(log)}`);
  }
  return entry;
}

/** The entries from `from` on; a copy. They have to be kept. */
export function suffixOf(log: Log, from: number, to: number = lengthOf(log)): readonly Entry[] {
  if (from < log.first)
    throw new Error(`no entries from ${from} on: kept are those from ${log.first}`);
  return log.entries.slice(from - log.first, to - log.first);
}

export function cutAt(log: Log, length: number): void {
  if (length < lengthOf(log)) log.entries.length = Math.max(0, length - log.first);
}

export function dropBefore(log: Log, position: number): void {
  const count = position - log.first;
  if (count <= 0) return;
  log.entries.splice(0, count);
  log.first = position;
}

/** Nothing is kept of it any more: the next entry is at `position`. */
export function restartAt(log: Log, position: number): void {
  log.first = position;
  log.entries = [];
}

/**
 * Whether the last entry ends the configuration that begins after the first `from` entries: nothing
 * may be appended then (§6).
 */
export function isSealed(log: Log, from: number): boolean {
  return lengthOf(log) > from && log.entries.at(-1)?.type === 'StopSign';
}
