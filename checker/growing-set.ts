/**
 * An exact test for sets that only grow, to which no value is added twice, and that are read as a
 * whole: O(n log n) and the length of all answers. A removal that found its value absent is a look.
 *
 * Each read tells of every value whether it was added before or after. So reads are ordered by what
 * they saw, each one a part of the next; and a value was added after the reads that miss it, and
 * before those that have it. None of this leaves a choice: see `Precedences`.
 */

import type { Budget } from './budget.ts';
import type { HistoryOperation, Plain } from './history.ts';
import type { CollectionRead } from './model.ts';
import { isSequence, type PlainKey, plainKey } from './plain.ts';
import { Precedences } from './precedence.ts';
import type { Decision, Question } from './question.ts';

interface Read {
  readonly index: number;
  readonly items: readonly PlainKey[];
}

interface Membership {
  readonly index: number;
  readonly value: PlainKey;
  readonly isPresent: boolean;
}

/** What the operations say, by what they are to the collection. */
interface Answers {
  readonly initial: ReadonlySet<PlainKey>;
  /** By value: the operation that added it. */
  readonly adds: Map<PlainKey, number>;
  readonly reads: Read[];
  readonly memberships: Membership[];
  /** Returned, and constrain nothing. */
  readonly free: number[];
}

/** Reads that saw the same, and the values that they saw first. */
interface Stage {
  readonly fresh: readonly PlainKey[];
  readonly reads: readonly number[];
}

const IMPOSSIBLE: Decision = { outcome: 'none' };

/** Decides a growing set's history, or answers undefined where it may be ambiguous. */
export function decideGrowingSet<State>(
  { model, initial, operations }: Question<State>,
  indexes: readonly number[],
  budget: Budget,
): Decision | undefined {
  if (model.growingCollection?.isOrdered !== false) return undefined;
  const { access } = model.growingCollection;
  const items = isSequence(initial) ? initial.map(plainKey) : [];
  const answers = answersOf(operations, indexes, access, items, budget);
  if (answers === undefined) return undefined;
  const stages = stagesOf(answers, items);
  if (stages === undefined || !isEverySeenAdded(answers, stages)) return IMPOSSIBLE;
  return orderOf(operations, answers, stages, budget) ?? IMPOSSIBLE;
}

function answersOf(
  operations: readonly HistoryOperation[],
  indexes: readonly number[],
  access: (operation: HistoryOperation) => CollectionRead | undefined,
  items: readonly PlainKey[],
  budget: Budget,
): Answers | undefined {
  const initial = new Set(items);
  if (initial.size < items.length) return undefined;
  const answers: Answers = { initial, adds: new Map(), reads: [], memberships: [], free: [] };
  let count = 0;
  for (const index of indexes) {
    budget.goOn(count++);
    const operation = operations[index]!;
    const said = access(operation);
    if (said === undefined || said.kind === 'removes') return undefined;
    if (said.kind === 'adds') {
      const value = plainKey(said.value);
      if (answers.adds.has(value) || initial.has(value)) return undefined;
      answers.adds.set(value, index);
    } else if (operation.return === null) {
      // Whoever only looks, and was never told what there was, need not have looked.
    } else if (said.kind === 'reads') {
      answers.reads.push({ index, items: said.items.map((item: Plain) => plainKey(item)) });
    } else if (said.kind === 'finds') {
      const { isPresent } = said;
      answers.memberships.push({ index, value: plainKey(said.value), isPresent });
    } else {
      answers.free.push(index);
    }
  }
  return answers;
}

/** The reads by what they saw, least first; undefined if they contradict each other. */
function stagesOf({ reads }: Answers, items: readonly PlainKey[]): readonly Stage[] | undefined {
  const bySize = [...reads].sort((a, b) => a.items.length - b.items.length || a.index - b.index);
  const seen = new Set(items);
  const stages: { readonly fresh: PlainKey[]; readonly reads: number[] }[] = [];
  let stage = { fresh: [] as PlainKey[], reads: [] as number[] };
  stages.push(stage);
  for (const { index, items: found } of bySize) {
    const fresh = found.filter((item) => !seen.has(item));
    for (const item of fresh) seen.add(item);
    // Something is there twice, or some that was seen before is missing.
    if (new Set(found).size < found.length || seen.size > found.length) return undefined;
    if (fresh.length > 0) {
      stage = { fresh, reads: [] };
      stages.push(stage);
    }
    stage.reads.push(index);
  }
  return stages;
}

function isEverySeenAdded({ adds, initial, memberships }: Answers, stages: readonly Stage[]) {
  const isThere = (value: PlainKey) => initial.has(value) || adds.has(value);
  return (
    stages.every(({ fresh }) => fresh.every(isThere)) &&
    memberships.every(({ value, isPresent }) => (isPresent ? isThere(value) : !initial.has(value)))
  );
}

/** An order that keeps what the answers say; undefined if there is none. */
function orderOf(
  operations: readonly HistoryOperation[],
  { adds, memberships, free }: Answers,
  stages: readonly Stage[],
  budget: Budget,
): Decision | undefined {
  const precedences = new Precedences();
  const sources: number[] = [];
  const place = (index: number): number => {
    const { call, return: returned } = operations[index]!;
    const node = precedences.add(call, returned);
    sources[node] = index;
    return node;
  };
  const nodes = new Map<PlainKey, number>();
  let before = precedences.add();
  for (const { fresh, reads } of stages) {
    const stage = precedences.add();
    precedences.precede(before, stage);
    for (const value of fresh) {
      const node = place(adds.get(value)!);
      nodes.set(value, node);
      precedences.precede(before, node);
      precedences.precede(node, stage);
    }
    before = precedences.add();
    precedences.precede(stage, before);
    for (const read of reads) {
      const node = place(read);
      precedences.precede(stage, node);
      precedences.precede(node, before);
    }
  }
  const found = new Set(memberships.filter((each) => each.isPresent).map(({ value }) => value));
  for (const [value, index] of adds) {
    const isKnown = operations[index]!.return !== null || found.has(value);
    if (nodes.has(value) || !isKnown) continue;
    const node = place(index);
    nodes.set(value, node);
    precedences.precede(before, node);
  }
  for (const { index, value, isPresent } of memberships) {
    const node = place(index);
    const added = nodes.get(value);
    if (added === undefined) continue;
    if (isPresent) precedences.precede(added, node);
    else precedences.precede(node, added);
  }
  for (const index of free) place(index);
  const order = precedences.order(budget);
  if (order === undefined) return undefined;
  const indexes = order.map((node) => sources[node]).filter((index) => index !== undefined);
  return { outcome: 'found', orders: [indexes] };
}
