import { Failure } from '../failure';

/** Something that is fetched from the node: not yet there, there, or failed. A later load shows the old value until the new one is there. */
export class Loaded<T> {
  #value = $state.raw<T | undefined>();
  #failure = $state.raw<Failure | undefined>();
  #loading = $state(false);
  #turn = 0;

  constructor(private readonly fetch: () => Promise<T>) {}

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
