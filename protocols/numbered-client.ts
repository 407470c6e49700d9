/**
 * What clients have in common that number their requests, and ask under the same number until they
 * are answered or give up. How an operation is asked for, and whom, is up to the protocol.
 *
 * Numbers are reserved on disk in blocks: a client that restarts goes on above all that it may have
 * used, and writes once for many requests.
 */
import type { Client, ClientEnv, Durable, Message, NodeId, Unreadable } from '../sim/contract.ts';
import type { Level } from '../sim/level.ts';
import type { Plain } from '../sim/plain.ts';
import {
  armRestOfRetry,
  armRetry,
  type PatientContext,
  type PatientState,
  patienceOf,
} from './client-patience.ts';

export interface NumberedState extends PatientState {
  readonly clientId: NodeId;
  /** Number of the latest request; numbers up to `reserved` may be used without a disk write. */
  requestNumber: number;
  reserved: number;
}

export interface NumberedContext<State, Context> extends PatientContext {
  /** What is sent, and to whom, only the protocol knows. */
  readonly env: ClientEnv<never, 'retry'>;
  readonly rules: NumberedRules<State, Context>;
}

/** The rules of such a client, of which the first four are the protocol's to say. */
export interface NumberedRules<State, Context> {
  /** The operation is open from now on, and somebody hears of it: `via`, if given. */
  ask(state: State, context: Context, operation: Plain, level: Level, via?: NodeId): void;
  /** No answer has come: asks again under the same number, perhaps somebody else. */
  retry(state: State, context: Context): void;
  /** Whether an operation waits for its answer. */
  isOpen(state: State): boolean;
  /** No operation does any more. */
  close(state: State): void;
  start(state: State, context: Context, durable: Durable): void;
  reserve(state: State, context: Context): void;
  invoke(state: State, context: Context, operation: Plain, level: Level, via?: NodeId): void;
  armRetry(state: State, context: Context): void;
  onRetryTimer(state: State, context: Context): void;
  onTimeout(state: State, context: Context): void;
  giveUp(state: State, context: Context): void;
  onUnreadable(context: Context): void;
}

/** What it makes of messages is up to the protocol. */
export abstract class NumberedClient<
  M extends Message,
  State extends NumberedState,
  Context extends NumberedContext<State, Context>,
> implements Client<M, 'retry', State>
{
  readonly state: State;
  protected readonly context: Context;

  constructor(state: State, context: Context) {
    this.state = state;
    this.context = context;
  }

  start(durable: Durable): void {
    this.context.rules.start(this.state, this.context, durable);
  }

  invoke(operation: Plain, level: Level, via?: NodeId): void {
    this.context.rules.invoke(this.state, this.context, operation, level, via);
  }

  abstract receive(from: NodeId, message: M | Unreadable): void;

  expire(): void {
    this.context.rules.onRetryTimer(this.state, this.context);
  }
}

function start<State extends NumberedState, Context extends NumberedContext<State, Context>>(
  state: State,
  context: Context,
  durable: Durable,
): void {
  state.requestNumber = reservedOn(durable);
  context.rules.reserve(state, context);
}

/** Request numbers that one record reserves. */
const BLOCK = 1_000;

function reserve<State extends NumberedState, Context extends NumberedContext<State, Context>>(
  state: State,
  { env }: Context,
): void {
  state.reserved = state.requestNumber + BLOCK;
  env.persist({ kind: 'set', key: 'reserved', value: state.reserved });
}

function reservedOn({ records }: Durable): number {
  let reserved = 0;
  for (const { intact, writes } of records) {
    for (const write of intact ? writes : []) {
      if (write.kind !== 'set' || typeof write.value !== 'number') continue;
      reserved = Math.max(reserved, write.value);
    }
  }
  return reserved;
}

function invoke<State extends NumberedState, Context extends NumberedContext<State, Context>>(
  state: State,
  context: Context,
  operation: Plain,
  level: Level,
  via?: NodeId,
): void {
  const { env, rules } = context;
  if (state.requestNumber === state.reserved) rules.reserve(state, context);
  state.requestNumber++;
  state.invokedAt = env.now;
  state.sentAt = env.now;
  rules.ask(state, context, operation, level, via);
  rules.armRetry(state, context);
}

function onRetryTimer<State extends NumberedState, Context extends NumberedContext<State, Context>>(
  state: State,
  context: Context,
): void {
  const { rules } = context;
  state.isRetryArmed = false;
  if (!rules.isOpen(state)) return;
  const patience = patienceOf(state, context);
  if (patience === 'at-an-end') {
    rules.giveUp(state, context);
    return;
  }
  if (patience === 'late') rules.onTimeout(state, context);
  armRestOfRetry(state, context);
}

/** No answer: it may be lost, or whoever should give it is not there any more. */
function onTimeout<State extends NumberedState, Context extends NumberedContext<State, Context>>(
  state: State,
  context: Context,
): void {
  const { env, rules } = context;
  env.mark('client-retried');
  state.sentAt = env.now;
  rules.retry(state, context);
}

/** The operation may still happen: its outcome stays unknown, its number stays used. */
function giveUp<State, Context extends NumberedContext<State, Context>>(
  state: State,
  { env, rules }: Context,
): void {
  env.mark('client-gave-up');
  rules.close(state);
  env.abandon();
}

function onUnreadable({ env }: Pick<NumberedContext<never, never>, 'env'>): void {
  env.mark('unreadable-dropped');
}

/** Those that no protocol has to say. */
export const numberedRules = {
  start,
  reserve,
  invoke,
  armRetry,
  onRetryTimer,
  onTimeout,
  giveUp,
  onUnreadable,
};
