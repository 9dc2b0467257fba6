import { Failure } from './failure';
import { connection } from './state/connection.svelte';

/** One server-sent event. */
export interface StreamEvent {
  id: string;
  type: string;
  data: string;
}

/**
 * Reads server-sent events until the stream ends: as EventSource does, but with the login's token, which EventSource can't send.
 *
 * @param lastId of the event after which it goes on; empty to begin
 * @returns when the node ends the stream; rejects with {@link Failure} if it can't be had or breaks off, and quietly ends once `signal` says so
 */
export async function readEvents(path: string, token: string, lastId: string, signal: AbortSignal, onopen: () => void, onevent: (event: StreamEvent) => void): Promise<void> {
  const headers: Record<string, string> = { Authorization: `Bearer ${token}`, Accept: 'text/event-stream', ...(lastId ? { 'Last-Event-ID': lastId } : {}) };
  try {
    const response = await fetch(path, { headers, cache: 'no-store', signal });
    if (!response.ok || !response.body) {
      const problem = (await response.json().catch(() => ({}))) as { code?: string; detail?: string };
      throw new Failure(problem.code ?? `HTTP_${response.status}`, problem.detail ?? `The node answered ${response.status}.`, { status: response.status });
    }
    onopen();
    await readAll(response.body, onevent);
  } catch (error) {
    if (signal.aborted) return;
    if (error instanceof Failure) throw error;
    connection.lost();
    throw Failure.unreachable();
  }
}

async function readAll(body: ReadableStream<Uint8Array>, onevent: (event: StreamEvent) => void): Promise<void> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let rest = '';
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    const blocks = (rest + piece.value).split('\n\n');
    rest = blocks.pop() ?? '';
    blocks.map(parse).forEach((event) => event && onevent(event));
  }
}

/** Nothing for a sign of life, which is a comment. */
function parse(block: string): StreamEvent | undefined {
  const event = { id: '', type: 'message', data: '' };
  for (const line of block.split('\n')) {
    const [, name, value = ''] = /^(id|event|data): ?(.*)$/.exec(line) ?? [];
    if (name === 'id') event.id = value;
    if (name === 'event') event.type = value;
    if (name === 'data') event.data += value;
  }
  return event.data ? event : undefined;
}
