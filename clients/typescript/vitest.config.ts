import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { alias: { '@patchbay/client': new URL('src/index.ts', import.meta.url).pathname } },
  test: { testTimeout: 60_000, hookTimeout: 120_000, fileParallelism: false },
});
