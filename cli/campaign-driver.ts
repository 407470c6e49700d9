/**
 * Drives a campaign over the worker pool: cuts batches to size, survives lost workers, and ends at
 * the last index, at the time budget, when enough was found, or when it is interrupted.
 */

import {
  type BatchGroup,
  type BatchResult,
  type CampaignRequest,
  lostRun,
} from '../scenarios/campaign.ts';
import { runAt } from '../scenarios/campaign-index.ts';
import { CampaignMerger, type Enough } from '../scenarios/campaign-merge.ts';
import type { Explanation } from '../scenarios/explain/explanation.ts';
import { Guide } from '../scenarios/guidance/rounds.ts';
import type { RunResult } from '../scenarios/spec.ts';
import { isGuided } from '../scenarios/strategies.ts';
import { explainFailures, shownSmall } from './explain-failures.ts';
import type { LostReason, PoolAnswer, WorkerPool } from './pool.ts';
import type { IndexRange } from './quantities.ts';
import { NOTHING_SHRUNK, type ShrunkFailures, shrinkFailures } from './shrink-failures.ts';
import type { WorkerJob } from './worker-protocol.ts';

export interface DriverSettings {
  readonly campaign: CampaignRequest;
  readonly range: IndexRange;
  /** Wall-clock budget in milliseconds; none when absent. */
  readonly timeMs?: number;
  readonly jobs: number;
  readonly enough?: Enough;
  /** Milliseconds that shrinking a failure may take; undefined leaves failures as they are. */
  readonly shrinkMs?: number;
  /** Say of each failure which event decides it. */
  readonly explains: boolean;
  /** Aborted when the person at the terminal has had enough. */
  readonly interrupt: AbortSignal;
  readonly watcher: CampaignWatcher;
}

/** Told of everything as it arrives, in no certain order. */
export interface CampaignWatcher {
  batch(batch: BatchResult): void;
  lost(scenario: string, seed: string, reason: LostReason): void;
  /** All seeds are through; the failure of this signature is made small. */
  shrinking(signature: string): void;
  /** And then it is looked into. */
  explaining(signature: string): void;
}

export interface DrivenCampaign extends ShrunkFailures {
  readonly batch: BatchResult;
  /** By signature, with event logs, of those that were not shrunk. */
  readonly examples: ReadonlyMap<string, RunResult>;
  /** By signature, of those that could be explained. */
  readonly explanations: ReadonlyMap<string, Explanation>;
  readonly interrupted: boolean;
  /** A bug of ours that ended the campaign; what was found before it stands. */
  readonly broken?: string;
}

/** A batch is cut to last so long: short enough to stop soon, long enough to be worth a message. */
const BATCH_MS = 120;
const BATCH_SEEDS_FIRST = 4;
const BATCH_SEEDS_MAX = 4_096;
/** Weight of the newest batch in the running mean of milliseconds a seed. */
const NEWEST_WEIGHT = 0.3;
/** After an interrupt, runs that have not ended by then are dropped. */
const INTERRUPT_GRACE_MS = 1_500;
/** After an interrupt, so long is spent on recording examples. */
const EXAMPLES_AFTER_INTERRUPT_MS = 3_000;

export async function driveCampaign(
  pool: WorkerPool,
  settings: DriverSettings,
): Promise<DrivenCampaign> {
  const driver = new Driver(pool, settings);
  return driver.drive();
}

class Driver {
  private readonly pool: WorkerPool;
  private readonly settings: DriverSettings;
  private readonly merger: CampaignMerger;
  private readonly deadline: number;
  private readonly guide: Guide | undefined;
  /** Lanes that wait for what a round depends on. */
  private readonly waiting: (() => void)[] = [];
  /** Pieces of batches whose worker was lost. */
  private readonly again: IndexRange[] = [];
  private next: number;
  private msPerSeed = BATCH_MS / BATCH_SEEDS_FIRST;
  private isOver = false;
  private broken: string | undefined;

