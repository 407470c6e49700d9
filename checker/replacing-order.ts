/**
 * Blocks of a register's operations, in another order that real time allows: one in which each
 * write that must have replaced something else does.
 *
 * A block is a write and what saw it, in their order. A must precede B if A's first return comes
 * before B's last call (Gibbons & Korach, "Testing shared memories", 1997, section 4); what of the
 * rest may come next is chosen greedily. A write that asks something comes as soon as it may, since
 * others never need it; else what must end first. So what is found may be no order, though there is
 * one: it has to be replayed.
 */

import type { Budget } from './budget.ts';
import { Earliest } from './earliest.ts';
import type { HistoryOperation } from './history.ts';
import type { Model } from './model.ts';
import { type PlainKey, plainKey } from './plain.ts';
import type { Question } from './question.ts';

interface Block {
  readonly order: number[];
  firstReturn: number;
  lastCall: number;
  /** Its write must not find this value. */
  readonly other: PlainKey | undefined;
  /** What is there after it; undefined if it is what was there at first. */
  value: PlainKey | undefined;
}

/** The order of blocks so changed, by index; undefined if none was found. O(n log n). */
export function orderToReplace<State>(
  { model, initial, operations }: Question<State>,
  order: readonly number[],
  budget: Budget,
): readonly number[] | undefined {
  const blocks = blocksIn(model, operations, order);
  const found: number[] = [];
  const choice = new Choice(blocks);
  let value = plainKey(initial);
  for (let count = 0; count < blocks.length; count++) {
    budget.goOn(count);
    const block = choice.take(value);
    if (block === undefined) return undefined;
    for (const index of block.order) found.push(index);
    if (block.value !== undefined) value = block.value;
  }
  return found;
}

/** Each write begins one, and so may what saw the initial value. */
function blocksIn<State>(
  model: Model<State>,
  operations: readonly HistoryOperation[],
  order: readonly number[],
): readonly Block[] {
  const blocks: Block[] = [];
  for (const index of order) {
    const operation = operations[index]!;
    const access = model.registerAccess?.(operation);
    const isWrite = access?.kind === 'write' || access?.kind === 'replace';
    let block = blocks.at(-1);
    if (isWrite || block === undefined) {
      block = {
        order: [],
        other: access?.kind === 'replace' ? plainKey(access.other) : undefined,
        value: undefined,
        // What was there at first was there before everything.
        firstReturn: isWrite ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY,
        lastCall: Number.NEGATIVE_INFINITY,
      };
      blocks.push(block);
    }
    block.order.push(index);
    if (isWrite) block.value = plainKey(access.value);
    else if (access?.kind === 'swap') block.value = plainKey(access.to);
    if (operation.return !== null)
      block.firstReturn = Math.min(block.firstReturn, operation.return);
    block.lastCall = Math.max(block.lastCall, operation.call);
  }
  return blocks;
}

/** The blocks that are left; those may come next which no other that is left must precede. */
class Choice {
  private readonly blocks: readonly Block[];
  private readonly isTaken: Uint8Array;
  private readonly isOpen: Uint8Array;
  private readonly byReturn: readonly number[];
  private readonly byCall: readonly number[];
  private nextReturn = 0;
  private nextCall = 0;
  /** Of those that may come next: the ones that ask for another value, and the rest. */
  private readonly asking: Earliest;
  private readonly others: Earliest;

  constructor(blocks: readonly Block[]) {
    const compareReturns = (a: number, b: number) =>
      compare(blocks[a]!.firstReturn, blocks[b]!.firstReturn) || a - b;
    const compareCalls = (a: number, b: number) =>
      compare(blocks[a]!.lastCall, blocks[b]!.lastCall) || a - b;
    this.blocks = blocks;
    this.isTaken = new Uint8Array(blocks.length);
    this.isOpen = new Uint8Array(blocks.length);
    this.byReturn = Array.from(blocks.keys()).sort(compareReturns);
    this.byCall = Array.from(blocks.keys()).sort(compareCalls);
    this.asking = new Earliest(compareReturns);
    this.others = new Earliest(compareReturns);
  }

  /** Takes one that may come where the value is this one; undefined if there is none. */
  take(value: PlainKey): Block | undefined {
    this.openMore();
    const { blocks, asking, others, isTaken } = this;
    const bold = asking.first;
    const isBold = bold !== undefined && blocks[bold]!.other !== value;
    const taken = isBold ? asking.take() : others.take();
    if (taken === undefined) return undefined;
    isTaken[taken] = 1;
    return blocks[taken];
  }

  private openMore(): void {
    const { blocks, byReturn, byCall } = this;
    this.nextReturn = this.leftFrom(this.nextReturn);
    const first = byReturn[this.nextReturn]!;
    const { firstReturn, lastCall } = blocks[first]!;
    for (; this.nextCall < blocks.length; this.nextCall++) {
      const next = byCall[this.nextCall]!;
      if (blocks[next]!.lastCall > firstReturn) break;
      this.open(next);
    }
    // It need not wait for itself.
    const second = byReturn[this.leftFrom(this.nextReturn + 1)];
    if (second === undefined || lastCall <= blocks[second]!.firstReturn) this.open(first);
  }

  private leftFrom(place: number): number {
    let left = place;
    while (this.isTaken[this.byReturn[left]!] === 1) left++;
    return left;
  }

  private open(block: number): void {
    if (this.isOpen[block] === 1) return;
    this.isOpen[block] = 1;
    (this.blocks[block]!.other === undefined ? this.others : this.asking).add(block);
  }
}

/** Without a difference, as there is none of two infinities. */
function compare(a: number, b: number): number {
  return a < b ? -1 : Number(a > b);
}
