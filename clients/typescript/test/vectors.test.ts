import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeFrame, encodeFrame, type Frame } from '../src/frames.js';
import { ChangesSubscription, type DocumentChange, WatchSubscription } from '../src/subscriptions.js';

interface Vector {
  name: string;
  value: Frame;
  hex: string;
}

interface Step {
  name: string;
  send: Vector;
  receive: Vector[];
}

const vectors = JSON.parse(readFileSync(join(import.meta.dirname, '../../../docs/protocol-vectors.json'), 'utf8')) as {
  conversation: Step[];
  events: Vector[];
};

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));

describe('every request of the conversation', () => {
  it.each(vectors.conversation)('is written byte for byte: $name', ({ send }) => {
    expect(hex(encodeFrame(send.value))).toBe(send.hex);
  });
});

describe('every message of the node', () => {
  const received = [...vectors.conversation.flatMap((step) => step.receive.map((vector) => ({ ...vector, name: step.name }))), ...vectors.events];

  it.each(received)('is read: $name', ({ hex, value }) => {
    expect(decodeFrame(bytes(hex))).toEqual(value);
  });
});

describe('events', () => {
  const frames = vectors.events.map((vector) => decodeFrame(bytes(vector.hex)));

  it('become the state of a watch', () => {
    const states: string[][] = [];
    const watch = new WatchSubscription(7, 'cities', {}, { onState: (documents) => states.push([...documents.keys()]) });
    const reasons = frames.map((frame) => watch.receive(frame)?.code);
    expect(states).toEqual([['lyon'], ['lyon'], []]);
    expect(watch.position).toBeUndefined();
    expect(reasons.filter(Boolean)).toEqual(frames.filter((frame) => frame['event'] === 'end').map((frame) => frame['code']));
  });

  it('become the changes of a log', () => {
    const seen: DocumentChange[] = [];
    const log = new ChangesSubscription(7, 'cities', {}, { onChanges: (changes) => seen.push(...changes) });
    frames.filter((frame) => frame['event'] === 'changes').forEach((frame) => expect(log.receive(frame)).toBeUndefined());
    expect(seen.map((change) => `${change.op} ${change.id} ${change.revision}`)).toEqual(['put lyon 6', 'delete nice 6', 'remove paris 6', 'delete lyon 7']);
    expect(log.position).toBe('m1:7');
  });
});
