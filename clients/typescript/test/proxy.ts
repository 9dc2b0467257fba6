import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A proxy as some companies have them: it passes requests on as they come, and knows nothing of WebSockets. */
export class BlockingProxy {
  #server: Server | undefined;
  /** WebSockets that were asked for. */
  refused = 0;

  constructor(private readonly nodePort: () => number) {}

  get url(): string {
    return `http://127.0.0.1:${(this.#server!.address() as AddressInfo).port}`;
  }

  start(): Promise<void> {
    const server = createServer((incoming, outgoing) => {
      if (incoming.headers.upgrade) {
        this.refused++;
        outgoing.writeHead(501).end();
        return;
      }
      const { method, url, headers } = incoming;
      const onward = request({ host: '127.0.0.1', port: this.nodePort(), method, path: url, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode!, answer.headers);
        outgoing.flushHeaders();
        answer.on('error', () => outgoing.destroy()).pipe(outgoing);
      });
      onward.on('error', () => outgoing.destroy());
      outgoing.on('close', () => onward.destroy());
      incoming.pipe(onward);
    });
    this.#server = server;
    return new Promise((done) => server.listen(0, '127.0.0.1', () => done()));
  }

  stop(): void {
    this.#server?.closeAllConnections();
    this.#server?.close();
  }
}
