/** What decides a failure: in words, as a plot over the run's time, and as numbers. */
import type { Explanation } from '../../scenarios/explain/explanation.ts';
import { ABSENT, type ReportIndex } from '../document.ts';
import { chanceInWords, effectInWords, listedFaults, sentencesOf } from '../explanation.ts';
import { formatCount, formatTimeExact } from '../words.ts';
import { ChancePlot, type ChancePlotProps } from './chance-plot.tsx';
import { runHref } from './route.ts';
import type { RunModel } from './run-model.ts';
import { moveToRecord, moveToTime, type RunView } from './run-view.ts';

export interface ExplanationPaneProps {
  readonly explanation: Explanation;
  /** On the page of the run: the plot shares its window and its cursor. */
  readonly view?: RunView;
  /** Elsewhere: number of the run. */
  readonly run?: number | undefined;
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
        {run === undefined ? null : <a href={runHref(run)}>Open the run that is explained</a>}
      </header>
      {sentencesOf(explanation).map((sentence, place) => (
        <p key={sentence} class={place === 0 ? 'sentence' : ''}>
          {sentence}
        </p>
      ))}
      {faults.length === 0 ? null : (
        <ul>
          {faults.map(({ effect }) => (
            <li key={effect.index}>{effectInWords(effect, explanation)}</li>
          ))}
        </ul>
      )}
      {explanation.verdict === 'plan' ? null : (
        <>
          <p class="quiet">
            How often it still fails in the same way, by the time from which on all that is drawn is
            drawn anew; the band is what is certain of it, shaded times are faults.
          </p>
          <ChancePlot {...plot} />
          <Numbers explanation={explanation} />
        </>
      )}
    </section>
  );
}

/** To the first record of the event that decides, where the file holds it. */
function GoThere({ explanation, view }: { readonly explanation: Explanation; view: RunView }) {
  const [jump] = explanation.jumps;
  const { log } = view.model;
  const record = (jump?.records[0]?.index ?? ABSENT) - (log?.omittedBefore ?? 0);
  if (jump === undefined || log === undefined || record < 0 || record >= log.count) return null;
  return (
    <button type="button" onClick={() => moveToRecord(view, record)}>
      {`Show event ${formatCount(jump.after.event)}`}
    </button>
  );
}

function Numbers({ explanation }: { readonly explanation: Explanation }) {
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
                <td class="number">{formatCount(point.event)}</td>
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
  const group = index.campaign?.groups.find(
    ({ run, explainedRun }) => (explainedRun ?? run) === model.number,
  );
  const explanation = group?.explanation ?? index.runs[model.number]?.explanation;
  return explanation?.traceHash === model.run.traceHash ? explanation : undefined;
}
