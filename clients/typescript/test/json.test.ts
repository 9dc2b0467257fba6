import { describe, expect, it } from 'vitest';
import { readEvents } from '../src/eventStream.js';
import { parseJson, writeJson } from '../src/json.js';

describe('JSON with integers of 64 bits', () => {
  it.each([
    ['9007199254740991', 2 ** 53 - 1],
    ['9007199254740993', 9007199254740993n],
    ['-9223372036854775808', -(2n ** 63n)],
    ['{"a":[1,9223372036854775807,"9223372036854775807"]}', { a: [1, 2n ** 63n - 1n, '9223372036854775807'] }],
    [String.raw`"a \" 9223372036854775807"`, 'a " 9223372036854775807'],
    ['0.12345678901234567', 0.12345678901234567],
    ['[12345678901234567.5]', [12345678901234567.5]],
    ['[1.0E20,-2e300]', [1e20, -2e300]],
  ])('%s is there and back the same', (text, value) => {
    expect(parseJson(text)).toEqual(value);
    expect(parseJson(writeJson(value))).toEqual(value);
  });
});

describe('a stream of events', () => {
  it('is read however it is cut', async () => {
    const text = 'retry: 7\n\nevent: changes\nid: a\ndata: {"ü":1}\n\n:\n\ndata: x\ndata: y\r\n\r\ndata: never ended';
    const bytes = new TextEncoder().encode(text);
    for (let size = 1; size <= bytes.length; size++) {
      const events: unknown[] = [];
      let retry = 0;
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size));
          controller.close();
        },
      });
      for await (const event of readEvents(body, () => undefined, (ms) => (retry = ms))) events.push(event);
      expect(events).toEqual([{ name: 'changes', data: '{"ü":1}' }, { name: '', data: 'x\ny' }]);
      expect(retry).toBe(7);
    }
  });
});
