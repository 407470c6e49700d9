/**
 * What the state machine answers to a set of reads in every state of the decided log, found in one
 * pass. State n is the one after the first n decided positions.
 */
import type { StateMachine } from '../../sim/contract.ts';
import { digest, type Plain } from '../../sim/plain.ts';
import { countBelow } from '../sorted.ts';
import type { DistinctReads } from './distinct-reads.ts';

/** The answers to one read: the digest of each, and the state from which on it is given. */
interface Answers {
  readonly from: number[];
  readonly digests: number[];
}

export class ReadAnswers {
  private readonly reads: DistinctReads;
  /** By number of the read: its answers in the order of the states. */
  private readonly answers: readonly Answers[];

  constructor(
    machine: StateMachine,
    decided: readonly (Plain | undefined)[],
    reads: DistinctReads,
  ) {
    this.reads = reads;
    this.answers = this.reads.all.map(() => ({ from: [], digests: [] }));
    const app = machine.initial();
    for (const read of this.reads.all.keys()) this.ask(machine, app, 0, read);
    for (const [position, operation] of decided.entries()) {
      if (operation === undefined || machine.isReadOnly(operation)) continue;
      machine.apply(app, operation);
      for (const read of this.reads.of(operation)) this.ask(machine, app, position + 1, read);
    }
  }

  private ask(machine: StateMachine, app: unknown, state: number, read: number): void {
    const { from, digests } = this.answers[read]!;
    const answer = digest(machine.apply(app, this.reads.all[read]!) ?? null);
    if (digests.at(-1) === answer) return;
    from.push(state);
    digests.push(answer);
  }

  /** The first state from `first` to `last` in which the read has that answer. */
  firstState(read: Plain, output: Plain, first: number, last: number): number | undefined {
    const { from, digests } = this.answersTo(read);
    const wanted = digest(output);
    for (let at = countBelow(from, first + 1) - 1; at < from.length; at++) {
      if (from[at]! > last) return undefined;
      if (digests[at] === wanted) return Math.max(from[at]!, first);
    }
    return undefined;
  }

  /** The last state before `end` in which the read has that answer. */
  lastStateBefore(read: Plain, output: Plain, end: number): number | undefined {
    const { from, digests } = this.answersTo(read);
    const wanted = digest(output);
    for (let at = countBelow(from, end) - 1; at >= 0; at--) {
      const next = from[at + 1] ?? end;
      if (digests[at] === wanted) return Math.min(next, end) - 1;
    }
    return undefined;
  }

  private answersTo(read: Plain): Answers {
    return this.answers[this.reads.numberOf(read)]!;
  }
}
