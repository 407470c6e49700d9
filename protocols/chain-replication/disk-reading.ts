/**
 * What a start makes of the records on its disk, in the durable mode. Which of them are torn or
 * damaged is the journal's to tell; here they become Hist, a snapshot and a configuration again.
 */
import type { DurableRecord, Write } from '../../sim/contract.ts';
import { isReadable, isTornTail, readJournal } from '../journal.ts';
import type { Configuration } from './configuration.ts';
import type { ServerContext } from './context.ts';
import type { Request, Snapshot } from './messages.ts';

export const HIST = 'hist';
export const CONFIGURATION = 'configuration';
export const SNAPSHOT = 'snapshot';
/** First in a record that begins anew: nothing is left of what the records before it held. */
export const INCARNATION = 'incarnation';

export interface DiskReading {
  incarnation: number;
  configuration: Configuration | undefined;
  snapshot: Snapshot | null;
  readonly hist: Request[];
  trimmed: number;
  readonly tornCount: number;
  readonly isDamaged: boolean;
}

function readDisk({ rules }: ServerContext, records: readonly DurableRecord[]): DiskReading {
  const journal = readJournal(records.slice(lastBeginning(records)), rules);
  const reading: DiskReading = {
    incarnation: 0,
    configuration: undefined,
    snapshot: null,
    hist: [],
    trimmed: 0,
    tornCount: journal.tornCount,
    isDamaged: journal.isDamaged,
  };
  for (const { writes } of journal.records) for (const write of writes) apply(reading, write);
  return reading;
}

/** What was before a new beginning does not matter, damaged or not. */
function lastBeginning(records: readonly DurableRecord[]): number {
  const index = records.findLastIndex(({ intact, writes }) => {
    const first = intact ? writes[0] : undefined;
    return first?.kind === 'set' && first.key === INCARNATION;
  });
  return Math.max(0, index);
}

function apply(reading: DiskReading, write: Write): void {
  const { hist } = reading;
  switch (write.kind) {
    // The disk returns what this protocol wrote under these names.
    case 'append':
      hist.push(write.entry as Request);
      break;
    case 'truncate':
      hist.length = Math.min(hist.length, Math.max(0, write.end - reading.trimmed));
      break;
    case 'trim':
      if (write.first <= reading.trimmed) break;
      hist.splice(0, write.first - reading.trimmed);
      reading.trimmed = write.first;
      break;
    case 'set':
      if (write.key === INCARNATION) reading.incarnation = write.value as number;
      if (write.key === CONFIGURATION) reading.configuration = write.value as Configuration;
      if (write.key === SNAPSHOT) reading.snapshot = write.value as Snapshot;
      break;
    default:
      write satisfies never;
  }
}

export const diskReadingRules = { readDisk, isReadable, isTornTail };
