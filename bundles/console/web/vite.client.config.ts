import { defineConfig } from 'vite';
import { browsers, client, clientSource, target } from './build/shared.ts';

/** The TypeScript client as one ES module, for pages without a build of their own. */
export default defineConfig({
  resolve: client,
  publicDir: false,
  build: {
    outDir: target,
    emptyOutDir: false,
    target: browsers,
    reportCompressedSize: false,
    minify: true,
    // Vite leaves the white space of a library's modules to who bundles them; here nobody does.
    rolldownOptions: { output: { minify: true } },
    lib: { entry: clientSource, formats: ['es'], fileName: () => 'client/patchbay.js' },
  },
});
