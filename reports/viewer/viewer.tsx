/** Opens the report: decodes its index, follows the address, keeps one view for each run. */
import { effect, type Signal, signal } from '@preact/signals';
import { render } from 'preact';
import type { ReportIndex, ReportMetadata } from '../document.ts';
import { CampaignPage, RunList } from './campaign-page.tsx';
import { ComparePage } from './compare-page.tsx';
import { readHistory, readIndex, readMetadata, readRun } from './decode.ts';
import { GroupPage } from './group-page.tsx';
import { HelpPage } from './help-page.tsx';
import { buildHistoryModel } from './history-model.ts';
import { HistoryList, HistoryPage, type HistoryView } from './history-page.tsx';
import { handleRunKey, isTyping } from './keyboard.ts';
import { historyHref, parseRoute, type Route, runHref } from './route.ts';
import { buildRunModel } from './run-model.ts';
import { RunPage } from './run-page.tsx';
import {
  addressOf,
  applyAddress,
  createView,
  type RunView,
  type TimelineView,
} from './run-view.ts';

interface Report {
  readonly index: ReportIndex;
  readonly metadata: ReportMetadata | undefined;
  readonly route: Signal<Route>;
  /** The run that is shown; undefined while it is being decoded. */
  readonly view: Signal<RunView | undefined>;
  /** The history out of a file that is shown. */
  readonly history: Signal<HistoryView | undefined>;
  readonly problem: Signal<string>;
}

/** Long enough that dragging does not write the address at every frame. */
const ADDRESS_DELAY_MS = 150;

async function open(): Promise<void> {
  const root = document.getElementById('app');
  if (root === null || typeof DecompressionStream === 'undefined') return;
  const index = await readIndex();
  const report: Report = {
    index,
    metadata: readMetadata(),
    route: signal(parseRoute(location.hash)),
    view: signal(undefined),
    history: signal(undefined),
    problem: signal(''),
  };
  window.addEventListener('hashchange', () => void follow(report));
  window.addEventListener('keydown', (event) => handleKey(report, event));
  await follow(report);
  root.replaceChildren();
  render(<App report={report} />, root);
  keepAddress(report);
  document.documentElement.dataset.ready = 'true';
}

/** Shows what the address asks for; decodes a run the first time it is asked for. */
async function follow(report: Report): Promise<void> {
  const route = homeRun(report.index, parseRoute(location.hash));
  report.problem.value = '';
  if (route.page === 'run') {
    const shown = report.view.peek();
    if (shown !== undefined && shown.model.number === route.run) {
      applyAddress(shown, route.view);
    } else if (route.run < report.index.runs.length) {
      const model = buildRunModel(route.run, await readRun(route.run));
      report.view.value = createView(model, route.view);
    } else {
      report.problem.value = `This report has no run ${route.run}.`;
    }
  }
  if (route.page === 'history') await followHistory(report, route);
  report.route.value = route;
}

async function followHistory(
  report: Report,
  route: Extract<Route, { page: 'history' }>,
): Promise<void> {
  const shown = report.history.peek();
  if (shown !== undefined && shown.number === route.history) {
    applyAddress(shown.whole, route.view);
  } else if (headOf(report.index, route.history) !== undefined) {
    const { whole, small } = buildHistoryModel(route.history, await readHistory(route.history));
    report.history.value = {
      number: route.history,
      whole: createView(whole, route.view),
      small: small === undefined ? undefined : createView(small, {}),
    };
  } else {
    report.problem.value = `This report has no history ${route.history}.`;
  }
}

function headOf(index: ReportIndex, block: number) {
  return index.histories?.find((head) => head.block === block);
}

/** A file with a comparison opens on that, and one with nothing but one run or history on it. */
function homeRun(index: ReportIndex, route: Route): Route {
  const { histories } = index;
  const isOneHistory = histories?.length === 1 && histories[0]?.block === 0;
  if (route.page === 'campaign' && isOneHistory) return { page: 'history', history: 0, view: {} };
  const isOneRun = index.campaign === undefined && index.runs.length === 1;
  if (route.page === 'campaign' && index.comparison !== undefined) return { page: 'compare' };
  return route.page === 'campaign' && isOneRun ? { page: 'run', run: 0, view: {} } : route;
}

