/** How shrinking comes along, on stderr: one line that changes, or one now and then. */
import { formatCount, plural } from '../reports/words.ts';
import type { JobProgress } from './pool.ts';
import { LINE_EVERY_MS } from './progress.ts';

export class ShrinkProgress {
  private readonly events: number;
  private toldAt = performance.now();
  private isShown = false;

  /** `events` are those of the run that is to be made smaller. */
  constructor(events: number) {
    this.events = events;
  }

  show({ runs, smallest }: JobProgress): void {
    const now = smallest === 0 ? this.events : smallest;
    const status = `${plural(runs, 'run')}  ${formatCount(this.events)} → ${plural(now, 'event')}`;
    if (process.stderr.isTTY) {
      process.stderr.write(`\r\x1b[K${status}`);
      this.isShown = true;
    } else if (performance.now() - this.toldAt > LINE_EVERY_MS) {
      process.stderr.write(`${status}\n`);
      this.toldAt = performance.now();
    }
  }

  stop(): void {
    if (this.isShown) process.stderr.write('\r\x1b[K');
  }
}
