/**
 * The ghost log: what the replicas together have decided, position by position. It compares each
 * replica's decided prefix once, at a cost of what has changed, and runs the state machine on it.
 */
import type { NodeId, Protocol, StateMachine } from '../../sim/contract.ts';
import type { Plain } from '../../sim/plain.ts';

/** A decided position at which two replicas, or one replica and the past, disagree. */
export interface Disagreement {
  readonly position: number;
  readonly first: Plain | undefined;
  readonly second: Plain | undefined;
}

export class DecidedLog {
  /** The decided operations; undefined where a position holds none. */
  readonly operations: (Plain | undefined)[] = [];
  /** What the state machine answers at each position. */
  readonly replies: (Plain | undefined)[] = [];
  /** The state after the last position. */
  readonly app: unknown;
  private readonly protocol: Protocol;
  private readonly machine: StateMachine;
  /** First position of each operation, by the identity of the object the client was given. */
  private readonly positions = new Map<Plain, number>();
  /** How many positions of each replica have been compared since it last started. */
  private readonly compared: number[];
  /** The latest operation that was decided at two positions, and both. */
  repeated: { readonly operation: Plain; readonly positions: readonly number[] } | undefined;

  constructor(protocol: Protocol, machine: StateMachine, replicas: number) {
    this.protocol = protocol;
    this.machine = machine;
    this.app = machine.initial();
    this.compared = Array.from({ length: replicas }, () => 0);
  }

  get length(): number {
    return this.operations.length;
  }

  positionOf(operation: Plain): number | undefined {
    return this.positions.get(operation);
  }

  /** Number of decided positions that this replica knew when it last stepped. */
  comparedCount(replica: NodeId): number {
    return this.compared[replica] ?? 0;
  }

  /** The replica lost its memory: it may learn of decided positions from the start again. */
  forget(replica: NodeId): void {
    this.compared[replica] = 0;
  }

  /** Takes what the replica has decided since it was last asked. */
  update(replica: NodeId, state: object): Disagreement | undefined {
    const count = this.protocol.decidedCount(state);
    const compared = this.compared[replica] ?? 0;
    if (count === compared) return undefined;
    let position = this.firstToCompare(state, compared);
    if (position > this.operations.length) {
      return { position: this.operations.length, first: undefined, second: undefined };
    }
    for (; position < count; position++) {
      const operation = this.protocol.decidedOperation(state, position);
      if (position === this.operations.length) {
        this.append(operation);
      } else if (operation !== this.operations[position]) {
        return { position, first: this.operations[position], second: operation };
      }
    }
    this.compared[replica] = count;
    return undefined;
  }

  /** What a replica has from a snapshot cannot be compared, but somebody must have decided it. */
  private firstToCompare(state: object, compared: number): number {
    const told = this.protocol.decidedFrom?.(state) ?? 0;
    return told > compared ? told : compared;
  }

  private append(operation: Plain | undefined): void {
    const position = this.operations.length;
    this.operations.push(operation);
    if (operation === undefined) {
      this.replies.push(undefined);
      return;
    }
    const earlier = this.positions.get(operation);
    if (earlier === undefined) this.positions.set(operation, position);
    else this.repeated = { operation, positions: [earlier, position] };
    this.replies.push(this.machine.apply(this.app, operation));
  }
}
