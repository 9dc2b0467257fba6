import type { Connection } from './connection.js';
import { PatchbayError } from './errors.js';
import type { Frame } from './frames.js';
import type { Tokens, User } from './client.js';

export interface LoginOptions {
  accessToken?: ((refused?: string) => Promise<string>) | undefined;
  onTokens?: ((tokens: Readonly<Tokens> | undefined) => void) | undefined;
}

/** Carries something out on a connection that has been greeted, over reconnects. */
export type Persist = <R>(work: (connection: Connection) => Promise<R>) => Promise<R>;

/** An access token is renewed when this share of its time has passed. */
const RENEW_AT = 0.8;
const RENEW_AGAIN_MS = 5_000;

/** Who the client is: tokens that it keeps and renews by itself, or those that the application gives. */
export class Login {
  #tokens: Tokens | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #renewal: Promise<void> | undefined;

  constructor(
    private readonly options: LoginOptions,
    private readonly persist: Persist,
  ) {}

  get tokens(): Readonly<Tokens> | undefined {
    return this.#tokens;
  }

  get renewable(): boolean {
    return this.#tokens !== undefined || this.options.accessToken !== undefined;
  }

  /** Makes a new connection that of who is logged in. */
  async greet(connection: Connection): Promise<void> {
    if (this.options.accessToken) {
      await this.present(connection);
    } else if (this.#tokens) {
      await this.#again(connection, this.#tokens);
    }
  }

  async present(connection: Connection): Promise<User> {
    const token = await this.options.accessToken!();
    try {
      return (await connection.request('login', { token }))['user'] as User;
    } catch (error) {
      if ((error as PatchbayError).code !== 'TOKEN_EXPIRED') {
        throw error;
      }
      return (await connection.request('login', { token: await this.options.accessToken!(token) }))['user'] as User;
    }
  }

  /** One renewal at a time: a refresh token works once. */
  renew(): Promise<void> {
    return (this.#renewal ??= this.#renewOnce().finally(() => (this.#renewal = undefined)));
  }

  keep(answer: Frame): User {
    const { accessToken, refreshToken, expiresIn } = answer as unknown as Tokens;
    this.#tokens = { accessToken, refreshToken, expiresIn };
    this.#schedule(expiresIn * 1000 * RENEW_AT);
    this.options.onTokens?.(this.#tokens);
    return answer['user'] as User;
  }

  forget(): void {
    clearTimeout(this.#timer);
    if (this.#tokens) {
      this.#tokens = undefined;
      this.options.onTokens?.(undefined);
    }
  }

  /** Stops renewing; the tokens stay good for another client. */
  close(): void {
    clearTimeout(this.#timer);
    this.#tokens = undefined;
  }

  async #again(connection: Connection, tokens: Tokens): Promise<void> {
    try {
      await connection.request('login', { token: tokens.accessToken });
    } catch (error) {
      if ((error as PatchbayError).code !== 'TOKEN_EXPIRED') {
        throw error;
      }
      this.keep(await connection.request('refresh', { refreshToken: tokens.refreshToken }));
    }
  }

  async #renewOnce(): Promise<void> {
    if (this.options.accessToken) {
      await this.persist((connection) => this.present(connection));
      return;
    }
    const old = this.#tokens;
    await this.persist(async (connection) => {
      // A reconnect may have renewed them already; a refresh token that is used twice ends the login.
      if (old && this.#tokens === old) {
        this.keep(await connection.request('refresh', { refreshToken: old.refreshToken }));
      }
    });
  }

  #schedule(afterMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.renew().catch((error: PatchbayError) => {
        // When the login is over, the next call says so.
        if (error.retryable && this.#tokens) this.#schedule(RENEW_AGAIN_MS);
      });
    }, afterMs);
    // A renewal to come must not keep a finished program alive.
    (this.#timer as { unref?: () => void }).unref?.();
  }
}
