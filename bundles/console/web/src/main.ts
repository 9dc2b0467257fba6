import { hydrate, mount } from 'svelte';
import App from './App.svelte';
import { findPlace } from './pages/pages';
import './styles/tokens.css';
import './styles/base.css';

const target = document.getElementById('app')!;
if (target.querySelector('form') && findPlace(location.pathname)?.page.open) {
  // A name may have been typed already.
  hydrate(App, { target });
} else {
  // What was built into the page is the same but for names, which stood empty.
  target.replaceChildren();
  mount(App, { target });
}
delete document.documentElement.dataset['page'];
