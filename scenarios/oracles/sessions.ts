/**
 * Judges reads that were allowed to be stale: what a session (a history process) is told is never
 * from before what it has seen or written, and never from a state that was not decided yet.
 *
 * A session is walked once, in its own order, along the states of the decided log; its position is
 * the state it has reached. Its own operation at position q of the log takes it to state q + 1. A
 * read takes it to the smallest state from its position on that answers so. The smallest is always
 * right: until which state a read may go does not depend on what was chosen before, and a smaller
 * choice leaves every later read of the session more to choose from, never less.
 *
 * If all sessions get through, they and the log together are sequentially consistent: take the
 * operations of the log in their order, and put each read into the state that it was answered in,
 * after the earlier reads of its session. That is one order of all, in which each session has its
 * own order, and each read is told what the state before it answers.
 */
import type { HistoryRecord } from '../../sim/clients.ts';
import type { Plain } from '../../sim/plain.ts';
import { DistinctReads } from './distinct-reads.ts';
import type { Court, Oracle } from './oracle.ts';
import { ReadAnswers } from './read-answers.ts';
import { inWords, milliseconds, nodeName } from './words.ts';

/** Budgets inside a run are steps and counted entries only: never a clock. */
const ANSWERS_MAX = 5_000_000;

export const sessions: Oracle = {
  id: 'sessions',
  letter: 'T',
  about: 'a sequential read may be stale, but not older than what its client has seen or written',
  watch(court) {
    if (court.build.protocol.weakerLevels?.includes('sequential') !== true) return {};
    /** Number of decided positions when an operation returned, by its index in the history. */
    const decidedBy = new Map<number, number>();
    return {
      returned(index) {
        decidedBy.set(index, court.decided.length);
      },
      ended(end) {
        // Where replicas do not agree there is no log to go by.
        if (end.how === 'violation') return;
        judge(court, decidedBy);
      },
    };
  },
};

function judge(court: Court, decidedBy: ReadonlyMap<number, number>): void {
  const all = sessionsOf(court, decidedBy);
  if (all.length === 0) return;
  const stale = all.flat().filter(({ position }) => position === undefined);
  const asked = stale.map(({ operation }) => operation);
  const reads = new DistinctReads(court.specification, asked);
  if (reads.all.length * (court.decided.length + 1) > ANSWERS_MAX) {
    court.undecided(`sessions: more than ${ANSWERS_MAX} answers to compare with`);
    return;
  }
  const answers = new ReadAnswers(court.specification, court.decided.operations, reads);
  const found = all.flatMap((session) => walk(session, answers) ?? []);
  // One is told: the others are as likely to come from the same bug.
  const [first] = found.sort((a, b) => a.visit.index - b.visit.index);
  if (first === undefined) return;
  const text = new Wording(court, answers).of(first);
  const operations = [...(first.earlier === undefined ? [] : [first.earlier]), first.visit];
  court.violation(sessions, text, { operations: operations.map(({ index }) => index) });
}

/** An operation of a session that returned. */
interface Visit {
  readonly index: number;
  readonly operation: Plain;
  readonly output: Plain;
  /** Its place in the decided log; undefined for a read that is answered in some state. */
  readonly position: number | undefined;
  /** Whether it must be explained here; other reads outside the log are linearizability's. */
  readonly isJudged: boolean;
  /** The last state that it can have been answered in. */
  readonly last: number;
}

/** By history process, those with sequential reads, in the order in which they did things. */
function sessionsOf(court: Court, decidedBy: ReadonlyMap<number, number>): readonly Visit[][] {
  const visits = new Map<number, Visit[]>();
  const asked = new Set<number>();
  for (const [index, entry] of court.history.entries()) {
    if (entry.level === 'sequential') asked.add(entry.process);
    const visit = visitOf(court, entry, index, decidedBy.get(index));
    if (visit === undefined) continue;
    const session = visits.get(entry.process);
    if (session === undefined) visits.set(entry.process, [visit]);
    else session.push(visit);
  }
  return [...visits].flatMap(([process, session]) => (asked.has(process) ? [session] : []));
}

/**
 * Undefined for what says nothing: open operations, and writes that nobody has decided, which
 * another oracle objects to. A sequential read may go through the log and still have been answered
 * by a replica on the way: it is judged as a read, wherever it went.
 */
