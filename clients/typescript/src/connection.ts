import { PatchbayError, toError } from './errors.js';
import { decodeFrame, encodeFrame, type Frame, FRAME_BYTES } from './frames.js';

/** The part of the browser's WebSocket that is used; the `ws` package has it too. */
export interface WebSocketLike {
  binaryType: string;
  readyState: number;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number; reason: string }) => void) | null;
  onerror: ((event: never) => void) | null;
  send(data: Uint8Array): void;
  close(code?: number, reason?: string): void;
}

export type WebSocketConstructor = new (url: string, protocol: string) => WebSocketLike;

export interface ConnectionOptions {
  /** The node, such as `http://127.0.0.1:7420`. */
  url: string;
  /** A request without an answer fails with `TIMEOUT` after this time. */
  requestTimeoutMs: number;
  /** Silence after which a ping is sent; twice this without a sign of life, the connection is given up. */
  idleTimeoutMs: number;
  onEvent(frame: Frame): void;
  onClosed(reason: string): void;
}

/** A way to the node, from open to close; it never reconnects. */
export interface Connection {
  readonly closed: boolean;
  /** Rejects with `DISCONNECTED` when the connection ends first: whether the node carried the request out is then unknown. */
  request(op: string, fields: Frame): Promise<Frame>;
  close(): void;
}

interface Waiting {
  resolve(result: Frame): void;
  reject(error: PatchbayError): void;
  timer: ReturnType<typeof setTimeout>;
}

/** One WebSocket: requests by number, events to one listener. */
export class WebSocketConnection implements Connection {
  #socket: WebSocketLike;
  #waiting = new Map<number, Waiting>();
  #nextId = 1;
  #lastHeard = Date.now();
  #pulse: ReturnType<typeof setInterval>;
  #closed = false;

  private constructor(
    socket: WebSocketLike,
    private readonly options: ConnectionOptions,
  ) {
    this.#socket = socket;
    socket.onmessage = (event) => this.#receive(event.data);
    socket.onclose = (event) => this.#end(event.reason);
    this.#pulse = setInterval(() => this.#beat(), options.idleTimeoutMs / 2);
  }

  static open(webSocket: WebSocketConstructor, options: ConnectionOptions): Promise<WebSocketConnection> {
    return new Promise((resolve, reject) => {
      const socket = new webSocket(options.url.replace(/^http/, 'ws') + '/api/v1/ws', 'patchbay.v1');
      socket.binaryType = 'arraybuffer';
      const refuse = () => reject(new PatchbayError('DISCONNECTED', `No connection to ${options.url}.`, true));
      const timer = setTimeout(() => {
        refuse();
        socket.close();
      }, options.requestTimeoutMs);
      socket.onerror = () => undefined;
      socket.onclose = () => {
        clearTimeout(timer);
        refuse();
      };
      socket.onopen = () => {
        clearTimeout(timer);
        resolve(new WebSocketConnection(socket, options));
      };
    });
  }

  get closed(): boolean {
    return this.#closed;
  }

  request(op: string, fields: Frame): Promise<Frame> {
    if (this.#closed) {
      return Promise.reject(disconnected());
    }
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const bytes = encodeFrame({ ...fields, id, op });
      if (bytes.length > FRAME_BYTES) {
        // The node would close the connection, and with it everything else that is under way.
        throw new PatchbayError('TOO_LARGE', `A request is at most ${FRAME_BYTES} bytes, not ${bytes.length}.`);
      }
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new PatchbayError('TIMEOUT', `No answer to ${op} within ${this.options.requestTimeoutMs} ms.`, true));
      }, this.options.requestTimeoutMs);
      this.#waiting.set(id, { resolve, reject, timer });
      this.#socket.send(bytes);
    });
  }

  close(): void {
    this.#socket.close(1000, 'bye');
    this.#end('closed by the client');
  }

  #receive(data: unknown): void {
    if (this.#closed) {
      return;
    }
    this.#lastHeard = Date.now();
    try {
      this.#take(decodeFrame(data));
    } catch {
      // What can't be understood may be a part of what a subscriber waits for: begin anew rather than go on with a gap.
      this.#socket.close(4002, 'malformed frame');
      this.#end('malformed frame');
    }
  }

  #take(frame: Frame): void {
    if ('sub' in frame) {
      this.options.onEvent(frame);
      return;
    }
    const waiting = this.#waiting.get(frame['id'] as number);
    if (!waiting) {
      return;
    }
    this.#waiting.delete(frame['id'] as number);
    clearTimeout(waiting.timer);
    if ('error' in frame) {
      waiting.reject(toError(frame['error']));
    } else {
      waiting.resolve(frame['ok'] as Frame);
    }
  }

  #beat(): void {
    const silence = Date.now() - this.#lastHeard;
    if (silence > 2 * this.options.idleTimeoutMs) {
      this.#socket.close(4000, 'no sign of life');
      this.#end('no sign of life');
    } else if (silence > this.options.idleTimeoutMs / 2) {
      this.request('ping', {}).catch(() => undefined);
    }
  }

  #end(reason: string): void {
    if (this.#closed) {
      return;
    }
    this.#closed = true;
    clearInterval(this.#pulse);
    for (const waiting of this.#waiting.values()) {
      clearTimeout(waiting.timer);
      waiting.reject(disconnected());
    }
    this.#waiting.clear();
    this.options.onClosed(reason);
  }
}

export function disconnected(): PatchbayError {
  return new PatchbayError('DISCONNECTED', 'The connection ended before the answer came.', true);
}