function App({ report }: { readonly report: Report }) {
  const { index } = report;
  const home = homeName(index);
  return (
    <>
      <nav class="top" aria-label="Report">
        <a href="#/" class="brand">
          quorumlab
        </a>
        <a href="#/">{home}</a>
        <a href="#/help">Help</a>
      </nav>
      {report.problem.value === '' ? <Page report={report} /> : <Problem report={report} />}
    </>
  );
}

function homeName({ campaign, comparison, histories }: ReportIndex): string {
  if (comparison !== undefined) return 'Comparison';
  if (histories !== undefined) return 'Histories';
  return campaign === undefined ? 'Runs' : 'Campaign';
}

function Page({ report }: { readonly report: Report }) {
  const { index, metadata } = report;
  const route = report.route.value;
  switch (route.page) {
    case 'help':
      return <HelpPage />;
    case 'compare':
      if (index.comparison === undefined) return <Missing what="no comparison" />;
      return <ComparePage index={index} comparison={index.comparison} />;
    case 'run': {
      const view = report.view.value;
      return view === undefined ? null : (
        <RunPage key={view.model.number} view={view} index={index} />
      );
    }
    case 'history': {
      const view = report.history.value;
      const head = headOf(index, route.history);
      if (view === undefined || head === undefined) return null;
      return <HistoryPage key={view.number} head={head} view={view} />;
    }
    case 'group': {
      const group = index.campaign?.groups.find((entry) => entry.signature === route.signature);
      if (group !== undefined) return <GroupPage index={index} group={group} />;
      return <Missing what={`no failure group ${route.signature}`} />;
    }
    case 'campaign':
      if (index.campaign !== undefined) {
        return <CampaignPage index={index} campaign={index.campaign} metadata={metadata} />;
      }
      if (index.histories !== undefined) return <HistoryList heads={index.histories} />;
      return (
        <main class="page">
          <h1>Runs</h1>
          <RunList runs={index.runs.map((head, run) => ({ head, run }))} />
        </main>
      );
    default:
      return route satisfies never;
  }
}

function Problem({ report }: { readonly report: Report }) {
  return <Missing what={report.problem.value} />;
}

function Missing({ what }: { readonly what: string }) {
  return (
    <main class="page">
      <h1>Not in this report</h1>
      <p>{what}</p>
      <p>
        <a href="#/">To the start</a>
      </p>
    </main>
  );
}

function handleKey(report: Report, event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (isTyping(event.target)) {
    if (event.key === 'Escape' && event.target instanceof HTMLElement) event.target.blur();
    return;
  }
  const { page } = report.route.peek();
  const view = viewOn(report, page);
  if (event.key === '?') {
    if (page === 'help') history.back();
    else location.hash = '#/help';
  } else if (event.key === 'Escape' && page === 'help') {
    history.back();
  } else if (view === undefined || !handleRunKey(view, event)) {
    return;
  }
  event.preventDefault();
}

/** What the keys move. */
function viewOn(report: Report, page: Route['page']): TimelineView | undefined {
  if (page === 'run') return report.view.peek();
  return page === 'history' ? report.history.peek()?.whole : undefined;
}

/** Writes cursor, window and filter into the address, without a step in the browser's history. */
function keepAddress(report: Report): void {
  let timer = 0;
  effect(() => {
    const { page } = report.route.value;
    const view = page === 'history' ? report.history.value?.whole : report.view.value;
    clearTimeout(timer);
    if (view === undefined || report.problem.value !== '') return;
    if (page !== 'run' && page !== 'history') return;
    const { number } = view.model;
    const href = (page === 'run' ? runHref : historyHref)(number, addressOf(view));
    timer = window.setTimeout(() => {
      // Whoever has gone elsewhere meanwhile, which is followed in a moment, is not called back.
      const asked = homeRun(report.index, parseRoute(location.hash));
      const isRun = asked.page === 'run' && asked.run === number;
      const isHistory = asked.page === 'history' && asked.history === number;
      if ((page === 'run' ? isRun : isHistory) && location.hash !== href)
        history.replaceState(null, '', href);
    }, ADDRESS_DELAY_MS);
  });
}

open().catch((error: unknown) => {
  const note = document.createElement('p');
  note.className = 'note';
  note.textContent = `The report could not be opened: ${String(error)}`;
  document.body.prepend(note);
});
