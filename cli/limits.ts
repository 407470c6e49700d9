/** How large a world may be, and how long things may take. */

/** Beyond these a run would end in want of memory, not in a verdict. */
export const REPLICAS_MAX = 100;
export const CLIENTS_MAX = 1_000;
export const OPERATIONS_MAX = 1_000_000;
export const EVENTS_MAX = 1_000_000_000;
/** Of one kind, drawn for one run. */
export const FAULTS_MAX = 10_000;
/** About 31 years: sums of such times are whole numbers still. */
export const MICROS_MAX = 1_000_000_000_000_000;

/**
 * When explaining one failure is cut short, in milliseconds by the clock. Its budget of runs and
 * events ends it long before, at the same place each time, unless the machine is very busy.
 */
export const EXPLAIN_MS = 30_000;
/** What shrinking one failure may take by default, in milliseconds by the clock. */
export const SHRINK_MS_DEFAULT = 60_000;
/** What one run may take by default, in milliseconds by the clock. */
export const RUN_MS_DEFAULT = 30_000;
