import { api, type List } from '../api';
import { readEvents, type StreamEvent } from '../eventStream';
import { Failure } from '../failure';
import { session } from './session.svelte';

export const LEVELS = ['error', 'warn', 'info', 'debug', 'trace'] as const;
export type Level = (typeof LEVELS)[number];

export interface LogLine {
  /** Goes up by one with each line of the node, and over its restarts; below zero, and going down, for a note of this page. */
  number: number;
  time: string;
  level: Level;
  logger: string;
  thread: string;
  message: string;
}

/** What is shown at most; older lines leave. */
const MOST = 2_000;
const FIRST = 500;
const PAUSE_MS = 1_000;

/** The node's log: the last lines, and then each as it comes; a connection that breaks is made again, and goes on where it was. */
export class LogTail {
  #lines = $state.raw<LogLine[]>([]);
  #failure = $state.raw<Failure | undefined>();
  #connected = $state(false);
  #ended = new AbortController();
  #waiting: LogLine[] = [];
  /** The number of the newest line that was read; 0 for none. */
  #last = 0;
  #notes = 0;

  get lines(): readonly LogLine[] {
    return this.#lines;
  }

  /** Why there is nothing to show. While lines are shown, a break is no failure but `connected` is false. */
  get failure(): Failure | undefined {
    return this.#failure;
  }

  get connected(): boolean {
    return this.#connected;
  }

  /** Follows the lines of this level and above; ends what was followed before. */
  async follow(level: Level): Promise<void> {
    this.close();
    const ended = (this.#ended = new AbortController());
    this.#lines = [];
    this.#waiting = [];
    this.#last = 0;
    this.#failure = undefined;
    try {
      const { items } = await api<List<LogLine>>('GET', `/log?level=${level}&limit=${FIRST}`);
      if (ended.signal.aborted) return;
      this.#lines = items;
      this.#last = items.at(-1)?.number ?? 0;
    } catch (error) {
      this.#failure = Failure.from(error);
      return;
    }
    await this.#goOn(level, ended.signal);
  }

  close(): void {
    this.#ended.abort();
    this.#connected = false;
  }

  async #goOn(level: Level, ended: AbortSignal): Promise<void> {
    let refused: string | undefined;
    while (!ended.aborted) {
      try {
        const token = await session.accessToken(refused);
        refused = undefined;
        await readEvents(`/api/v1/log/events?level=${level}`, token, String(this.#last), ended, () => (this.#connected = true), (event) => ended.aborted || this.#take(event)).catch((error: Failure) => {
          refused = error.details['status'] === 401 ? token : undefined;
        });
      } catch (error) {
        const failure = Failure.from(error);
        if (failure.code === 'UNAUTHENTICATED') return;
      }
      if (ended.aborted) return;
      this.#connected = false;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  /** Many lines of one moment are shown in one go. */
  #take({ type, data }: StreamEvent): void {
    const line = this.#read(type, data);
    if (!line) return;
    if (this.#waiting.push(line) === 1) {
      requestAnimationFrame(() => {
        this.#lines = [...this.#lines, ...this.#waiting].slice(-MOST);
        this.#waiting = [];
      });
    }
  }

  #read(type: string, data: string): LogLine | undefined {
    switch (type) {
      case 'line': {
        const line = JSON.parse(data) as LogLine;
        if (line.number <= this.#last) return undefined;
        this.#last = line.number;
        return line;
      }
      case 'gap':
        return this.#note(new Date().toISOString(), 'warn', 'Some lines are missing here: they came faster than they could be read.');
      case 'restart': {
        const { startedAt } = JSON.parse(data) as { startedAt: string };
        // The numbers of a run begin there; so it is told once.
        this.#last = Date.parse(startedAt) * 1000;
        return this.#note(startedAt, 'info', 'The node was started again.');
      }
      default:
        return undefined;
    }
  }

  #note(time: string, level: Level, message: string): LogLine {
    return { number: --this.#notes, time, level, logger: '', thread: '', message };
  }
}
