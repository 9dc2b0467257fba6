/** The change feed: every durable change in order, from memory while it is fresh and from the store after that. */
@NullMarked
package io.patchbay.engine.feed;

import org.jspecify.annotations.NullMarked;
