/** What a check may spend. Time is the caller's to measure; steps and bytes are counted here. */

/** Why a check ended without a verdict. */
export type UnknownReason = 'time' | 'memory' | 'steps';

export interface BudgetOptions {
  /**
   * Asked every few hundred steps, and told how many there were; answering true ends the check with
   * the reason `time`.
   */
  readonly shouldStop?: (steps: number) => boolean;
  /** Transitions of the model that may be tried in all. Unlimited if absent. */
  readonly maxSteps?: number;
  /** Bytes that memo entries and interned states may take. 512 MiB if absent. */
  readonly maxMemoryBytes?: number;
}

const MEMORY_BYTES_DEFAULT = 512 * 1024 * 1024;

/** Steps between two questions to `shouldStop`, which may cost a system call. */
const STEPS_PER_QUESTION = 256;

/** A model's step over a state this long counts as one more step. */
const CHARACTERS_PER_STEP = 1024;

/** Operations that a test looks at between two questions. */
const OPERATIONS_PER_QUESTION = 4096;

/** Ends a piece of work that is done at one go, and counts no steps on the way. */
export class BudgetEnded extends Error {
  override readonly name = 'BudgetEnded';
}

/** The counters of one check. All its searches draw on the same budget. */
export class Budget {
  steps = 0;
  bytes = 0;
  bytesPeak = 0;
  exhausted: UnknownReason | undefined;
  private readonly shouldStop: ((steps: number) => boolean) | undefined;
  private readonly stepsMax: number;
  private readonly bytesMax: number;
  private nextQuestion: number;

  constructor(options: BudgetOptions) {
    this.shouldStop = options.shouldStop;
    this.stepsMax = options.maxSteps ?? Number.POSITIVE_INFINITY;
    this.bytesMax = options.maxMemoryBytes ?? MEMORY_BYTES_DEFAULT;
    this.nextQuestion = 0;
  }

  /** Counts work; false once the budget is spent. `weight` is the size of the state worked on. */
  spend(weight = 0): boolean {
    return this.spendSteps(1 + Math.floor(weight / CHARACTERS_PER_STEP));
  }

  /** Counts the steps of a piece of work that is done at one go. */
  spendSteps(steps: number): boolean {
    this.steps += steps;
    if (this.exhausted !== undefined) return false;
    if (this.steps > this.stepsMax) {
      this.exhausted = 'steps';
      return false;
    }
    return this.steps < this.nextQuestion || this.ask();
  }

  get stepsLeft(): number {
    return Math.max(0, this.stepsMax - this.steps);
  }

  /** A budget of its own for work whose answer may be missed: so many steps, of those left. */
  part(steps: number): Budget {
    return new Budget({
      maxSteps: Math.max(0, Math.min(steps, this.stepsMax - this.steps)),
      maxMemoryBytes: Math.max(0, this.bytesMax - this.bytes),
      shouldStop: () => !this.ask(),
    });
  }

  /** A budget for work that may take so many steps, whatever is left of these. Time is the same. */
  beside(steps: number): Budget {
    const { shouldStop } = this;
    if (shouldStop === undefined) return new Budget({ maxSteps: steps });
    return new Budget({ maxSteps: steps, shouldStop: (own) => shouldStop(this.steps + own) });
  }

  /** Counts what a part has spent; false once this budget is spent too. */
  absorb(part: Budget): boolean {
    this.bytesPeak = Math.max(this.bytesPeak, this.bytes + part.bytesPeak);
    return this.spendSteps(part.steps);
  }

  /** Asks the caller at once, between phases that count no steps. */
  ask(): boolean {
    this.nextQuestion = this.steps + STEPS_PER_QUESTION;
    if (this.exhausted === undefined && this.shouldStop?.(this.steps)) this.exhausted = 'time';
    return this.exhausted === undefined;
  }

  /**
   * Asks the caller now and then in a loop over operations, `count` of which are done. Throws
   * `BudgetEnded` once the budget is spent: then the test that it was part of has no answer.
   */
  goOn(count: number): void {
    if (!this.mayGoOn(count)) throw new BudgetEnded();
  }

  /** The same, where the loop has an answer for it. */
  mayGoOn(count: number): boolean {
    return count % OPERATIONS_PER_QUESTION !== OPERATIONS_PER_QUESTION - 1 || this.ask();
  }

  /** Forgets that memory ran out, once it has been given back: the next object may need less. */
  recover(): void {
    if (this.exhausted === 'memory') this.exhausted = undefined;
  }

  /** Counts bytes about to be taken; false, and nothing is counted, if there is no room. */
  take(bytes: number): boolean {
    if (this.bytes + bytes > this.bytesMax) {
      this.exhausted ??= 'memory';
      return false;
    }
    this.bytes += bytes;
    if (this.bytes > this.bytesPeak) this.bytesPeak = this.bytes;
    return true;
  }

  give(bytes: number): void {
    this.bytes -= bytes;
  }
}
