import { Failure } from './failure';
import { type Method, send } from './request';
import { session } from './state/session.svelte';

/**
 * A request to the node as the user who is logged in; an access token that has ended is renewed once. Rejects with {@link Failure} alone; when the login is over, the app shows the login page.
 *
 * @param path such as `/collections`, below `/api/v1`
 */
export async function api<T>(method: Method, path: string, body?: unknown): Promise<T> {
  const token = await session.accessToken();
  try {
    return (await send(method, `/api/v1${path}`, body, token)) as T;
  } catch (error) {
    const failure = Failure.from(error);
    if (failure.details['status'] !== 401) {
      throw failure;
    }
    return (await send(method, `/api/v1${path}`, body, await session.accessToken(token))) as T;
  }
}

export interface List<T> {
  items: T[];
  next: string | null;
}

/** A path of the API from its parts, each encoded. */
export function path(...parts: string[]): string {
  return '/' + parts.map(encodeURIComponent).join('/');
}
