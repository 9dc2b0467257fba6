import type { PatchbayError } from '@patchbay/client';

/** What went wrong, as the node said it, or that it said nothing. */
export class Failure extends Error {
  constructor(
    /** Of the node's catalogue, or `UNREACHABLE`. */
    readonly code: string,
    message: string,
    /** What the node added: `field`, `line`, `column`, `currentRevision`, ... */
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = 'Failure';
  }

  static unreachable(): Failure {
    return new Failure('UNREACHABLE', 'The node does not answer. Is it running, and is the network up?');
  }

  /** Also of an error of the TypeScript client, which has the same members. */
  static from(error: unknown): Failure {
    if (error instanceof Failure) {
      return error;
    }
    if (error instanceof Error && error.name === 'PatchbayError') {
      const { code, message, details } = error as PatchbayError;
      return ['DISCONNECTED', 'TIMEOUT'].includes(code) ? Failure.unreachable() : new Failure(code, message, details);
    }
    return new Failure('INTERNAL', error instanceof Error ? error.message : String(error));
  }

  /** Whether the client should go on trying by itself. */
  get retryable(): boolean {
    return this.code === 'UNREACHABLE';
  }

  /** A detail that is a number, such as the column of a mistake. */
  number(name: string): number | undefined {
    const value = this.details[name];
    return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : undefined;
  }

  text(name: string): string | undefined {
    const value = this.details[name];
    return typeof value === 'string' ? value : undefined;
  }
}
