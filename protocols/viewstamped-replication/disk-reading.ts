/**
 * What a start makes of the records on its disk, in the durable mode: which of them are void, which
 * unreadable ones a crash has torn, and which were whole once and have been damaged since. A torn
 * record was never durable, so nothing was said in reliance on it. A damaged one was: what is left
 * without it is less than this replica has promised (Alagappan et al., "Protocol-Aware Recovery for
 * Consensus-Based Storage", FAST 2018, on crashes and corruption that look alike).
 *
 * Assumption: of the records that were ever durable, the last one is not damaged. Torn or rotten,
 * the end of a log looks the same.
 */
import type { DurableRecord, Write } from '../../sim/contract.ts';
import type { Context } from './context.ts';
import type { CrashVector, Request } from './messages.ts';
import { filled } from './state.ts';

export const LOG = 'log';
export const VIEWS = 'views';
export const CRASH_VECTOR = 'crashVector';
/** First in a record that follows torn ones; its value is how many before it are void. */
export const TORN = 'torn';
/** First in a record that makes all before it void; its value says what stands in their place. */
export const STATE = 'state';

/** Value of the key `views`. */
export interface Views {
  readonly viewNumber: number;
  readonly lastNormalView: number;
}

/** Value of the key `state`: nothing yet, or all that follows in this very record. */
export type StateOnDisk = 'lost' | 'whole';

export interface DiskReading {
  readonly log: Request[];
  views: Views;
  /** All that any intact record knows of crashes: that stays true, void or not. */
  crashVector: CrashVector;
  /** Records at the end that a crash has torn. */
  tornCount: number;
  hasDamage: boolean;
  /** Whether an earlier start has found damage, and no recovery from it was completed. */
  isLost: boolean;
}

function readDisk(context: Context, records: readonly DurableRecord[]): DiskReading {
  const { rules } = context;
  const reading: DiskReading = {
    log: [],
    views: { viewNumber: 0, lastNormalView: 0 },
    crashVector: filled(context.replicas, 0),
    tornCount: 0,
    hasDamage: false,
    isLost: false,
  };
  const isVoid = voidRecords(context, records);
  let end = 0;
  while (end < records.length && (isVoid[end] || rules.isReadable(records[end]!))) end++;
  for (let index = 0; index < end; index++) {
    if (!isVoid[index]) applyWrites(reading, records[index]!.writes);
  }
  reading.crashVector = knownCrashes(context, records);
  reading.tornCount = records.length - end;
  reading.hasDamage = reading.tornCount > 0 && !rules.isTornTail(records, end);
  return reading;
}

/** The disk tells which records are whole, as checksums would. */
function isReadable(record: DurableRecord): boolean {
  return record.intact;
}

/** Records reach the disk in order: what a crash has torn, nothing follows but such as itself. */
function isTornTail(records: readonly DurableRecord[], first: number): boolean {
  for (let index = first; index < records.length; index++) {
    if (records[index]!.intact) return false;
  }
  return true;
}

/**
 * What a marker makes void stays void. One that says how many records were torn does not excuse
 * others before them, which may have been damaged later.
 */
function voidRecords({ rules }: Context, records: readonly DurableRecord[]): readonly boolean[] {
  const isVoid = filled(records.length, false);
  for (const [index, record] of records.entries()) {
    const first = record.writes[0];
    if (!rules.isReadable(record) || first?.kind !== 'set') continue;
    // The disk returns what this protocol wrote: a number under this key.
    const count = first.key === STATE ? index : first.key === TORN ? (first.value as number) : 0;
    isVoid.fill(true, index - count, index);
  }
  return isVoid;
}

function applyWrites(reading: DiskReading, writes: readonly Write[]): void {
  for (const write of writes) {
    switch (write.kind) {
      case 'append':
        reading.log.push(write.entry as Request);
        break;
      case 'truncate':
        reading.log.length = Math.min(reading.log.length, write.end);
        break;
      case 'set':
        if (write.key === VIEWS) reading.views = write.value as Views;
        if (write.key === STATE) reading.isLost = (write.value as StateOnDisk) === 'lost';
        break;
      case 'trim':
        break;
      default:
        write satisfies never;
    }
  }
}

function knownCrashes(context: Context, records: readonly DurableRecord[]): CrashVector {
  let known: CrashVector = filled(context.replicas, 0);
  for (const { intact, writes } of records) {
    for (const write of intact ? writes : []) {
      if (write.kind !== 'set' || write.key !== CRASH_VECTOR) continue;
      known = context.rules.mergeCrashVectors(known, write.value as CrashVector);
    }
  }
  return known;
}

export const diskReadingRules = { readDisk, isReadable, isTornTail };
