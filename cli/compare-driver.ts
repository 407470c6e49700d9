/**
 * Drives a comparison over the worker pool: seeds in batches cut to size, each with all of its
 * contenders, so that whatever is done when it ends early can be held against each other.
 */
import type { ComparedSeed, UndecidedRun } from '../scenarios/compare/compared.ts';
import type { ComparisonRequest } from '../scenarios/compare/request.ts';
import { runSeed } from '../scenarios/seeds.ts';
import type { LostReason, PoolAnswer, WorkerPool } from './pool.ts';
import { LOST } from './progress.ts';
import type { IndexRange } from './quantities.ts';
import type { SeedPlace } from './worker-protocol.ts';

export interface ComparisonSettings {
  readonly request: ComparisonRequest;
  readonly range: IndexRange;
  readonly jobs: number;
  readonly interrupt: AbortSignal;
  /** Told of each seed that has come to an end, or has not. */
  readonly ended: (place: SeedPlace) => void;
  readonly lost: (undecided: UndecidedRun) => void;
}

export interface DrivenComparison {
  readonly seeds: readonly ComparedSeed[];
  readonly lost: readonly UndecidedRun[];
  readonly interrupted: boolean;
  /** A bug of ours that ended it; what was done before it stands. */
  readonly broken?: string;
}

/** A batch lasts about so long: short enough to stop soon, long enough to be worth a message. */
const BATCH_MS = 200;
const BATCH_MAX = 256;
/** After an interrupt, runs that have not ended by then are dropped. */
const INTERRUPT_GRACE_MS = 1_500;

export async function driveComparison(
  pool: WorkerPool,
  settings: ComparisonSettings,
): Promise<DrivenComparison> {
  return new Driver(pool, settings).drive();
}

type Done = Pick<DrivenComparison, 'seeds' | 'lost'>;

/**
 * Of what was done, all up to the first index at which some scenario is missing: what one command
 * repeats. Everything, if that would be nothing.
 */
export function doneByAll(done: Done, names: readonly string[], from: number): Done {
  const ends = names.map((name) => {
    const own = [...done.seeds, ...done.lost].filter((each) => each.name === name);
    const indices = new Set(own.map(({ index }) => index));
    let end = from;
    while (indices.has(end)) end++;
    return end;
  });
  const end = ends.reduce((one, other) => Math.min(one, other), Number.POSITIVE_INFINITY);
  if (end === from) return done;
  return {
    seeds: done.seeds.filter(({ index }) => index < end),
    lost: done.lost.filter(({ index }) => index < end),
  };
}

class Driver {
  private readonly pool: WorkerPool;
  private readonly settings: ComparisonSettings;
  private readonly pending: SeedPlace[];
  private readonly seeds: ComparedSeed[] = [];
  private readonly lost: UndecidedRun[] = [];
  private msPerSeed = BATCH_MS;
  private isOver = false;
  private broken: string | undefined;

  constructor(pool: WorkerPool, settings: ComparisonSettings) {
    this.pool = pool;
    this.settings = settings;
    const { range, request } = settings;
    const indices = Array.from({ length: range.to - range.from }, (_, at) => range.from + at);
    this.pending = indices.flatMap((index) => request.names.map((name) => ({ name, index })));
  }

  async drive(): Promise<DrivenComparison> {
    const { interrupt, jobs } = this.settings;
    let force: NodeJS.Timeout | undefined;
    const onInterrupt = (): void => {
      this.end();
      force = setTimeout(() => this.pool.stopNow(), INTERRUPT_GRACE_MS);
    };
    interrupt.addEventListener('abort', onInterrupt, { once: true });
    if (interrupt.aborted) onInterrupt();
    await Promise.all(Array.from({ length: jobs }, () => this.lane()));
    clearTimeout(force);
    interrupt.removeEventListener('abort', onInterrupt);
    const { request, range } = this.settings;
    const done = { seeds: this.seeds, lost: this.lost };
    return {
      ...(interrupt.aborted ? doneByAll(done, request.names, range.from) : done),
      interrupted: interrupt.aborted,
      ...(this.broken === undefined ? {} : { broken: this.broken }),
    };
  }

  private async lane(): Promise<void> {
    const { request } = this.settings;
    while (!this.isOver && this.pending.length > 0) {
      const places = this.pending.splice(0, this.batchSize());
      this.take(places, await this.pool.run({ kind: 'compare', request, places }));
    }
  }

  private batchSize(): number {
    // Towards the end batches get small, so that all workers end together.
    const share = Math.ceil(this.pending.length / (2 * this.settings.jobs));
    return Math.max(1, Math.min(Math.round(BATCH_MS / this.msPerSeed), share, BATCH_MAX));
  }

  private take(places: readonly SeedPlace[], answer: PoolAnswer): void {
    switch (answer.kind) {
      case 'compare': {
        this.seeds.push(...answer.seeds);
        this.msPerSeed = answer.elapsedMs / Math.max(1, answer.seeds.length);
        for (const place of answer.seeds) this.settings.ended(place);
        this.pending.unshift(...places.slice(answer.seeds.length));
        return;
      }
      case 'lost': {
        const place = places[answer.offset];
        if (place !== undefined) this.lose(place, answer.reason);
        // What came before it went down with the worker, and is run again like what comes after.
        this.pending.unshift(...places.filter((each) => each !== place));
        return;
      }
      case 'broken':
        this.broken = `${answer.place.scenario}@${answer.place.seed}: ${answer.message}`;
        this.end();
        return;
      case 'batch':
      case 'example':
      case 'explain':
      case 'replay':
      case 'shrink':
        throw new Error(`a comparison was answered with ${answer.kind}`);
      case 'stopped':
        return;
      default:
        answer satisfies never;
    }
  }

  private lose({ name, index }: SeedPlace, reason: LostReason): void {
    const seed = runSeed(this.settings.request.baseSeed, name, index);
    const undecided = { name, index, seed, why: `it ${LOST[reason]}` };
    this.lost.push(undecided);
    this.settings.ended({ name, index });
    this.settings.lost(undecided);
  }

  private end(): void {
    this.isOver = true;
    this.pool.endSoon();
  }
}
