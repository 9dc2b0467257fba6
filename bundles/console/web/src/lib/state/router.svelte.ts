import { tick } from 'svelte';
import { findPlace, type Place } from '../../pages/pages';

/** Where the app is; the browser's address is the truth. */
class Router {
  #path = $state(location.pathname);
  #search = $state(location.search);
  readonly #place = $derived(findPlace(this.#path));

  constructor() {
    addEventListener('popstate', () => this.#read());
    document.addEventListener('click', (event) => this.#follow(event));
  }

  get place(): Place | undefined {
    return this.#place;
  }

  get path(): string {
    return this.#path;
  }

  get query(): URLSearchParams {
    return new URLSearchParams(this.#search);
  }

  go(address: string, options: { replace?: boolean } = {}): void {
    if (options.replace) {
      history.replaceState(null, '', address);
    } else {
      history.pushState(null, '', address);
      scrollTo(0, 0);
      // A screen reader goes on at the new page's heading, as after a real navigation.
      void tick().then(() => document.getElementById('main')?.focus({ preventScroll: true }));
    }
    this.#read();
  }

  /** Keeps what a page shows in the address, without a step of the history. */
  keepQuery(entries: Record<string, string>): void {
    const query = new URLSearchParams(Object.entries(entries).filter(([, value]) => value !== ''));
    this.go(this.#path + (query.size ? `?${query}` : ''), { replace: true });
  }

  /** At the beginning: a page's address with a slash at its end, as people type it, is the page's. */
  tidy(): void {
    const page = this.#path.replace(/(.)\/$/, '$1');
    if (page !== this.#path && findPlace(page)) {
      this.go(page + this.#search, { replace: true });
    }
  }

  #read(): void {
    this.#path = location.pathname;
    this.#search = location.search;
  }

  #follow(event: MouseEvent): void {
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
    if (!link || !plain || event.defaultPrevented || link.target || link.hasAttribute('download')) {
      return;
    }
    const url = new URL(link.href);
    if (url.origin === location.origin && findPlace(url.pathname)) {
      event.preventDefault();
      this.go(url.pathname + url.search);
    }
  }
}

export const router = new Router();
