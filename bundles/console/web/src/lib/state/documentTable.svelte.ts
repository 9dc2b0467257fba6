import type { DocumentChange, PatchbayDocument } from '@patchbay/client';
import { Failure } from '../failure';
import { live, refused } from './live.svelte';

export type Mark = 'new' | 'changed';

export const PAGE_SIZES = [25, 50, 100, 200];

/** A burst of changes is shown at once. */
const GATHER_MS = 150;
/** However much is written, the page is fetched no more often. */
const REFETCH_MS = 1_000;
const RENEW_AGAIN_MS = 10_000;
const MARKED_MS = 4_000;
const MOST_COLUMNS = 7;

export interface View {
  filter: string;
  sort: string;
}

/**
 * One page of a collection's documents, filtered and sorted by the node, and kept up to date: a change of a document that matches the filter fetches the page anew, quietly, and marks what is
 * different.
 */
export class DocumentTable {
  #rows = $state.raw<PatchbayDocument[] | undefined>();
  #view = $state.raw<View>({ filter: '', sort: '' });
  #failure = $state.raw<Failure | undefined>();
  #ended = $state.raw<Failure | undefined>();
  #marks = $state.raw<ReadonlyMap<string, Mark>>(new Map());
  #loading = $state(false);
  #changes = $state(0);
  #size = $state(50);
  /** Of the pages before this one and of this one; the first has none. */
  #cursors = $state.raw<(string | undefined)[]>([undefined]);
  #next = $state.raw<string | null>(null);
  readonly #columns = $derived(columns(this.#rows ?? []));
  #turn = 0;
  #unsubscribe: Promise<(() => void) | undefined> | undefined;
  #refetch: ReturnType<typeof setTimeout> | undefined;
  #fetchedAt = 0;
  #renewedAt = 0;

  constructor(readonly collection: string) {}

  get rows(): PatchbayDocument[] | undefined {
    return this.#rows;
  }

  get columns(): string[] {
    return this.#columns;
  }

  get view(): View {
    return this.#view;
  }

  /** Why the rows couldn't be had; those of before are still there. */
  get failure(): Failure | undefined {
    return this.#failure;
  }

  /** Why changes arrive no longer. */
  get ended(): Failure | undefined {
    return this.#ended;
  }

  get loading(): boolean {
    return this.#loading;
  }

  /** How many have arrived since the view was opened. */
  get changes(): number {
    return this.#changes;
  }

  get size(): number {
    return this.#size;
  }

  get page(): number {
    return this.#cursors.length;
  }

  get hasNext(): boolean {
    return this.#next !== null;
  }

  mark(id: string): Mark | undefined {
    return this.#marks.get(id);
  }

  find(id: string): PatchbayDocument | undefined {
    return this.#rows?.find((row) => row.id === id);
  }

  async open(view: View): Promise<void> {
    this.#view = view;
    this.#cursors = [undefined];
    this.#changes = 0;
    this.#stopListening();
    if (await this.#load()) {
      this.#listen();
    }
  }

  async resize(size: number): Promise<void> {
    this.#size = size;
    this.#cursors = [undefined];
    await this.#load();
  }

  async goNext(): Promise<void> {
    if (this.#next !== null) {
      this.#cursors = [...this.#cursors, this.#next];
      await this.#load();
    }
  }

  async goBack(): Promise<void> {
    if (this.#cursors.length > 1) {
      this.#cursors = this.#cursors.slice(0, -1);
      await this.#load();
    }
  }

  /** After a write of one's own: what is shown must have it. */
  async refresh(): Promise<void> {
    await this.#load(true);
  }

  /** Once the node is back: what could not be had. */
  async resume(): Promise<void> {
    if (this.#failure?.retryable && (await this.#load(this.#rows !== undefined)) && !this.#unsubscribe) {
      this.#listen();
    }
  }

  close(): void {
    this.#turn++;
    this.#stopListening();
  }

