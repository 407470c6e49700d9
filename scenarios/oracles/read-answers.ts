/**
 * What the state machine answers to a set of reads in every state of the decided log, found in one
 * pass. State n is the one after the first n decided positions.
 */
import type { StateMachine } from '../../sim/contract.ts';
import { digest, type Plain } from '../../sim/plain.ts';

/** From this state on, until the next span's, the answer has this digest. */
interface Span {
  readonly from: number;
  readonly answer: number;
}

export class ReadAnswers {
  /** By read in JSON: its answers in the order of the states. */
  private readonly spans = new Map<string, Span[]>();

  constructor(
    machine: StateMachine,
    decided: readonly (Plain | undefined)[],
    reads: ReadonlyMap<string, Plain>,
  ) {
    const app = machine.initial();
    for (const name of reads.keys()) this.spans.set(name, []);
    this.ask(machine, app, 0, reads);
    for (const [position, operation] of decided.entries()) {
      if (operation === undefined || machine.isReadOnly(operation)) continue;
      machine.apply(app, operation);
      this.ask(machine, app, position + 1, reads);
    }
  }

  private ask(
    machine: StateMachine,
    app: unknown,
    state: number,
    reads: ReadonlyMap<string, Plain>,
  ): void {
    for (const [name, read] of reads) {
      const spans = this.spans.get(name) ?? [];
      const answer = digest(machine.apply(app, read) ?? null);
      if (spans.at(-1)?.answer !== answer) spans.push({ from: state, answer });
    }
  }

  /** The first state from `first` to `last` in which the read has that answer. */
  firstState(read: Plain, output: Plain, first: number, last: number): number | undefined {
    const spans = this.spansOf(read);
    const wanted = digest(output);
    for (let at = lastAtOrBefore(spans, first); at < spans.length; at++) {
      const { from, answer } = spans[at] as Span;
      if (from > last) return undefined;
      if (answer === wanted) return Math.max(from, first);
    }
    return undefined;
  }

  /** The last state before `end` in which the read has that answer. */
  lastStateBefore(read: Plain, output: Plain, end: number): number | undefined {
    const spans = this.spansOf(read);
    const wanted = digest(output);
    for (let at = lastAtOrBefore(spans, end - 1); at >= 0; at--) {
      const next = spans[at + 1]?.from ?? end;
      if (spans[at]?.answer === wanted) return Math.min(next, end) - 1;
    }
    return undefined;
  }

  private spansOf(read: Plain): readonly Span[] {
    const spans = this.spans.get(nameOfRead(read));
    if (spans === undefined) throw new Error(`nobody asked for ${nameOfRead(read)}`);
    return spans;
  }
}

/** Reads that are the same have the same answers. */
export function nameOfRead(read: Plain): string {
  return JSON.stringify(read);
}

/** Index of the last span that begins at or before the state; -1 for none. */
function lastAtOrBefore(spans: readonly Span[], state: number): number {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((spans[middle]?.from ?? 0) <= state) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
