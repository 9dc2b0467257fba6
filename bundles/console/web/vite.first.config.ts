import { defineConfig, mergeConfig } from 'vite';
import app from './vite.config.ts';
import { first } from './build/shared.ts';

/** The app once more, to be run by the build itself; see build/first.mjs. */
export default defineConfig(
  mergeConfig(app, {
    publicDir: false,
    // In one file, which is loaded anew for each page.
    ssr: { noExternal: true },
    build: { ssr: true, outDir: first, emptyOutDir: true, rolldownOptions: { input: 'src/first.ts', output: { entryFileNames: 'first.mjs' } } },
  }),
);
