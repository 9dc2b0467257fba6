import { PatchbayError, toError } from './errors.js';
import type { Frame } from './frames.js';
import type { Data, PatchbayDocument, Position } from './values.js';

export type DocumentChange<T extends Data = Data> =
  | { op: 'put'; id: string; revision: number; document: PatchbayDocument<T> }
  /** The document is gone (`delete`), or left the filter or the caller's sight (`remove`). */
  | { op: 'delete' | 'remove'; id: string; revision: number };

export interface SubscribeOptions {
  /** CEL over the data's fields, such as `country == "FR" && population > 100000`. */
  filter?: string;
  /** Go on behind this position, for `changes`. */
  since?: Position;
}

export interface ChangesListener<T extends Data = Data> {
  /** What one transaction changed, in commit order, exactly once. Keep `position` to go on from here after a restart of your own. */
  onChanges(changes: DocumentChange<T>[], position: Position): void;
  /** The subscription has ended and does not come back: no access, or the history behind the last position is gone (`HISTORY_GONE`). */
  onEnd?(error: PatchbayError): void;
}

export interface WatchListener<T extends Data = Data> {
  /** The state, whenever it changed as a whole; the map is live and must not be changed. */
  onState(documents: ReadonlyMap<string, PatchbayDocument<T>>, position: Position): void;
  onEnd?(error: PatchbayError): void;
}

/** What a reconnecting client needs to know of a subscription. */
export abstract class Subscription {
  position: Position | undefined;
  /** Whether the node has accepted it once: only then is it resumed after a reconnect. */
  established = false;

  constructor(
    readonly number: number,
    readonly mode: 'watch' | 'changes',
    readonly collection: string,
    readonly filter: string | undefined,
    since: Position | undefined,
  ) {
    this.position = since;
  }

  request(): Frame {
    return {
      mode: this.mode,
      collection: this.collection,
      filter: this.filter,
      since: this.position,
      subscription: this.number,
    };
  }

  /** Handles an event; returns why the subscription has ended, if it has. */
  abstract receive(frame: Frame): PatchbayError | undefined;

  /** The position is gone. Returns whether to subscribe anew from scratch. */
  abstract restart(): boolean;

  abstract end(error: PatchbayError): void;
}

export class ChangesSubscription<T extends Data> extends Subscription {
  constructor(number: number, collection: string, options: SubscribeOptions, private readonly listener: ChangesListener<T>) {
    super(number, 'changes', collection, options.filter, options.since);
  }

  override receive(frame: Frame): PatchbayError | undefined {
    if (frame['event'] !== 'changes') {
      return toError(frame);
    }
    const position = (this.position = frame['position'] as Position);
    tell(() => this.listener.onChanges((frame['changes'] as Frame[]).map(toChange<T>), position));
    return undefined;
  }

  override restart(): boolean {
    return false;
  }

  override end(error: PatchbayError): void {
    tell(() => this.listener.onEnd?.(error));
  }
}

export class WatchSubscription<T extends Data> extends Subscription {
  #documents = new Map<string, PatchbayDocument<T>>();
  /** A snapshot under way: shown whole or not at all. */
  #arriving: Map<string, PatchbayDocument<T>> | undefined;

  constructor(number: number, collection: string, options: SubscribeOptions, private readonly listener: WatchListener<T>) {
    super(number, 'watch', collection, options.filter, undefined);
  }

  override receive(frame: Frame): PatchbayError | undefined {
    switch (frame['event']) {
      case 'snapshot':
        this.#snapshot(frame);
        return undefined;
      case 'changes':
        this.#changes(frame);
        return undefined;
      case 'reload':
        this.restart();
        return undefined;
      default:
        return toError(frame);
    }
  }

  override restart(): boolean {
    this.position = undefined;
    this.#arriving = undefined;
    return true;
  }

  override request(): Frame {
    // A snapshot that a reconnect broke off begins anew.
    this.#arriving = undefined;
    return super.request();
  }

  override end(error: PatchbayError): void {
    tell(() => this.listener.onEnd?.(error));
  }

  #snapshot(frame: Frame): void {
    const arriving = (this.#arriving ??= new Map());
    for (const document of frame['items'] as PatchbayDocument<T>[]) {
      arriving.set(document.id, document);
    }
    if (frame['last'] === true) {
      this.#documents = arriving;
      this.#arriving = undefined;
      this.#show(frame);
    }
  }

  #changes(frame: Frame): void {
    for (const change of (frame['changes'] as Frame[]).map(toChange<T>)) {
      if (change.op === 'put') {
        this.#documents.set(change.id, change.document);
      } else {
        this.#documents.delete(change.id);
      }
    }
    this.#show(frame);
  }

  #show(frame: Frame): void {
    const position = (this.position = frame['position'] as Position);
    tell(() => this.listener.onState(this.#documents, position));
  }
}

/** A listener's own failure is reported as an uncaught one, and neither stops the others nor the connection. */
function tell(listener: () => void): void {
  try {
    listener();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}

function toChange<T extends Data>(raw: Frame): DocumentChange<T> {
  const id = raw['id'] as string;
  const revision = raw['revision'] as number;
  if (raw['op'] !== 'put') {
    return { op: raw['op'] as 'delete' | 'remove', id, revision };
  }
  const document = { id, revision, updatedAt: raw['updatedAt'] as string, data: raw['data'] as T };
  return { op: 'put', id, revision, document };
}
