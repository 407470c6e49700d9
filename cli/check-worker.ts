/** Entry of the worker thread that judges what takes long: the main thread stays free to end it. */
import { parentPort } from 'node:worker_threads';
import { checkFile } from './check-job.ts';
import { clock, DONE, type ThreadTask } from './check-thread.ts';

/** How often the memory of the process is looked at, which takes a system call. */
const MEMORY_EVERY_MS = 4;
/** A table grows at one go, by as much as a third of all there is: the rest is kept for that. */
const MEMORY_SHARE = 0.8;

parentPort?.on('message', ({ task, deadline, steps }: ThreadTask) => {
  const { memoryBytes = Number.POSITIVE_INFINITY } = task;
  let nextLook = 0;
  checkFile(task, {
    tell: (news) => parentPort?.postMessage(news),
    stopReason: (count) => {
      steps[0] = count;
      const now = clock();
      if (now >= nextLook && memoryBytes !== Number.POSITIVE_INFINITY) {
        nextLook = now + MEMORY_EVERY_MS;
        if (process.memoryUsage.rss() > memoryBytes * MEMORY_SHARE) return 'memory';
      }
      return now > deadline ? 'time' : undefined;
    },
  });
  parentPort?.postMessage(DONE);
});
