import { Failure } from '../failure';
import { send } from '../request';

export interface User {
  id: string;
  name: string;
  role: 'admin' | 'user' | 'none';
}

interface Login {
  accessToken: string;
  refreshToken: string;
  /** Milliseconds since 1970, by this browser's clock. */
  expiresAt: number;
  user: User;
}

interface Answer {
  accessToken: string;
  refreshToken: string;
  expiresIn: number;
  user: User;
}

/** What a login asks for. */
export interface LoginField {
  name: string;
  label: string;
  type: 'text' | 'secret' | 'code';
}

export interface LoginMethod {
  name: string;
  fields: LoginField[];
}

/** The next step of a login that is half done; its id works once. */
export interface Challenge {
  login: string;
  message: string;
  fields: LoginField[];
}

const KEY = 'patchbay.login';
/** An access token is renewed this long before it ends, so that no request meets the end. */
const MARGIN_MS = 30_000;

/**
 * Who is logged in. The login stands in the browser's local storage, so it lasts over reloads and is one for all tabs: a refresh token works once, and the tab that used it leaves the next one
 * for the others.
 */
class Session {
  #login = $state.raw<Login | undefined>(read());
  #ended = $state(false);
  #renewal: Promise<Login> | undefined;

  constructor() {
    addEventListener('storage', (event) => {
      if (event.key === KEY || event.key === null) {
        this.#login = read();
      }
    });
  }

  get user(): User | undefined {
    return this.#login?.user;
  }

  get isAdmin(): boolean {
    return this.#login?.user.role === 'admin';
  }

  /** Whether the last login was ended by the node, or by its time, and not by who had it. */
  get ended(): boolean {
    return this.#ended;
  }

  /** The ways to log in that the node has now. */
  async methods(): Promise<LoginMethod[]> {
    return ((await send('GET', '/api/v1/auth/methods', undefined, undefined)) as { items: LoginMethod[] }).items;
  }

  /** @returns what is asked for next; undefined once somebody is logged in */
  login(method: string, answers: Record<string, string>): Promise<Challenge | undefined> {
    return this.#step({ method, ...answers });
  }

  /** As {@link login}. After an error that does not end the login, the same challenge can be answered again. */
  answer({ login }: Challenge, answers: Record<string, string>): Promise<Challenge | undefined> {
    return this.#step({ login, answers });
  }

  async #step(body: unknown): Promise<Challenge | undefined> {
    const answer = (await send('POST', '/api/v1/auth/login', body, undefined)) as Answer | { login: string; challenge: Omit<Challenge, 'login'> };
    if ('challenge' in answer) {
      return { login: answer.login, ...answer.challenge };
    }
    this.#keep(answer);
    return undefined;
  }

  /** Ends the login here even if the node can't be told. */
  async logout(): Promise<void> {
    const refreshToken = this.#login?.refreshToken;
    this.#forget();
    if (refreshToken) {
      await send('POST', '/api/v1/auth/logout', { refreshToken }, undefined).catch(() => undefined);
    }
  }

  #forget(): void {
    this.#login = undefined;
    localStorage.removeItem(KEY);
  }

  #end(): Failure {
    this.#ended = true;
    this.#forget();
    return new Failure('UNAUTHENTICATED', 'Your login has ended. Log in again.');
  }

  /** A token that is good for a while. `refused` is one that the node no longer takes. Rejects with `UNAUTHENTICATED` once the login is over. */
  async accessToken(refused?: string): Promise<string> {
    const login = this.#login;
    if (!login) {
      throw new Failure('UNAUTHENTICATED', 'Log in first.');
    }
    const good = login.accessToken !== refused && login.expiresAt - MARGIN_MS > Date.now();
    return good ? login.accessToken : (await this.#renew(login.accessToken)).accessToken;
  }

  #renew(old: string): Promise<Login> {
    return (this.#renewal ??= alone(() => this.#renewOnce(old)).finally(() => (this.#renewal = undefined)));
  }

  async #renewOnce(old: string): Promise<Login> {
    const current = read();
    if (!current) {
      throw this.#end();
    }
    if (current.accessToken !== old) {
      // Another tab was faster.
      this.#login = current;
      return current;
    }
    try {
      const answer = await send('POST', '/api/v1/auth/refresh', { refreshToken: current.refreshToken }, undefined);
      return this.#keep(answer as Answer);
    } catch (error) {
      const failure = Failure.from(error);
      if (failure.details['status'] === 401 || failure.details['status'] === 403) {
        throw this.#end();
      }
      throw failure;
    }
  }

  #keep(answer: Answer): Login {
    const { accessToken, refreshToken, user } = answer;
    const login = { accessToken, refreshToken, user, expiresAt: Date.now() + answer.expiresIn * 1000 };
    localStorage.setItem(KEY, JSON.stringify(login));
    this.#login = login;
    this.#ended = false;
    return login;
  }
}

/** One tab at a time; where the browser has no locks (plain HTTP off this machine), the node's grace for a refresh token that was just used does. */
async function alone(work: () => Promise<Login>): Promise<Login> {
  return 'locks' in navigator ? await navigator.locks.request(KEY, work) : work();
}

function read(): Login | undefined {
  try {
    const kept = localStorage.getItem(KEY);
    return kept ? (JSON.parse(kept) as Login) : undefined;
  } catch {
    return undefined;
  }
}

export const session = new Session();
