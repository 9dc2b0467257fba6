import { inject } from 'vitest';
import { PASSWORD } from './stage.ts';

export interface Login {
  accessToken: string;
  refreshToken: string;
  expiresIn: number;
  user: { id: string; name: string; role: string };
}

/** The node's API, as an app or a script uses it beside the console. */
export class Api {
  constructor(
    readonly url: string,
    readonly login: Login,
  ) {}

  static async open(name: string, url = inject('node')): Promise<Api> {
    const answer = await send(url, 'POST', '/auth/login', { method: 'password', identifier: name, password: PASSWORD });
    return new Api(url, answer as Login);
  }

  call(method: string, path: string, body?: unknown): Promise<unknown> {
    return send(this.url, method, path, body, this.login.accessToken);
  }

  async newCollection(name: string, rules: Record<string, string | null> = {}, indexes: unknown[] = []): Promise<void> {
    await this.call('POST', '/collections', { name, rules, indexes });
  }

  put(collection: string, id: string, data: unknown): Promise<unknown> {
    return this.call('PUT', `/collections/${collection}/documents/${id}`, data);
  }
}

async function send(url: string, method: string, path: string, body: unknown, token?: string): Promise<unknown> {
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: { 'Content-Type': 'application/json', ...(token ? { Authorization: `Bearer ${token}` } : {}) },
    body: body === undefined ? null : JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) {
    throw new Error(`${method} ${path}: ${response.status} ${text}`);
  }
  return text ? (JSON.parse(text) as unknown) : undefined;
}
