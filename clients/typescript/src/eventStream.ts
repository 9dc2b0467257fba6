/** A server-sent event: its name, and its data as it came. */
export interface ServerEvent {
  name: string;
  data: string;
}

/** Reads a body of server-sent events (HTML, section 9.2) until it ends. Only what a Patchbay node writes is told: `event`, `data` and `retry`. */
export async function* readEvents(body: ReadableStream<Uint8Array>, heard: () => void, retry: (ms: number) => void): AsyncGenerator<ServerEvent> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  let event: ServerEvent = { name: '', data: '' };
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        return;
      }
      heard();
      const lines = (rest + decoder.decode(value, { stream: true })).split(/\r?\n/);
      rest = lines.pop()!;
      for (const line of lines) {
        const [, field, text] = /^([^:]*):? ?(.*)$/.exec(line)!;
        if (line === '') {
          if (event.data !== '') yield event;
          event = { name: '', data: '' };
        } else if (field === 'event') {
          event.name = text!;
        } else if (field === 'data') {
          event.data += (event.data && '\n') + text!;
        } else if (field === 'retry') {
          retry(Number(text));
        }
      }
    }
  } finally {
    reader.releaseLock();
  }
}
