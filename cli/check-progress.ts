/** How a long check comes along: a bar on stderr, of its time, where that is a terminal. */
import type { SingleBar } from 'cli-progress';
import { visible } from '../reports/lines.ts';
import { formatCompact, formatElapsed, plural } from '../reports/words.ts';
import type { CheckState } from './check-runner.ts';
import { nameOf } from './check-text.ts';
import { newBar } from './progress.ts';

/** What ends sooner needs no bar. */
const FROM_MS = 1_000;
const EVERY_MS = 100;
const BAR_STEPS = 1000;
/** A longer name is shown by its end. */
const NAME_MAX = 40;

export class CheckProgress {
  private readonly timeMs: number;
  private bar: SingleBar | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(timeMs: number) {
    this.timeMs = timeMs;
  }

  /** Shows one file's check, until `stop`; `place` is `3/12`, or nothing for a lone file. */
  start(file: string, place: string, state: () => CheckState): void {
    if (process.stderr.isTTY !== true) return;
    this.timer = setInterval(() => {
      const now = state();
      if (now.elapsedMs < FROM_MS) return;
      const share = Math.min(1, now.elapsedMs / this.timeMs);
      const status = { status: this.status(file, place, now) };
      if (this.bar === undefined) {
        this.bar = newBar();
        this.bar.start(BAR_STEPS, 0, status);
      }
      this.bar.update(Math.floor(share * BAR_STEPS), status);
    }, EVERY_MS);
  }

  stop(): void {
    clearInterval(this.timer);
    this.bar?.stop();
    this.bar = undefined;
  }

  private status(file: string, place: string, state: CheckState): string {
    const { begun, elapsedMs, steps, isViolated } = state;
    const name = visible(nameOf(begun ?? { file }));
    return [
      ...(place === '' ? [] : [place]),
      name.length > NAME_MAX ? `…${name.slice(1 - NAME_MAX)}` : name,
      begun === undefined ? 'reading' : plural(begun.operations, 'operation'),
      `${formatElapsed(elapsedMs)} of ${formatElapsed(this.timeMs)}`,
      ...(isViolated ? ['fails; looking for why'] : []),
      ...(steps > 0 ? [`${formatCompact(steps)} steps`] : []),
    ].join('  ');
  }
}
