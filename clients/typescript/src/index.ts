export { Collection, PatchbayClient } from './client.js';
export type { ClientOptions, ListOptions, Page, Status, Tokens, TransactionOperation, User, WriteOptions, Written } from './client.js';
export { PatchbayError } from './errors.js';
export type { ChangesListener, DocumentChange, SubscribeOptions, WatchListener } from './subscriptions.js';
export type { Data, PatchbayDocument, Position, Value } from './values.js';
