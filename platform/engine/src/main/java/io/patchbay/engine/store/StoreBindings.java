package io.patchbay.engine.store;

import java.util.Optional;

/**
 * What serves a store, and what follows it.
 *
 * @param current what every read and write goes to
 * @param follower the store before the last swap, kept up to date until it is dropped
 */
public record StoreBindings(Binding current, Optional<Binding> follower) {}
