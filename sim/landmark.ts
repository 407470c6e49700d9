/** What is kept of a landmark: plain data, for reports as well. */
import type { Micros, NodeId } from './contract.ts';

/** A node has reached one of the marks that its protocol calls landmarks. */
export interface Landmark {
  readonly at: Micros;
  /** The event, counted as in failures. */
  readonly event: number;
  readonly node: NodeId;
  readonly mark: string;
  /** The node's state in one line, after the step that reached the mark; empty if it threw. */
  readonly summary: string;
}
