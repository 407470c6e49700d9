/** One sentence that says why some transactions have no order. */

import { Budget } from '../budget.ts';
import { describeOperation, type Names, shortened } from '../explanation.ts';
import type { HistoryOperation, Plain } from '../history.ts';
import type { Model } from '../model.ts';
import { isSequence, plainKey } from '../plain.ts';
import type { TransactionHistory } from './history.ts';
import { judgeTransactions, type TransactionFinding, type TransactionStep } from './judge.ts';
import type { KeptOrder } from './sightings.ts';
import type { Flaw } from './sources.ts';

/** What is told is small: it was made so. */
const STEPS_MAX = 100_000;

/** The sentence; undefined where it cannot be told from who saw whose write. */
export function sentenceForTransactions<State>(
  model: Model<State>,
  initial: Plain,
  operations: readonly HistoryOperation[],
  kept: KeptOrder,
  names: Names,
): string | undefined {
  if (model.transactions === undefined) return undefined;
  const budget = new Budget({ maxSteps: STEPS_MAX });
  const finding = judgeTransactions(model, initial, operations, kept, budget);
  const words = wordsFor(model, operations, kept, names);
  if (finding?.kind === 'flawed') return tellFlaw(finding.flaw, finding.history, words);
  return finding?.kind === 'circular' ? tellCircle(finding, words) : undefined;
}

interface Words {
  readonly kept: KeptOrder;
  /** `txn … by c2`. */
  readonly what: (number: number) => string;
  /** `c2 txn …`. */
  readonly who: (number: number) => string;
  /** `c2 txn … at 30`. */
  readonly claim: (number: number) => string;
  readonly process: (number: number) => string;
  readonly returned: (number: number) => string;
  readonly called: (number: number) => string;
}

function wordsFor<State>(
  model: Model<State>,
  operations: readonly HistoryOperation[],
  kept: KeptOrder,
  names: Names,
): Words {
  const time = (at: number) => names.time?.(at) ?? String(at);
  const asked = (number: number) => shortened(describeOperation(model, operations[number]!));
  const process = (number: number) => {
    const own = operations[number]!.process;
    return names.process?.(own) ?? `c${own}`;
  };
  const who = (number: number) => `${process(number)} ${asked(number)}`;
  const returned = (number: number) => time(operations[number]!.return ?? 0);
  return {
    kept,
    what: (number) => `${asked(number)} by ${process(number)}`,
    who,
    claim: (number) =>
      operations[number]!.return === null ? who(number) : `${who(number)} at ${returned(number)}`,
    process,
    returned,
    called: (number) => time(operations[number]!.call),
  };
}

function tellFlaw(flaw: Flaw, { registers, uses }: TransactionHistory, words: Words): string {
  const { name, writers } = registers[flaw.register]!;
  const value = (seen: Plain) => shortened(JSON.stringify(seen));
  const claim = words.claim(flaw.reader);
  const by = words.kept === 'real-time' ? 'had' : 'has';
  const then = words.kept === 'real-time' ? ' by then' : '';
  switch (flaw.kind) {
    case 'contradiction': {
      const seen = `but it saw ${name} = ${value(flaw.seen)}`;
      const present = value(flaw.present);
      if (flaw.by === 'read') return `${claim}, ${seen} where it had just seen ${present}`;
      if (flaw.by === 'write') return `${claim}, ${seen} where it had itself made that ${present}`;
      return `${claim}, ${seen}, which does not end in what it had itself appended, ${present}`;
    }
    case 'unwritten': {
      const isList = registers[flaw.register]!.isAppended && isSequence(flaw.seen);
      const items = isList && isSequence(flaw.seen) ? flaw.seen : [];
      const missing = items.find((item) => {
        return !writers.get(plainKey(item))?.some((writer) => writer !== flaw.reader);
      });
      if (missing !== undefined) {
        return `${claim}, but nobody ${by} appended ${value(missing)} to ${name}${then}`;
      }
      return `${claim}, but nobody ${by} made ${name} ${value(flaw.seen)}${then}`;
    }
    case 'overwritten': {
      const own = `${words.what(flaw.other)} had itself overwritten that`;
      return `${claim} saw ${name} = ${value(flaw.seen)}, but ${own}`;
    }
    case 'split': {
      const use = uses[flaw.other]!.find(({ register }) => register === flaw.register);
      const all = value(use?.appends ?? []);
      return `${claim}, but ${words.what(flaw.other)} appended ${all} to ${name} at one time`;
    }
    case 'forked': {
      const other = `${words.what(flaw.other)} saw ${name} otherwise`;
      return `${claim}, but ${other}, and neither can grow into the other`;
    }
    default:
      return flaw satisfies never;
  }
}

/** A circle of transactions. */
type Circular = Extract<TransactionFinding, { readonly kind: 'circular' }>;

function tellCircle({ circle, history, witnessOf }: Circular, words: Words): string {
  const rule = 'each of these must come before the next, and the last before the first';
  const short = new Map(circle.map(({ number }, place) => [number, `T${place + 1}`]));
  const named = (number: number) => short.get(number) ?? words.who(number);
  const steps = circle.map((step, place) => {
    const next = circle[(place + 1) % circle.length]!.number;
    const why = reasonFor(step, next, history, witnessOf, named, words);
    return `${words.who(step.number)} (${named(step.number)}), as ${why}`;
  });
  return `${rule}: ${steps.join('; ')}`;
}

/** Why a transaction must come before the next one of its circle. */
function reasonFor(
  { number, reason }: TransactionStep,
  next: number,
  { uses, registers }: TransactionHistory,
  witnessOf: Int32Array,
  named: (number: number) => string,
  words: Words,
): string {
  const seenBy = (reader: number, register: number) => {
    const use = uses[reader]!.find((each) => each.register === register);
    return `${registers[register]!.name} = ${shortened(JSON.stringify(use?.found ?? null))}`;
  };
  switch (reason.kind) {
    case 'seen':
      return `${named(next)} saw ${seenBy(next, reason.register)} of it`;
    case 'overwritten':
      return `it saw ${seenBy(number, reason.register)}, which ${named(next)} overwrote`;
    case 'hidden': {
      const seen = seenBy(reason.reader, reason.register);
      return `${named(reason.reader)} came after it and saw ${seen} of ${named(next)}`;
    }
    case 'given':
      return `${named(reason.shownBy)} saw that of ${named(next)} after it`;
    case 'chain': {
      if (words.kept === 'processes') {
        return `${words.process(number)} called it before ${named(next)}`;
      }
      const witness = witnessOf[number]!;
      const ended = witness < 0 ? 'it' : `${named(witness)}, which saw it,`;
      const at = words.returned(witness < 0 ? number : witness);
      const later = `${named(next)} was called at ${words.called(next)}`;
      return `${ended} had returned at ${at}, and ${later}`;
    }
    default:
      return reason satisfies never;
  }
}
