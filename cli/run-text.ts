/** A run as `run` and `replay` print it, with as much detail as was asked for. */
import { namedRecord } from '../reports/named-numbers.ts';
import { nodeStateLines } from '../reports/node-state.ts';
import { formatRun } from '../reports/terminal.ts';
import {
  fieldsOf,
  formatAsked,
  formatCount,
  formatPlain,
  formatTimeExact,
  nodeName,
} from '../reports/words.ts';
import type { Explanation } from '../scenarios/explain/explanation.ts';
import type { RunResult } from '../scenarios/spec.ts';
import type { EventRecord } from '../sim/record.ts';
import { numberNamesOf } from './number-names.ts';
import { hasBlocks, hasColour, paint } from './paint.ts';

export const PRINTS = ['events', 'state', 'ops'] as const;
export type Print = (typeof PRINTS)[number];

const EVENT_WIDTH = 7;
const TIME_WIDTH = 14;
const KIND_WIDTH = 9;
const NODE_WIDTH = 3;
const LABEL_WIDTH = 16;
const INDEX_WIDTH = 5;

export interface RunTextSettings {
  readonly prints: readonly Print[];
  /** The command that brings this run back. */
  readonly repeat: string;
  readonly explanation?: Explanation;
  /** The refined signature of its first failure. */
  readonly refined?: string;
}

export function runText(run: RunResult, settings: RunTextSettings): string {
  const { prints, ...told } = settings;
  const blocks = [
    ...(prints.includes('events')
      ? [(run.events ?? []).map((event) => eventLine(run, event))]
      : []),
    ...(prints.includes('state') ? [states(run)] : []),
    ...(prints.includes('ops') ? [operations(run)] : []),
    [
      formatRun(run, { colour: hasColour(), blocks: hasBlocks(), ...told }),
      `  hash     ${run.traceHash}`,
    ],
  ];
  return blocks.map((lines) => `${lines.join('\n')}\n`).join('\n');
}

function eventLine(run: RunResult, event: EventRecord): string {
  const { label, fate, summary } = event;
  const { detail: fields = '' } = namedRecord(event, numberNamesOf(run));
  const detail = fieldsOf(fields, label ?? '');
  const words = [label, otherEnd(run, event), fate, detail].filter(
    (word) => word !== undefined && word !== '',
  );
  const tail = summary === undefined ? '' : paint.dim(`  | ${summary}`);
  return `${lineHead(run, event)}  ${words.join(' ')}${tail}`.trimEnd();
}

function lineHead(run: RunResult, event: EventRecord): string {
  const node = event.node === undefined ? '' : nameOf(run, event.node);
  return [
    formatCount(event.event).padStart(EVENT_WIDTH),
    formatTimeExact(event.time).padStart(TIME_WIDTH),
    node.padEnd(NODE_WIDTH),
    event.kind.padEnd(KIND_WIDTH),
  ].join('  ');
}

/** `from n1` for what arrives, `to n1` for what never does. */
function otherEnd(run: RunResult, event: EventRecord): string {
  if (event.peer === undefined) return '';
  return `${event.kind === 'drop' ? 'to' : 'from'} ${nameOf(run, event.peer)}`;
}

/** Every change of a node's summary, and everything that each replica knows at the end. */
function states(run: RunResult): string[] {
  const changes = (run.events ?? []).flatMap((event) => {
    const { label = '', summary } = event;
    if (summary === undefined) return [];
    return [`${lineHead(run, event)}  ${label.padEnd(LABEL_WIDTH)}  ${summary}`];
  });
  const atEnd = (run.finalStates ?? []).flatMap((state) => [
    '',
    ...nodeStateLines(state, run.finalSummaries[state.node] ?? '', {
      name: (node) => nameOf(run, node),
      numberNames: numberNamesOf(run),
    }),
  ]);
  return [...changes, '', `at the end, ${formatTimeExact(run.ended.at)}`, ...atEnd];
}

function operations(run: RunResult): string[] {
  return run.history.map((entry, index) => {
    const { call, node, output } = entry;
    const end = entry.return === null ? 'never returned' : formatTimeExact(entry.return);
    const answer = output === undefined ? '' : ` → ${formatPlain(output)}`;
    return [
      String(index).padStart(INDEX_WIDTH),
      nameOf(run, node).padEnd(NODE_WIDTH),
      `${formatTimeExact(call).padStart(TIME_WIDTH)} – ${end.padEnd(TIME_WIDTH)}`,
      `${formatAsked(entry)}${answer}`,
    ].join('  ');
  });
}

function nameOf(run: RunResult, node: number): string {
  return nodeName(node, run.spec.replicas);
}
