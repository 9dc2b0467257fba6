import { render } from 'svelte/server';
import App from './App.svelte';

/** The app at its first moment, at the address that `location` says: what `build/first.mjs` puts into the page, so that it shows before its script has come. */
export const html = render(App).body;