  /** @param quietly the same page again: what is different is marked */
  async #load(quietly = false): Promise<boolean> {
    const turn = ++this.#turn;
    clearTimeout(this.#refetch);
    this.#refetch = undefined;
    this.#loading = !quietly;
    try {
      const page = await live.call((client) => client.collection(this.collection).list(this.#request()));
      if (turn !== this.#turn) {
        return false;
      }
      if (quietly) {
        this.#compare(page.items);
      }
      this.#rows = page.items;
      this.#next = page.next;
      this.#failure = undefined;
      return true;
    } catch (error) {
      if (turn === this.#turn) {
        this.#failure = Failure.from(error);
      }
      return false;
    } finally {
      if (turn === this.#turn) {
        this.#loading = false;
        this.#fetchedAt = Date.now();
      }
    }
  }

  #request() {
    const cursor = this.#cursors.at(-1);
    return {
      limit: this.#size,
      ...(this.#view.filter ? { filter: this.#view.filter } : {}),
      ...(this.#view.sort ? { sort: this.#view.sort } : {}),
      ...(cursor ? { cursor } : {}),
    };
  }

  #compare(rows: PatchbayDocument[]): void {
    const before = new Map(this.#rows?.map((row) => [row.id, row.revision]));
    for (const { id, revision } of rows) {
      const known = before.get(id);
      if (known !== revision) {
        this.#setMark(id, known === undefined ? 'new' : 'changed');
      }
    }
  }

  #setMark(id: string, mark: Mark): void {
    this.#marks = new Map(this.#marks).set(id, mark);
    setTimeout(() => {
      const marks = new Map(this.#marks);
      marks.delete(id);
      this.#marks = marks;
    }, MARKED_MS);
  }

  #listen(): void {
    const { filter } = this.#view;
    this.#ended = undefined;
    const listening = live.call((client) => client.collection(this.collection).changes(filter ? { filter } : {}, {
      onChanges: (changes) => this.#unsubscribe === mine && this.#arrived(changes),
      onEnd: (error) => {
        if (this.#unsubscribe === mine) this.#wasEnded(error);
      },
    }));
    const mine: Promise<(() => void) | undefined> = listening.catch((error: unknown) => {
      if (this.#unsubscribe === mine) this.#ended = Failure.from(error);
      return undefined;
    });
    this.#unsubscribe = mine;
    // What was written between the page and the subscription.
    void mine.then((end) => end && this.#unsubscribe === mine && this.#refetchSoon());
  }

  /** With its login, a subscription may go on under a new token; one that ends again at once does not. */
  #wasEnded(error: unknown): void {
    if (!refused(error) || Date.now() - this.#renewedAt < RENEW_AGAIN_MS) {
      this.#ended = Failure.from(error);
      return;
    }
    this.#renewedAt = Date.now();
    const ended = this.#unsubscribe;
    live.renew().then(
      () => this.#unsubscribe === ended && this.#listen(),
      (failure: unknown) => {
        if (this.#unsubscribe === ended) this.#ended = Failure.from(failure);
      },
    );
  }

  #stopListening(): void {
    void this.#unsubscribe?.then((end) => end?.());
    this.#unsubscribe = undefined;
    clearTimeout(this.#refetch);
    this.#refetch = undefined;
  }

  #arrived(changes: DocumentChange[]): void {
    this.#changes += changes.length;
    this.#refetchSoon();
  }

  #refetchSoon(): void {
    const wait = Math.max(GATHER_MS, this.#fetchedAt + REFETCH_MS - Date.now());
    this.#refetch ??= setTimeout(() => {
      this.#refetch = undefined;
      void this.#load(true);
    }, wait);
  }
}

/** The fields that most rows have, in the order in which they come. */
function columns(rows: PatchbayDocument[]): string[] {
  const counts = new Map<string, number>();
  for (const row of rows) {
    for (const name of Object.keys(row.data)) {
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  const most = [...counts].sort(([, a], [, b]) => b - a).slice(0, MOST_COLUMNS);
  const shown = new Set(most.map(([name]) => name));
  return [...counts.keys()].filter((name) => shown.has(name));
}
