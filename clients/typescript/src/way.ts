import { type Connection, type ConnectionOptions, WebSocketConnection, type WebSocketConstructor } from './connection.js';
import { PatchbayError } from './errors.js';
import { HttpConnection } from './httpConnection.js';

export type Transport = 'auto' | 'websocket' | 'http';

/** Opens a connection: a WebSocket, or HTTP where one does not get through although the node is ready. */
export async function openConnection(transport: Transport, webSocket: WebSocketConstructor | undefined, options: ConnectionOptions): Promise<Connection> {
  if (transport === 'http' || (transport === 'auto' && !webSocket)) {
    return new HttpConnection(options);
  }
  if (!webSocket) {
    throw new PatchbayError('BAD_REQUEST', 'This runtime has no WebSocket; pass one as webSocket (the ws package has it).');
  }
  try {
    return await WebSocketConnection.open(webSocket, options);
  } catch (error) {
    if (transport === 'websocket' || !(await isReady(options))) {
      throw error;
    }
    // The node may have come up just now: only if it is ready and still refuses is there something in between.
    return WebSocketConnection.open(webSocket, options).catch(() => new HttpConnection(options));
  }
}

async function isReady(options: ConnectionOptions): Promise<boolean> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), options.requestTimeoutMs);
  try {
    return (await fetch(`${options.url}/ready`, { signal: abort.signal })).status === 200;
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}
