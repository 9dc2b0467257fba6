import { PatchbayClient, type Status } from '@patchbay/client';
import { session } from './session.svelte';

/** How often to look whether the access token is about to end. */
const LOOK_MS = 10_000;

/** The one WebSocket of the console, under the login of {@link session}; opened when a page asks for it first. */
class Live {
  #status = $state<Status>('connecting');
  #client: PatchbayClient | undefined;
  #userId: string | undefined;
  #presented: string | undefined;

  /** For a mark beside what is live. */
  get status(): Status {
    return this.#status;
  }

  get client(): PatchbayClient {
    if (!this.#client || this.#userId !== session.user?.id) {
      this.#close();
      this.#userId = session.user?.id;
      this.#client = this.#open();
    }
    return this.#client;
  }

  constructor() {
    // Nobody is left to see what would arrive.
    $effect.root(() => {
      $effect(() => {
        if (!session.user) this.#close();
      });
    });
    setInterval(() => void this.#refresh().catch(() => undefined), LOOK_MS);
  }

  #close(): void {
    this.#client?.close();
    this.#client = undefined;
    this.#presented = undefined;
  }

  #open(): PatchbayClient {
    const client: PatchbayClient = new PatchbayClient({
      url: location.origin,
      callTimeoutMs: 10_000,
      accessToken: async (refused) => (this.#presented = await session.accessToken(refused)),
      onStatus: (status) => {
        if (client === this.#client || !this.#client) this.#status = status;
      },
    });
    return client;
  }

  /** Subscriptions end with their token, so a new one is presented before. */
  async #refresh(): Promise<void> {
    if (this.#client && session.user && this.#presented && (await session.accessToken()) !== this.#presented) {
      await this.#client.authenticate();
    }
  }
}

export const live = new Live();
