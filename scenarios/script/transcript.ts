/** What a session has shown, line by line, as plain data: read off the run of its plan. */
import type { WeakerLevel } from '../../sim/level.ts';
import type { Plain } from '../../sim/plain.ts';
import { protocolNamed } from '../assemble.ts';
import type { NodeState } from '../node-state.ts';
import type { FaultOutcome, HistoryEntry, RunResult } from '../spec.ts';
import { entryOf, type Runner, type Session, type Step } from './perform.ts';

/** One thing to tell, in the order in which things happened. Times are Micros. */
export type Entry =
  | { readonly kind: 'comment'; readonly line: number; readonly text: string }
  | (Said & {
      readonly kind: 'request';
      readonly isAwaited: boolean;
      /** The level that was asked for, if the protocol has none such: it gave more than that. */
      readonly raisedFrom?: WeakerLevel;
      /** How long an answer was waited for. */
      readonly patience: number;
      /** Absent if none came in that time. */
      readonly answer?: Answer;
    })
  /** To a request of an earlier line. */
  | (Said & { readonly kind: 'late-answer'; readonly answer: Answer })
  | (Said & {
      readonly kind: 'disturbance';
      readonly ends: boolean;
      readonly outcomes: readonly FaultOutcome[];
      /** It is the first that the protocol does not claim to survive. */
      readonly isBeyondClaims: boolean;
    })
  | (Said & { readonly kind: 'wait' })
  | (Said & {
      readonly kind: 'links' | 'state';
      readonly states: readonly NodeState[];
      readonly summaries: readonly string[];
    })
  /** The run had ended by then, with a violation or at a bound. */
  | (Said & { readonly kind: 'not-reached' });

/** The line that it is about, and when that was said. */
interface Said {
  readonly line: number;
  readonly text: string;
  readonly at: number;
}

export interface Answer {
  readonly at: number;
  /** What was asked for. */
  readonly operation: Plain;
  readonly output: HistoryEntry['output'];
}

/** `result` is the run of the session's plan, and `run` runs what it was like in between. */
export function transcriptOf(session: Session, result: RunResult, run: Runner): readonly Entry[] {
  const steps = new Map(session.steps.map((step) => [step.line, step]));
  const late = lateAnswers(session, result);
  const beyond = firstBeyondClaims(session, run);
  const entries: Entry[] = [];
  for (const line of session.script.lines) {
    const step = 'command' in line ? steps.get(line) : undefined;
    if (step === undefined) {
      if ('comment' in line) entries.push({ kind: 'comment', line: line.line, text: line.comment });
      continue;
    }
    while (late[0] !== undefined && late[0].answer.at < step.at) entries.push(late.shift()!);
    entries.push(entryFor(step, session, result, { run, beyond }));
  }
  return [...entries, ...late];
}

interface Means {
  readonly run: Runner;
  /** The line with which the session leaves what the protocol claims to survive, if any does. */
  readonly beyond: Step | undefined;
}

function entryFor(step: Step, session: Session, result: RunResult, { run, beyond }: Means): Entry {
  const said = saidBy(step);
  if (step.at > result.ended.at) return { ...said, kind: 'not-reached' };
  switch (step.kind) {
    case 'wait':
      return { ...said, kind: 'wait' };
    case 'disturbance': {
      const outcomes = step.faults.flatMap((index) => result.faults[index] ?? []);
      const isBeyondClaims = step === beyond;
      return { ...said, kind: 'disturbance', ends: step.ends, outcomes, isBeyondClaims };
    }
    case 'look':
      return lookedAt(step, session, run);
    case 'request': {
      const { isAwaited, patience } = step;
      const answer = answerTo(step, session, result);
      const isInTime = isAwaited && answer !== undefined && answer.at <= step.at + patience;
      const asked = { isAwaited, patience, ...raised(step, session) };
      return { ...said, kind: 'request', ...asked, ...(isInTime ? { answer } : {}) };
    }
    default:
      return step satisfies never;
  }
}

/**
 * Where the same plan, within what the protocol claims to survive, is held back for the first time.
 * That a disk is empty shows where the server comes back with it.
 */
function firstBeyondClaims({ spec, steps }: Session, run: Runner): Step | undefined {
  const { faults } = run({ ...spec, withinClaims: true, oracles: [] });
  const first = faults.findIndex(({ why }) => why === 'beyond-claims');
  if (first < 0) return undefined;
  const isAtEnd = spec.plan.faults[first]?.fault === 'amnesia';
  return steps.find(
    (step) => step.kind === 'disturbance' && step.ends === isAtEnd && step.faults.includes(first),
  );
}

function raised(
  { operation }: Step & { readonly kind: 'request' },
  { spec }: Session,
): { readonly raisedFrom?: WeakerLevel } {
  const { level } = spec.plan.operations[operation] ?? {};
  const offered = protocolNamed(spec.protocol).weakerLevels ?? [];
  return level === undefined || offered.includes(level) ? {} : { raisedFrom: level };
}

function saidBy({ line, at }: Step): Said {
  return { line: line.line, text: line.text, at };
}

/** The world as it was when the line was reached: the same run, cut there. */
function lookedAt(step: Step, { spec, servers }: Session, run: Runner): Entry {
  const { command } = step.line;
  const server = 'server' in command ? command.server : undefined;
  const node = server && servers.node(server);
  const cut = { ...spec, ending: { kind: 'cut', at: step.at } } as const;
  const { finalStates = [], finalSummaries } = run(cut, { states: true });
  return {
    ...saidBy(step),
    kind: command.does === 'get-links' ? 'links' : 'state',
    states: finalStates.filter((each) => node === undefined || each.node === node),
    summaries: finalSummaries,
  };
}

type LateAnswer = Extract<Entry, { readonly kind: 'late-answer' }>;

/** The earliest first. */
function lateAnswers(session: Session, result: RunResult): LateAnswer[] {
  return session.steps
    .flatMap((step): LateAnswer[] => {
      if (step.kind !== 'request') return [];
      const answer = answerTo(step, session, result);
      const isInTime = step.isAwaited && (answer?.at ?? 0) <= step.at + step.patience;
      if (answer === undefined || isInTime) return [];
      return [{ ...saidBy(step), kind: 'late-answer', answer }];
    })
    .sort((one, other) => one.answer.at - other.answer.at);
}

function answerTo(
  { operation }: Step & { readonly kind: 'request' },
  { spec }: Session,
  result: RunResult,
): Answer | undefined {
  const planned = spec.plan.operations[operation];
  const entry = planned && entryOf(result, planned);
  if (entry === undefined || entry.return === null) return undefined;
  return { at: entry.return, operation: entry.operation, output: entry.output };
}
