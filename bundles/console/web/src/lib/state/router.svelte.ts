import { tick } from 'svelte';
import { findPlace, type Place } from '../../pages/pages';
import { unsaved } from './unsaved.svelte';

/** What the browser's history keeps with an address; it lasts over a reload. */
interface Entry {
  /** How many steps of the app lead to it. */
  at: number;
  /** What the page wants to find again when it is shown here. */
  kept?: unknown;
}

/** Where the app is; the browser's address is the truth. */
class Router {
  #path = $state(location.pathname);
  #search = $state(location.search);
  #at = entry()?.at ?? 0;
  #puttingBack = false;
  readonly #place = $derived(findPlace(this.#path));

  constructor() {
    this.#replace(location.href, this.kept);
    addEventListener('popstate', () => this.#travelled());
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

  /** What {@link showQuery} kept for the address as it is. */
  get kept(): unknown {
    return entry()?.kept;
  }

  /** To another page; asks first if something unsaved would be lost. `replace` takes the place of an address that is none to come back to, and asks nobody. */
  go(address: string, options: { replace?: boolean } = {}): void {
    if (options.replace) {
      const before = this.#path;
      this.#replace(address);
      this.#read();
      if (this.#path !== before) focusPage();
    } else if (unsaved.present) {
      void unsaved.mayDrop().then((drop) => drop && this.#push(address));
    } else {
      this.#push(address);
    }
  }

  /** The same page with other things to show, as a step that the browser's Back undoes, if there is a difference; without the empty entries. */
  showQuery(entries: Record<string, string>, kept?: unknown): void {
    if (search(entries) !== this.#search) {
      this.#write(this.#path + search(entries), kept);
      this.#read();
    }
  }

  /** The same without a step of the history. */
  keepQuery(entries: Record<string, string>): void {
    this.go(this.#path + search(entries), { replace: true });
  }

  #push(address: string): void {
    this.#write(address);
    scrollTo(0, 0);
    focusPage();
    this.#read();
  }

  #write(address: string, kept?: unknown): void {
    history.pushState({ at: ++this.#at, kept } satisfies Entry, '', address);
  }

  #replace(address: string, kept?: unknown): void {
    history.replaceState({ at: this.#at, kept } satisfies Entry, '', address);
  }

  /** The browser asks nobody before it goes back; so what is unsaved is asked for afterwards, with the old address put back meanwhile. */
  #travelled(): void {
    const to = entry()?.at ?? this.#at;
    const steps = to - this.#at;
    if (this.#puttingBack) {
      this.#puttingBack = false;
    } else if (steps !== 0 && unsaved.present) {
      this.#puttingBack = true;
      history.go(-steps);
      void unsaved.mayDrop().then((drop) => drop && history.go(steps));
    } else {
      this.#at = to;
      this.#read();
    }
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

/** A screen reader goes on at the new page's heading, as after a real navigation; who is to type goes on there. */
function focusPage(): void {
  void tick().then(() => {
    const main = document.getElementById('main');
    (main?.querySelector<HTMLElement>('[autofocus]') ?? main)?.focus({ preventScroll: true });
  });
}

function search(entries: Record<string, string>): string {
  const query = new URLSearchParams(Object.entries(entries).filter(([, value]) => value !== ''));
  return query.size ? `?${query}` : '';
}

function entry(): Entry | undefined {
  const state: unknown = history.state;
  return typeof state === 'object' && state !== null && 'at' in state ? (state as Entry) : undefined;
}

export const router = new Router();
