import { mount } from 'svelte';
import App from './App.svelte';
import './styles/tokens.css';
import './styles/base.css';

// A page's file of a console that was replaced meanwhile is gone: the new console has the page too. Once a minute at most, lest a file that never comes makes a loop.
addEventListener('vite:preloadError', (event) => {
  const last = Number(sessionStorage.getItem('patchbay.reloaded') ?? 0);
  if (Date.now() - last > 60_000) {
    event.preventDefault();
    sessionStorage.setItem('patchbay.reloaded', String(Date.now()));
    location.reload();
  }
});

mount(App, { target: document.getElementById('app')! });