  constructor(pool: WorkerPool, settings: DriverSettings) {
    this.pool = pool;
    this.settings = settings;
    this.merger = new CampaignMerger(settings.range.from, settings.enough);
    this.next = settings.range.from;
    const { campaign, range } = settings;
    this.guide = isGuided(campaign.strategy) ? new Guide(campaign, range.from) : undefined;
    this.deadline = performance.now() + (settings.timeMs ?? Number.POSITIVE_INFINITY);
  }

  async drive(): Promise<DrivenCampaign> {
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
    if (!interrupt.aborted) await this.cutShort();
    interrupt.removeEventListener('abort', onInterrupt);
    const batch = this.merger.soFar();
    const small = await this.shrink(batch);
    const examples = await this.recordExamples(batch, small);
    const explanations = await this.explain(batch, examples, small);
    return {
      ...small,
      batch,
      examples,
      explanations,
      interrupted: interrupt.aborted,
      ...(this.broken === undefined ? {} : { broken: this.broken }),
    };
  }

  /** One worker's worth of batches, one after the other. */
  private async lane(): Promise<void> {
    for (let range = await this.takeRange(); range !== undefined; range = await this.takeRange()) {
      this.take(range, await this.pool.run(this.batchJob(range)));
      for (const wake of this.waiting.splice(0)) wake();
    }
    for (const wake of this.waiting.splice(0)) wake();
  }

  private batchJob(range: IndexRange): WorkerJob {
    const guidance = this.guide?.guidanceFor(range);
    return { kind: 'batch', ...range, ...(guidance === undefined ? {} : { guidance }) };
  }

  private async takeRange(): Promise<IndexRange | undefined> {
    const { to } = this.settings.range;
    while (!this.isOver) {
      // A lost worker's batch is finished even past the deadline: indices must have no gap.
      const again = this.again.shift();
      if (again !== undefined) return again;
      if (this.next >= to || performance.now() >= this.deadline) return undefined;
      if (this.guide?.isReady(this.next) !== false) {
        const end = Math.min(to, this.guide?.endOfRound(this.next) ?? to);
        const range = { from: this.next, to: Math.min(end, this.next + this.batchSize()) };
        this.next = range.to;
        return range;
      }
      // Another lane has some of that; it wakes this one when it is back.
      await new Promise<void>((wake) => this.waiting.push(wake));
    }
    return undefined;
  }

  private batchSize(): number {
    const { campaign, jobs, range } = this.settings;
    const stride = campaign.shard?.count ?? 1;
    const untilDeadline = Math.max(0, this.deadline - performance.now());
    const lasting = Math.min(BATCH_MS, untilDeadline);
    // Towards the end, of a round too, batches get small, so that all workers end together.
    const end = this.guide?.endOfRound(this.next) ?? range.to;
    const share = Math.ceil((Math.min(end, range.to) - this.next) / stride / (2 * jobs));
    const size = Math.min(Math.round(lasting / this.msPerSeed), share, BATCH_SEEDS_MAX);
    return Math.max(1, size) * stride;
  }

  private take(range: IndexRange, answer: PoolAnswer): void {
    switch (answer.kind) {
      case 'batch':
        this.takeBatch(range, answer.batch, answer.elapsedMs);
        return;
      case 'lost':
        this.takeLost(range, range.from + answer.offset, answer.reason);
        return;
      case 'broken': {
        const { scenario, seed } = answer.place;
        this.broken = `${scenario}@${seed}: ${answer.message}`;
        this.end();
        return;
      }
      case 'example':
      case 'explain':
      case 'replay':
      case 'compare':
      case 'shrink':
        throw new Error(`a batch was answered with ${answer.kind}`);
      case 'stopped':
        return;
      default:
        answer satisfies never;
    }
  }

  private takeBatch(range: IndexRange, reaped: BatchResult, elapsedMs: number): void {
    const { harvest, ...batch } = reaped;
    const measured = elapsedMs / Math.max(1, batch.totals.seeds);
    this.msPerSeed = this.msPerSeed * (1 - NEWEST_WEIGHT) + measured * NEWEST_WEIGHT;
    // A batch that was asked to end early leaves a rest, which is run if the campaign goes on.
    if (batch.to < range.to) this.again.push({ from: batch.to, to: range.to });
    this.guide?.take(batch, harvest);
    this.merger.add(batch);
    this.settings.watcher.batch(batch);
    if (this.merger.cut() !== undefined) this.end();
  }

