/**
 * What a start makes of the records on a disk: which of them count, how many at the end a crash has
 * torn, and whether any was whole once and has been damaged since. A torn record was never durable,
 * so nothing was said in reliance on it. A damaged one was: what is left without it may be less
 * than this node has promised (Alagappan et al., "Protocol-Aware Recovery for Consensus-Based
 * Storage", FAST 2018, on crashes and corruption that look alike).
 *
 * Assumption: of the records that were ever durable, the last one is not damaged. Torn or rotten,
 * the end of a log looks the same.
 */
import type { DurableRecord, Write } from '../sim/contract.ts';

/** First in a record that follows torn ones; its value is how many before it are void. */
const TORN = 'torn';

export interface Journal {
  /** Those that count, oldest first. */
  readonly records: readonly DurableRecord[];
  /** Records at the end that cannot be read. */
  readonly tornCount: number;
  /** Something that was durable cannot be read. */
  readonly isDamaged: boolean;
}

/** Rules of reading that a planted bug may break. */
export interface JournalRules {
  isReadable(record: DurableRecord): boolean;
  isTornTail(records: readonly DurableRecord[], first: number): boolean;
}

export function readJournal(records: readonly DurableRecord[], rules: JournalRules): Journal {
  const isVoid = voidRecords(records, rules);
  let end = 0;
  while (end < records.length && (isVoid[end] || rules.isReadable(records[end]!))) end++;
  const tornCount = records.length - end;
  return {
    records: records.slice(0, end).filter((_, index) => !isVoid[index]),
    tornCount,
    isDamaged: tornCount > 0 && !rules.isTornTail(records, end),
  };
}

/** Records reach the disk in order: what a crash has torn, nothing follows but such as itself. */
export function isTornTail(records: readonly DurableRecord[], first: number): boolean {
  for (let index = first; index < records.length; index++) {
    if (records[index]!.intact) return false;
  }
  return true;
}

/** The disk tells which records are whole, as checksums would. */
export function isReadable(record: DurableRecord): boolean {
  return record.intact;
}

/** Later records will follow: the next start must know that these were at the end, and torn. */
export function tornMarker(count: number): Write {
  return { kind: 'set', key: TORN, value: count };
}

/** A marker excuses as many records as were torn then, and none that is damaged later. */
function voidRecords(records: readonly DurableRecord[], rules: JournalRules): readonly boolean[] {
  const isVoid = records.map(() => false);
  for (const [index, record] of records.entries()) {
    const first = record.writes[0];
    if (!rules.isReadable(record) || first?.kind !== 'set' || first.key !== TORN) continue;
    // The disk returns what was written: a number under this key.
    isVoid.fill(true, index - (first.value as number), index);
  }
  return isVoid;
}
