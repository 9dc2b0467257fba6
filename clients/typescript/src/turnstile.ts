import { PatchbayError } from './errors.js';

/** Lets so many calls in at a time; the others wait in order, and beyond a limit are turned away. */
export class Turnstile {
  #inside = 0;
  #waiting: (() => void)[] = [];

  constructor(
    private readonly places: number,
    private readonly longestQueue: number,
  ) {}

  async run<R>(call: () => Promise<R>): Promise<R> {
    if (this.#inside >= this.places) {
      if (this.#waiting.length >= this.longestQueue) {
        throw new PatchbayError('OVERLOADED', `More than ${this.longestQueue} calls wait already; wait for some before the next.`, true);
      }
      // Whoever leaves hands its place on, so nobody slips in between.
      await new Promise<void>((enter) => this.#waiting.push(enter));
    } else {
      this.#inside++;
    }
    try {
      return await call();
    } finally {
      const next = this.#waiting.shift();
      if (next) {
        next();
      } else {
        this.#inside--;
      }
    }
  }
}