  private takeLost(range: IndexRange, index: number, reason: LostReason): void {
    const { campaign, watcher } = this.settings;
    const { scenario, seed } = runAt(campaign, index);
    watcher.lost(scenario, seed, reason);
    const guidance = this.guide?.guidanceFor({ from: index, to: index + 1 });
    const lost = lostRun(campaign, index, reason, guidance?.choices[index] !== undefined);
    this.guide?.take(lost, undefined);
    this.merger.add(lost);
    watcher.batch(lost);
    if (range.from < index) this.again.push({ from: range.from, to: index });
    if (index + 1 < range.to) this.again.push({ from: index + 1, to: range.to });
  }

  /** Enough was found: run the batch that showed it once more, up to the run that did. */
  private async cutShort(): Promise<void> {
    const cut = this.merger.cut();
    if (cut === undefined) return;
    const answer = await this.pool.run(this.batchJob(cut));
    if (answer.kind === 'batch') this.merger.takeCut(answer.batch);
  }

  private async shrink(batch: BatchResult): Promise<ShrunkFailures> {
    const { shrinkMs, interrupt, jobs, watcher } = this.settings;
    if (shrinkMs === undefined || interrupt.aborted) return NOTHING_SHRUNK;
    const small = await shrinkFailures(this.pool, batch.groups, {
      jobs,
      withinMs: shrinkMs,
      interrupt,
      begin: (signature) => watcher.shrinking(signature),
    });
    this.broken ??= small.broken;
    return small;
  }

  private async recordExamples(
    batch: BatchResult,
    { shrunk }: ShrunkFailures,
  ): Promise<ReadonlyMap<string, RunResult>> {
    const examples = new Map<string, RunResult>();
    const isShrunk = ({ failure }: BatchGroup): boolean =>
      shrunk.get(failure.signature)?.kind === 'shrunk';
    const pending = batch.groups.filter((group) => !isShrunk(group));
    const endless = Number.POSITIVE_INFINITY;
    const budget = this.settings.interrupt.aborted ? EXAMPLES_AFTER_INTERRUPT_MS : endless;
    const until = performance.now() + budget;
    const lane = async (): Promise<void> => {
      let group = pending.shift();
      while (group !== undefined && performance.now() < until) {
        const { failure } = group;
        const [place] = group.seeds;
        if (place !== undefined) {
          const { spec } = group.example;
          const run = place.isVaried === true ? { place, failure, spec } : { place, failure };
          const answer = await this.pool.run({ kind: 'example', ...run });
          // Without an answer the group keeps the run as it was first seen, without event log.
          if (answer.kind === 'example') examples.set(failure.signature, answer.example);
        }
        group = pending.shift();
      }
    };
    await Promise.all(Array.from({ length: this.settings.jobs }, lane));
    return examples;
  }

  private async explain(
    batch: BatchResult,
    examples: ReadonlyMap<string, RunResult>,
    { shrunk }: ShrunkFailures,
  ): Promise<ReadonlyMap<string, Explanation>> {
    const { explains, interrupt, jobs, watcher } = this.settings;
    if (!explains) return new Map();
    const runs = batch.groups.flatMap(({ failure, seeds: [place], example }) => {
      const small = shrunk.get(failure.signature);
      // What is explained is the run that is shown.
      const shown =
        small?.kind === 'shrunk'
          ? shownSmall(small)
          : { spec: (examples.get(failure.signature) ?? example).spec };
      return place === undefined ? [] : [{ place, failure, shown }];
    });
    const { explanations, broken } = await explainFailures(this.pool, runs, {
      jobs,
      interrupt,
      begin: (signature) => watcher.explaining(signature),
    });
    this.broken ??= broken;
    return explanations;
  }

  private end(): void {
    this.isOver = true;
    this.pool.endSoon();
  }
}
