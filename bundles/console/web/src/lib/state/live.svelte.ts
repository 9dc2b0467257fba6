import { PatchbayClient, type Status } from '@patchbay/client';
import { Failure } from '../failure';
import { connection, onReturn } from './connection.svelte';
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
      onReturn(() => this.#client?.reconnectNow());
    });
    setInterval(() => void this.#refresh().catch(() => undefined), LOOK_MS);
  }

  /** A call that has its token refused is made once more with a new one. If there is none, the login is over, and the app shows the login page. */
  async call<T>(work: (client: PatchbayClient) => Promise<T>): Promise<T> {
    try {
      return await work(this.client);
    } catch (error) {
      if (Failure.from(error).retryable) connection.lost();
      if (!refused(error)) {
        throw error;
      }
      await this.renew();
      return await work(this.client);
    }
  }

  /** After the node refused the token. Rejects with `UNAUTHENTICATED` once the login is over. */
  async renew(): Promise<void> {
    await session.accessToken(this.#presented);
    await this.client.authenticate();
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

export function refused(error: unknown): boolean {
  return ['UNAUTHENTICATED', 'TOKEN_EXPIRED'].includes(Failure.from(error).code);
}

export const live = new Live();
