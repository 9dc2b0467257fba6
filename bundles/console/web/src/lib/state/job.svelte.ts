import { api, path } from '../api';
import { Failure } from '../failure';

export interface Job {
  id: string;
  /** What sort of work it is, such as `store-swap`. */
  kind: string;
  title: string;
  state: 'running' | 'succeeded' | 'failed' | 'cancelled';
  progress: number | null;
  progressText: string;
  /** Seconds. */
  eta: number | null;
  result: string | null;
  error: { code: string; detail: string } | null;
}

const LOOK_MS = 400;

/** Follows a job until it has ended; a node that does not answer for a moment is asked again. */
export class FollowedJob {
  #job = $state.raw<Job>() as Job;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  /** @param onend told once, however it ended */
  constructor(
    job: Job,
    private readonly onend: (job: Job) => void,
  ) {
    this.#job = job;
    this.#next();
  }

  get job(): Job {
    return this.#job;
  }

  get running(): boolean {
    return this.#job.state === 'running';
  }

  async cancel(): Promise<void> {
    await api('DELETE', path('jobs', this.#job.id));
  }

  /** Nobody looks any more; the job goes on. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #next(): void {
    if (!this.running) {
      this.onend(this.#job);
    } else if (!this.#closed) {
      this.#timer = setTimeout(() => void this.#look(), LOOK_MS);
    }
  }

  async #look(): Promise<void> {
    try {
      this.#job = await api<Job>('GET', path('jobs', this.#job.id));
    } catch (error) {
      const failure = Failure.from(error);
      if (!failure.retryable) {
        this.#job = { ...this.#job, state: 'failed', error: { code: failure.code, detail: failure.message } };
      }
    }
    this.#next();
  }
}

/** What is left, for people. */
export function timeLeft(seconds: number | null): string | undefined {
  if (seconds === null) {
    return undefined;
  }
  return seconds < 60 ? `${Math.max(1, Math.round(seconds))} s left` : `${Math.round(seconds / 60)} min left`;
}
