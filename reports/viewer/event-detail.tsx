/** Everything that the log says of the event at the cursor. */
import { ABSENT } from '../document.ts';
import { formatCount, formatTime, formatTimeExact } from '../words.ts';
import { at, type EventLog, text } from './event-log.ts';
import { nameOf, whatHappened } from './event-table.tsx';
import { outcomeText } from './run-model.ts';
import type { RunView } from './run-view.ts';

export function EventDetail({ view, log }: { readonly view: RunView; readonly log: EventLog }) {
  const { record } = view.cursor.value;
  if (record === ABSENT) return null;
  return (
    <dl class="event-detail" aria-label="Event at the cursor">
      {factsOf(view, log, record).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

type Fact = readonly [name: string, value: string];

function factsOf(view: RunView, log: EventLog, record: number): readonly Fact[] {
  const { words } = view.model;
  const time = at(log.time, record);
  const sentAt = at(log.sentAt, record);
  const round = at(log.round, record);
  const leads = at(log.leads, record);
  const history = view.model.run.history[at(log.operation, record)];
  const facts: (Fact | undefined)[] = [
    ['event', formatCount(at(log.event, record))],
    ['what', `${text(log, log.kind, record)} ${whatHappened(view, log, record)}`],
    ['at', `${nameOf(view, at(log.node, record)) || 'no node'}, ${formatTimeExact(time)}`],
    sentAt === ABSENT
      ? undefined
      : ['sent', `${formatTimeExact(sentAt)}, ${formatTime(time - sentAt)} before`],
    at(log.ordinal, record) === ABSENT
      ? undefined
      : ['ordinal', `${at(log.ordinal, record)} of its type on this link`],
    history === undefined ? undefined : ['operation', outcomeText(history)],
    stated('detail', text(log, log.detail, record)),
    stated('state after', text(log, log.summary, record)),
    round === ABSENT ? undefined : [words.round, view.model.roundName(round)],
    leads === ABSENT ? undefined : [`is ${words.leader}`, leads === 1 ? 'yes' : 'no'],
  ];
  return facts.filter((fact) => fact !== undefined);
}

function stated(name: string, value: string): Fact | undefined {
  return value === '' ? undefined : [name, value];
}
