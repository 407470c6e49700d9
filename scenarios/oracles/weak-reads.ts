/**
 * Judges reads that may be told what is not decided yet, and never will be: an eventual read is
 * told any value that its object had at some replica, a bounded one such a value within a bound.
 * Neither promises a session anything.
 */
import type { HistoryRecord } from '../../sim/clients.ts';
import type { Staleness, WeakerLevel } from '../../sim/level.ts';
import type { Plain } from '../../sim/plain.ts';
import { countBelow } from '../sorted.ts';
import { type KnownVersion, KnownVersions, type VersionsRead } from './known-versions.ts';
import type { Court, Oracle, Watch } from './oracle.ts';
import { inWords, milliseconds, nodeName } from './words.ts';

/** Budgets inside a run are steps and counted entries only: never a clock. */
const ANSWERS_MAX = 5_000_000;

export const eventualReads: Oracle = {
  id: 'eventual-reads',
  letter: 'V',
  about: 'an eventual read is told a version that its object had at some replica by then',
  watch: (court) => watchReads(court, eventualReads, 'eventual', () => undefined),
};

export const boundedReads: Oracle = {
  id: 'bounded-reads',
  letter: 'B',
  about: 'a bounded read is told a version that is off by no more than the time or number allowed',
  watch(court) {
    const staleness = court.build.protocol.staleness?.(court.spec.options);
    if (staleness === undefined) return {};
    return watchReads(court, boundedReads, 'bounded', (versions) => {
      const bound = new Bound(court, versions, staleness);
      return {
        isWithin: (read, version) => bound.isWithin(read, version),
        inWords: bound.inWords(),
      };
    });
  },
};

/** A read that returned. */
interface Read {
  readonly index: number;
  readonly entry: HistoryRecord;
  readonly end: number;
}

interface Limit {
  isWithin(read: Read, version: KnownVersion): boolean;
  readonly inWords: string;
}

function watchReads(
  court: Court,
  oracle: Oracle,
  level: WeakerLevel,
  limitOf: (versions: KnownVersions) => Limit | undefined,
): Watch {
  if (court.build.protocol.weakerLevels?.includes(level) !== true) return {};
  const versions = KnownVersions.of(court);
  return {
    ...versions.watch(),
    ended(end) {
      // Where replicas do not agree there is no log to go by.
      if (end.how === 'violation') return;
      judge(court, oracle, readsOf(court, level), versions, limitOf(versions));
    },
  };
}

function readsOf({ history }: Court, level: WeakerLevel): readonly Read[] {
  return [...history.entries()].flatMap(([index, entry]) =>
    entry.level === level && entry.end !== null && !entry.isRefused
      ? [{ index, entry, end: entry.end }]
      : [],
  );
}

function judge(
  court: Court,
  oracle: Oracle,
  reads: readonly Read[],
  versions: KnownVersions,
  limit: Limit | undefined,
): void {
  if (reads.length === 0) return;
  const known = versions.versionsFor(reads.map(({ entry }) => entry.operation));
  let compared = 0;
  for (const read of reads) compared += answering(known, read).length;
  if (compared > ANSWERS_MAX) {
    court.undecided(`${oracle.id}: more than ${ANSWERS_MAX} answers to compare with`);
    return;
  }
  for (const read of reads) {
    const text = complaint(court, read, known, limit);
    if (text === undefined) continue;
    // One is told: the others are as likely to come from the same bug.
    court.violation(oracle, text, { operations: [read.index] });
    return;
  }
}

function answering(known: VersionsRead, { entry }: Read): readonly KnownVersion[] {
  return known.answering(entry.operation, entry.output ?? null);
}

function complaint(
  court: Court,
  read: Read,
  known: VersionsRead,
  limit: Limit | undefined,
): string | undefined {
  const { operation, output, level, node } = read.entry;
  const matching = answering(known, read).filter(({ made }) => (made?.knownAt ?? 0) <= read.end);
  if (matching.some((version) => limit?.isWithin(read, version) ?? true)) return undefined;
  const who = nodeName(node, court.spec.replicas);
  const told = `${who} was told ${inWords(output)} at ${milliseconds(read.end)}`;
  const what = `${told} for ${level === 'eventual' ? 'an' : 'a'} ${level} ${inWords(operation)}`;
  if (limit === undefined || matching.length === 0) {
    return `${what}, but no replica had known a state that answers so by then`;
  }
  return `${what}, but what answers so was off by more than ${limit.inWords}`;
}

type WritesByObject = ReadonlyMap<string | undefined, readonly number[]>;

/** What a bounded read may be told, by what had been decided when. */
class Bound {
  private readonly court: Court;
  private readonly versions: KnownVersions;
  private readonly staleness: Staleness;
  private readonly writes: WritesByObject;

  constructor(court: Court, versions: KnownVersions, staleness: Staleness) {
    this.court = court;
    this.versions = versions;
    this.staleness = staleness;
    this.writes = writesByObject(court);
  }

  inWords(): string {
    const { by, most } = this.staleness;
    if (by === 'time') return milliseconds(most);
    return most === 1 ? '1 version' : `${most} versions`;
  }

  isWithin(read: Read, version: KnownVersion): boolean {
    return this.staleness.by === 'time'
      ? this.isWithinTime(read, version)
      : this.isWithinVersions(read, version);
  }

  /** It lacks nothing that was decided earlier than that, and has nothing older left undecided. */
  private isWithinTime({ entry, end }: Read, { made, decidedLength }: KnownVersion): boolean {
    const oldest = entry.call - this.staleness.most;
    const due = this.versions.decidedBy(oldest);
    if (this.writesIn(entry.operation, decidedLength, due) > 0) return false;
    const isDecided =
      made === undefined || (made.isDecided && made.length <= this.versions.decidedBy(end));
    return isDecided || made.gotAt >= oldest;
  }

  private isWithinVersions({ entry, end }: Read, { number }: KnownVersion): boolean {
    const { most } = this.staleness;
    const { call, operation } = entry;
    const before = this.writesIn(operation, 0, this.versions.decidedBy(call));
    const after = this.writesIn(operation, 0, this.versions.decidedBy(end));
    return number >= before - most && number <= after + most;
  }

  /** Writes of the read's object among these positions of the decided log. */
  private writesIn(read: Plain, from: number, until: number): number {
    const writes = this.writes.get(this.court.specification.objectOf?.(read)) ?? [];
    return Math.max(0, countBelow(writes, until) - countBelow(writes, from));
  }
}

/** By object: the positions of the decided log that have written it. */
function writesByObject({ specification: machine, decided }: Court): WritesByObject {
  const writes = new Map<string | undefined, number[]>();
  for (const [position, operation] of decided.operations.entries()) {
    if (operation === undefined || machine.isReadOnly(operation)) continue;
    const object = machine.objectOf?.(operation);
    const known = writes.get(object);
    if (known === undefined) writes.set(object, [position]);
    else known.push(position);
  }
  return writes;
}