function visitOf(
  court: Court,
  { operation, output, level, end, isRefused }: HistoryRecord,
  index: number,
  last: number | undefined,
): Visit | undefined {
  if (end === null || isRefused || last === undefined) return undefined;
  // Such a read promises its session nothing, and what it was told may never be decided.
  if (level === 'eventual' || level === 'bounded') return undefined;
  const isJudged = level === 'sequential';
  const position = isJudged ? undefined : court.decided.positionOf(operation);
  if (position === undefined && !court.specification.isReadOnly(operation)) return undefined;
  return { index, operation, output: output ?? null, position, isJudged, last };
}

/** What a session cannot have been told, and the earlier operation that says so, if one does. */
interface Contradiction {
  readonly visit: Visit;
  readonly earlier?: Visit;
  /** For an answer out of the past: the last state that gave it. */
  readonly lastState?: number;
}

/** An operation after which the session is in that state, and was not before. */
interface Move {
  readonly visit: Visit;
  readonly state: number;
}

function walk(session: readonly Visit[], answers: ReadAnswers): Contradiction | undefined {
  const moves: Move[] = [];
  let state = 0;
  for (const visit of session) {
    const { operation, output, position, last } = visit;
    let next: number | undefined;
    if (position !== undefined) {
      if (position < state) return outOfOrder(visit, moves);
      next = position + 1;
    } else {
      // A write that was acknowledged before it was decided is for another oracle to judge.
      next = answers.firstState(operation, output, state, Math.max(last, state));
      if (next === undefined && visit.isJudged) return stale(visit, moves, answers);
    }
    if (next === undefined || next === state) continue;
    moves.push({ visit, state: next });
    state = next;
  }
  return undefined;
}

/** The first that was further than the operation's own place in the log. */
function outOfOrder(visit: Visit, moves: readonly Move[]): Contradiction {
  const { position = 0 } = visit;
  const move = moves.find(({ state }) => state > position);
  return { visit, ...(move && { earlier: move.visit }) };
}

/** The first operation that took the session past all states that answer so. */
function stale(visit: Visit, moves: readonly Move[], answers: ReadAnswers): Contradiction {
  const { operation, output } = visit;
  const lastState = answers.lastStateBefore(operation, output, moves.at(-1)?.state ?? 0);
  if (lastState === undefined) return { visit };
  const move = moves.find(({ state }) => state > lastState);
  return { visit, lastState, ...(move && { earlier: move.visit }) };
}

/** Says to people what a session contradicts. */
class Wording {
  private readonly court: Court;
  private readonly answers: ReadAnswers;

  constructor(court: Court, answers: ReadAnswers) {
    this.court = court;
    this.answers = answers;
  }

  of(contradiction: Contradiction): string {
    const { visit, earlier, lastState } = contradiction;
    if (visit.position !== undefined) return this.outOfOrder(visit, earlier);
    const told = `${this.told(visit)} for a sequential ${inWords(visit.operation)}`;
    if (lastState !== undefined && earlier !== undefined) {
      return `${told}, but ${this.past(lastState, earlier)}`;
    }
    return `${told}, but ${this.notYet(visit)}`;
  }

  private outOfOrder(visit: Visit, earlier: Visit | undefined): string {
    const before = earlier === undefined ? 'something' : inWords(earlier.operation);
    return (
      `${this.clientOf(visit)} did ${inWords(visit.operation)} after ${before}, ` +
      `but it was decided earlier, at position ${visit.position}`
    );
  }

  /** The answer was true up to `lastState`: what came then, and who in the session knew it. */
  private past(lastState: number, earlier: Visit): string {
    const was = `that was so only until ${this.decidedAt(lastState)}`;
    if (earlier.position === lastState) return `${was}, which it had done itself before`;
    const operation = inWords(earlier.operation);
    if (earlier.position !== undefined) {
      return `${was}, and its own earlier ${operation} is at position ${earlier.position}`;
    }
    const told = inWords(earlier.output);
    return `${was}, and its earlier ${operation}, told ${told}, was of a later state`;
  }

  private notYet({ operation, output, last }: Visit): string {
    const end = this.court.decided.length;
    const state = this.answers.firstState(operation, output, last + 1, end);
    if (state === undefined) return 'no state of the decided log ever answered so';
    return `that became so only later, with ${this.decidedAt(state - 1)}`;
  }

  private decidedAt(position: number): string {
    return `${inWords(this.court.decided.operations[position])} at position ${position}`;
  }

  private told(visit: Visit): string {
    const when = milliseconds(this.court.history[visit.index]?.end ?? 0);
    return `${this.clientOf(visit)} was told ${inWords(visit.output)} at ${when}`;
  }

  private clientOf({ index }: Visit): string {
    return nodeName(this.court.history[index]?.node ?? 0, this.court.spec.replicas);
  }
}
