/**
 * Pairs invocations with completions, as logs of events record them.
 *
 * The time of an event is its position in the log, from 0: a log's order is what it knows for sure.
 */

import type { HistoryOperation, Plain } from '../history.ts';
import type { Model } from '../model.ts';
import { HistoryFormatError, type Place } from './format-error.ts';

export type EventType = 'invoke' | 'ok' | 'fail' | 'info';

export const EVENT_TYPES: readonly EventType[] = ['invoke', 'ok', 'fail', 'info'];

/** What was asked. */
export interface Request {
  readonly f: string;
  readonly key?: string;
  readonly value?: Plain;
}

/** How it ended; `undefined` where it surely never happened. */
export type Ending = { readonly value?: Plain; readonly output?: Plain } | undefined;

interface OpenRequest {
  readonly request: Request;
  readonly place: Place;
  readonly call: number;
  readonly slot: number;
}

export class EventPairing {
  private readonly operations: (HistoryOperation | undefined)[] = [];
  private readonly open = new Map<number, OpenRequest>();
  /** Processes with an operation of unknown outcome, which is open for ever. */
  private readonly lost = new Map<number, Place>();
  private readonly model: Model<unknown> | undefined;

  /** Refuses operations that the model, if one is given, does not know. */
  constructor(model: Model<unknown> | undefined) {
    this.model = model;
  }

  /** A process asks. Refused while an operation of its own is open. */
  invoke(process: number, request: Request, time: number, place: Place): void {
    const open = this.open.get(process);
    const since = open?.place ?? this.lost.get(process);
    if (since !== undefined) {
      throw new HistoryFormatError(
        place,
        `the end of process ${process}'s operation from line ${since.line}, or another process`,
        `its next invocation`,
      );
    }
    const slot = this.operations.length;
    this.operations.push(undefined);
    this.open.set(process, { request, place, call: time, slot });
  }

  /** What a process has open. Refused if it is not this. */
  requestOf(process: number, f: string, place: Place): Request {
    const open = this.open.get(process);
    if (open === undefined) {
      throw new HistoryFormatError(place, `an invocation by process ${process} first`, 'its end');
    }
    if (open.request.f !== f) {
      throw new HistoryFormatError(place, `the end of ${open.request.f}`, `the end of ${f}`);
    }
    return open.request;
  }

  /** The open operation of a process ends, after `requestOf` has said that there is one. */
  end(process: number, ending: Ending, time: number, place: Place): void {
    const open = this.open.get(process);
    if (open === undefined) return;
    this.open.delete(process);
    const { value, output } = ending ?? {};
    const request = value === undefined ? open.request : { ...open.request, value };
    const unanswered = { process, ...request, call: open.call, return: time };
    // Even one that never happened must be one that the model's object can be asked for.
    this.refuseUnknown(unanswered, open.place);
    if (ending === undefined) return;
    const operation = output === undefined ? unanswered : { ...unanswered, output };
    this.refuseUnknown(operation, place);
    this.operations[open.slot] = operation;
  }

  /** The outcome of a process's open operation will never be known. */
  lose(process: number): void {
    const open = this.open.get(process);
    if (open === undefined) return;
    this.open.delete(process);
    this.lost.set(process, open.place);
    this.keepOpen(process, open);
  }

  /** The operations, in order of call; what is still open never returned. */
  finish(): readonly HistoryOperation[] {
    for (const [process, open] of this.open) this.keepOpen(process, open);
    this.open.clear();
    return this.operations.filter((operation) => operation !== undefined);
  }

  private keepOpen(process: number, open: OpenRequest): void {
    const operation = { process, ...open.request, call: open.call, return: null };
    this.refuseUnknown(operation, open.place);
    this.operations[open.slot] = operation;
  }

  private refuseUnknown(operation: HistoryOperation, place: Place): void {
    const expected = this.model?.expects?.(operation);
    if (expected === undefined) return;
    const { f, value, output } = operation;
    const argument = value === undefined ? '' : ` ${JSON.stringify(value)}`;
    const answer = output === undefined ? '' : ` = ${JSON.stringify(output)}`;
    throw new HistoryFormatError(place, expected, `${f}${argument}${answer}`);
  }
}
