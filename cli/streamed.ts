/** `--reporter ndjson`: what happens, as it happens, one JSON object a line on stdout. */
import type { BatchResult, CampaignRequest } from '../scenarios/campaign.ts';
import type { CorpusAccount } from '../scenarios/campaign-types.ts';

const PROGRESS_EVERY_MS = 1_000;

export class NdjsonStream {
  private readonly startedAt = performance.now();
  private readonly signatures = new Set<string>();
  private saidAt = Number.NEGATIVE_INFINITY;
  private seeds = 0;
  private failed = 0;

  constructor(campaign: CampaignRequest) {
    const { scenarios, baseSeed, settings } = campaign;
    say({ type: 'start', scenarios, baseSeed, settings });
  }

  corpus(account: CorpusAccount): void {
    say({ type: 'corpus', ...account });
  }

  batch(batch: BatchResult): void {
    this.seeds += batch.totals.seeds;
    this.failed += batch.totals.failed;
    for (const { failure, seeds } of batch.groups) {
      if (this.signatures.has(failure.signature)) continue;
      this.signatures.add(failure.signature);
      const { signature, oracle, message } = failure;
      say({ type: 'failure', signature, oracle, message, ...seeds[0] });
    }
    const now = performance.now();
    if (now - this.saidAt < PROGRESS_EVERY_MS) return;
    this.saidAt = now;
    const elapsedMs = Math.round(now - this.startedAt);
    say({ type: 'progress', seeds: this.seeds, failed: this.failed, elapsedMs });
  }
}

export function say(line: { readonly type: string; readonly [field: string]: unknown }): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
