import { svelte } from '@sveltejs/vite-plugin-svelte';
import { resolve } from 'node:path';
import { defineConfig } from 'vite';
import { browsers, client, target } from './build/shared.ts';

export default defineConfig({
  plugins: [svelte()],
  resolve: client,
  // A node on the usual port answers what the dev server can't.
  server: { proxy: { '/api': { target: 'http://127.0.0.1:7420', ws: true }, '/ready': 'http://127.0.0.1:7420' } },
  build: {
    outDir: target,
    emptyOutDir: true,
    target: browsers,
    cssTarget: browsers,
    modulePreload: { polyfill: false },
    // One sheet, as there is one script; see src/pages/pages.ts.
    cssCodeSplit: false,
    // The policy of the page allows no data: addresses.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rolldownOptions: { input: resolve(import.meta.dirname, 'index.html') },
  },
});
