/** An event log as columns: measured some twenty times smaller than rows, and quick to open. */
import type { EventRecord } from '../sim/record.ts';
import { ABSENT, EVENT_COLUMNS, type EventColumn, type PackedEvents } from './document.ts';

/** Records kept of one run; the window around the failure when there are more. */
export const EVENT_LIMIT = 200_000;

/** Packs `events`, at most `limit` of them, around the records of the loop's event `around`. */
export function packEvents(
  events: readonly EventRecord[],
  around: number | undefined,
  limit: number = EVENT_LIMIT,
): PackedEvents {
  const first = firstKept(events, around, limit);
  const kept = events.slice(first, first + limit);
  const table = new StringTable();
  const columns = emptyColumns();
  let previous = { event: 0, time: 0 };
  for (const record of kept) {
    columns.event.push(record.event - previous.event);
    columns.time.push(record.time - previous.time);
    columns.kind.push(table.idOf(record.kind));
    columns.node.push(record.node ?? ABSENT);
    columns.peer.push(record.peer ?? ABSENT);
    columns.label.push(table.idOf(record.label));
    columns.flight.push(record.sentAt === undefined ? ABSENT : record.time - record.sentAt);
    columns.ordinal.push(record.ordinal ?? ABSENT);
    columns.fate.push(table.idOf(record.fate));
    columns.operation.push(record.operation ?? ABSENT);
    columns.fault.push(record.fault ?? ABSENT);
    columns.detail.push(table.idOf(record.detail));
    columns.summary.push(table.idOf(record.summary));
    columns.round.push(record.round ?? ABSENT);
    columns.leads.push(record.leads === undefined ? ABSENT : Number(record.leads));
    previous = record;
  }
  return {
    count: kept.length,
    omittedBefore: first,
    omittedAfter: events.length - first - kept.length,
    strings: table.strings,
    columns,
  };
}

/**
 * Never simply the start: the window ends at the log's end, or has the failure at its middle when
 * much was recorded after it.
 */
function firstKept(
  events: readonly EventRecord[],
  around: number | undefined,
  limit: number,
): number {
  const lastStart = Math.max(0, events.length - limit);
  if (around === undefined || lastStart === 0) return lastStart;
  const failure = events.findIndex((record) => record.event >= around);
  if (failure === -1) return lastStart;
  return Math.min(lastStart, Math.max(0, failure - Math.floor(limit / 2)));
}

class StringTable {
  readonly strings: string[] = [];
  readonly #ids = new Map<string, number>();

  idOf(text: string | undefined): number {
    if (text === undefined) return ABSENT;
    let id = this.#ids.get(text);
    if (id === undefined) {
      id = this.strings.length;
      this.strings.push(text);
      this.#ids.set(text, id);
    }
    return id;
  }
}

function emptyColumns(): { [column in EventColumn]: number[] } {
  const pairs = EVENT_COLUMNS.map((column): [EventColumn, number[]] => [column, []]);
  // A parse boundary of sorts: fromEntries forgets that every column is among the pairs.
  return Object.fromEntries(pairs) as { [column in EventColumn]: number[] };
}
