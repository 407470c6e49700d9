/** All oracles, in the order in which they are told of an event. */
import { acknowledgedWrites, agreement, exactlyOnce, promises, replies } from './decisions.ts';
import { convergence, expectation, progress } from './endings.ts';
import { invariants } from './invariants.ts';
import { linearizability } from './linearizability.ts';
import { noException } from './no-exception.ts';
import type { Oracle } from './oracle.ts';
import { sessions } from './sessions.ts';
import { boundedReads, eventualReads } from './weak-reads.ts';

/** Agreement comes first: it keeps the decided log that the others read. */
export const oracles: readonly Oracle[] = [
  agreement,
  invariants,
  exactlyOnce,
  promises,
  replies,
  acknowledgedWrites,
  noException,
  linearizability,
  sessions,
  eventualReads,
  boundedReads,
  convergence,
  progress,
  expectation,
];
