import { defineConfig } from 'vitest/config';

/** One browser and one node for all files, one file after the other: two cores have enough to do. */
export default defineConfig({
  test: {
    include: ['e2e/*.test.ts'],
    globalSetup: 'e2e/stage.ts',
    testTimeout: 30_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
});
