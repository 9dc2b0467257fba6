import type { Connection } from './connection.js';
import { PatchbayError } from './errors.js';

export interface LinkOptions {
  /** Opens a connection; it tells the link by `ended` when it has ended. */
  open(ended: (reason: string) => void): Promise<Connection>;
  /** Logs in and resumes on a new connection, before anybody else may use it. */
  greet(connection: Connection): Promise<void>;
  /** Whether somebody waits for a connection. */
  wanted(): boolean;
  onStatus(status: Exclude<Status, 'closed'>): void;
  /** The node refused the greeting for good: nobody is connected until somebody asks again. */
  onRefused(error: PatchbayError): void;
}

export type Status = 'connecting' | 'connected' | 'disconnected' | 'closed';

const FIRST_RETRY_MS = 200;
const LONGEST_RETRY_MS = 30_000;

/** At most one connection at a time, made anew as long as somebody wants it: after a random wait within what the node asked for, or within one that doubles. */
export class Link {
  #connecting: Promise<Connection> | undefined;
  #live: Connection | undefined;
  #failures = 0;
  #notBefore = 0;
  /** Ends the wait that is under way. */
  #wake: () => void = () => undefined;
  #closed = false;

  constructor(private readonly options: LinkOptions) {}

  /** The connection, greeted. Rejects only when the node refuses the login, or the link is closed. */
  connected(): Promise<Connection> {
    if (this.#closed) {
      return Promise.reject(closedError());
    }
    return this.#live ? Promise.resolve(this.#live) : (this.#connecting ??= this.#connect().finally(() => (this.#connecting = undefined)));
  }

  get live(): Connection | undefined {
    return this.#live;
  }

  /** Something tells that the node is there: the next try needs no wait. */
  hurry(): void {
    this.#failures = 0;
    this.#notBefore = 0;
    this.#wake();
  }

  close(): void {
    this.#closed = true;
    this.#live?.close();
    this.#live = undefined;
  }

  async #connect(): Promise<Connection> {
    for (;;) {
      await Promise.race([pause(this.#notBefore - Date.now()), new Promise<void>((wake) => (this.#wake = wake))]);
      if (this.#closed) {
        throw closedError();
      }
      this.options.onStatus('connecting');
      try {
        return await this.#attempt();
      } catch (error) {
        const failure = error as PatchbayError;
        this.#failures++;
        this.#wait(0);
        if (this.#closed || !failure.retryable || !this.options.wanted()) {
          this.options.onStatus('disconnected');
          if (!this.#closed && !failure.retryable) this.options.onRefused(failure);
          throw failure;
        }
      }
    }
  }

  async #attempt(): Promise<Connection> {
    let connection: Connection | undefined;
    connection = await this.options.open((reason) => this.#ended(connection, reason));
    try {
      await this.options.greet(connection);
      if (connection.closed || this.#closed) {
        throw this.#closed ? closedError() : new PatchbayError('DISCONNECTED', 'The connection ended.', true);
      }
    } catch (error) {
      connection.close();
      throw error;
    }
    this.#live = connection;
    this.#failures = 0;
    this.options.onStatus('connected');
    return connection;
  }

  #ended(connection: Connection | undefined, reason: string): void {
    this.#wait(Number(/retry in (\d+) ms/.exec(reason)?.[1] ?? 0));
    if (!connection || connection !== this.#live) {
      // An attempt to connect was under way, and goes on with the next.
      return;
    }
    this.#live = undefined;
    if (!this.#closed) {
      this.options.onStatus('disconnected');
      if (this.options.wanted()) this.connected().catch(() => undefined);
    }
  }

  /** Random, so that a thousand clients do not come back at once. */
  #wait(serverDelayMs: number): void {
    const doubled = FIRST_RETRY_MS * 2 ** Math.min(this.#failures, 10);
    const longest = Math.min(Math.max(doubled, serverDelayMs), LONGEST_RETRY_MS);
    this.#notBefore = Math.max(this.#notBefore, Date.now() + Math.random() * longest);
  }
}

export function pause(ms: number): Promise<void> {
  return ms <= 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, ms));
}

export function closedError(): PatchbayError {
  return new PatchbayError('CLOSED', 'The client is closed.');
}
