/** What decides a failure: in words, as a plot over the run's time, and as numbers. */
import type { ChancePoint, Explanation } from '../../scenarios/explain/explanation.ts';
import type { ReportIndex } from '../document.ts';
import {
  chanceInWords,
  effectInWords,
  listedFaults,
  otherFaults,
  sentencesOf,
} from '../explanation.ts';
import { formatCount, formatTimeExact } from '../words.ts';
import { ChancePlot, type ChancePlotProps } from './chance-plot.tsx';
import { at, type EventLog } from './event-log.ts';
import { runHref } from './route.ts';
import type { RunModel } from './run-model.ts';
import { moveToEvent, moveToTime, type RunView } from './run-view.ts';

export interface ExplanationPaneProps {
  readonly explanation: Explanation;
  /** Number of the run, which its events are links into. */
  readonly run: number;
  /** On the page of the run: the plot shares its window and its cursor. */
  readonly view?: RunView;
}

export function ExplanationPane({ explanation, view, run }: ExplanationPaneProps) {
  const plot: ChancePlotProps =
    view === undefined
      ? { explanation, range: { from: 0, to: Math.max(1, explanation.time) } }
      : {
          explanation,
          range: view.range.value,
          cursor: view.cursor.value.time,
          onPick: (time) => moveToTime(view, time),
        };
  const faults = listedFaults(explanation);
  return (
    <section class="pane explanation" aria-labelledby="explanation-heading">
      <header>
        <h2 id="explanation-heading">What decides it</h2>
        {view === undefined ? null : <GoThere explanation={explanation} view={view} />}
      </header>
      {sentencesOf(explanation).map((sentence, place) => (
        <p key={sentence} class={place === 0 ? 'sentence' : ''}>
          <Linked text={sentence} {...{ explanation, run }} />
        </p>
      ))}
      {faults.length === 0 ? null : (
        <ul>
          {faults.map(({ effect }) => (
            <li key={effect.index}>{effectInWords(effect, explanation)}</li>
          ))}
        </ul>
      )}
      {otherFaults(explanation).map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      {explanation.verdict === 'plan' ? null : (
        <>
          <p class="quiet">
            How often it still fails in the same way, by the time from which on all that is drawn is
            drawn anew; the band is what is certain of it, shaded times are faults.
          </p>
          <ChancePlot {...plot} />
          <Numbers explanation={explanation} run={run} />
        </>
      )}
    </section>
  );
}

/** `event 412`, as sentences name it. */
const EVENT_NAMED = /(\bevents? [\d,]+)/;

/** A sentence in which the events that it is about lead to where they are in the log. */
function Linked(props: {
  readonly text: string;
  readonly explanation: Explanation;
  readonly run: number;
}) {
  const { text, explanation, run } = props;
  const events = new Map(
    [...explanation.points, ...explanation.jumps.map(({ before }) => afterOf(before))].map(
      ({ event }) => [formatCount(event), event],
    ),
  );
  return (
    <>
      {text.split(EVENT_NAMED).map((words, place) => {
        const event = place % 2 === 1 ? events.get(words.split(' ')[1] ?? '') : undefined;
        // Nothing of a sentence ever moves: its place names a part.
        const key = `${place} ${words}`;
        if (event === undefined) return <span key={key}>{words}</span>;
        return (
          <a key={key} href={runHref(run, { event })}>
            {words}
          </a>
        );
      })}
    </>
  );
}

function afterOf({ event }: ChancePoint): Pick<ChancePoint, 'event'> {
  return { event: event + 1 };
}

/** To the first record of the event that decides, where the file holds it. */
function GoThere({ explanation, view }: { readonly explanation: Explanation; view: RunView }) {
  const [jump] = explanation.jumps;
  const { log } = view.model;
  if (jump === undefined || log === undefined || !holds(log, jump.after.event)) return null;
  return (
    <button type="button" onClick={() => moveToEvent(view, jump.after.event)}>
      {`Show event ${formatCount(jump.after.event)}`}
    </button>
  );
}

function holds(log: EventLog, event: number): boolean {
  return log.count > 0 && event >= at(log.event, 0) && event <= at(log.event, log.count - 1);
}

function Numbers({ explanation, run }: { readonly explanation: Explanation; run: number }) {
  return (
    <details>
      <summary>{`${formatCount(explanation.points.length)} points as numbers`}</summary>
      <div class="scroll-x">
        <table class="plain">
          <thead>
            <tr>
              <th scope="col" class="number">
                After event
              </th>
              <th scope="col" class="number">
                At
              </th>
              <th scope="col">Fail in the same way</th>
            </tr>
          </thead>
          <tbody>
            {explanation.points.map((point) => (
              <tr key={point.event}>
                <td class="number">
                  <a href={runHref(run, { event: point.event })}>{formatCount(point.event)}</a>
                </td>
                <td class="number">{formatTimeExact(point.time)}</td>
                <td>{chanceInWords(point)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

/** The explanation of this very run, if the report has one. */
export function explanationOf(index: ReportIndex, model: RunModel): Explanation | undefined {
  const group = index.campaign?.groups.find(({ run }) => run === model.number);
  const explanation = group?.explanation ?? index.runs[model.number]?.explanation;
  return explanation?.traceHash === model.run.traceHash ? explanation : undefined;
}
