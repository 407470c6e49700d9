/** Histories out of files: a list of them, and a page for each. */
import type { HistoryHead, HistoryVerdict } from '../history-document.ts';
import { factsOf, verdictInWords } from '../history-words.ts';
import { plural } from '../words.ts';
import { OperationsPane } from './operations-pane.tsx';
import { historyHref } from './route.ts';
import type { TimelineView } from './run-view.ts';
import { ScrollArea } from './scroll-area.tsx';
import { Toolbar } from './toolbar.tsx';

/** What is shown of one history. */
export interface HistoryView {
  readonly number: number;
  readonly whole: TimelineView;
  /** The counterexample by itself, where the history has more. */
  readonly small: TimelineView | undefined;
}

export function HistoryList({ heads }: { readonly heads: readonly HistoryHead[] }) {
  return (
    <main class="page">
      <header class="verdict">
        <h1>{plural(heads.length, 'recorded history', 'recorded histories')}</h1>
        <p class="sentence">{countsOf(heads)}</p>
      </header>
      <section class="pane">
        <ScrollArea label="Histories">
          <table class="plain histories">
            <thead>
              <tr>
                <th scope="col">Verdict</th>
                <th scope="col">File</th>
                <th scope="col">Judged</th>
                <th scope="col">Why</th>
              </tr>
            </thead>
            <tbody>
              {heads.map((head) => (
                <tr key={head.name}>
                  <td>
                    <Badge verdict={head.verdict} />
                  </td>
                  <td>
                    {head.block === undefined ? (
                      head.name
                    ) : (
                      <a href={historyHref(head.block)}>{head.name}</a>
                    )}
                  </td>
                  <td>{factsOf(head)}</td>
                  <td>{head.sentence ?? ''}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollArea>
      </section>
    </main>
  );
}

function countsOf(heads: readonly HistoryHead[]): string {
  const verdicts = Object.keys(BADGES) as HistoryVerdict[];
  return verdicts
    .map((verdict) => ({ verdict, count: heads.filter((head) => head.verdict === verdict).length }))
    .filter(({ count }) => count > 0)
    .map(({ verdict, count }) => `${count} ${verdictInWords(verdict)}`)
    .join(' · ');
}

export function HistoryPage(props: { readonly head: HistoryHead; readonly view: HistoryView }) {
  const { head } = props;
  const { whole, small } = props.view;
  const { rows, history } = whole.model;
  return (
    <main class="page run">
      <header class="verdict">
        <h1>
          <Badge verdict={head.verdict} /> {head.name}
        </h1>
        <Sentence head={head} />
        <p class="facts quiet">
          {[factsOf(head), plural(rows.length, 'process', 'processes')].join(' · ')}
        </p>
      </header>
      {small === undefined ? null : <OperationsPane view={small} title="Counterexample" />}
      {history.length === 0 ? <p>There is no operation in it.</p> : null}
      {history.length === 0 ? null : (
        <Toolbar view={whole} whole="Whole history" failure="First error" />
      )}
      <OperationsPane
        view={whole}
        title={small === undefined ? 'Operations' : 'Whole history'}
        hasSteps={small === undefined}
      />
    </main>
  );
}

function Sentence({ head: { verdict, sentence } }: { readonly head: HistoryHead }) {
  if (verdict === 'linearizable') return <p class="sentence">An order explains every answer.</p>;
  if (verdict === 'consistent') return <p class="sentence">All answers keep to this level.</p>;
  if (sentence === undefined) return null;
  if (verdict === 'unknown') return <p class="note">{sentence}</p>;
  return (
    <ul class="sentences">
      <li>
        <p class="sentence">{sentence}</p>
      </li>
    </ul>
  );
}

const BADGES: { readonly [verdict in HistoryVerdict]: readonly [string, string] } = {
  'not-linearizable': ['failed', 'FAIL'],
  inconsistent: ['failed', 'FAIL'],
  unknown: ['inconclusive', 'UNKNOWN'],
  'not-read': ['inconclusive', 'NOT READ'],
  linearizable: ['passed', 'PASS'],
  consistent: ['passed', 'PASS'],
};

function Badge({ verdict }: { readonly verdict: HistoryVerdict }) {
  const [style, text] = BADGES[verdict];
  return <span class={`badge ${style}`}>{text}</span>;
}
