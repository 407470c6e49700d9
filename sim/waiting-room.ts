/**
 * Messages that wait for their node's disk, in the order in which they were sent. Arrays side by
 * side that are used again: a durable replica holds back nearly all that it sends.
 */
import type { Message, NodeId } from './contract.ts';

/** Empty places before the first that waits, after which all move up. */
const MOVE_UP_AT = 1_024;

export class WaitingRoom {
  /** Each leaves when so many records are durable. */
  private readonly records: number[] = [];
  private readonly receivers: NodeId[] = [];
  private readonly messages: Message[] = [];
  /** Those from `first` up to `end` are waiting. */
  private first = 0;
  private end = 0;

  add(record: number, to: NodeId, message: Message): void {
    const place = this.end;
    this.records[place] = record;
    this.receivers[place] = to;
    this.messages[place] = message;
    this.end = place + 1;
  }

  /** How many may leave when `durable` records are. */
  countReady(durable: number): number {
    let place = this.first;
    while (place < this.end && (this.records[place] as number) <= durable) place += 1;
    return place - this.first;
  }

  /** Lets the first `count` go, through `leave`. */
  letGo(count: number, leave: (to: NodeId, message: Message) => void): void {
    const until = this.first + count;
    while (this.first < until) {
      const place = this.first;
      this.first = place + 1;
      leave(this.receivers[place] as NodeId, this.messages[place] as Message);
    }
    if (this.first === this.end) this.empty();
    else if (this.first >= MOVE_UP_AT) this.moveUp();
  }

  /** Where some are always waiting, the places before them are used again now and then. */
  private moveUp(): void {
    const count = this.end - this.first;
    for (const places of [this.records, this.receivers, this.messages]) {
      places.copyWithin(0, this.first, this.end);
      places.length = count;
    }
    this.first = 0;
    this.end = count;
  }

  empty(): void {
    this.first = 0;
    this.end = 0;
  }
}
