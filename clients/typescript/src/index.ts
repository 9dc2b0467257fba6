export { PatchbayClient } from './client.js';
export type { ClientOptions, LoginChallenge, LoginField, Tokens, TransactionOperation, User } from './client.js';
export { Collection } from './collection.js';
export type { ListOptions, Page, WriteOptions, Written } from './collection.js';
export { PatchbayError } from './errors.js';
export type { Status } from './link.js';
export type { ChangesListener, DocumentChange, SubscribeOptions, WatchListener } from './subscriptions.js';
export type { Data, PatchbayDocument, Position, Value } from './values.js';
export type { Transport } from './way.js';
