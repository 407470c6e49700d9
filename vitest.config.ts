import { defineConfig } from 'vitest/config';

/** Tests that leave the process they run in as they found it. */
const SHARED =
  'test/{sim,protocols,checker,scenarios,reports,paper,corpus,cli}/**/!(*.alone).test.ts';
const NOT_HERE = ['dist/**', 'node_modules/**', 'test/**/*.differential.test.ts'];

/**
 * Most code of a test runs too briefly to earn back what optimising it costs: with V8's own
 * thresholds a hundred seeds of all scenarios take 1.4 times the CPU. Node 20 counts what was run,
 * its successors count calls.
 */
const OPTIMISED_LATE = process.version.startsWith('v20.')
  ? '--interrupt-budget=400000'
  : '--invocation-count-for-turbofan=20000';

/** As many workers as there are cores leave none for a collector's own threads. */
const COLLECTED_ALONE = ['--single-threaded-gc', '--min-semi-space-size=16'];

export default defineConfig({
  test: {
    testTimeout: 60_000,
    // By default one core is left idle, which of two is half the machine.
    maxWorkers: '100%',
    // Commands run in the test's process and in a folder of their own, which threads cannot enter.
    pool: 'forks',
    execArgv: [OPTIMISED_LATE, ...COLLECTED_ALONE],
    // The build is loaded as Node loads it, not transformed.
    server: { deps: { external: [/\/dist\//] } },
    projects: [
      {
        extends: true,
        test: { name: 'alone', include: ['test/**/*.test.ts'], exclude: [...NOT_HERE, SHARED] },
      },
      {
        extends: true,
        // One process a worker: loading the layers anew for each file takes longer than most files.
        test: { name: 'shared', include: [SHARED], exclude: NOT_HERE, isolate: false },
      },
    ],
  },
});
