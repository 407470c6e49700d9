/**
 * Pairs invocations with completions, as logs of events record them.
 *
 * The time of an event is its position in the log, from 0: a log's order is what it knows for sure.
 */

import type { HistoryOperation, Plain } from '../history.ts';
import type { Model } from '../model.ts';
import { Misreading, shortened } from './format-error.ts';

export type EventType = 'invoke' | 'ok' | 'fail' | 'info';

export const EVENT_TYPES: readonly EventType[] = ['invoke', 'ok', 'fail', 'info'];

/** What was asked. */
export interface Request {
  readonly f: string;
  readonly key: string | undefined;
  readonly value: Plain | undefined;
}

/** How it ended; `undefined` where it surely never happened. */
export type Ending =
  | { readonly value?: Plain | undefined; readonly output?: Plain | undefined }
  | undefined;

interface OpenRequest {
  readonly request: Request;
  /** The offset of the invocation in the text. */
  readonly at: number;
  readonly call: number;
  readonly slot: number;
}

export class EventPairing {
  private readonly operations: (HistoryOperation | undefined)[] = [];
  /** The offset of each one's invocation. */
  private readonly starts: number[] = [];
  private readonly open = new Map<number, OpenRequest>();
  /** Processes with an operation of unknown outcome, which is open for ever, and its offset. */
  private readonly lost = new Map<number, number>();
  private readonly model: Model<unknown> | undefined;

  /** Refuses operations that the model, if one is given, does not know. */
  constructor(model: Model<unknown> | undefined) {
    this.model = model;
  }

  /** A process asks, at an offset of the text. Refused while an operation of its own is open. */
  invoke(process: number, request: Request, time: number, at: number): void {
    const since = this.open.get(process)?.at ?? this.lost.get(process);
    if (since !== undefined) {
      throw new Misreading(
        at,
        (lineOf) =>
          `the end of process ${process}'s operation from line ${lineOf(since)}, ` +
          'or another process',
        `its next invocation`,
      );
    }
    const slot = this.operations.length;
    this.operations.push(undefined);
    this.starts.push(at);
    this.open.set(process, { request, at, call: time, slot });
  }

  /** What a process has open. Refused if it is not this. */
  requestOf(process: number, f: string, at: number): Request {
    const open = this.open.get(process);
    if (open === undefined) {
      throw new Misreading(at, `an invocation by process ${process} first`, 'its end');
    }
    if (open.request.f !== f) {
      throw new Misreading(at, `the end of ${open.request.f}`, `the end of ${f}`);
    }
    return open.request;
  }

  /** The open operation of a process ends, after `requestOf` has said that there is one. */
  end(process: number, ending: Ending, time: number, at: number): void {
    const open = this.open.get(process);
    if (open === undefined) return;
    this.open.delete(process);
    const value = ending?.value ?? open.request.value;
    const output = ending?.output;
    // Even one that never happened must be one that the model's object can be asked for.
    const asked = operationOf(process, open, value, time, undefined);
    this.refuseUnknown(asked, open.at);
    if (ending === undefined) return;
    const operation =
      output === undefined ? asked : operationOf(process, open, value, time, output);
    if (output !== undefined) this.refuseUnknown(operation, at);
    this.operations[open.slot] = operation;
  }

  /** The outcome of a process's open operation will never be known. */
  lose(process: number): void {
    const open = this.open.get(process);
    if (open === undefined) return;
    this.open.delete(process);
    this.lost.set(process, open.at);
    this.keepOpen(process, open);
  }

  /** The operations, in order of call, and their offsets; what is still open never returned. */
  finish(starts?: number[]): readonly HistoryOperation[] {
    for (const [process, open] of this.open) this.keepOpen(process, open);
    this.open.clear();
    this.operations.forEach((operation, slot) => {
      if (operation !== undefined) starts?.push(this.starts[slot]!);
    });
    return this.operations.filter((operation) => operation !== undefined);
  }

  private keepOpen(process: number, open: OpenRequest): void {
    const operation = operationOf(process, open, open.request.value, null, undefined);
    this.refuseUnknown(operation, open.at);
    this.operations[open.slot] = operation;
  }

  private refuseUnknown(operation: HistoryOperation, at: number): void {
    const expected = this.model?.expects?.(operation);
    if (expected === undefined) return;
    const { f, value, output } = operation;
    const argument = value === undefined ? '' : ` ${JSON.stringify(value)}`;
    const answer = output === undefined ? '' : ` = ${JSON.stringify(output)}`;
    throw new Misreading(at, expected, shortened(`${f}${argument}${answer}`));
  }
}

type Draft = { -readonly [name in keyof HistoryOperation]: HistoryOperation[name] };

/** Members that are absent are left out, in one order: objects of few shapes are fast. */
function operationOf(
  process: number,
  { request: { f, key }, call }: OpenRequest,
  value: Plain | undefined,
  returned: number | null,
  output: Plain | undefined,
): HistoryOperation {
  const operation: Draft = { process, f, call, return: returned };
  if (key !== undefined) operation.key = key;
  if (value !== undefined) operation.value = value;
  if (output !== undefined) operation.output = output;
  return operation;
}
