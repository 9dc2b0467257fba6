import { PatchbayError, toError } from './errors.js';
import { decodeFrame, encodeFrame, type Frame } from './frames.js';

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
  url: string;
  webSocket: WebSocketConstructor;
  /** A request without an answer fails with `TIMEOUT` after this time. */
  requestTimeoutMs: number;
  /** Silence after which a ping is sent; twice this without a sign of life, the connection is given up. */
  idleTimeoutMs: number;
  onEvent(frame: Frame): void;
  onClosed(code: number, reason: string): void;
}

interface Waiting {
  resolve(result: Frame): void;
  reject(error: PatchbayError): void;
  timer: ReturnType<typeof setTimeout>;
}

/** One WebSocket from open to close: requests by number, events to one listener. It never reconnects. */
export class Connection {
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
    socket.onclose = (event) => this.#end(event.code, event.reason);
    this.#pulse = setInterval(() => this.#beat(), options.idleTimeoutMs / 2);
  }

  static open(options: ConnectionOptions): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = new options.webSocket(options.url, 'patchbay.v1');
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
        resolve(new Connection(socket, options));
      };
    });
  }

  /** Rejects with `DISCONNECTED` when the connection ends first: whether the node carried the request out is then unknown. */
  request(op: string, fields: Frame): Promise<Frame> {
    if (this.#closed) {
      return Promise.reject(disconnected());
    }
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new PatchbayError('TIMEOUT', `No answer to ${op} within ${this.options.requestTimeoutMs} ms.`, true));
      }, this.options.requestTimeoutMs);
      this.#waiting.set(id, { resolve, reject, timer });
      this.#socket.send(encodeFrame({ id, op, ...fields }));
    });
  }

  close(): void {
    this.#socket.close(1000, 'bye');
    this.#end(1000, 'closed by the client');
  }

  #receive(data: unknown): void {
    this.#lastHeard = Date.now();
    let frame: Frame;
    try {
      frame = decodeFrame(new Uint8Array(data as ArrayBuffer));
    } catch {
      this.#socket.close(1002, 'malformed frame');
      return;
    }
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
      this.#end(1006, 'no sign of life');
    } else if (silence > this.options.idleTimeoutMs / 2) {
      this.request('ping', {}).catch(() => undefined);
    }
  }

  #end(code: number, reason: string): void {
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
    this.options.onClosed(code, reason);
  }
}

function disconnected(): PatchbayError {
  return new PatchbayError('DISCONNECTED', 'The connection ended before the answer came.', true);
}
