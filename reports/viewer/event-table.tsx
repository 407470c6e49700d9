/** The event log as a table: only the rows in sight exist, whatever the log's length. */
import { useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { ABSENT } from '../document.ts';
import { fieldsOf, formatCount, formatTimeExact, nodeName } from '../words.ts';
import { EventDetail } from './event-detail.tsx';
import { at, countBelow, type EventLog, placeOf, text } from './event-log.ts';
import { runHref } from './route.ts';
import type { RunModel } from './run-model.ts';
import { moveToRecord, type RunView } from './run-view.ts';

/** Pixels of a row; the style sheet must agree. */
const ROW_HEIGHT = 24;
/** Rows kept ready above and below those in sight. */
const SPARE_ROWS = 10;
const COLUMNS = 6;

export function EventTable({ view }: { readonly view: RunView }) {
  const { log } = view.model;
  if (log === undefined) return null;
  return (
    <section class="pane events" aria-labelledby="events-heading">
      <header>
        <h2 id="events-heading">Events</h2>
        <Shown view={view} log={log} />
      </header>
      <FilterBar view={view} />
      <Rows view={view} log={log} />
      <EventDetail view={view} log={log} />
    </section>
  );
}

function Shown({ view, log }: { readonly view: RunView; readonly log: EventLog }) {
  const hidden = log.count - view.matches.value.length;
  return (
    <p class="quiet" role="status">
      {formatCount(view.matches.value.length)} shown
      {hidden > 0 ? `, ${formatCount(hidden)} hidden by the filter` : ''}
    </p>
  );
}

function FilterBar({ view }: { readonly view: RunView }) {
  const problems = view.filter.value?.problems ?? [];
  return (
    <div class="filter">
      <input
        id="filter"
        type="search"
        aria-label="Filter events"
        placeholder={exampleOf(view.model)}
        spellcheck={false}
        value={view.filterText.value}
        onInput={(event) => {
          view.filterText.value = event.currentTarget.value;
        }}
      />
      {problems.length === 0 ? null : <p class="problem">{problems.join('; ')}</p>}
    </div>
  );
}

/** A filter in the words of this very run. */
function exampleOf({ messageTypes }: RunModel): string {
  const types = messageTypes.slice(0, 2).join(',');
  return `node:n1 kind:drop${types === '' ? '' : ` type:${types}`} !cut`;
}

function Rows({ view, log }: { readonly view: RunView; readonly log: EventLog }) {
  const scroller = useRef<HTMLDivElement>(null);
  const window_ = useSignal({ top: 0, height: 480 });
  const matches = view.matches.value;
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    const measure = () => {
      window_.value = { top: element.scrollTop, height: element.clientHeight };
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener('scroll', measure, { passive: true });
    element.addEventListener('click', pickRow);
    return () => observer.disconnect();
  }, []);
  useSignalEffect(() => revealCursor(scroller.current, view));
  const pickRow = (event: MouseEvent) => {
    const target = event.target;
    const row = target instanceof Element ? target.closest('tr[data-record]') : null;
    if (row === null) return;
    event.preventDefault();
    moveToRecord(view, Number(row.getAttribute('data-record')));
  };
  const { top, height } = window_.value;
  const first = Math.max(0, Math.floor(top / ROW_HEIGHT) - SPARE_ROWS);
  const last = Math.min(matches.length, Math.ceil((top + height) / ROW_HEIGHT) + SPARE_ROWS);
  return (
    <div class="rows" ref={scroller}>
      <table aria-rowcount={matches.length + 1}>
        <thead>
          <tr>
            <th scope="col">Event</th>
            <th scope="col">Time</th>
            <th scope="col">Node</th>
            <th scope="col">Kind</th>
            <th scope="col">What</th>
            <th scope="col">Detail</th>
          </tr>
        </thead>
        <tbody>
          <Spacer rows={first} />
          {Array.from({ length: Math.max(0, last - first) }, (_, index) => {
            const record = matches[first + index] ?? 0;
            return (
              <Row key={record} view={view} log={log} record={record} row={first + index + 2} />
            );
          })}
          <Spacer rows={matches.length - last} />
        </tbody>
      </table>
    </div>
  );
}

function Spacer({ rows }: { readonly rows: number }) {
  if (rows <= 0) return null;
  return (
    <tr class="spacer">
      <td colSpan={COLUMNS} style={{ height: `${rows * ROW_HEIGHT}px` }} />
    </tr>
  );
}

interface RowProps {
  readonly view: RunView;
  readonly log: EventLog;
  readonly record: number;
  readonly row: number;
}

function Row({ view, log, record, row }: RowProps) {
  const kind = text(log, log.kind, record);
  const isCurrent = view.cursor.value.record === record;
  const place = placeOf(log, record);
  return (
    <tr
      data-record={record}
      aria-rowindex={row}
      aria-current={isCurrent ? 'true' : undefined}
      class={`kind-${kind}`}
    >
      <td class="number">
        <a href={runHref(view.model.number, place)} tabIndex={-1}>
          {formatCount(place.event)}
        </a>
      </td>
      <td class="number">{formatTimeExact(at(log.time, record))}</td>
      <td>{nameOf(view, at(log.node, record))}</td>
      <td>{kind}</td>
      <td>{whatHappened(view, log, record)}</td>
      <td class="detail">
        {fieldsOf(text(log, log.detail, record), text(log, log.label, record))}
      </td>
    </tr>
  );
}

/** The label and, for a message, its other end and its fate: `Prepare ← n0 (duplicate)`. */
export function whatHappened(view: RunView, log: EventLog, record: number): string {
  const label = text(log, log.label, record);
  const peer = at(log.peer, record);
  const fate = text(log, log.fate, record);
  const arrow = text(log, log.kind, record) === 'drop' ? '→' : '←';
  const other = peer === ABSENT ? '' : ` ${arrow} ${nameOf(view, peer)}`;
  return `${label}${other}${fate === '' ? '' : ` (${fate})`}`;
}

export function nameOf(view: RunView, node: number): string {
  return node === ABSENT ? '' : nodeName(node, view.model.run.spec.replicas);
}

/** Scrolls the cursor's row into sight, or where it would be if the filter let it through. */
function revealCursor(element: HTMLElement | null, view: RunView): void {
  const place = countBelow(view.matches.value, view.cursor.value.record);
  if (element === null) return;
  const headHeight = ROW_HEIGHT;
  const top = place * ROW_HEIGHT;
  const room = element.clientHeight - headHeight - ROW_HEIGHT;
  if (top < element.scrollTop || top > element.scrollTop + room) {
    element.scrollTop = Math.max(0, top - room / 2);
  }
}
