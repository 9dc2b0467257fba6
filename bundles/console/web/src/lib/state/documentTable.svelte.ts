import type { Data, DocumentChange, Page, PatchbayDocument } from '@patchbay/client';
import { Failure } from '../failure';
import { keepChoice, readChoice, shownFields, sortedFields } from '../fields';
import { readView, type View } from '../view';
import { live, refused } from './live.svelte';

export type Mark = 'new' | 'changed';

/** A burst of changes is shown at once. */
const GATHER_MS = 150;
/** However much is written, the page is fetched no more often. */
const REFETCH_MS = 1_000;
const RENEW_AGAIN_MS = 10_000;
const MARKED_MS = 4_000;
/** A page without the cursors of those before is found by going through them, but not for ever. */
const MOST_WALKED = 100;

/** Of the pages up to one, in order; the first has none. */
export type Cursors = readonly (string | undefined)[];

/**
 * One page of a collection's documents, filtered and sorted by the node, and kept up to date: a change of a document that matches the filter fetches the page anew, quietly, and marks what is
 * different.
 */
export class DocumentTable {
  #rows = $state.raw<PatchbayDocument[] | undefined>();
  #view = $state.raw<View>(readView(new URLSearchParams()));
  #failure = $state.raw<Failure | undefined>();
  #ended = $state.raw<Failure | undefined>();
  #marks = $state.raw<ReadonlyMap<string, Mark>>(new Map());
  #loading = $state(false);
  #changes = $state(0);
  #cursors = $state.raw<Cursors>([undefined]);
  #next = $state.raw<string | null>(null);
  /** What the rows are sorted by, and were since the page was opened: a column doesn't go from under the hand that sorts by it. */
  #sorted = $state.raw<string[]>([]);
  #chosen = $state.raw<string[] | undefined>();
  readonly #fields = $derived([...new Set((this.#rows ?? []).flatMap((row) => Object.keys(row.data)))]);
  readonly #columns = $derived(shownFields(this.#rows ?? [], this.#sorted, this.#chosen));
  #followed = $state.raw<string | undefined>();
  #lastChange = $state.raw<DocumentChange | undefined>();
  #turn = 0;
  #unsubscribe: Promise<(() => void) | undefined> | undefined;
  #refetch: ReturnType<typeof setTimeout> | undefined;
  #fetchedAt = 0;
  #renewedAt = 0;

  constructor(readonly collection: string) {
    this.#chosen = readChoice(collection);
  }

  get rows(): PatchbayDocument[] | undefined {
    return this.#rows;
  }

  /** Every one that a document of this page has. */
  get fields(): string[] {
    return this.#fields;
  }

  /** Those that are shown. */
  get columns(): string[] {
    return this.#columns;
  }

  /** Those that the user chose; none for the most frequent. */
  get chosen(): string[] | undefined {
    return this.#chosen;
  }

  /** For this browser, also the next time. */
  choose(fields: string[] | undefined): void {
    this.#chosen = fields;
    keepChoice(this.collection, fields);
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

  get page(): number {
    return this.#cursors.length;
  }

  get hasNext(): boolean {
    return this.#next !== null;
  }

  /** To {@link open} the page that many from here. */
  cursorsOf(step: 1 | -1): Cursors {
    return step === 1 && this.#next !== null ? [...this.#cursors, this.#next] : this.#cursors.slice(0, -1);
  }

  mark(id: string): Mark | undefined {
    return this.#marks.get(id);
  }

  /** Keeps the last change of this document, which may leave the rows. */
  follow(id: string | undefined): void {
    this.#followed = id;
    this.#lastChange = undefined;
  }

  /** Of the document that is followed, since then. */
  get lastChange(): DocumentChange | undefined {
    return this.#lastChange;
  }

  /** @param cursors as {@link cursorsOf} gave them for the page of the view; without them, the pages before it are gone through */
  async open(view: View, cursors: Cursors = [undefined]): Promise<void> {
    const listening = this.#unsubscribe && !this.#ended && view.filter === this.#view.filter;
    this.#view = view;
    this.#cursors = cursors;
    if (!listening) {
      this.#changes = 0;
      this.#stopListening();
    }
    if ((await this.#load()) && !this.#unsubscribe) {
      this.#listen();
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
      const { page, cursors } = await this.#fetch(this.#view, this.#cursors);
      if (turn !== this.#turn) {
        return false;
      }
      this.#cursors = cursors;
      this.#sorted = [...new Set([...sortedFields(this.#view.sort), ...this.#sorted])];
      if (quietly) {
        this.#compare(page.items);
      }
      this.#seeFollowed(page.items);
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

  async #fetch(view: View, known: Cursors): Promise<{ page: Page<Data>; cursors: Cursors }> {
    const cursors = [...known];
    try {
      let page = await this.#list(view, cursors.at(-1));
      for (let step = 0; cursors.length < view.page && page.next !== null && step < MOST_WALKED; step++) {
        cursors.push(page.next);
        page = await this.#list(view, page.next);
      }
      return { page, cursors };
    } catch (error) {
      if (Failure.from(error).code === 'CURSOR_INVALID' && known.length > 1) {
        // They were of a collection of this name that is no longer.
        return this.#fetch(view, [undefined]);
      }
      throw error;
    }
  }

  #list({ filter, sort, size }: View, cursor: string | undefined): Promise<Page<Data>> {
    const options = { limit: size, ...(filter ? { filter } : {}), ...(sort ? { sort } : {}), ...(cursor ? { cursor } : {}) };
    return live.call((client) => client.collection(this.collection).list(options));
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

  /** A change may have come before the document was followed. */
  #seeFollowed(rows: PatchbayDocument[]): void {
    const document = rows.find((row) => row.id === this.#followed);
    if (document && document.revision > (this.#lastChange?.revision ?? 0)) {
      this.#lastChange = { op: 'put', id: document.id, revision: document.revision, document };
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
    this.#lastChange = changes.findLast(({ id }) => id === this.#followed) ?? this.#lastChange;
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
