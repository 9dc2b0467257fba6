import { Failure } from './failure';
import { connection } from './state/connection.svelte';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Longer than the node's own time limit of a request, so that the node's sentence arrives. */
const TIMEOUT_MS = 40_000;
/** What a node says that is on its way down or up; it is worth waiting for. */
const ON_THE_WAY = ['STOPPING', 'STORE_UNAVAILABLE'];

/** One request to the node, without a login of its own. Rejects with {@link Failure} alone. A Blob is sent as it is, anything else as JSON. */
export async function send(method: Method, path: string, body: unknown, token: string | undefined): Promise<unknown> {
  const headers: Record<string, string> = token ? { Authorization: `Bearer ${token}` } : {};
  if (body !== undefined) {
    headers['Content-Type'] = body instanceof Blob ? body.type || 'application/octet-stream' : 'application/json';
  }
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers,
      body: body === undefined ? null : body instanceof Blob ? body : JSON.stringify(body),
      cache: 'no-store',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch {
    throw unreachable();
  }
  const text = await response.text().catch(() => {
    throw unreachable();
  });
  const answer = parse(text, response.headers.get('Content-Type') ?? '');
  if (!response.ok) {
    const failure = problem(response, answer);
    if (ON_THE_WAY.includes(failure.code)) connection.lost();
    throw failure;
  }
  connection.reached();
  return answer;
}

function unreachable(): Failure {
  connection.lost();
  return Failure.unreachable();
}

function parse(text: string, type: string): unknown {
  return /^application\/(?:\w+\+)?json/.test(type) ? JSON.parse(text) : text;
}

function problem(response: Response, answer: unknown): Failure {
  const fields = answer && typeof answer === 'object' ? (answer as Record<string, unknown>) : {};
  const detail = fields['detail'] ?? `The node answered ${response.status} ${response.statusText}.`;
  return new Failure(String(fields['code'] ?? `HTTP_${response.status}`), String(detail), { ...fields, status: response.status });
}
