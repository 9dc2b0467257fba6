import { decode, encode } from 'cborg';

/** One CBOR map per message. */
export type Frame = Record<string, unknown>;

/** The node reads no longer message. */
export const FRAME_BYTES = 4 << 20;

export function encodeFrame(frame: Frame): Uint8Array {
  return encode(frame, { ignoreUndefinedProperties: true });
}

/** Throws unless `data` is a whole message that is an event, or a reply, of the shape that docs/protocol.md has. */
export function decodeFrame(data: unknown): Frame {
  if (!(data instanceof ArrayBuffer) && !ArrayBuffer.isView(data)) {
    throw new TypeError('a text message');
  }
  const bytes = data instanceof ArrayBuffer ? new Uint8Array(data) : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const frame = decode(bytes, { allowBigInt: true, rejectDuplicateMapKeys: true }) as unknown;
  if (!isFrame(frame) || !('sub' in frame ? isEvent(frame) : isReply(frame))) {
    throw new TypeError('neither an event nor a reply');
  }
  return frame;
}

/** An event of a stream, which has no number of its own. Throws unless it is of the shape that docs/protocol.md has. */
export function requireEvent(message: unknown, subscription: number, only?: string): Frame {
  const frame: Frame = isFrame(message) ? { ...message, sub: subscription } : {};
  if (only ? !(frame['event'] === only && isText(frame['position'])) : !isEvent(frame)) {
    throw new TypeError('no event');
  }
  return frame;
}

function isEvent(frame: Frame): boolean {
  switch (frame['event']) {
    case 'snapshot':
      return isNumber(frame['sub']) && isText(frame['position']) && areAll(frame['items'], isDocument) && typeof frame['last'] === 'boolean';
    case 'changes':
      return isNumber(frame['sub']) && isText(frame['position']) && areAll(frame['changes'], isChange);
    case 'reload':
    case 'end':
      return isNumber(frame['sub']) && isText(frame['code']) && isText(frame['message']);
    default:
      return false;
  }
}

function isReply(frame: Frame): boolean {
  const error = frame['error'];
  return isNumber(frame['id']) && ('error' in frame ? isFrame(error) && isText(error['code']) && isText(error['message']) : isFrame(frame['ok']));
}

function isChange(change: unknown): boolean {
  return isFrame(change) && (change['op'] === 'put' ? isDocument(change) : (change['op'] === 'delete' || change['op'] === 'remove') && isIdentified(change));
}

function isDocument(document: unknown): boolean {
  return isFrame(document) && isIdentified(document) && isText(document['updatedAt']) && isFrame(document['data']);
}

function isIdentified(item: Frame): boolean {
  return isText(item['id']) && isNumber(item['revision']);
}

function isFrame(value: unknown): value is Frame {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function areAll(value: unknown, is: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(is);
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number';
}
