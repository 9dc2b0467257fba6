import type { Frame } from './frames.js';
import {
  ChangesSubscription,
  type ChangesListener,
  type SubscribeOptions,
  type Subscription,
  type WatchListener,
  WatchSubscription,
} from './subscriptions.js';
import type { Data, PatchbayDocument, Position, Value } from './values.js';

export interface ListOptions {
  filter?: string;
  /** Such as `-population,name`. */
  sort?: string;
  limit?: number;
  cursor?: string;
}

export interface Page<T extends Data> {
  items: PatchbayDocument<T>[];
  /** The next page's `cursor`. */
  next: string | null;
}

export interface WriteOptions {
  /** Only if the document stands at this revision; else `REVISION_CONFLICT`. */
  ifRevision?: number;
  /** Only if there is no such document. */
  ifAbsent?: boolean;
}

export interface Written {
  id: string;
  revision: number;
  updatedAt?: string;
  position: Position;
}

type Call = (op: string, fields: Frame) => Promise<Frame>;
type Subscribe = (make: (number: number) => Subscription) => Promise<() => void>;

/** The documents of one collection. Every write carries an idempotency key. */
export class Collection<T extends Data = Data> {
  constructor(
    readonly name: string,
    private readonly call: Call,
    private readonly subscribe: Subscribe,
  ) {}

  /** Rejects with `DOCUMENT_NOT_FOUND`. */
  async get(id: string): Promise<PatchbayDocument<T>> {
    return (await this.call('get', { collection: this.name, document: id }))['document'] as PatchbayDocument<T>;
  }

  async list(options: ListOptions = {}): Promise<Page<T>> {
    return (await this.call('query', { collection: this.name, ...options })) as never;
  }

  /** Writes under an id that the node chooses. */
  async create(data: T): Promise<Written> {
    return this.#write('put', { data });
  }

  async put(id: string, data: T, options: WriteOptions = {}): Promise<Written> {
    return this.#write('put', { document: id, data, ...options });
  }

  /** Merges (RFC 7396); a null removes the field. */
  async patch(id: string, patch: { [field: string]: Value }, options: Pick<WriteOptions, 'ifRevision'> = {}): Promise<Written> {
    return this.#write('patch', { document: id, patch, ...options });
  }

  async delete(id: string, options: Pick<WriteOptions, 'ifRevision'> = {}): Promise<Written> {
    return this.#write('delete', { document: id, ...options });
  }

  /** The state of a filter, kept up to date. Resolves to a function that ends it. */
  watch(options: Omit<SubscribeOptions, 'since'>, listener: WatchListener<T>): Promise<() => void> {
    return this.subscribe((number) => new WatchSubscription<T>(number, this.name, options, listener));
  }

  /** The log of a filter: every change, in order, exactly once, over reconnects too. Resolves to a function that ends it. */
  changes(options: SubscribeOptions, listener: ChangesListener<T>): Promise<() => void> {
    return this.subscribe((number) => new ChangesSubscription<T>(number, this.name, options, listener));
  }

  async #write(op: string, fields: Frame): Promise<Written> {
    return (await this.call(op, { collection: this.name, ...fields, key: newKey() })) as never;
  }
}

/** What makes a write that is sent again the same write. randomUUID exists in secure contexts alone, and a page over plain HTTP from another machine is none. */
export function newKey(): string {
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
