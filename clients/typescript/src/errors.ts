/** A failure with a code of the node's catalogue, or one of the client's own: `DISCONNECTED`, `TIMEOUT`, `CLOSED`. */
export class PatchbayError extends Error {
  constructor(
    readonly code: string,
    message: string,
    /** Whether the same call may succeed later. */
    readonly retryable = false,
    /** What the node added, such as `currentRevision`. */
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = 'PatchbayError';
  }
}

export function toError(raw: unknown): PatchbayError {
  const { code, message, retryable, number: _number, ...details } = raw as Record<string, unknown>;
  return new PatchbayError(String(code), String(message), retryable === true, details);
}
