import { onDestroy, tick } from 'svelte';

/** What was typed and is not saved yet. Whoever would drop it asks first: the router, a dialog that closes, and the browser when the tab does. */
class Unsaved {
  readonly #works = new Set<() => boolean>();
  #answer = $state.raw<((drop: boolean) => void) | undefined>();

  constructor() {
    addEventListener('beforeunload', (event) => {
      if (this.present) event.preventDefault();
    });
  }

  get present(): boolean {
    return [...this.#works].some((changed) => changed());
  }

  /** Whether the question is on the screen. */
  get asking(): boolean {
    return this.#answer !== undefined;
  }

  /** Asks, if there is something to lose. After a yes it counts as lost, and nobody asks again. */
  async mayDrop(): Promise<boolean> {
    if (!this.present) {
      return true;
    }
    this.answer(false);
    const drop = await new Promise<boolean>((resolve) => (this.#answer = resolve));
    if (drop) {
      this.#works.clear();
    }
    // The question is gone from the screen: before, nothing behind it can take the focus.
    await tick();
    return drop;
  }

  answer(drop: boolean): void {
    this.#answer?.(drop);
    this.#answer = undefined;
  }

  /** Guards what a component edits, from its set-up until it ends. */
  guard(changed: () => boolean): void {
    this.#works.add(changed);
    onDestroy(() => {
      this.#works.delete(changed);
      this.answer(false);
    });
  }
}

export const unsaved = new Unsaved();
