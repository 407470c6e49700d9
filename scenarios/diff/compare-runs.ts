/** Two runs held against each other: specs, logs, what clients saw, verdicts. */
import type { Plain } from '../../sim/plain.ts';
import type { EventRecord } from '../../sim/record.ts';
import type { HistoryEntry, RunResult } from '../spec.ts';
import { type Divergence, firstDivergence } from './divergence.ts';
import { type SpecDifferences, specDifferences } from './spec-differences.ts';

export interface RunComparison {
  /** The traces are the same, whatever the specs say. */
  readonly isSame: boolean;
  readonly spec: SpecDifferences;
  /** Absent when the logs are the same, even where the traces are not. */
  readonly divergence?: Divergence;
  /** What each node was in the event in which the logs part; replicas first. */
  readonly states?: readonly StatePair[];
  readonly decision?: DecisionPair;
  readonly answer?: AnswerPair;
}

/** A node's one-line summary in both runs; absent while nothing is known, or where it is down. */
export interface StatePair {
  readonly node: number;
  readonly a?: string;
  readonly b?: string;
}

/** The first place of the decided log where the runs have different operations. */
export interface DecisionPair {
  readonly position: number;
  readonly a: Plain;
  readonly b: Plain;
}

/** The first operation, by the time of its call, that did not return the same in both. */
export interface AnswerPair {
  /** Client, from 0. */
  readonly client: number;
  readonly operation: Plain;
  /** Absent where it was never called, or refused. */
  readonly a?: HistoryEntry;
  readonly b?: HistoryEntry;
}

/** Both runs must have been made with their event logs. */
export function compareRuns(a: RunResult, b: RunResult): RunComparison {
  const logA = a.events ?? [];
  const logB = b.events ?? [];
  const divergence = firstDivergence(logA, logB);
  const decision = firstDecision(a.history, b.history);
  const answer = firstAnswer(a, b);
  return {
    isSame: a.traceHash === b.traceHash && divergence === undefined,
    spec: specDifferences(a.spec, b.spec),
    ...(divergence === undefined ? {} : { divergence, states: statesAt(divergence, logA, logB) }),
    ...(decision === undefined ? {} : { decision }),
    ...(answer === undefined ? {} : { answer }),
  };
}

/** After the whole event in which the logs part: one step of a node may leave several records. */
function statesAt(
  { shared, a, b }: Divergence,
  logA: readonly EventRecord[],
  logB: readonly EventRecord[],
): readonly StatePair[] {
  const ofA = summariesAfter(logA, shared, a?.event);
  const ofB = summariesAfter(logB, shared, b?.event);
  const nodes = [...new Set([...ofA.keys(), ...ofB.keys()])].sort((x, y) => x - y);
  return nodes.map((node) => {
    const [ofNodeA, ofNodeB] = [ofA.get(node), ofB.get(node)];
    return {
      node,
      ...(ofNodeA === undefined ? {} : { a: ofNodeA }),
      ...(ofNodeB === undefined ? {} : { b: ofNodeB }),
    };
  });
}

const DOWN = 'down';

function summariesAfter(
  log: readonly EventRecord[],
  shared: number,
  event: number | undefined,
): ReadonlyMap<number, string> {
  const summaries = new Map<number, string>();
  const down = new Set<number>();
  for (const [at, { node, event: own, kind, summary }] of log.entries()) {
    if (at >= shared && own !== event) break;
    if (node === undefined) continue;
    if (kind === 'crash') down.add(node);
    // A node that is what it was before leaves no summary when it restarts.
    if (kind === 'restart') down.delete(node);
    if (summary !== undefined) summaries.set(node, summary);
  }
  for (const node of down) summaries.set(node, DOWN);
  return summaries;
}

function firstDecision(
  historyA: readonly HistoryEntry[],
  historyB: readonly HistoryEntry[],
): DecisionPair | undefined {
  const decidedB = new Map(historyB.map((entry) => [entry.decidedAt, entry.operation]));
  const different = historyA.flatMap(({ decidedAt, operation }) => {
    const other = decidedAt === undefined ? undefined : decidedB.get(decidedAt);
    if (decidedAt === undefined || other === undefined) return [];
    const isSame = JSON.stringify(other) === JSON.stringify(operation);
    return isSame ? [] : [{ position: decidedAt, a: operation, b: other }];
  });
  return different.sort((x, y) => x.position - y.position)[0];
}

function firstAnswer(a: RunResult, b: RunResult): AnswerPair | undefined {
  const ofA = operationsByName(a);
  const ofB = operationsByName(b);
  const names = [...new Set([...ofA.keys(), ...ofB.keys()])];
  const different = names.flatMap((name) => {
    const [entryA, entryB] = [ofA.get(name), ofB.get(name)];
    const [entry, { spec }] = entryA === undefined ? [entryB, b] : [entryA, a];
    if (entry === undefined || isSameAnswer(entryA, entryB)) return [];
    const { node, operation, call } = entry;
    const pair: AnswerPair = {
      client: node - spec.replicas,
      operation,
      ...(entryA === undefined ? {} : { a: entryA }),
      ...(entryB === undefined ? {} : { b: entryB }),
    };
    return [{ pair, call }];
  });
  return different.sort((x, y) => x.call - y.call || x.pair.client - y.pair.client)[0]?.pair;
}

/**
 * By client, operation, and how often that client had called the same before: node ids depend on
 * how many replicas there are, and what was refused is not in the history.
 */
function operationsByName({ history, spec }: RunResult): ReadonlyMap<string, HistoryEntry> {
  const counts = new Map<string, number>();
  const named = new Map<string, HistoryEntry>();
  for (const entry of history) {
    const text = `${entry.node - spec.replicas} ${JSON.stringify(entry.operation)}`;
    const count = counts.get(text) ?? 0;
    counts.set(text, count + 1);
    named.set(`${text} ${count}`, entry);
  }
  return named;
}

function isSameAnswer(a: HistoryEntry | undefined, b: HistoryEntry | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  if ((a.return === null) !== (b.return === null)) return false;
  return JSON.stringify(a.output) === JSON.stringify(b.output);
}
