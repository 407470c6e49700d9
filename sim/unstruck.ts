/** Why a fault of the plan did not strike. */
export type Unstruck =
  | Hindrance
  /** Its mark was not reached, or not often enough. */
  | 'mark-not-reached'
  /** Faults had stopped when it was due: the run had turned quiet. */
  | 'turned-quiet'
  /** The run ended before it was due. */
  | 'run-ended';

/** What keeps a fault from striking when it is due. */
export type Hindrance =
  /** It is more than the protocol claims to survive. */
  | 'beyond-claims'
  /** Its node is down already. */
  | 'node-down'
  /** There is no record on the disk that it could damage. */
  | 'no-record'
  /** No replica that is up and awake could change the members. */
  | 'nobody-to-ask'
  /** Those that it asks for as members can be none: masters of a chain, or a client. */
  | 'no-member'
  /** There is no other build to come back as. */
  | 'no-build';
