/** Where two event logs part: the first record that is not the same in both. */
import type { EventRecord } from '../../sim/record.ts';

export interface Divergence {
  /** Records that both logs begin with. */
  readonly shared: number;
  /** The first record of either log that differs; absent where that log has ended. */
  readonly a?: EventRecord;
  readonly b?: EventRecord;
  /** Fields in which the two differ; empty where one is absent. */
  readonly fields: readonly RecordField[];
  /** Both are about the same message, timer or write, which came out differently. */
  readonly isSameThing: boolean;
  /**
   * The same message, timer or write as in the other log's record, where it comes later in this
   * one: what is lost in `a` may have arrived in `b`.
   */
  readonly laterA?: EventRecord;
  readonly laterB?: EventRecord;
}

/** Not what depends on later events: a place in the history leaves out what is refused later. */
export type RecordField = Exclude<keyof EventRecord, 'index' | 'operation'>;

const FIELDS: readonly RecordField[] = [
  'event',
  'time',
  'kind',
  'node',
  'peer',
  'label',
  'sentAt',
  'ordinal',
  'fate',
  'fault',
  'detail',
  'summary',
  'round',
  'leads',
];

/** Undefined when the logs are the same from the first record to the last. */
export function firstDivergence(
  logA: readonly EventRecord[],
  logB: readonly EventRecord[],
): Divergence | undefined {
  const length = Math.max(logA.length, logB.length);
  let shared = 0;
  while (shared < length && differingFields(logA[shared], logB[shared]).length === 0) shared += 1;
  if (shared === length) return undefined;
  const a = logA[shared];
  const b = logB[shared];
  if (a === undefined || b === undefined) {
    return {
      shared,
      ...(a === undefined ? {} : { a }),
      ...(b === undefined ? {} : { b }),
      fields: [],
      isSameThing: false,
    };
  }
  const isOneThing = isSameThing(a, b);
  const laterA = isOneThing ? undefined : counterpart(b, logA, shared);
  const laterB = isOneThing ? undefined : counterpart(a, logB, shared);
  return {
    shared,
    a,
    b,
    fields: differingFields(a, b),
    isSameThing: isOneThing,
    ...(laterA === undefined ? {} : { laterA }),
    ...(laterB === undefined ? {} : { laterB }),
  };
}

function differingFields(a?: EventRecord, b?: EventRecord): readonly RecordField[] {
  return FIELDS.filter((field) => a?.[field] !== b?.[field]);
}

/**
 * What `record` of the one log is in the other. Both have had as many of the kind before `from`, so
 * it is the next one.
 */
function counterpart(
  record: EventRecord,
  log: readonly EventRecord[],
  from: number,
): EventRecord | undefined {
  return log.find((candidate, at) => at >= from && isSameThing(record, candidate));
}

/**
 * Whether two records are about the same thing, whatever became of it: a message may arrive in one
 * log and be lost in the other, a timer may expire at another time.
 */
export function isSameThing(a: EventRecord, b: EventRecord): boolean {
  if (!isMessage(a) || !isMessage(b)) {
    return a.kind === b.kind && a.node === b.node && a.label === b.label && a.fault === b.fault;
  }
  const isOneLink = senderOf(a) === senderOf(b) && receiverOf(a) === receiverOf(b);
  if (!isOneLink || a.ordinal !== b.ordinal) return false;
  if ((a.fate === 'duplicate') !== (b.fate === 'duplicate')) return false;
  // One that was corrupted on its way has no type any more.
  return a.label === b.label || a.sentAt === b.sentAt;
}

export function isMessage({ kind }: EventRecord): boolean {
  return kind === 'deliver' || kind === 'drop';
}

function senderOf({ kind, node, peer }: EventRecord): number | undefined {
  return kind === 'drop' ? node : peer;
}

function receiverOf({ kind, node, peer }: EventRecord): number | undefined {
  return kind === 'drop' ? peer : node;
}
