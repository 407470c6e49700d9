/** How a campaign comes along, on stderr: a bar on a terminal, a line now and then elsewhere. */
import { SingleBar } from 'cli-progress';
import { formatCount, formatElapsed } from '../reports/words.ts';
import type { BatchResult } from '../scenarios/campaign.ts';
import type { LostReason } from './pool.ts';

export const LINE_EVERY_MS = 30_000;
const BAR_EVERY_MS = 100;
const BAR_STEPS = 1000;
const DOTS_PER_LINE = 80;

export interface ProgressSettings {
  /** Seeds to be run; infinite when only time ends the campaign. */
  readonly seeds: number;
  /** Wall-clock budget in milliseconds; infinite when only seeds end the campaign. */
  readonly timeMs: number;
  readonly style: 'auto' | 'dots' | 'silent';
}

export class Progress {
  private readonly settings: ProgressSettings;
  private readonly startedAt = performance.now();
  private readonly signatures = new Set<string>();
  private seeds = 0;
  private failing = 0;
  private dots = 0;
  private stage: string | undefined;
  private bar: SingleBar | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(settings: ProgressSettings) {
    this.settings = settings;
    if (settings.style !== 'auto') return;
    if (process.stderr.isTTY) this.startBar();
    else this.timer = setInterval(() => this.line(), LINE_EVERY_MS);
  }

  batch(batch: BatchResult): void {
    this.seeds += batch.totals.seeds;
    this.failing += batch.totals.failed;
    for (const { failure } of batch.groups) this.signatures.add(failure.signature);
    if (this.settings.style === 'dots') this.dot(batch);
  }

  lost(scenario: string, seed: string, reason: LostReason): void {
    if (this.settings.style === 'silent') return;
    this.above(`${scenario}@${seed}: ${LOST[reason]}; it counts as inconclusive`);
  }

  /** The seeds are through; what goes on is told in the bar. */
  shrinking(signature: string): void {
    this.stage = `shrinking ${signature}`;
  }

  explaining(signature: string): void {
    this.stage = `explaining ${signature}`;
  }

  stop(): void {
    clearInterval(this.timer);
    this.bar?.stop();
    if (this.dots % DOTS_PER_LINE > 0) process.stderr.write('\n');
  }

  private startBar(): void {
    this.bar = newBar();
    this.bar.start(BAR_STEPS, 0, { status: this.status() });
    this.timer = setInterval(() => {
      this.bar?.update(Math.floor(this.share() * BAR_STEPS), { status: this.status() });
    }, BAR_EVERY_MS);
  }

  private line(): void {
    process.stderr.write(`${this.status()}\n`);
  }

  private dot(batch: BatchResult): void {
    const { failed, inconclusive } = batch.totals;
    process.stderr.write(failed > 0 ? 'F' : inconclusive > 0 ? '?' : '.');
    this.dots++;
    if (this.dots % DOTS_PER_LINE === 0) {
      process.stderr.write(` ${formatCount(this.seeds)} seeds\n`);
    }
  }

  /** A line that stays, above the bar where there is one. */
  private above(text: string): void {
    process.stderr.write(this.bar === undefined ? `${text}\n` : `\r\x1b[K${text}\n`);
  }

  private status(): string {
    const elapsedMs = performance.now() - this.startedAt;
    const share = this.share();
    const rate = Math.round((this.seeds / Math.max(elapsedMs, 1)) * 1000);
    const known = this.signatures.size;
    const kinds = known > 0 ? ` (${known} ${known === 1 ? 'signature' : 'signatures'})` : '';
    const left = share > 0 && share < 1 ? (elapsedMs / share) * (1 - share) : 0;
    return [
      `${String(Math.floor(share * 100)).padStart(3)}%`,
      `${formatCount(this.seeds)} seeds`,
      `${formatCount(rate)}/s`,
      `${formatCount(this.failing)} failing${kinds}`,
      ...(this.stage === undefined ? [] : [this.stage]),
      ...(left > 0 ? [`ETA ${formatElapsed(left)}`] : []),
    ].join('  ');
  }

  /** Whichever budget is nearer to its end. */
  private share(): number {
    const elapsedMs = performance.now() - this.startedAt;
    const { seeds, timeMs } = this.settings;
    return Math.min(1, Math.max(this.seeds / seeds, elapsedMs / timeMs));
  }
}

/** A bar on stderr that is gone when it is stopped; `status` stands behind it. */
export function newBar(): SingleBar {
  return new SingleBar({
    stream: process.stderr,
    format: '[{bar}]  {status}',
    barCompleteChar: '#',
    barIncompleteChar: '-',
    barsize: 22,
    hideCursor: true,
    clearOnComplete: true,
    linewrap: false,
    // Ctrl-C is the command's business.
    gracefulExit: false,
  });
}

/** What became of a run, after its name. */
export const LOST: { readonly [reason in LostReason]: string } = {
  time: 'did not come to an end in time and was stopped by force',
  memory: 'ran out of memory',
  crash: 'took its worker thread down',
};
