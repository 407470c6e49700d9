import { defineConfig } from 'vitest/config';

/** The long differential run: the same properties as the suite's, over 100,000 histories each. */
export default defineConfig({
  test: {
    include: ['test/**/*.differential.test.ts'],
    exclude: ['dist/**', 'node_modules/**'],
    testTimeout: 1_800_000,
  },
});
