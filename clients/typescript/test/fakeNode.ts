import type { WebSocketLike } from '../src/connection.js';
import { encodeFrame, type Frame } from '../src/frames.js';
import { decode } from 'cborg';

/** The node's end of one socket. */
export class FakeSocket implements WebSocketLike {
  binaryType = 'blob';
  readyState = 0;
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  onerror: ((event: never) => void) | null = null;
  /** What the client closed it with. */
  closedWith: number | undefined;

  constructor(private readonly node: FakeNode) {}

  send(data: Uint8Array): void {
    const request = decode(data) as Frame;
    this.node.requests.push(request);
    queueMicrotask(() => this.node.answer(request, this));
  }

  close(code?: number): void {
    this.closedWith ??= code ?? 1000;
  }

  reply(request: Frame, ok: Frame): void {
    this.push({ id: request['id'], ok });
  }

  fail(request: Frame, code: string, retryable = false): void {
    this.push({ id: request['id'], error: { code, number: 1, message: `${code}.`, retryable } });
  }

  push(frame: Frame): void {
    this.pushBytes(encodeFrame(frame));
  }

  pushBytes(data: unknown): void {
    this.onmessage?.({ data });
  }

  end(code: number, reason: string): void {
    this.onclose?.({ code, reason });
  }
}

/** Takes the place of a node behind the client's WebSockets: answers as a test says, and keeps what it was asked. */
export class FakeNode {
  readonly requests: Frame[] = [];
  readonly sockets: FakeSocket[] = [];
  answer: (request: Frame, socket: FakeSocket) => void = (request, socket) => socket.reply(request, { subscription: 1, position: 'm1:1' });

  /** For the client's option of the same name. */
  readonly webSocket = ((): new (url: string, protocol: string) => WebSocketLike => {
    const node = this as FakeNode;
    return class extends FakeSocket {
      constructor() {
        super(node);
        node.sockets.push(this);
        queueMicrotask(() => this.onopen?.(undefined as never));
      }
    };
  })();

  get socket(): FakeSocket {
    return this.sockets.at(-1)!;
  }

  asked(op: string): Frame[] {
    return this.requests.filter((request) => request['op'] === op);
  }
}
