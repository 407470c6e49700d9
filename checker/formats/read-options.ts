/** What a reader may be told about a file. */

import type { Plain } from '../history.ts';

export type FormatName =
  | 'etcd-robustness'
  | 'jepsen-edn'
  | 'jepsen-log'
  | 'paxi-csv'
  | 'porcupine-kv'
  | 'quorumlab';

/**
 * What a failed compare-and-set means. `observed`: it answered false, so the value was not the old
 * one. `absent`: it never happened, and says nothing.
 */
export type FailedCas = 'observed' | 'absent';

export interface ReadOptions {
  /** Detected from the text if absent. */
  readonly format?: FormatName;
  /** Takes the place of the model that the file names or suggests. */
  readonly model?: string;
  /** Takes the place of the file's initial value. */
  readonly initial?: Plain;
  /** By default `observed` in Jepsen's logs, and `absent` in its EDN. */
  readonly failedCas?: FailedCas;
}

/** What readers are asked for among themselves. */
export interface Reading extends ReadOptions {
  /** Takes the offset of each operation in the text, in the order of the operations. */
  readonly starts?: number[];
}
