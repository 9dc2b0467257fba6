import { Failure } from '../failure';
import { onReturn } from './connection.svelte';

/**
 * Something that is fetched from the node: not yet there, there, or failed. A later load shows the old value until the new one is there. What failed is fetched anew once the node is back.
 * Made by a component while it is set up, and ends with it.
 */
export class Loaded<T> {
  #value = $state.raw<T | undefined>();
  #failure = $state.raw<Failure | undefined>();
  #loading = $state(false);
  #turn = 0;

  constructor(private readonly fetch: () => Promise<T>) {
    onReturn(() => {
      if (this.#failure) void this.load();
    });
  }

  get value(): T | undefined {
    return this.#value;
  }

  get failure(): Failure | undefined {
    return this.#failure;
  }

  get loading(): boolean {
    return this.#loading;
  }

  async load(): Promise<void> {
    const turn = ++this.#turn;
    this.#loading = true;
    try {
      const value = await this.fetch();
      if (turn === this.#turn) {
        this.#value = value;
        this.#failure = undefined;
      }
    } catch (error) {
      if (turn === this.#turn) {
        this.#failure = Failure.from(error);
      }
    } finally {
      if (turn === this.#turn) {
        this.#loading = false;
      }
    }
  }
}
