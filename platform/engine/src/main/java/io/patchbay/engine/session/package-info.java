/** Sessions, their subscriptions, and the fan-out of changes to them. */
@NullMarked
package io.patchbay.engine.session;

import org.jspecify.annotations.NullMarked;
