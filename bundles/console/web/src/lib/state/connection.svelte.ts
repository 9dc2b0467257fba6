import { untrack } from 'svelte';

/** How soon it is asked again whether the node is there, and what that grows to while it isn't. */
const FIRST_MS = 1_000;
const MOST_MS = 5_000;
const ANSWER_MS = 5_000;
/** How often it is asked while all is well: a page that asks for nothing must learn of it too. */
const WATCH_MS = 5_000;

/** Whether the node answers. A request that doesn't reach it tells, or a look every few seconds; from then on the node is asked until it is ready again, and pages that lack something fetch it anew. */
class Connection {
  #away = $state(false);
  #returns = $state(0);
  #pause = FIRST_MS;
  #looking = false;

  constructor() {
    setInterval(() => {
      if (!this.#away && !document.hidden) void answers().then((there) => there || this.lost());
    }, WATCH_MS);
  }

  get away(): boolean {
    return this.#away;
  }

  /** Goes up each time that the node is back. */
  get returns(): number {
    return this.#returns;
  }

  /** A request didn't reach it. */
  lost(): void {
    this.#away = true;
    if (!this.#looking) void this.#look();
  }

  /** A request did what it should. */
  reached(): void {
    this.#pause = FIRST_MS;
    this.#back();
  }

  async #look(): Promise<void> {
    this.#looking = true;
    while (this.#away) {
      await new Promise((resolve) => setTimeout(resolve, this.#pause));
      // Also where it says that it is ready and then fails each request: that must not become a storm.
      this.#pause = Math.min(this.#pause * 2, MOST_MS);
      if (await ready()) this.#back();
    }
    this.#looking = false;
  }

  #back(): void {
    if (this.#away) {
      this.#away = false;
      this.#returns++;
    }
  }
}

function ready(): Promise<boolean> {
  return fetch('/ready', { cache: 'no-store', signal: AbortSignal.timeout(ANSWER_MS) }).then(
    ({ ok }) => ok,
    () => false,
  );
}

/** Whatever it says. */
function answers(): Promise<boolean> {
  return fetch('/ready', { cache: 'no-store', signal: AbortSignal.timeout(ANSWER_MS) }).then(
    () => true,
    () => false,
  );
}

export const connection = new Connection();

/** Does the work each time that the node is back, as long as the component lives that is being set up. */
export function onReturn(work: () => void): void {
  let seen = connection.returns;
  $effect(() => {
    if (connection.returns !== seen) {
      seen = connection.returns;
      untrack(work);
    }
  });
}
