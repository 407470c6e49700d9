/** What led to a failure, beside its faults: who led or was a member when, and who was waiting. */
import type { Overdue, RunResult } from '../scenarios/spec.ts';
import type { Landmark } from '../sim/landmark.ts';
import { formatCount, formatOperation, formatTime, nodeName } from './words.ts';

/** More landmarks than this are no help; the latest say most. */
const LANDMARKS_SHOWN = 6;
const MARKS_SHOWN = 8;
const WAITING_SHOWN = 4;

/** Lines without indentation: one a landmark, with the state that its node was in. */
export function landmarkLines(run: RunResult, until = Number.POSITIVE_INFINITY): readonly string[] {
  const before = (run.landmarks ?? []).filter(({ event }) => event <= until);
  const shown = before.slice(-LANDMARKS_SHOWN);
  if (shown.length === 0) return [];
  const left = before.length - shown.length;
  const earlier = left === 0 ? [] : [`${formatCount(left)} earlier`];
  return [...earlier, ...shown.map((landmark) => landmarkInWords(landmark, run))];
}

function landmarkInWords({ at, node, mark, summary }: Landmark, { spec }: RunResult): string {
  const state = summary === '' ? '' : ` (${summary})`;
  return `${formatTime(at)}  ${nodeName(node, spec.replicas)} ${mark}${state}`;
}

/** Lines without indentation: what was owed since when, who waits, what happened meanwhile. */
export function overdueLines(run: RunResult): readonly string[] {
  const { overdue } = run.ended;
  if (overdue === undefined) return [];
  return [
    `owed since ${formatTime(overdue.since)}, when faults stopped: ${owedInWords(overdue, run)}`,
    ...waitingLines(overdue, run),
    `meanwhile: ${marksInWords(overdue)}`,
    ...run.finalSummaries.flatMap((summary, node) =>
      node < run.spec.replicas ? [`n${node} at the end: ${summary}`] : [],
    ),
  ];
}

function owedInWords({ clients, replicas }: Overdue, { spec }: RunResult): string {
  const names = (nodes: readonly number[]): string =>
    nodes.map((node) => nodeName(node, spec.replicas)).join(' ');
  const answers = clients.length === 0 ? [] : [`answers to ${names(clients)}`];
  return [...answers, `agreement of ${names(replicas)}`].join(', ');
}

/** Each client has one operation open at most: its latest. */
function waitingLines({ clients }: Overdue, { history, spec }: RunResult): readonly string[] {
  const open = clients.flatMap((client) => {
    const latest = history.findLast(({ node }) => node === client);
    return latest === undefined || latest.return !== null ? [] : [latest];
  });
  if (open.length === 0)
    return ['no client waits any more: what is missing is that replicas agree'];
  const first = open.slice(0, WAITING_SHOWN).map(({ node, operation, call }) => {
    const who = nodeName(node, spec.replicas);
    return `${who} for ${formatOperation(operation)} since ${formatTime(call)}`;
  });
  const more = open.length > first.length ? `, and ${open.length - first.length} more` : '';
  return [`waiting: ${first.join(', ')}${more}`];
}

/** The most frequent first. */
function marksInWords({ marks }: Overdue): string {
  const counts = Object.entries(marks).sort(([, one], [, other]) => other - one);
  if (counts.length === 0) return 'no mark was reached';
  const shown = counts.slice(0, MARKS_SHOWN);
  const more = counts.length > shown.length ? `, and ${counts.length - shown.length} more` : '';
  return `${shown.map(([mark, count]) => `${mark} ${formatCount(count)}`).join(', ')}${more}`;
}
