/** The contents of etcd: keys with their revisions, now and at each revision before. */

import type { Plain } from '../history.ts';
import { canonicalText } from '../plain.ts';
import type { KeyRange, LeaseId } from './etcd-requests.ts';

export interface Stored {
  readonly value: Plain;
  readonly modRevision: number;
  /** How often the key was put since it was created. */
  readonly version: number;
  readonly lease: LeaseId;
}

/** So many changes are looked through before a table of all keys is made. */
const CHANGES_BETWEEN_TABLES = 64;

/**
 * The contents after a sequence of changes, which it shares with those that it was made from.
 *
 * Equal sequences give the same object: `id` says which. A state of a search costs one change, not
 * one copy of all keys.
 */
export class EtcdStore {
  readonly id: number;
  private readonly before: EtcdStore | undefined;
  private readonly key: string;
  private readonly stored: Stored | undefined;
  private readonly revision: number;
  /** All keys before the last few changes, and how many those are. */
  private readonly table: ReadonlyMap<string, Stored>;
  private readonly sinceTable: number;
  private readonly known: Map<string, EtcdStore>;

  private constructor(
    before: EtcdStore | undefined,
    change: {
      readonly key: string;
      readonly stored: Stored | undefined;
      readonly revision: number;
    },
    known: Map<string, EtcdStore>,
  ) {
    this.id = before === undefined ? 0 : known.size + 1;
    this.before = before;
    this.key = change.key;
    this.stored = change.stored;
    this.revision = change.revision;
    this.known = known;
    const since = before === undefined ? 0 : before.sinceTable + 1;
    const isTable = since >= CHANGES_BETWEEN_TABLES;
    this.table = isTable ? this.tableNow(before) : (before?.table ?? new Map());
    this.sinceTable = isTable ? 0 : since;
  }

  /** A store without keys, and with a sequence of changes of its own. */
  static empty(): EtcdStore {
    return new EtcdStore(undefined, { key: '', stored: undefined, revision: 0 }, new Map());
  }

  /** After a key was changed at a revision; `undefined`: deleted. */
  changed(key: string, stored: Stored | undefined, revision: number): EtcdStore {
    const what = stored === undefined ? '' : describe(stored);
    const text = `${this.id} ${revision} ${JSON.stringify(key)} ${what}`;
    const known = this.known.get(text);
    if (known !== undefined) return known;
    const made = new EtcdStore(this, { key, stored, revision }, this.known);
    this.known.set(text, made);
    return made;
  }

  /** What is stored under a key. */
  get(key: string): Stored | undefined {
    let store: EtcdStore = this;
    while (store.sinceTable > 0 && store.before !== undefined) {
      if (store.key === key) return store.stored;
      store = store.before;
    }
    return store.table.get(key);
  }

  /** The contents when a revision was the last. */
  at(revision: number): EtcdStore {
    let store: EtcdStore = this;
    while (store.before !== undefined && store.revision > revision) store = store.before;
    return store;
  }

  /** The keys in a range and what is stored under them, in the order of etcd: by code points. */
  inRange(range: KeyRange): readonly (readonly [string, Stored])[] {
    if (range.end === '') {
      const stored = this.get(range.start);
      return stored === undefined ? [] : [[range.start, stored]];
    }
    return [...this.entries()]
      .filter(([key]) => isWithin(key, range))
      .sort(([a], [b]) => compareCodePoints(a, b));
  }

  /** The keys that are attached to a lease. */
  withLease(lease: string): readonly string[] {
    const keys: string[] = [];
    for (const [key, stored] of this.entries()) if (stored.lease === lease) keys.push(key);
    return keys.sort(compareCodePoints);
  }

  private entries(): ReadonlyMap<string, Stored> {
    return this.sinceTable === 0 ? this.table : this.tableNow(this.before);
  }

  private tableNow(before: EtcdStore | undefined): ReadonlyMap<string, Stored> {
    const changes: EtcdStore[] = [this];
    let store = before;
    while (store !== undefined && store.sinceTable > 0) {
      changes.push(store);
      store = store.before;
    }
    const table = new Map(store?.table);
    for (const { key, stored } of changes.reverse()) {
      if (stored === undefined) table.delete(key);
      else table.set(key, stored);
    }
    return table;
  }
}

function describe({ value, modRevision, version, lease }: Stored): string {
  return `${modRevision} ${version} ${lease ?? ''} ${canonicalText(value)}`;
}

function isWithin(key: string, { start, end }: KeyRange): boolean {
  if (compareCodePoints(key, start) < 0) return false;
  return end === '\0' || compareCodePoints(key, end) < 0;
}

/** The order of the texts' UTF-8, in which surrogates come after all other units. */
function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left !== right) return rankOf(left) - rankOf(right);
  }
  return a.length - b.length;
}

function rankOf(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
