/** How a count comes along, on stderr: a bar on a terminal, a line now and then elsewhere. */
import type { SingleBar } from 'cli-progress';
import { formatCount } from '../reports/words.ts';
import { LINE_EVERY_MS, newBar } from './progress.ts';

export class CountProgress {
  private readonly total: number;
  private readonly what: string;
  private done = 0;
  private readonly bar: SingleBar | undefined;
  private readonly timer: NodeJS.Timeout | undefined;

  constructor(total: number, what: string) {
    this.total = total;
    this.what = what;
    if (process.stderr.isTTY) {
      this.bar = newBar();
      this.bar.start(total, 0, { status: this.status() });
    } else {
      this.timer = setInterval(() => process.stderr.write(`${this.status()}\n`), LINE_EVERY_MS);
    }
  }

  one(): void {
    this.done++;
    this.bar?.update(this.done, { status: this.status() });
  }

  stop(): void {
    clearInterval(this.timer);
    this.bar?.stop();
  }

  private status(): string {
    return `${formatCount(this.done)}/${formatCount(this.total)} ${this.what}`;
  }
}
