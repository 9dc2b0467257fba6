import { decode, encode } from 'cborg';

/** One CBOR map per message. */
export type Frame = Record<string, unknown>;

export function encodeFrame(frame: Frame): Uint8Array {
  return encode(frame, { ignoreUndefinedProperties: true });
}

export function decodeFrame(bytes: Uint8Array): Frame {
  return decode(bytes, { allowBigInt: true, rejectDuplicateMapKeys: true }) as Frame;
}
